"""Fuzz: what nobody thought of, thrown at everything between the wire and the record.

`make fuzz` runs it for minutes; a short, seeded form belongs to `make test`.

```
grammar     JSON of every shape, and of nearly
mutation    an event, changed in its structure, then bit by bit
throw       a request: a body, and headers that may or may not prove it; made from seed and number
laws        what must hold of each, whatever it is
campaign    throw after throw, for a time; a failure is made small
```
"""
