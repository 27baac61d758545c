"""Idempotency: which events Kafka has already, so that a retry adds nothing.

```
identity   (team_id, id) and data -> digests
claims     absent -> in flight -> committed: who publishes, who waits, who is a duplicate
window     the committed ids of the last 33 hours, 30 bytes each
marks      where committed ids are kept beyond this process
```
"""
