"""The HTTP edge: everything of aiohttp's, and nothing of Kafka's.

```
server       listeners, connections, drain             (public listener)
handshakes   TLS, before a connection is one
connection   one TCP connection: malformed HTTP, half-close, room
malformed    what could not be parsed, and why
webhook      one request from head to answer: the order of work
head         what a request declares before its body
body         the body, as it arrives, within time and size
load         deliveries and bytes in flight, and their limits
descriptors  how many connections the system allows
answers      verdict -> bytes of the answer
admin        /livez /readyz /metrics /version          (admin listener)
```

The rule of this folder: cheap checks first, nothing of a request that is not proved is kept,
logged or sent back, and every request that was begun is answered once and counted once.
"""
