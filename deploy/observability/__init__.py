"""What SREs hold, written from the registry of metrics: dashboards, alerts, and pictures of them.

```
query       PromQL, from names of the registry alone
panel       what one panel shows, and Grafana's form of it
safe        the dashboard "are my events safe", with `glance` and `standing`
depth       the dashboard that shows every part, with `memory` and `process`
dashboard   rows of panels -> a dashboard that any Grafana imports
alert       what one alert says, and Prometheus's form of it
slo         the two service levels, and their burn rates
symptoms    what only the gateway can see, with `losses`
rules       alerts -> rules.yaml
pictures    a dashboard's queries, answered by a real Prometheus, drawn
page        what they are drawn on
units       how numbers are written there
written     the files, and what is in them
```

`make docs` writes deploy/grafana and deploy/prometheus. None of this is in the wheel.
"""
