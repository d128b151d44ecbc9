"""Where a job's mixes lie: beside its stems, so that they go when the stems go. Knows no audio."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from contract.jobs import Job
from contract.options import Format
from contract.recordings import Value
from contract.storage import BlobNotFound, BlobStore


class Mix(Value):
    """A mix that is there. Lengths in frames and seconds, rates in Hz, levels in dB."""

    mix_id: str
    format: Format
    codec: str
    bytes: int
    sha256: str
    duration_seconds: float
    frames: int
    sample_rate: int
    channels: int
    peak_dbfs: float | None
    applied_gain_db: float
    created_at: datetime
    settings: dict[str, Any]


class MixShelf:
    """A completed job's mixes, at most `most`: the oldest goes. Every method raises StorageUnavailable."""

    def __init__(self, storage: BlobStore, job: Job, *, most: int) -> None:
        self._storage = storage
        self._most = most
        self._folder = f"results/{job.job_id}/{job.fence}/mixes"

    def find(self, mix_id: str) -> Mix | None:
        """The mix of this name, when it was made and is still there."""
        mix = self._read(f"{self._folder}/{mix_id}.json")
        return mix if mix is not None and self._storage.facts(self.key(mix)) is not None else None

    def key(self, mix: Mix) -> str:
        """Where the mix's audio lies in storage."""
        return f"{self._folder}/{mix.mix_id}.{mix.format}"

    def put(self, path: Path, mix: Mix) -> None:
        """Store a mix durably: its audio, and then what tells that it is there. Raises InsufficientStorage."""
        self._make_room()
        self._storage.put_file(self.key(mix), path)
        with self._storage.writer(f"{self._folder}/{mix.mix_id}.json") as writer:
            writer.write(mix.model_dump_json().encode())

    def clear(self) -> None:
        """Remove them all."""
        self._storage.delete_folder(self._folder)

    def _read(self, told: str) -> Mix | None:
        """None where there is none, or no longer: another may be making room."""
        try:
            return Mix.model_validate(json.loads(b"".join(self._storage.read(told))))
        except BlobNotFound:
            return None

    def _make_room(self) -> None:
        told = [facts for facts in self._storage.list(self._folder) if facts.key.endswith(".json")]
        told.sort(key=lambda facts: facts.modified)
        for facts in told[: max(0, len(told) + 1 - self._most)]:
            mix = self._read(facts.key)
            self._storage.delete(facts.key)
            if mix is not None:
                self._storage.delete(self.key(mix))
