"""Where one attempt's results are put: a folder of its own in storage, named by its fence. Knows keys, not audio."""

import json
import math

import structlog

from contract.errors import OperatorError
from contract.jobs import Job
from contract.recordings import Stem
from contract.storage import BlobStore
from worker.engine import StemFile

_log = structlog.get_logger(__name__)


class ResultShelf:
    """Stores the stems of one attempt. A later attempt has another folder, so that two never mix."""

    def __init__(self, storage: BlobStore, job: Job) -> None:
        self._storage = storage
        self._all = f"results/{job.job_id}"
        self._fence = job.fence
        self._folder = f"{self._all}/{job.fence}"

    def put_stem(self, file: StemFile) -> Stem:
        """Store a stem and its outline durably. Raises InsufficientStorage, StorageUnavailable."""
        blob, peaks_blob = f"{self._folder}/{file.path.name}", f"{self._folder}/{file.name}.peaks.json"
        self._storage.put_file(blob, file.path)
        self._put(peaks_blob, json.dumps(file.peaks.as_json(), separators=(",", ":")).encode())
        return Stem(
            name=file.name,
            blob=blob,
            format=file.format,
            codec=file.codec,
            bytes=file.bytes,
            sha256=file.sha256,
            duration_seconds=file.frames / file.sample_rate,
            frames=file.frames,
            sample_rate=file.sample_rate,
            channels=file.channels,
            peak_dbfs=decibels(file.peak),
            rms_dbfs=decibels(file.rms),
            peaks_blob=peaks_blob,
        )

    def put_manifest(self, content: bytes) -> str:
        """Store the manifest durably; its key. Raises InsufficientStorage, StorageUnavailable."""
        key = f"{self._folder}/manifest.json"
        self._put(key, content)
        return key

    def clear(self) -> None:
        """Remove what was stored. What cannot be removed now is an orphan, and the janitor's."""
        self._remove(self._folder)

    def clear_earlier(self) -> None:
        """Remove what attempts before this one left when they were killed."""
        for fence in range(1, self._fence):
            self._remove(f"{self._all}/{fence}")

    def _remove(self, folder: str) -> None:
        try:
            self._storage.delete_folder(folder)
        except OperatorError:
            _log.warning("results_not_removed", folder=folder)

    def _put(self, key: str, content: bytes) -> None:
        with self._storage.writer(key) as writer:
            writer.write(content)


def decibels(level: float) -> float | None:
    """A linear level in dBFS to two digits; None for silence."""
    return round(20.0 * math.log10(level), 2) if level > 0.0 else None
