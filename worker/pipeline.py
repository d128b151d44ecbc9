"""One job's data: fetch, decode, separate, encode, store. Every file is durable before the job may say so.

It knows blobs and the engine; that the job ends, and how, is the runner's.
"""

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
from contract.storage import BlobStore
from contract.tracing import Tracing
from media.jail import Jail
from media.jailed_audio import JailedAudio
from worker.engine import OutOfMemory, Separation, StemFile, Watch, separate_file
from worker.engine.watch import Stage as EngineStage
from worker.engine_terms import completed, output_options, separation_options, timings_of
from worker.fetching import FETCH_SHARE, Fetcher, Recording
from worker.manifest import manifest_bytes
from worker.model_choice import Choice, ModelChooser
from worker.model_pool import ModelPool
from worker.result_shelf import ResultShelf
from worker.scratch import Scratch
from worker.watching import Watching


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What the data passes through. `jail`: where recordings are decoded; `longest_seconds`: of one, as decoded."""

    storage: BlobStore
    fetcher: Fetcher
    models: ModelPool
    chooser: ModelChooser
    scratch: Scratch
    jail: Jail
    tracing: Tracing
    longest_seconds: float

    def run(self, job: Job, watching: Watching) -> JobCompleted:
        """Do the work; what to say when it is done.

        Raises Stopped, EngineError (Canceled when the watching says so), ZygoteLost, and what Fetcher.fetch raises.
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
            recording = self._fetch()
        choice = self._parts.chooser.choose(self._job.options, self._told_of_weights)
        self._fetching = time.perf_counter() - started
        with _StoringWatch(self._watching, self._shelf, self._parts.tracing) as watch:
            separation = self._separate(recording, choice, watch=watch)
        with self._parts.tracing.span("storing"):
            return self._finish(separation, choice, stored=watch, sha256=recording.sha256)

    def _fetch(self) -> Recording:
        """The recording; from here on the job's own facts are what it turned out to be."""
        recording = self._parts.fetcher.fetch(self._job, self._folder, self._watching)
        warnings = (*self._job.warnings, *recording.warnings)
        self._job = self._job.model_copy(update={"source": recording.source, "warnings": warnings})
        return recording

    def _told_of_weights(self, name: str, there: int, whole: int | None) -> None:
        self._watching.check()
        share = there / whole if whole else 0.0
        message = f"Fetching the model's weights ({name}, {there / 1e6:.0f} MB)"
        self._watching.reached("fetching", FETCH_SHARE + (1 - FETCH_SHARE) * share, message=message)

    def _separate(self, recording: Recording, choice: Choice, *, watch: "_StoringWatch") -> Separation:
        """Out of memory, once more with no other model loaded, if there was one."""
        try:
            return self._separate_once(recording, choice, watch=watch)
        except OutOfMemory:
            if not self._parts.models.evict_others(choice.recipe.name):
                raise
        return self._separate_once(recording, choice, watch=watch)

    def _separate_once(self, recording: Recording, choice: Choice, *, watch: "_StoringWatch") -> Separation:
        options = separation_options(self._job.options, recording.sha256, longest_seconds=self._parts.longest_seconds)
        output = output_options(self._job.options)
        self._watching.check()
        source = JailedAudio(recording.path, self._parts.jail)
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
