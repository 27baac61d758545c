"""Server: a real Prometheus that scrapes every second, and answers."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import yaml

from tests.e2e.running import free_port
from tests.observability.prometheus import program

__all__ = ["Answer", "Prometheus", "running_prometheus"]


class Answer(NamedTuple):
    """One series of an answer.

    Attributes:
        labels: its own.
        points: of time and value, without what is no number.
    """

    labels: Mapping[str, str]
    points: list[tuple[float, float]]


class Prometheus:
    """Speaks to a running one."""

    def __init__(self, session: aiohttp.ClientSession, port: int) -> None:
        self._session = session
        self._url = f"http://127.0.0.1:{port}"

    async def _get(self, path: str, **parameters: str) -> Any:
        async with self._session.get(f"{self._url}{path}", params=parameters) as response:
            answer = await response.json()
            assert answer["status"] == "success", (parameters, answer)
            return answer["data"]

    async def ready(self) -> bool:
        """Tell whether it answers."""
        try:
            async with self._session.get(f"{self._url}/-/ready") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def firing(self) -> set[str]:
        """Return the alerts that fire now."""
        found = (await self._get("/api/v1/alerts"))["alerts"]
        return {each["labels"]["alertname"] for each in found if each["state"] == "firing"}

    async def alerts(self) -> list[dict[str, Any]]:
        """Return every alert that fires or is about to, annotations filled in."""
        found: list[dict[str, Any]] = (await self._get("/api/v1/alerts"))["alerts"]
        return found

    async def at(self, expr: str) -> list[Answer]:
        """Answer a query now."""
        data = await self._get("/api/v1/query", query=expr)
        return [_answer(each["metric"], [each["value"]]) for each in data["result"]]

    async def over(self, expr: str, begin: float, end: float, step: float) -> list[Answer]:
        """Answer a query over a time."""
        times = {"start": f"{begin:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        data = await self._get("/api/v1/query_range", query=expr, **times)
        return [_answer(each["metric"], each["values"]) for each in data["result"]]

    async def exemplars(self, expr: str, begin: float, end: float) -> list[dict[str, Any]]:
        """Return the traces kept beside a series."""
        times = {"start": f"{begin:.3f}", "end": f"{end:.3f}"}
        data = await self._get("/api/v1/query_exemplars", query=expr, **times)
        return [exemplar for series in data for exemplar in series["exemplars"]]


def _answer(labels: Mapping[str, str], values: list[tuple[float, str]]) -> Answer:
    points = [(float(time), float(value)) for time, value in values]
    return Answer(labels, [point for point in points if not math.isnan(point[1])])


@asynccontextmanager
async def running_prometheus(
    folder: Path, targets: Mapping[str, int], rules: str
) -> AsyncIterator[Prometheus]:
    """Run Prometheus over admin ports by instance, under these rules; end it afterwards."""
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    scraped = [
        {"targets": [f"127.0.0.1:{port}"], "labels": {"instance": name}}
        for name, port in targets.items()
    ]
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "cstar-gateway", "static_configs": scraped}],
    }
    path = folder / "prometheus.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        program("prometheus"),
        f"--config.file={path}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
        "--log.level=error",
    )
    try:
        async with aiohttp.ClientSession() as session:
            prometheus = Prometheus(session, port)
            async with asyncio.timeout(60):
                while not await prometheus.ready():  # noqa: ASYNC110 - nobody tells us
                    await asyncio.sleep(0.05)
            yield prometheus
    finally:
        process.terminate()
        await process.wait()
