"""The pure middle, in the data's order.

```
delivery   signed bytes and headers   -> Delivery   signature: the proof; webhook: whose it is
envelope   Delivery                   -> Envelope   who and what: the identity to dedupe by
routes     Envelope, webhook          -> Destinations: topics and payload forms (subscription)
payload    body                       -> Content    document: decoded strictly; event: its data
flat       data                       -> flat       one level, underscore names
building   Content, Destinations      -> Records    key, headers, value bytes
verdict    how it ended, for one of the `reasons`
```

The rule of this folder: no I/O, no clock, no logging, no metrics; `now` is an argument. A stage
that cannot go on raises `Ended` with its reason (`reasons`).
"""
