"""A gateway written by hand on FastAPI and aiokafka: what one would have without this one.

As a competent developer writes it in an afternoon, and no slower than need be: uvicorn on uvloop
and httptools, HMAC over the raw bytes, orjson, one flattening, ids in a dict for 33 hours, an
idempotent producer with `acks=all` that is waited for, a counter and a histogram. What it does not
do is most of docs/reliability.md: a restart forgets every id, replicas know nothing of each other.
"""

import hashlib
import hmac
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import orjson
import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Header, HTTPException, Request, Response
from prometheus_client import Counter, Histogram

from benchmarks.deliveries import PATH

__all__ = ["app", "flattened"]

SECRET = os.environ.get("BENCH_SECRET", "").encode()
SERVERS = os.environ.get("BENCH_KAFKA", "")
PREFIX = os.environ.get("BENCH_PREFIX", "")

TOLERANCE = 300
WINDOW = 33 * 3600
CATEGORIES = {
    "ticket": "tickets",
    "customer": "customers",
    "customer_group": "customers",
    "article": "articles",
    "team": "team",
    "agent": "team",
    "boss": "gamification",
    "player": "gamification",
    "social": "gamification",
    "community_post": "community",
    "survey": "surveys",
}

EVENTS = Counter("events", "Events by type and outcome.", ["type", "outcome"])
SECONDS = Histogram("seconds", "From request to ack.")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.seen = {}
    app.state.producer = AIOKafkaProducer(
        bootstrap_servers=SERVERS, acks="all", enable_idempotence=True
    )
    await app.state.producer.start()
    sys.stderr.write(json.dumps({"event": "listening", "port": app.state.port}) + "\n")
    sys.stderr.flush()
    yield
    await app.state.producer.stop()


app = FastAPI(lifespan=_lifespan)


@app.post(PATH, status_code=202)
async def take(request: Request, x_signature: Annotated[str, Header()]) -> Response:
    """Take one delivery."""
    began = time.perf_counter()
    body = await request.body()
    _verify(x_signature, body)
    event = orjson.loads(body)
    event_type, team = event["type"], event["team_id"]
    seen: dict[tuple[str, str], float] = request.app.state.seen
    identity = (team, event["id"])
    now = time.time()
    _forget(seen, now - WINDOW)
    if identity in seen:
        EVENTS.labels(event_type, "duplicate").inc()
        return _answer(200, "duplicate", event["id"])
    seen[identity] = now
    event["flat"] = flattened(event["data"])
    try:
        await request.app.state.producer.send_and_wait(
            f"{PREFIX}.{CATEGORIES.get(event_type.partition('.')[0], 'other')}",
            orjson.dumps(event),
            key=team.encode(),
            headers=[("ce_id", event["id"].encode()), ("ce_type", event_type.encode())],
        )
    except Exception:
        seen.pop(identity, None)
        raise
    EVENTS.labels(event_type, "accepted").inc()
    SECONDS.observe(time.perf_counter() - began)
    return _answer(202, "accepted", event["id"])


def _verify(header: str, body: bytes) -> None:
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    signed = f"{parts.get('t')}.".encode() + body
    expected = hmac.new(SECRET, signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, parts.get("v1", "")):
        raise HTTPException(401, "signature mismatch")
    if abs(time.time() - int(parts["t"])) > TOLERANCE:
        raise HTTPException(401, "signature stale")


def _forget(seen: dict[tuple[str, str], float], before: float) -> None:
    """Forget what is older than the window; the dict is in the order of arrival."""
    while seen:
        oldest = next(iter(seen))
        if seen[oldest] > before:
            return
        del seen[oldest]


def flattened(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the leaves of an object, names joined by underscores."""
    flat: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, dict) and value:
            flat.update(flattened(value, f"{prefix}{name}_"))
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _answer(status: int, outcome: str, event_id: str) -> Response:
    content = orjson.dumps({"status": outcome, "id": event_id})
    return Response(content, status, media_type="application/json")


def main() -> None:
    """Serve on a free port until SIGTERM."""
    listener = socket.create_server(("127.0.0.1", 0))
    app.state.port = listener.getsockname()[1]
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", access_log=False, log_level="warning"
    )
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn raises it again when it has ended
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
