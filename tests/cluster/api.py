"""Api: asks a Kubernetes API server, over HTTP and JSON; kubectl comes in no registry."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Answer", "Api"]

_WITHIN = 30.0


class Answer(NamedTuple):
    """What the server said.

    Attributes:
        status: of HTTP.
        body: the object, or the server's reason.
        warnings: what it accepted but would rather not have seen.
    """

    status: int
    body: Any
    warnings: list[str]


class Api:
    """A client as the cluster's administrator.

    Args:
        url: where the server listens.
        token: who asks.
        certificate: the server's own; made when it starts.
    """

    def __init__(self, url: str, token: str, certificate: Path) -> None:
        self._url = url
        self._token = token
        self._certificate = certificate
        self._plurals: dict[str, dict[str, str]] = {}

    def ask(self, method: str, path: str, body: Any = None, *, kind: str = "json") -> Answer:
        """Send one request; a refusal is an answer, too.

        Raises:
            OSError: nothing answers.
        """
        headers = {"authorization": f"Bearer {self._token}", "content-type": f"application/{kind}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - https, of ours
            self._url + path, data, headers, method=method
        )
        trusted = ssl.create_default_context(cafile=str(self._certificate))
        try:
            with urllib.request.urlopen(request, timeout=_WITHIN, context=trusted) as answer:  # noqa: S310
                warnings = answer.headers.get_all("warning") or []
                return Answer(answer.status, _read(answer.read()), warnings)
        except urllib.error.HTTPError as refusal:
            return Answer(refusal.code, _read(refusal.read()), [])

    def get(self, path: str, *, raw: bool = False) -> Any:
        """Return what lies at a path.

        Raises:
            ConnectionError: it cannot be had.
        """
        answer = self.ask("GET", path)
        if answer.status >= 400:
            raise ConnectionError(f"{path}: {answer.status} {answer.body}")
        return str(answer.body) if raw else answer.body

    def create(self, thing: dict[str, Any], namespace: str = "", *, dry: bool = False) -> Answer:
        """Create an object; `dry`: have it judged alone. Unknown keys are an error."""
        place = thing["metadata"].get("namespace", namespace)
        query = "?fieldValidation=Strict" + ("&dryRun=All" if dry else "")
        return self.ask("POST", self.path_of(thing, place) + query, thing)

    def items(self, version: str, kind: str, namespace: str) -> list[dict[str, Any]]:
        """Return every object of a kind in a namespace."""
        path = self.path_of({"apiVersion": version, "kind": kind}, namespace)
        found: list[dict[str, Any]] = self.get(path)["items"]
        return found

    def path_of(self, thing: dict[str, Any], namespace: str) -> str:
        """Return the path under which objects of a kind lie."""
        version, kind = thing["apiVersion"], thing["kind"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if kind not in self._plurals.get(version, {}):
            self._plurals[version] = dict(self._resources(root))
        plural, _, scope = self._plurals[version][kind].partition(" ")
        return f"{root}/namespaces/{namespace}/{plural}" if scope else f"{root}/{plural}"

    def _resources(self, root: str) -> Iterator[tuple[str, str]]:
        for one in self.get(root)["resources"]:
            if "/" not in one["name"]:
                yield one["kind"], f"{one['name']} namespaced" if one["namespaced"] else one["name"]


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
