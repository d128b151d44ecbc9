"""A job's words turned into the engine's, and what the engine made turned into a job's. Pure."""

from datetime import UTC, datetime

from contract.events import JobCompleted
from contract.jobs import Job
from contract.options import RESIDUAL, JobOptions
from contract.recordings import Quality, Source, Stem, StemQuality, Warned
from contract.timings import ENCODING_MEANWHILE, REALTIME_FACTOR
from worker.engine import OutputOptions, Separation, SeparationOptions, StemFile
from worker.engine.seeds import seed_of_digest
from worker.model_choice import Choice


def separation_options(options: JobOptions, sha256: str, *, longest_seconds: float) -> SeparationOptions:
    """How to separate. `sha256`: the recording's; `longest_seconds`: as decoded, of any recording."""
    two = options.two_stems is not None
    return SeparationOptions(
        stems=None if two else tuple(name for name in options.stems if name != RESIDUAL),
        two_stems=options.two_stems,
        shifts=options.shifts,
        overlap=options.overlap,
        seed=seed_of(options, sha256),
        clip=options.clip,
        residual=options.residual,
        max_seconds=longest_seconds,
    )


def seed_of(options: JobOptions, sha256: str) -> int:
    """The seed of the shifts: as asked, else the recording's own."""
    return seed_of_digest(sha256) if options.seed is None else options.seed


def output_options(options: JobOptions) -> OutputOptions:
    """How to write the stems: with the recording's channels, and its rate unless another is asked for."""
    return OutputOptions(
        format=options.format,
        bit_depth=options.bit_depth,
        sample_rate=None if options.sample_rate == "source" else options.sample_rate,
        bitrate_kbps=options.bitrate_kbps,
        channels="source",
    )


def completed(
    job: Job, separation: Separation, *, choice: Choice, stems: tuple[Stem, ...], sha256: str
) -> JobCompleted:
    """The job's ending, all but where its manifest is and how long it took."""
    told = (Warned(code=code, detail=detail) for code, detail in separation.warnings)
    return JobCompleted(
        at=datetime.now(UTC),
        stems=stems,
        manifest_blob="",
        source=_source(job.source, separation, sha256),
        model=choice.used,
        device=separation.device,
        seed=separation.seed,
        gain=separation.gain,
        quality=_quality(separation),
        warnings=tuple(dict.fromkeys((*job.warnings, *choice.warnings, *told))),
    )


def timings_of(separation: Separation, *, fetching: float, storing: float, overlapped: float) -> dict[str, float]:
    """Seconds by stage, the realtime factor of the whole, and what encoding was done meanwhile.

    `overlapped`: what of `storing` counted as encoding.
    """
    stages = {"fetching": fetching, **separation.timings, "storing": storing}
    stages["encoding"] = max(0.0, stages.get("encoding", 0.0) - overlapped)
    audio = separation.source_frames / separation.source.sample_rate
    factor = audio / max(sum(stages.values()), 1e-6)
    told = stages | {REALTIME_FACTOR: factor, ENCODING_MEANWHILE: separation.overlapped_encoding}
    return {name: round(figure, 3) for name, figure in told.items()}


def _source(source: Source, separation: Separation, sha256: str) -> Source:
    facts = separation.source
    return source.model_copy(
        update={
            "sha256": sha256,
            "codec": facts.codec,
            "duration_seconds": separation.source_frames / facts.sample_rate,
            "sample_rate": facts.sample_rate,
            "channels": facts.channels,
            "bit_depth": facts.bit_depth,
        }
    )


def _quality(separation: Separation) -> Quality:
    shares = {stem.name: StemQuality(energy_share=_share(stem, separation)) for stem in separation.stems}
    return Quality(residual_db=_rounded(separation.residual_db), stems=shares)


def _share(stem: StemFile, separation: Separation) -> float:
    """Of the mix's energy, the stem's before the joint gain; at most 1, though bleed can add up to more."""
    if separation.mix_energy <= 0.0:
        return 0.0
    energy = (stem.rms / separation.gain) ** 2 * stem.frames * stem.channels
    return round(min(1.0, energy / separation.mix_energy), 4)


def _rounded(decibels: float | None) -> float | None:
    return None if decibels is None else round(decibels, 2)
