"""The weights on this machine: fetched once, verified in full, converted once, verified again whenever they are read.

A converted file lies as SIGNATURE-SHA8.safetensors with its own digest beside it. No network is built here.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from worker.engine.catalog import BUNDLED, ModelRecipe, WeightFile
from worker.engine.digest import read_checked, sha256_of
from worker.engine.errors import ModelUnavailable, WeightsCorrupt
from worker.engine.origins import Origins, Progress, bundled_path

State = Literal["ready", "absent", "corrupt"]


class WeightsStore:
    """A folder of weights, ready to load.

    `mirror`: an address that has the published files by name, used instead of the catalog's addresses.
    `offline_folder`: a folder that has them, looked in first. `fetch`: whether the network may be used.
    """

    def __init__(
        self,
        folder: Path,
        *,
        mirror: str | None = None,
        offline_folder: Path | None = None,
        fetch: bool = True,
    ) -> None:
        self._folder = folder
        self._origins = Origins(
            downloads=folder / "downloads", mirror=mirror, offline_folder=offline_folder, online=fetch
        )

    def state(self, recipe: ModelRecipe) -> State:
        """Whether the model could be loaded, from a glance (sizes, not digests)."""
        states = {self._kept(file).state() for file in recipe.files}
        return "absent" if "absent" in states else "corrupt" if "corrupt" in states else "ready"

    def verify(self, recipe: ModelRecipe) -> None:
        """Read all of the model's files and compare their digests. Raises WeightsCorrupt, ModelUnavailable."""
        for file in recipe.files:
            self._kept(file).read()

    def files(self, recipe: ModelRecipe, progress: Progress | None = None) -> tuple[Path, ...]:
        """The model's safetensors files, fetched where they are absent. Raises as `fetch` does."""
        if self.state(recipe) == "absent":
            self.fetch(recipe, progress)
        return tuple(self._kept(file).path for file in recipe.files)

    def contents(self, recipe: ModelRecipe, progress: Progress | None = None) -> Iterator[bytes]:
        """The bytes of each of the model's safetensors files, verified; fetched where they are absent.

        Raises as `fetch` does.
        """
        self.files(recipe, progress)
        return (self._kept(file).read() for file in recipe.files)

    def fetch(self, recipe: ModelRecipe, progress: Progress | None = None) -> None:
        """Make the model ready: fetch, verify and convert each file that is absent or corrupt.

        Raises ModelUnavailable, WeightsCorrupt; OSError when the disk is full. Several processes may call it at once.
        """
        from worker.engine.conversion import convert, require_packages  # torch: only where a file is converted

        require_packages(recipe)
        for file in recipe.files:
            if file.scheme == BUNDLED:
                self._kept(file).read()
                continue
            with self._locked():
                if not self._kept(file).intact():
                    self._kept(file).write(convert(self._origins.content(file, progress or _unheard), recipe))

    def _kept(self, file: WeightFile) -> "_Kept":
        if file.scheme == BUNDLED:
            return _Kept(bundled_path(file), file)
        return _Kept(self._folder / f"{file.signature}-{file.sha256[:8]}.safetensors", file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time fetches; the others find the file when it is their turn."""
        (self._folder / "downloads").mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@dataclass(frozen=True)
class _Kept:
    """One file as it lies in the folder (or, for the bundled model, in the package)."""

    path: Path
    file: WeightFile

    def state(self) -> State:
        if not self.path.is_file():
            return "absent"
        if self.file.scheme == BUNDLED:
            return "ready"
        noted = self._note()
        if noted is None:
            return "absent"
        return "ready" if noted.get("bytes") == self.path.stat().st_size else "corrupt"

    def read(self) -> bytes:
        bundled = self.file.scheme == BUNDLED
        noted = {"sha256": self.file.sha256} if bundled else self._note()
        if noted is None or not self.path.exists():
            raise ModelUnavailable(f"The weights {self.path.name} are not on this machine.")
        try:
            return read_checked(self.path, str(noted.get("sha256")))
        except WeightsCorrupt:
            self._condemn()
            raise

    def intact(self) -> bool:
        try:
            self.read()
        except (ModelUnavailable, WeightsCorrupt):
            return False
        return True

    def write(self, content: bytes) -> None:
        note = {"sha256": sha256_of(content), "bytes": len(content), "published_sha256": self.file.sha256}
        self._digest_path.unlink(missing_ok=True)
        _replace(self.path, content)
        _replace(self._digest_path, json.dumps(note).encode())

    def _condemn(self) -> None:
        """Let a glance see what a full reading found."""
        if self.file.scheme != BUNDLED:
            with suppress(OSError):
                _replace(self._digest_path, json.dumps({"corrupt": True}).encode())

    @property
    def _digest_path(self) -> Path:
        return self.path.with_suffix(".json")

    def _note(self) -> dict[str, object] | None:
        """What was noted of the file when it was converted; None where nothing was."""
        try:
            found = json.loads(self._digest_path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _replace(path: Path, content: bytes) -> None:
    """Write the file so that it is there whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _unheard(name: str, there: int, whole: int | None) -> None:
    """Progress that nobody asked for."""
