"""What cannot work is refused before anything is installed, with what to set instead."""

from typing import Any

import pytest

from tests.helm.chart import CASES, NEEDED, case, helm, merged, render

TYPOS: list[tuple[dict[str, Any], str]] = [
    ({"replicaCoutn": 3}, "replicaCoutn"),
    ({"image": {"tagg": "1"}}, "tagg"),
    ({"config": {"kafka": {"bootstrap_server": ["kafka:9092"]}}}, "bootstrap_server"),
    ({"config": {"kafka": {"security": {"sasl_mechanisms": "PLAIN"}}}}, "sasl_mechanisms"),
    ({"config": {"webhooks": [{"secret": "file:/x"}]}}, "secret"),
    ({"config": {"routes": [{"matches": ["*"], "topic": "t"}]}}, "matches"),
    ({"config": {"log": {"level": "loud"}}}, "level"),
    ({"config": {"ingress": {"body_timeout": "2 seconds"}}}, "body_timeout"),
    ({"config": {"ingress": {"port": 99999}}}, "port"),
    ({"config": {"kafka": {"max_record_bytes": "3 megs"}}}, "max_record_bytes"),
    ({"config": {"kafka": {"security": {"password": "hunter2"}}}}, "password"),
    ({"config": {"webhooks": [{"secrets": ["whsec_in_the_open"]}]}}, "secrets"),
    ({"secrets": {"existingSecrets": "x"}}, "existingSecrets"),
    ({"secretMounts": {"Kafka CA": "x"}}, "Kafka CA"),
    ({"metrics": {"serviceMonitor": {"labels": {}}}}, "labels"),
    ({"probes": {"startup": {"failureThresold": 1}}}, "failureThresold"),
    ({"resources": {"limit": {}}}, "limit"),
    ({"image": {"digest": "sha256:short"}}, "digest"),
    ({"service": {"type": "Loadbalancer"}}, "type"),
    ({"preflight": {"hooks": ["pre-instal"]}}, "hooks"),
    ({"strimzi": {"user": {"authentication": "scram"}}}, "authentication"),
    ({"extraEnv": [{"nmae": "X"}]}, "extraEnv"),
]


def named(part: object) -> str:
    """Name a test by what is told."""
    return part if isinstance(part, str) else ""


BOTH_SCALE = {
    "autoscaling": {"enabled": True},
    "keda": {"enabled": True, "triggers": [{"type": "cpu"}]},
}
MISFITS: list[tuple[dict[str, Any], str]] = [
    (BOTH_SCALE, "autoscaling and keda are both enabled"),
    ({"keda": {"enabled": True}}, "keda has no trigger"),
    ({"keda": {"minReplicas": 11}}, "keda.minReplicas is more than maxReplicas"),
    ({"autoscaling": {"minReplicas": 11}}, "autoscaling.minReplicas is more than maxReplicas"),
    (
        {"autoscaling": {"enabled": True, "targetCPUUtilizationPercentage": None}},
        "autoscaling has no metric",
    ),
    ({"podDisruptionBudget": {"minAvailable": 1}}, "either maxUnavailable or minAvailable"),
    ({"podDisruptionBudget": {"maxUnavailable": None}}, "either maxUnavailable or minAvailable"),
    ({"terminationGracePeriodSeconds": 29}, "is 29, but a drain may take 30"),
    ({"config": {"kafka": {"bootstrap_servers": []}}}, "Set config.kafka.bootstrap_servers"),
    ({"config": {"webhooks": []}}, "No webhooks"),
    ({"config": {"webhooks": [{"name": "crm"}]}}, 'The webhook "crm" has no secrets'),
    ({"secrets": {"existingSecret": ""}}, "no Secret is mounted there"),
    ({"secrets": {"values": {"current": "x"}}}, "Two sources of one Secret"),
    (
        {"secrets": {"existingSecret": "", "externalSecret": {"enabled": True}}},
        "secrets.externalSecret needs storeRef.name",
    ),
    ({"config": {"idempotency": {"store": "memory"}}}, "replicas do not share"),
    (
        {"metrics": {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}}},
        "everything would be counted twice",
    ),
    ({"config": {"admin": {"host": "127.0.0.1"}}}, "config.admin.host is 127.0.0.1"),
    ({"config": {"ingress": {"port": 0}}}, "config.ingress.port is 0"),
    ({"config": {"ingress": {"port": 8081}}}, "are the same"),
    ({"secretMounts": {"a": "b", "cstar-gateway": "c"}}, "a second Secret at /run/secrets"),
    ({"resources": {"limits": {"memory": "511Mi"}}}, "is 511Mi, but config permits 512 MiB"),
    (
        {"config": {"idempotency": {"memory_limit": "1GiB"}}},
        "is 768Mi, but config permits 1280 MiB",
    ),
    (
        {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}},
        "needs resources.requests.cpu",
    ),
    ({"ingress": {"enabled": True}}, "ingress has no host"),
    ({"httpRoute": {"enabled": True}}, "httpRoute has no Gateway"),
    ({"strimzi": {"topics": {"enabled": True}}}, "need strimzi.cluster"),
    (
        {"strimzi": {"cluster": "k", "topics": {"enabled": True, "replicas": 1}}},
        "minInSyncReplicas is more than replicas",
    ),
    (
        {"strimzi": {"cluster": "k", "user": {"enabled": True}}, "preflight": {"enabled": True}},
        "preflight runs before the install",
    ),
]


@pytest.mark.parametrize(("typo", "at"), TYPOS, ids=named)
def test_a_misspelt_value_is_refused(typo: dict[str, Any], at: str) -> None:
    """The schema refuses what is no value of the chart or of the gateway, and names it."""
    with pytest.raises(helm.HelmValuesError, match=at):
        render(merged(NEEDED, typo))


@pytest.mark.parametrize(("over", "told"), MISFITS, ids=named)
def test_values_that_do_not_fit_together_are_refused(over: dict[str, Any], told: str) -> None:
    """Each value is one that may be, and together they cannot work: said in words."""
    with pytest.raises(helm.HelmRenderError) as refused:
        render(merged(NEEDED, over))
    assert "do not fit together" in str(refused.value)
    assert told in str(refused.value)


def test_all_that_does_not_fit_is_told_at_once() -> None:
    """Nobody mends one fault only to meet the next."""
    with pytest.raises(helm.HelmRenderError) as refused:
        render(merged(BOTH_SCALE, {"terminationGracePeriodSeconds": 5}))
    assert str(refused.value).count("\n- ") == 4


def test_without_values_it_says_what_is_needed() -> None:
    """`helm install` without values asks for brokers and for a Secret, and for nothing else."""
    with pytest.raises(helm.HelmRenderError) as refused:
        render({})
    assert str(refused.value).count("\n- ") == 2


@pytest.mark.parametrize(
    ("over", "needed"),
    [
        ({"preStopSeconds": 30}, 55),
        ({"preStopSeconds": 0, "config": {"ingress": {"drain_delay": "1m30s"}}}, 110),
        ({"config": {"ingress": {"shutdown_timeout": "500ms"}}}, 30),
        ({"config": {"ingress": {"shutdown_timeout": 20.5, "drain_delay": 0}}}, 36),
    ],
)
def test_the_grace_period_covers_the_drain(over: dict[str, Any], needed: int) -> None:
    """Pre-stop, drain delay, answers and flush fit before SIGKILL, whatever unit they are in."""
    render(merged(NEEDED, {**over, "terminationGracePeriodSeconds": needed}))
    with pytest.raises(helm.HelmRenderError, match=f"is {needed - 1}, but .* take {needed}:"):
        render(merged(NEEDED, {**over, "terminationGracePeriodSeconds": needed - 1}))


def test_what_comes_by_the_environment_is_not_asked_for() -> None:
    """Brokers and webhooks may be given as variables, from a Secret of their own."""
    over = {
        "config": {"webhooks": []},
        "extraEnvFrom": [{"secretRef": {"name": "everything"}}],
    }
    assert render(over)


@pytest.mark.parametrize("name", CASES)
def test_the_cases_are_not_refused(name: str) -> None:
    """No file of helm/ci needs anything that it does not say."""
    assert render(case(name))
