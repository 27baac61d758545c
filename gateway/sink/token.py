"""Token: the bearer token of a log-in by OAUTHBEARER, read anew for each connection.

Kubernetes mounts a service account's token as a file and replaces it long before it expires; a
sidecar may write any other issuer's. May not live here: asking an issuer.
"""

import asyncio
import re
from pathlib import Path

from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaError

__all__ = ["FileToken"]

_MOST_BYTES = 64 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 2.1


class FileToken(AbstractTokenProvider):
    """Reads the token from a file.

    Args:
        file: holds the token; white space around it is dropped.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    async def token(self) -> str:
        """Return the token as the file holds it now.

        Raises:
            KafkaError: for every cause: anything else would end aiokafka's own tasks for good.
        """
        try:
            return await asyncio.to_thread(self._read)
        except Exception as error:  # noqa: BLE001 - see above
            why = getattr(error, "strerror", None) or error
            raise KafkaError(f"the token file {self._file} cannot be used: {why}") from None

    def _read(self) -> str:
        with self._file.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        text = content.decode("ascii", "replace").strip()
        if len(content) > _MOST_BYTES or not _TOKEN.fullmatch(text):
            raise ValueError("it holds no bearer token")
        return text
