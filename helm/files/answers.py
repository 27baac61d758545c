"""Asks a released gateway what `helm test` wants to know; runs inside the cluster."""

import os
import ssl
import sys
import urllib.error
import urllib.request

WITHIN = 5.0


def status(url: str, body: bytes | None = None) -> str:
    """Return the status an address answers with, or `refused` where it does not answer."""
    # What is asked is whether it answers: its certificate names the public host, not the Service.
    stranger = ssl.create_default_context()
    stranger.check_hostname = False
    stranger.verify_mode = ssl.CERT_NONE
    request = urllib.request.Request(url, body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=WITHIN, context=stranger) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as answer:
        return str(answer.code)
    except OSError:
        return "refused"


def main() -> int:
    """Compare each answer with the one expected."""
    admin, webhooks = os.environ["ADMIN"], os.environ["WEBHOOKS"]
    answers = {
        "live": (status(f"{admin}/livez"), "200"),
        "ready": (status(f"{admin}/readyz"), "200"),
        "metrics": (status(f"{admin}/metrics"), "200"),
        "an unsigned delivery": (status(webhooks, b"{}"), os.environ["EXPECTED"]),
    }
    for what, (found, expected) in answers.items():
        print(f"{what}: {found}" + ("" if found == expected else f", expected {expected}"))
    return int(any(found != expected for found, expected in answers.values()))


if __name__ == "__main__":
    sys.exit(main())
