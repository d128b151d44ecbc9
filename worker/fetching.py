"""Brings a job's recording to where it is worked on: out of storage, or from where its link leads. Knows no engine."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from contract.jobs import Job
from contract.recordings import Source, Warned
from contract.storage import BlobNotFound, BlobStore
from worker.failures import SourceChanged
from worker.links.fetching import LinkFetcher
from worker.watching import Watching

FETCH_SHARE = 0.5
"""Of the stage `fetching`: the recording's; the rest is the model's weights, where they are fetched."""
_PIECE_BYTES = 2**20


@dataclass(frozen=True)
class Recording:
    """A recording at hand: its file, and what is known of it by now."""

    path: Path
    sha256: str
    source: Source
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Where recordings come from."""

    storage: BlobStore
    links: LinkFetcher

    def fetch(self, job: Job, folder: Path, watching: Watching) -> Recording:
        """The job's recording as a file in `folder`.

        Raises Stopped, BlobNotFound, SourceChanged, OperatorError, OSError; for a link besides what LinkFetcher raises.
        """
        path = folder / "source"
        if job.source.kind == "upload":
            return self._stored(job, path, watching)
        found = self.links.fetch(job.source, path, watching, share=FETCH_SHARE)
        sha256 = _sha256_of(path, watching)
        source = found.source.model_copy(update={"sha256": sha256})
        watching.found(source, found.warnings)
        return Recording(path, sha256, source, found.warnings)

    def _stored(self, job: Job, path: Path, watching: Watching) -> Recording:
        if job.input_blob is None:
            raise BlobNotFound
        total, done, digest = job.source.bytes, 0, hashlib.sha256()
        with path.open("wb") as file:
            for chunk in self.storage.read(job.input_blob):
                watching.check()
                file.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                watching.reached("fetching", FETCH_SHARE * done / total if total else 0.0)
        expected = job.source.sha256
        if expected is not None and digest.hexdigest() != expected:
            raise SourceChanged("The recording in storage is not the one that was sent.")
        return Recording(path, digest.hexdigest(), job.source)


def _sha256_of(path: Path, watching: Watching) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            watching.check()
            digest.update(piece)
    return digest.hexdigest()
