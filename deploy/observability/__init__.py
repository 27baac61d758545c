"""What SREs hold, written from the registry of metrics: dashboards, alerts, and pictures of them.

```
query       PromQL, from names of the registry alone
panel       what one panel shows, and Grafana's form of it
safe        the dashboard "are my events safe"
depth       the dashboard that shows every part
dashboard   rows of panels -> a dashboard that any Grafana imports
alert       what one alert says, and Prometheus's form of it
slo         the two service levels, and their burn rates
symptoms    what only the gateway can see
rules       alerts -> rules.yaml
pictures    a dashboard's queries, answered by a real Prometheus, drawn
```

`make docs` writes deploy/grafana and deploy/prometheus. None of this is in the wheel.
"""
