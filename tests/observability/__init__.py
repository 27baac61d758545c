"""A real Prometheus beside real gateways: panels that are empty, alerts that do not fire.

```
python -m tests.observability       every fault, every alert, every panel; writes table and pictures

prometheus   its programs, found or unpacked
server       a Prometheus that scrapes, and what it is asked
stage        broker, replicas, traffic and Prometheus together
launcher     the gateway's command with faults built in
acts         what is done to them, and which alerts must fire for it
looking      which panels are empty
result       what was seen, kept for the table of docs/dashboards.md
cases        series that make each alert fire, in its true windows
promql       what an expression asks for
boards       the dashboards as they lie in the repository
```
"""
