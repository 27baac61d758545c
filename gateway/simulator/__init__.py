"""A true cStar, for demonstrations and tests: what it sends, how it signs, how it retries.

`samples` holds the events of cStar's own document as data; the other modules sign and send them as
cStar does. Nothing here is used by `serve`: the gateway cannot tell this cStar from the real one.

```
sample      the document's events, made fresh      samples
happen      an event as bytes, changed as told     occurrence < change
sign        X-Signature                            signing
Sender      deliveries, answers, retries           sender < signing
drive       a steady stream of them                traffic
```
"""

__all__ = ["DEV_SECRET", "DEV_TEAM", "DEV_WEBHOOK"]

DEV_SECRET = "whsec_dev_7c9a2f64e1b85d30a4c6f8e2b1d79350"  # noqa: S105 - known to all, on purpose
"""The signing secret of `dev`, which `trigger` takes unless told another. It protects nothing."""

DEV_TEAM = "team_01H8X9YZ7E0J3K4M5N6U"
"""The team of cStar's document."""

DEV_WEBHOOK = "whk_dev"
"""What `X-Webhook-ID` says of the simulator's subscription."""
