"""What the gateway counts, and how Prometheus reads it.

```
registry    every metric: name, kind, unit, help, closed labels, buckets   (the one list)
metric      what one row of it says
outward     its rows from Kafka on
series      the numbers behind a metric: plain ints and floats, one thread
telemetry   what the other parts call: typed, cheap, no label from the wire
exposition  numbers -> Prometheus families, at scrape
table       registry -> docs/metrics.md
```

May not live here: HTTP (`gateway.ingress.admin` serves what is collected) and any decision.
"""
