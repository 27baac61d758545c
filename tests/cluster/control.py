"""Control: a control plane on 127.0.0.1, for as long as a `with` lasts."""

import contextlib
import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.embedded.ports import free_ports
from gateway.embedded.process import Process
from tests.cluster.api import Api
from tests.cluster.build import built, stages

__all__ = ["ZONES", "Plane"]

ZONES = ("a", "b", "c")
_READY_WITHIN = 120.0
_PAUSE = 0.2
_OURS = Path(__file__).with_name("stages.yaml")


class Plane:
    """An API server with its store, controllers, scheduler, and three nodes in three zones.

    Attributes:
        api: asks it.
        binaries: the folder of Helm and helm-docs.
        kubeconfig: what Helm is given to find it.
    """

    def __init__(self) -> None:
        self.binaries = built()
        self._folder = Path(tempfile.mkdtemp(prefix="cstar-gateway-plane-"))
        self._port, self._store, self._peers = free_ports(3)
        self._processes: list[Process] = []
        self._token = secrets.token_hex(16)
        self.kubeconfig = self._folder / "kubeconfig"
        certificate = self._folder / "certificates/apiserver.crt"
        self.api = Api(f"https://127.0.0.1:{self._port}", self._token, certificate)

    def __enter__(self) -> Self:
        """Start every part; return when nodes are ready."""
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every part, the last first; remove what they wrote."""
        for process in reversed(self._processes):
            process.close()

    def told(self) -> str:
        """Return the end of what each part logged, and each pod that is not as it should be."""
        logs = sorted(self._folder.glob("*.log"))
        tails = [f"{log.name}:\n{log.read_text(errors='replace')[-1500:]}" for log in logs]
        with contextlib.suppress(OSError):
            for pod in self.api.get("/api/v1/pods")["items"]:
                phase = pod["status"].get("phase")
                if phase not in {"Running", "Succeeded"}:
                    place = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
                    tails.append(f"{place}: {phase} {pod['status'].get('conditions')}")
        return "\n".join(tails)

    def _start(self) -> None:
        self._write_files()
        self._run("etcd", *self._etcd())
        self._run("kube-apiserver", *self._apiserver())
        self._wait("the API server", lambda: self.api.get("/readyz", raw=True) == "ok")
        config = f"--kubeconfig={self.kubeconfig}"
        key = f"--service-account-private-key-file={self._folder / 'accounts.pem'}"
        quiet = ("--leader-elect=false", "--secure-port=0")
        self._run("kube-controller-manager", config, key, *quiet)
        self._run("kube-scheduler", config, *quiet)
        configs = [f"--config={path}" for path in [*stages(), _OURS]]
        # Without leases that kwok renews, nodes are taken for dead after 50 s, and pods with them.
        lease = "--node-lease-duration-seconds=40"
        self._run("kwok", config, "--manage-all-nodes", lease, *configs)
        for zone in ZONES:
            self.api.create(_node(zone))
        self._wait("the nodes", lambda: len([*self._ready_nodes()]) == len(ZONES))

    def _ready_nodes(self) -> Iterator[str]:
        for node in self.api.get("/api/v1/nodes")["items"]:
            conditions = {
                one["type"]: one["status"] for one in node["status"].get("conditions", [])
            }
            if conditions.get("Ready") == "True":
                yield node["metadata"]["name"]

    def _run(self, name: str, *arguments: str) -> None:
        # The first guardian to go takes the folder along; it is the last to be closed.
        process = Process([] if self._processes else [self._folder])
        self._processes.append(process)
        process.run([str(self.binaries / name), *arguments], self._folder / f"{name}.log")

    def _wait(self, what: str, holds: Any) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if holds():
                    return
            time.sleep(_PAUSE)
        raise TimeoutError(f"{what} did not come up.\n{self.told()}")

    def _write_files(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self._folder / "accounts.pem").write_bytes(pem)
        (self._folder / "tokens.csv").write_text(f"{self._token},admin,admin,system:masters\n")
        cluster = {
            "server": f"https://127.0.0.1:{self._port}",
            "certificate-authority": str(self._folder / "certificates/apiserver.crt"),
        }
        context = {"cluster": "plane", "user": "admin"}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "plane", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "plane", "context": context}],
            "current-context": "plane",
        }
        self.kubeconfig.write_text(yaml.safe_dump(config))
        self.kubeconfig.chmod(0o600)

    def _etcd(self) -> list[str]:
        clients, peers = (f"http://127.0.0.1:{port}" for port in (self._store, self._peers))
        return [
            f"--data-dir={self._folder / 'etcd'}",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
        ]

    def _apiserver(self) -> list[str]:
        key = self._folder / "accounts.pem"
        return [
            f"--etcd-servers=http://127.0.0.1:{self._store}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self._port}",
            f"--cert-dir={self._folder / 'certificates'}",
            f"--token-auth-file={self._folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
        ]


def _node(zone: str) -> dict[str, Any]:
    labels = {
        "kubernetes.io/hostname": f"node-{zone}",
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/zone": zone,
    }
    room = {"cpu": "8", "memory": "32Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"node-{zone}", "labels": labels},
        "status": {"allocatable": room, "capacity": room},
    }
