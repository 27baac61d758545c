"""Logs: what the gateway says while it runs, one line for each thing worth saying.

```
events     every line there is: its level, its fields, what it means, what to do
stream     where lines go and what they look like
cleaning   what comes from the wire, made harmless
flood      the same line, again and again
```
"""

from gateway.logs.cleaning import clean
from gateway.logs.stream import Level, configure

__all__ = ["Level", "clean", "configure"]
