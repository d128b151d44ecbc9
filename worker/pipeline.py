"""One job's data: fetch, decode, separate, encode, store. Every file is durable before the job may say so.

It knows blobs and the engine; that the job ends, and how, is the runner's.
"""

import hashlib
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from contract.errors import StorageUnavailable
from contract.events import JobCompleted, StemFinished
from contract.jobs import Job
from contract.recordings import Stem
from contract.storage import BlobNotFound, BlobStore
from contract.tracing import Tracing
from media.jail import Jail
from media.jailed_audio import JailedAudio
from worker.engine import OutOfMemory, Separation, StemFile, Watch, separate_file
from worker.engine.watch import Stage as EngineStage
from worker.engine_terms import completed, output_options, separation_options, timings_of
from worker.failures import SourceChanged
from worker.manifest import manifest_bytes
from worker.model_choice import Choice, ModelChooser
from worker.model_pool import ModelPool
from worker.result_shelf import ResultShelf
from worker.scratch import Scratch
from worker.watching import Watching

_FETCH_SHARE = 0.5
"""Of the stage `fetching`: the recording's; the rest is the model's weights, where they are fetched."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What the data passes through. `jail`: where recordings are decoded; `longest_seconds`: of one, as decoded."""

    storage: BlobStore
    models: ModelPool
    chooser: ModelChooser
    scratch: Scratch
    jail: Jail
    tracing: Tracing
    longest_seconds: float

    def run(self, job: Job, watching: Watching) -> JobCompleted:
        """Do the work; what to say when it is done.

        Raises Stopped, EngineError (Canceled when the watching says so), MediaError, ZygoteLost, OperatorError,
        BlobNotFound, SourceChanged, OSError.
        """
        with self.scratch.folder() as folder:
            return _Work(self, job, watching, folder).run()


class _Work:
    """One job on its way."""

    def __init__(self, parts: Pipeline, job: Job, watching: Watching, folder: Path) -> None:
        self._parts = parts
        self._job = job
        self._watching = watching
        self._folder = folder
        self._shelf = ResultShelf(parts.storage, job)
        self._fetching = 0.0

    def run(self) -> JobCompleted:
        started = time.perf_counter()
        with self._parts.tracing.span("fetching"):
            path, sha256 = self._fetch()
        choice = self._parts.chooser.choose(self._job.options, self._told_of_weights)
        self._fetching = time.perf_counter() - started
        with _StoringWatch(self._watching, self._shelf, self._parts.tracing) as watch:
            separation = self._separate(path, choice, watch=watch, sha256=sha256)
        with self._parts.tracing.span("storing"):
            return self._finish(separation, choice, stored=watch, sha256=sha256)

    def _fetch(self) -> tuple[Path, str]:
        """The recording as a local file, and its SHA-256."""
        key, path = self._job.input_blob, self._folder / "source"
        if key is None:
            raise BlobNotFound
        total, done, digest = self._job.source.bytes, 0, hashlib.sha256()
        with path.open("wb") as file:
            for chunk in self._parts.storage.read(key):
                self._watching.check()
                file.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                self._watching.reached("fetching", _FETCH_SHARE * done / total if total else 0.0)
        expected = self._job.source.sha256
        if expected is not None and digest.hexdigest() != expected:
            raise SourceChanged("The recording in storage is not the one that was sent.")
        return path, digest.hexdigest()

    def _told_of_weights(self, name: str, there: int, whole: int | None) -> None:
        self._watching.check()
        share = there / whole if whole else 0.0
        message = f"Fetching the model's weights ({name}, {there / 1e6:.0f} MB)"
        self._watching.reached("fetching", _FETCH_SHARE + (1 - _FETCH_SHARE) * share, message=message)

    def _separate(self, path: Path, choice: Choice, *, watch: "_StoringWatch", sha256: str) -> Separation:
        """Out of memory, once more with no other model loaded, if there was one."""
        try:
            return self._separate_once(path, choice, watch=watch, sha256=sha256)
        except OutOfMemory:
            if not self._parts.models.evict_others(choice.recipe.name):
                raise
        return self._separate_once(path, choice, watch=watch, sha256=sha256)

    def _separate_once(self, path: Path, choice: Choice, *, watch: "_StoringWatch", sha256: str) -> Separation:
        options = separation_options(self._job.options, sha256, longest_seconds=self._parts.longest_seconds)
        output = output_options(self._job.options)
        self._watching.check()
        source = JailedAudio(path, self._parts.jail)
        with self._parts.models.borrow(choice.recipe.name) as separator:
            return separate_file(
                source, self._folder / "stems", separator=separator, options=options, output=output, watch=watch
            )

    def _finish(self, separation: Separation, choice: Choice, *, stored: "_StoringWatch", sha256: str) -> JobCompleted:
        """Say what was made, once the manifest is stored and all of it is really there."""
        self._watching.reached("storing")
        began = time.perf_counter()
        event = completed(self._job, separation, choice=choice, stems=tuple(stored.stems.values()), sha256=sha256)
        manifest_blob = self._shelf.put_manifest(manifest_bytes(self._job, event, separation))
        for stem in event.stems:
            self._check_stored(stem)
        storing = stored.seconds + time.perf_counter() - began
        timings = timings_of(separation, fetching=self._fetching, storing=storing, overlapped=stored.seconds)
        return event.model_copy(update={"manifest_blob": manifest_blob, "timings": timings})

    def _check_stored(self, stem: Stem) -> None:
        facts = self._parts.storage.facts(stem.blob)
        if facts is None or facts.bytes != stem.bytes:
            raise StorageUnavailable(f"The stem {stem.name} did not arrive whole in storage.")


class _StoringWatch(Watch):
    """Watches the engine for the job: tells how far it is, stores each stem as it is finished, passes on a stop.

    Inside its with-block each stage has a span of its own.
    """

    def __init__(self, watching: Watching, shelf: ResultShelf, tracing: Tracing) -> None:
        self.stems: dict[str, Stem] = {}
        self.seconds = 0.0
        self._watching = watching
        self._shelf = shelf
        self._tracing = tracing
        self._stage: EngineStage | None = None
        self._spans = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spans.close()

    def progress(self, stage: EngineStage, fraction: float) -> None:
        """As Watch."""
        if stage != self._stage:
            self._stage = stage
            self._spans.close()
            self._spans.enter_context(self._tracing.span(stage))
        self._watching.reached(stage, fraction)

    def stem(self, stem: StemFile) -> None:
        """As Watch: the stem is stored before anybody hears of it."""
        began = time.perf_counter()
        stored = self._shelf.put_stem(stem)
        self.seconds += time.perf_counter() - began
        self.stems[stored.name] = stored
        self._watching.tell(StemFinished(at=datetime.now(UTC), stem=stored))

    def canceled(self) -> bool:
        """As Watch."""
        return self._watching.stop is not None
