"""Brokers that ask who is there: their listeners' properties, and what an administrator does."""

import base64
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from gateway.embedded import Kafka
from tests.certificates import Pair

__all__ = ["bearer_token", "grant", "revoke", "sasl", "set_password", "tls"]

_MECHANISMS = {"SCRAM-SHA-256": (1, "sha256"), "SCRAM-SHA-512": (2, "sha512")}
_ITERATIONS = 4096
_ON = "listener.name.clients"
_LOGIN = "org.apache.kafka.common.security"
_RESOURCES = {"topic": 2, "cluster": 4}
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8, "DescribeConfigs": 10}
_LITERAL, _PREFIXED, _ALLOW = 3, 4, 3


def tls(broker: Pair, clients_ca: str | None = None) -> dict[str, str]:
    """Return the properties of a clients' listener with this certificate."""
    properties = {
        f"{_ON}.ssl.keystore.type": "PEM",
        f"{_ON}.ssl.keystore.certificate.chain": broker.certificate.read_text(),
        f"{_ON}.ssl.keystore.key": broker.key.read_text(),
    }
    if clients_ca is not None:
        properties |= {
            f"{_ON}.ssl.client.auth": "required",
            f"{_ON}.ssl.truststore.type": "PEM",
            f"{_ON}.ssl.truststore.certificates": clients_ca,
        }
    return properties


def sasl(users: Mapping[str, str]) -> dict[str, str]:
    """Return the properties of a clients' listener with every log-in, and ACLs on all it does.

    `users` may log in by PLAIN; by SCRAM whoever `set_password` has told of; by OAUTHBEARER anyone,
    with a token that nobody has signed.
    """
    listed = " ".join(f'user_{name}="{password}"' for name, password in users.items())
    bearer = f"{_LOGIN}.oauthbearer.OAuthBearerLoginModule"
    return {
        f"{_ON}.sasl.enabled.mechanisms": f"PLAIN,{','.join(_MECHANISMS)},OAUTHBEARER",
        f"{_ON}.plain.sasl.jaas.config": f"{_LOGIN}.plain.PlainLoginModule required {listed};",
        f"{_ON}.oauthbearer.sasl.jaas.config": (
            f'{bearer} required unsecuredLoginStringClaim_sub="broker";'
        ),
        **{
            f"{_ON}.{name.lower()}.sasl.jaas.config": f"{_LOGIN}.scram.ScramLoginModule required;"
            for name in _MECHANISMS
        },
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",  # who comes by the INTERNAL listener
    }


def bearer_token(user: str, seconds: float = 3600) -> str:
    """Return an unsigned token (RFC 7515, `alg` none) of the user, good for so many seconds."""
    now = time.time()
    parts = ({"alg": "none"}, {"sub": user, "iat": now, "exp": now + seconds})
    coded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join(part.rstrip("=") for part in coded) + "."


async def grant(
    kafka: Kafka, user: str, operation: str, name: str, resource: str = "topic"
) -> None:
    """Let a user do something to every resource whose name begins so."""
    pattern = _LITERAL if resource == "cluster" else _PREFIXED
    row = (_RESOURCES[resource], name, pattern, f"User:{user}", "*", _OPERATIONS[operation], _ALLOW)
    async with _administering(kafka) as client:
        response = await client.send(client.get_random_node(), CreateAclsRequest(*row))
    assert [code for code, _ in response.creation_responses] == [0]


async def revoke(kafka: Kafka, user: str, operation: str, name: str) -> None:
    """Take back what was granted."""
    row = (_RESOURCES["topic"], name, _PREFIXED, f"User:{user}", "*", _OPERATIONS[operation])
    async with _administering(kafka) as client:
        await client.send(client.get_random_node(), DeleteAclsRequest(*row, _ALLOW))


async def set_password(kafka: Kafka, user: str, password: str) -> None:
    """Let a user log in by SCRAM with this password and no other."""
    async with _administering(kafka) as client:
        for number, digest in _MECHANISMS.values():  # Kafka takes a user once in a request
            salt = os.urandom(16)
            salted = hashlib.pbkdf2_hmac(digest, password.encode(), salt, _ITERATIONS)
            request = _AlterScram((user, number, _ITERATIONS, salt, salted, {}))
            response: Any = await client.send(client.get_random_node(), request)
            assert [row[1] for row in response.results] == [0], response.results


@asynccontextmanager
async def _administering(kafka: Kafka) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(bootstrap_servers=kafka.internal_servers)
    await client.bootstrap()
    try:
        yield client
    finally:
        await client.close()


class _AlterScramResponse(Response):
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            CompactArray(
                ("user", CompactString("utf-8")),
                ("error_code", Int16),
                ("error_message", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _AlterScramStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _AlterScramResponse
    SCHEMA = Schema(
        (
            "deletions",
            CompactArray(
                ("name", CompactString("utf-8")), ("mechanism", Int8), ("tags", TaggedFields)
            ),
        ),
        (
            "upsertions",
            CompactArray(
                ("name", CompactString("utf-8")),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _AlterScram(Request[_AlterScramStruct]):
    """Sets passwords (KIP-554), which aiokafka has no request for."""

    API_KEY = 51

    def __init__(self, row: tuple[Any, ...]) -> None:
        self._row = row

    def build(self, request_struct_class: type[_AlterScramStruct]) -> _AlterScramStruct:
        return request_struct_class([], [self._row], {})
