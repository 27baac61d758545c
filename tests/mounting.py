"""A folder of secrets as Kubernetes mounts it: files are links, and all change in one step."""

from itertools import count
from pathlib import Path

__all__ = ["Mount"]


class Mount:
    """A mounted Secret.

    Args:
        folder: where it is mounted.
        keys: the first contents, by file name.
    """

    def __init__(self, folder: Path, **keys: bytes) -> None:
        self._folder = folder
        self._versions = count()
        self._keys: dict[str, bytes] = {}
        self.put(**keys)

    def path(self, key: str) -> Path:
        """Return where a key's file is."""
        return self._folder / key

    def put(self, **keys: bytes) -> None:
        """Change some keys, as the kubelet does: a new folder, and `..data` led to it at once."""
        self._keys |= keys
        version = self._folder / f"..version_{next(self._versions)}"
        version.mkdir(parents=True)
        for key, value in self._keys.items():
            (version / key).write_bytes(value)
        fresh = self._folder / "..data_tmp"
        fresh.symlink_to(version.name)
        fresh.rename(self._folder / "..data")
        for key in self._keys:
            if not self.path(key).is_symlink():
                self.path(key).symlink_to(f"..data/{key}")
