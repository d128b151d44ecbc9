"""On a GPU: separation alone by precision and batch, and a song from file to four FLAC files. Listed where none is."""

import collections
import math
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.alternating import Run, alternate, median_seconds
from benchmarks.asked import Asked
from benchmarks.limits import matrix_rate, segment_work
from benchmarks.recordings import Samples, decibels, noise, noise_file
from benchmarks.rows import Row
from benchmarks.separation import reference, streaming
from benchmarks.workshop import Workshop
from worker.engine import OutputOptions, Separation, SeparationOptions, Separator, separate_file
from worker.engine.spool import BLOCK_FRAMES
from worker.engine.statistics import StatisticsMeter

_NUMBERS = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_ABSENT = "not measured here: no CUDA device"


def measure_gpu(asked: Asked, workshop: Workshop) -> list[Row]:
    """Every row is listed on every machine."""
    if asked.device.startswith("cuda") and not torch.cuda.is_available():
        names = [f"separation alone, {name}" for name in _NUMBERS] + ["file to four FLAC files"]
        return [Row(name=name, note=_ABSENT) for name in names]
    mix = noise(asked.gpu_seconds)
    rows = [_fastest(asked, workshop, mix, precision) for precision in _NUMBERS]
    return [*rows, _files(asked, workshop, network_seconds=min(row.figures["seconds"] or math.inf for row in rows))]


def _fastest(asked: Asked, workshop: Workshop, mix: Samples, precision: str) -> Row:
    """The best batch for this precision, and how near it is to Demucs's own answer on the CPU for the first seconds."""
    separator = workshop.separator(asked.model, device=asked.device, precision=precision)
    own = separator.networks[0].batch_size
    options = SeparationOptions(shifts=0, overlap=asked.overlap)
    found: dict[int, list[Run]] = {}
    for batch in asked.batches:
        runs = alternate({"": _with_batch(separator, batch, mix, options)}, runs=asked.runs)[""]
        if separator.networks[0].batch_size == batch:  # else memory did not hold it, and smaller ones were timed
            found[batch] = runs
    best = min(found, key=lambda batch: median_seconds(found[batch]))
    seconds, rate = median_seconds(found[best]), matrix_rate(_NUMBERS[precision], asked.device)
    module = workshop.modules(asked.model)[0]
    segments = math.ceil(asked.gpu_seconds / ((1.0 - asked.overlap) * float(module.segment)))
    start = mix[:, : int(asked.seconds * separator.sample_rate)]
    near = decibels(reference([module], start, asked), streaming(separator, start, options)())
    return Row(
        name=f"separation alone, {separator.precision}",
        figures={
            "batch": best,
            "own_batch": own,
            "seconds": seconds,
            "realtime": asked.gpu_seconds / seconds,
            "matrix_rate_gflops": rate,
            "matrix_rate_share": segment_work(module) * segments / seconds / rate,
            "dB": near,
        },
        runs=found[best],
        note="; ".join(f"batch {batch}: {median_seconds(runs):.2f} s" for batch, runs in found.items()),
    )


def _with_batch(separator: Separator, batch: int, mix: Samples, options: SeparationOptions) -> Callable[[], None]:
    """Nobody keeps the blocks, and the mix comes as it does from a decoder: joining four minutes of stems costs more
    than a large GPU's network."""
    meter = StatisticsMeter()
    meter.add(mix)
    frames = mix.shape[1]

    def separate() -> None:
        for network in separator.networks:
            network.batch_size = batch
        blocks = (mix[:, start : start + BLOCK_FRAMES] for start in range(0, frames, BLOCK_FRAMES))
        stream = separator.stream(blocks, frames=frames, statistics=meter.statistics, options=options)
        collections.deque(stream, maxlen=0)

    return separate


def _files(asked: Asked, workshop: Workshop, *, network_seconds: float) -> Row:
    song = noise_file(workshop.folder / "song.flac", asked.gpu_seconds)
    separator = workshop.separator(asked.model, device=asked.device)
    made: list[Separation] = []
    runs = alternate({"": lambda: made.append(_to_flac(separator, song, asked))}, runs=asked.runs)[""]
    seconds, last = median_seconds(runs), made[-1]
    return Row(
        name=f"file to four FLAC files, {separator.precision}",
        figures={
            "seconds": seconds,
            "realtime": asked.gpu_seconds / seconds,
            "decoding_seconds": last.timings["decoding"],
            "separating_seconds": last.timings["separating"],
            "encoding_seconds": last.timings["encoding"],
            "encoding_meanwhile_seconds": last.overlapped_encoding,
            "network_share": network_seconds / seconds,
        },
        runs=runs,
        note="encoding_meanwhile: processor seconds of the encoders while the network ran",
    )


def _to_flac(separator: Separator, song: Path, asked: Asked) -> Separation:
    return separate_file(
        song,
        song.parent / "flac",
        separator=separator,
        options=SeparationOptions(shifts=0, overlap=asked.overlap),
        output=OutputOptions(format="flac"),
    )
