"""Where published weight files come from: a folder, a file, the package itself, a mirror, the catalog's address."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

from worker.engine.catalog import BUNDLED, WeightFile
from worker.engine.digest import read_checked
from worker.engine.download import Download
from worker.engine.errors import ModelUnavailable, WeightsCorrupt

Progress = Callable[[str, int, int | None], None]
"""Told (file name, bytes there, bytes in all or None) while a file is fetched."""


@dataclass(frozen=True, kw_only=True)
class Origins:
    """How to get hold of published files.

    `downloads`: a folder for what is half fetched. `mirror`: an address that has the files by their names and takes the
    place of the catalog's. `offline_folder`: a folder that has them, looked in first. `online`: whether to use the
    network at all.
    """

    downloads: Path
    mirror: str | None = None
    offline_folder: Path | None = None
    online: bool = True

    def content(self, file: WeightFile, progress: Progress) -> bytes:
        """The file's bytes, verified. Raises ModelUnavailable, WeightsCorrupt; OSError when the disk is full."""
        local = self._local(file)
        if local is not None:
            return _read(local, file)
        if not self.online:
            raise ModelUnavailable(f"The weights {file.basename} are not on this machine and nothing may be fetched.")
        return self._downloaded(file, progress)

    def _local(self, file: WeightFile) -> Path | None:
        if file.scheme == "file":
            return Path(unquote(urlsplit(file.url).path))
        if file.scheme == BUNDLED:
            return bundled_path(file)
        offline = self.offline_folder / file.basename if self.offline_folder else None
        return offline if offline is not None and offline.is_file() else None

    def _downloaded(self, file: WeightFile, progress: Progress) -> bytes:
        """Fetch and verify; where a resumed download does not verify, once more from its beginning."""
        part = self.downloads / f"{file.sha256}.part"
        resumed = part.exists()
        url = f"{self.mirror.rstrip('/')}/{file.basename}" if self.mirror else file.url
        Download(url=url, part=part).run(lambda there, whole: progress(file.basename, there, whole))
        try:
            content = read_checked(part, file.sha256)
        except WeightsCorrupt:
            part.unlink()
            if resumed:
                return self._downloaded(file, progress)
            raise
        part.unlink()
        return content


def bundled_path(file: WeightFile) -> Path:
    """Where a file that comes with the package lies."""
    return Path(str(files("worker.engine") / "models" / file.basename))


def _read(path: Path, file: WeightFile) -> bytes:
    try:
        return read_checked(path, file.sha256)
    except FileNotFoundError as error:
        raise ModelUnavailable(f"The weights {path} are not there.") from error
