"""Benchmarks: what the gateway costs, against a server that does nothing but answer. `make bench`.

```
__main__    options in, tables and results/<name>.json out
pairs       bare, gateway, bare, gateway …: a run of each, the ratio pair by pair
  servers     each server as a process of its own: bare, or the command that is deployed
  load        the sender, a process of its own: deliveries < connection
  accounting  the server's CPU time, as the operating system counts it
  written     what the run left in Kafka, held against what was answered
stages      one step of the path at a time, without network
backfill    stored events from a file: `cstar-gateway ingest`
result      the figures, as they are kept; machine, table
```

Nothing here is part of the distribution, and no test asserts a time.
"""
