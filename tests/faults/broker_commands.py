"""Broker commands: Kafka's own command-line tools, for what Python's clients cannot do."""

import asyncio
import subprocess

from gateway.embedded import class_path
from gateway.embedded.java import find_java

__all__ = ["lift_quota", "set_password", "set_quota"]

_CLIENT = ("--entity-type", "clients", "--entity-name", "cstar-gateway")


async def set_quota(servers: str, bytes_a_second: int) -> None:
    """Let the gateway's client write so much and no more."""
    config = f"producer_byte_rate={bytes_a_second}"
    await _run("kafka.admin.ConfigCommand", servers, "--alter", "--add-config", config, *_CLIENT)


async def lift_quota(servers: str) -> None:
    """Let it write as much as it likes again."""
    arguments = ("--alter", "--delete-config", "producer_byte_rate", *_CLIENT)
    await _run("kafka.admin.ConfigCommand", servers, *arguments)


async def set_password(servers: str, user: str, password: str) -> None:
    """Give a user a password to log in with, by SCRAM-SHA-256."""
    config = f"SCRAM-SHA-256=[iterations=4096,password={password}]"
    arguments = ("--alter", "--add-config", config, "--entity-type", "users")
    await _run("kafka.admin.ConfigCommand", servers, *arguments, "--entity-name", user)


async def _run(main: str, servers: str, *arguments: str) -> None:
    def run() -> None:
        jars = ":".join(map(str, class_path()))
        command = [str(find_java()), "-cp", jars, main, "--bootstrap-server", servers, *arguments]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own Java

    await asyncio.to_thread(run)
