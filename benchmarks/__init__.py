"""Benchmarks: what the gateway costs, beside servers that do less or do it by hand. `make bench`.

```
cli/          options in, tables and results/<name>.json out: cpu latency growth memory stages …
cpu           rounds of every contender, in shuffled order; ratios round by round
instructions  the same counted, whatever else the machine does: callgrind, slow_clock.c
latency       an open loop at a pace, and idle, beside the broker's own (probe)
growth        more connections, bytes, teams, partitions, topics, ids, processes
memory        an hour at one rate, beside its ids alone (ids)
restart       a start over a full journal (filling)
stages        one step of the path at a time, without network (steps, path)
backfill      stored events from a file: `cstar-gateway ingest`
  contenders    every server that is measured: bare, the command that is deployed, the same less
                a stage (without), or compiled, FastAPI and Go by hand (fastapi_gateway, go_gateway,
                go/)
  run           one of them under one load for one window; counts only if all was written, once
  serving       servers as processes, on topics of their own
  load          a closed loop: deliveries < connection. wrk: the same by another hand
  paced         an open loop: latency from when a request was due
  accounting    CPU time and memory, as the operating system counts them
page          docs/performance.md from what was kept: show (tables), pictures < drawing
```

Nothing here is part of the distribution, and no test asserts a time.
"""
