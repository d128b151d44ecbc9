"""One recording from file to files: surveyed, separated and encoded at once, checked. Knows no job."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from media.audio_file import AudioFile, OwnAudio
from media.blocks import FloatBlock
from worker.engine.encoding import Encoding
from worker.engine.errors import OutputInvalid
from worker.engine.mixdown import ResidualMeter, complete
from worker.engine.options import RESIDUAL, OutputOptions, SeparationOptions
from worker.engine.rendering import Rendering, SourceReader, plan_rendering, render
from worker.engine.results import Separation, StemFile
from worker.engine.seeds import seed_of_file
from worker.engine.separator import Separator
from worker.engine.stream import Stream
from worker.engine.survey import Survey, decode_again, survey
from worker.engine.watch import Stage, Watch
from worker.engine.writing import Writing


def separate_file(
    source: Path | str | AudioFile,
    folder: Path | str,
    *,
    separator: Separator,
    options: SeparationOptions | None = None,
    output: OutputOptions | None = None,
    watch: Watch | None = None,
) -> Separation:
    """Separate the recording `source` into one file a stem, `folder`/STEM.EXTENSION (the folder is made).

    A path is decoded in this process; for bytes that nobody vouches for pass a `media.jailed_audio.JailedAudio`.
    Every stem has the recording's length, and its rate and bit depth unless `output` says otherwise. Memory does not
    grow with the length. Stems are encoded while the next segments are separated; with `clip: joint`, while it works,
    the folder also holds 4 bytes for each sample of each stem, to encode once more should the gain not be 1.
    Raises EngineError (InvalidOptions, Canceled, OutputInvalid, OutOfMemory ...), MediaError (not audio, too long, not
    writable), OSError (disk full); then no stem is left behind.
    """
    options, output, watch = options or SeparationOptions(), output or OutputOptions(), watch or Watch()
    names = options.outputs(separator.sources)
    clock = _Clock()
    with clock.timed("decoding"):
        found = survey(_audio(source), separator, max_seconds=options.max_seconds, watch=watch)
    seed = seed_of_file(found.source.path) if options.seed is None else options.seed
    rendering = plan_rendering(output, found, separator)
    work = _Work(separator=separator, options=options, seed=seed, watch=watch, found=found, rendering=rendering)
    with _room(Path(folder)) as room:
        writing = Writing(folder=Path(folder), room=room, rendering=rendering, clip=options.clip)
        with Encoding(names, writing) as encoding:
            with clock.timed("separating"):
                work.separate(encoding)
            with clock.timed("encoding"):
                stems = work.write(encoding)
    return work.result(stems, encoding, seconds=clock.seconds)


def _audio(source: Path | str | AudioFile) -> AudioFile:
    return OwnAudio(Path(source)) if isinstance(source, Path | str) else source


@dataclass(kw_only=True)
class _Work:
    """One recording on its way, surveyed already."""

    separator: Separator
    options: SeparationOptions
    seed: int
    watch: Watch
    found: Survey
    rendering: Rendering
    residual: ResidualMeter = field(default_factory=ResidualMeter)
    warnings: list[tuple[str, str]] = field(default_factory=list)

    def separate(self, encoding: Encoding) -> None:
        """Feed the encoders. What the stems leave out is taken from the recording itself: exact at any rate."""
        separator, rendering = self.separator, self.rendering
        heard, written = (separator.sample_rate, separator.channels), (rendering.sample_rate, rendering.channels)
        mix_blocks, source_blocks = decode_again(self.found, heard, written)
        stream, source = self._stream(mix_blocks), SourceReader(source_blocks, rendering.channels)
        for stems in render(stream, rendering, separator):
            mix = source.read(next(iter(stems.values())).shape[-1])
            finished = complete(stems, mix, self.options)
            self.residual.add(mix, [block for name, block in finished.items() if name != RESIDUAL])
            encoding.write(finished)
        self.warnings += stream.warnings
        self._check(encoding, stream)

    def write(self, encoding: Encoding) -> tuple[StemFile, ...]:
        """One file a stem."""
        if self.options.clip == "none" and self.rendering.output_format.bit_depth != "32f":
            loud = [name for name, peak in encoding.peaks.items() if peak > 1.0]
            self.warnings += [("clipped", f"{name} is louder than its format can hold.") for name in loud]
        stems: list[StemFile] = []
        for stem in encoding.finish(self.watch):
            stems.append(stem)
            self.watch.stem(stem)
        return tuple(stems)

    def result(self, stems: tuple[StemFile, ...], encoding: Encoding, *, seconds: dict[str, float]) -> Separation:
        """What is told of it when all is done. `seconds`: how long each stage took."""
        return Separation(
            stems=stems,
            source=self.found.facts,
            source_frames=self.found.frames,
            gain=encoding.gain,
            residual_db=self.residual.residual_db,
            mix_energy=self.residual.mix_energy,
            device=self.separator.device,
            precision=self.separator.precision,
            seed=self.seed,
            warnings=(
                *self.found.facts.warnings,
                *self.separator.warnings,
                *self.rendering.warnings,
                *self.warnings,
            ),
            timings=seconds,
            realtime_factor=self.found.seconds / max(sum(seconds.values()), 1e-9),
            overlapped_encoding=encoding.overlapped_seconds,
        )

    def _stream(self, blocks: Iterator[FloatBlock]) -> Stream:
        """The sources that must be computed, at the model's rate and channels."""
        separator, options, found = self.separator, self.options, self.found
        stems = options.sources(separator.sources)
        return separator.stream(
            blocks,
            frames=found.mix_frames,
            statistics=found.statistics,
            options=replace(options, stems=stems, two_stems=None, residual=False, seed=self.seed),
            progress=lambda fraction: self.watch.progress("separating", fraction),
            canceled=self.watch.canceled,
        )

    def _check(self, encoding: Encoding, stream: Stream) -> None:
        for name, frames in encoding.frames.items():
            if frames != self.rendering.frames:
                raise OutputInvalid(f"The stem {name} has {frames} of {self.rendering.frames} frames.")
        # A mix that does not move at all may well be answered with zeros.
        if stream.silent and self.found.statistics.deviation > 0.0:
            raise OutputInvalid(f"The stem {stream.silent[0]} is silent, and the recording is not.")


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - started


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A folder for drafts and spools inside `folder` (which is made), and which goes with all that is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".stems-") as room:
        yield Path(room)
