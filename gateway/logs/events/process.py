"""Process: what is said of starting, stopping, settings, secrets and certificates."""

from gateway.logs.events.event import LogEvent

__all__ = ["EVENTS"]

_ABOUT_SECRET = ("webhook", "secret", "reference")

EVENTS: tuple[LogEvent, ...] = (
    LogEvent("listening", "info", ("port", "admin_port"), "both listeners are open"),
    LogEvent("draining", "info", ("serving_on_seconds",), "SIGTERM came: unready, still serving"),
    LogEvent("drained", "info", ("requests_cut",), "all that was begun is answered, but for these"),
    LogEvent(
        "aborted by a second signal",
        "error",
        (),
        "what was in flight was cut off; cStar sends again what it got no 2xx for",
        "give it longer before the second signal",
    ),
    LogEvent(
        "cannot listen",
        "error",
        ("problem",),
        "an address cannot be bound; the process ends",
        "correct `ingress` or `admin` host and port, or end what holds them",
    ),
    LogEvent(
        "configuration",
        "warning",
        ("key", "problem", "fix"),
        "a value is valid and seldom meant",
        "what `fix` says",
    ),
    LogEvent(
        "fewer connections than configured",
        "warning",
        ("connections", "configured", "problem", "fix"),
        "the system lets the process have too few open files",
        "what `fix` says",
    ),
    LogEvent("certificates renewed", "info", ("of",), "replaced files are in use"),
    LogEvent(
        "certificates refused",
        "error",
        ("of", "problem", "fix"),
        "replaced files cannot be used; the last good ones are",
        "what `fix` says, before the old ones expire",
    ),
    LogEvent("secret reloaded", "info", _ABOUT_SECRET, "a file's new content is live"),
    LogEvent("secret can be read again", "info", _ABOUT_SECRET, "its file was mended"),
    LogEvent(
        "secret not reloaded, its last good content stays live",
        "error",
        (*_ABOUT_SECRET, "problem", "fix"),
        "the file holds nothing that will do",
        "what `fix` says, before the next restart",
    ),
    LogEvent(
        "a log line could not be written",
        "error",
        (),
        "a library said something that cannot be put into words; `logger` says which",
        "report it",
    ),
)
