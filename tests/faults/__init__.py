"""Faults: what breaks in production, injected on purpose, and a checker that reads the whole log.

`make faults` runs every scenario and writes the table of docs/reliability.md; a short, seeded form
belongs to `make test`.

```
proxy       what stands between gateway and broker, and may misbehave
replicas    processes of `cstar-gateway serve`, and what may be done to them
sender      cStar on a fast clock: every event until it is accepted
checker     what was sent and answered, held against the log of every topic
row         what a scenario found: a line of the table
context     what a scenario is given
```
"""
