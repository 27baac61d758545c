"""The configuration as the plain values of each part."""

from gateway import parts
from gateway.config import Config, load
from gateway.pipeline.routes import Destination, Payload
from gateway.pipeline.signature import parse_signature
from tests.e2e.running import environment
from tests.signing import SECRET, sign

OTHER_SECRET = "whsec_00000000000000000000000000000000"


def config(**more: str) -> Config:
    """Return a configuration with some keys set."""
    variables = environment("kafka-0:9092,kafka-1:9092", "p", **more)
    return load(None, variables | {"OTHER_SECRET": OTHER_SECRET})


def test_topics() -> None:
    """The closed set is the categories, other, the quarantine and the routes' topics, once each."""
    routes = (
        '[{"match": ["*"], "topic": "crm"}, {"match": ["boss.*"], "topic": "crm"},'
        ' {"match": ["*"], "topic": "audit"}]'
    )
    roles = {spec.name: spec.role for spec in parts.topic_specs(config(ROUTES=routes))}
    assert roles == {
        "p.tickets": "category",
        "p.customers": "category",
        "p.articles": "category",
        "p.team": "category",
        "p.gamification": "category",
        "p.community": "category",
        "p.surveys": "category",
        "p.other": "category",
        "p.quarantine": "quarantine",
        "crm": "route",
        "audit": "route",
    }


def test_kafka() -> None:
    """The sink is told what the configuration says, in its own units."""
    settings = parts.kafka_settings(
        config(KAFKA__RETENTION="2d", KAFKA__COMPRESSION="zstd", KAFKA__PUBLISH_TIMEOUT="3s")
    )
    assert tuple(settings.bootstrap_servers) == ("kafka-0:9092", "kafka-1:9092")
    assert settings.retention_ms == 172_800_000
    assert settings.compression_type == "zstd"
    assert settings.publish_timeout == 3.0
    assert parts.kafka_settings(config()).compression_type is None


def test_limits() -> None:
    """The public listener takes what the configuration says."""
    limits = parts.limits(config(INGRESS__MAX_BODY_BYTES="64KiB", INGRESS__MAX_CONNECTIONS="7"))
    assert (limits.max_body_bytes, limits.max_connections) == (65_536, 7)


def test_webhooks() -> None:
    """Each secret proves its own webhook, which carries its events, teams and options."""
    keyring = parts.keyring(
        config(
            WEBHOOKS__1__NAME="surveys",
            WEBHOOKS__1__SECRETS="env:OTHER_SECRET",
            WEBHOOKS__1__EVENTS="survey.*",
            WEBHOOKS__1__TEAMS="team_1,team_2",
            WEBHOOKS__1__FLAT="false",
        )
    )
    crm = keyring.match(parse_signature([sign(b"{}", 17)]), b"{}").webhook
    assert (crm.name, crm.flat, crm.teams) == ("crm", True, frozenset())
    surveys = keyring.match(parse_signature([sign(b"{}", 17, OTHER_SECRET)]), b"{}").webhook
    assert (surveys.name, surveys.flat) == ("surveys", False)
    assert surveys.teams == {"team_1", "team_2"}
    assert surveys.events.wants("survey.submitted")
    assert not surveys.events.wants("ticket.created")
    assert SECRET not in repr(crm)


def test_routes() -> None:
    """Routes copy what they match, in their form."""
    routes = '[{"match": ["ticket.*"], "topic": "crm.tickets", "payload": "flat"}]'
    router = parts.router(config(ROUTES=routes))
    webhook = parts.keyring(config()).match(parse_signature([sign(b"{}", 17)]), b"{}").webhook
    assert router.destinations("ticket.created", webhook) == (
        Destination("p.tickets", Payload.EVENT),
        Destination("crm.tickets", Payload.FLAT),
    )
