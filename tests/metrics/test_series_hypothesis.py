"""Series: a histogram of ours is the same as Prometheus's own, for any values."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from gateway.metrics.series import Distribution

BOUNDS = (0.001, 0.5, 1.0, 10.0)
VALUES = st.lists(
    st.one_of(st.sampled_from(BOUNDS), st.floats(min_value=0, max_value=20, allow_nan=False))
)


@given(VALUES)
def test_buckets_count_as_prometheus_counts(values: list[float]) -> None:
    """Every value falls where prometheus_client would put it, those on a bound too."""
    ours = Distribution(BOUNDS)
    registry = CollectorRegistry()
    theirs = Histogram("a", "b", buckets=BOUNDS, registry=registry)
    for value in values:
        ours.observe(value)
        theirs.observe(value)
    (family,) = registry.collect()
    buckets = [
        (sample.labels["le"], sample.value)
        for sample in family.samples
        if sample.name == "a_bucket"
    ]
    assert ours.cumulative() == buckets
    assert ours.total == registry.get_sample_value("a_sum")


@given(VALUES)
def test_the_last_bucket_is_all(values: list[float]) -> None:
    """However large a value is, it is counted."""
    ours = Distribution(BOUNDS)
    for value in values:
        ours.observe(value * 1e9)
    assert ours.cumulative()[-1] == ("+Inf", len(values))
