"""The parts of the benchmark, in the order they are run."""

from collections.abc import Sequence

from benchmarks.files import measure_cold, measure_files
from benchmarks.first_block import measure_first_block
from benchmarks.gpu import measure_gpu
from benchmarks.jail import measure_jail
from benchmarks.length import measure_length, measure_memory
from benchmarks.player.listening import measure_player
from benchmarks.rows import Part
from benchmarks.separation import measure_separation
from benchmarks.specialist import measure_specialist
from benchmarks.warm_up import measure_warm_up

PARTS = (
    Part("separation", "separation alone, against apply_model", measure_separation),
    Part("specialist", "one stem of htdemucs_ft, against its four networks", measure_specialist),
    Part("files", "file to four WAV files, warm engine against `python -m demucs`", measure_files),
    Part("cold", "one segment from nothing to files, command against command", measure_cold),
    Part("first", "time to the first finished block of every stem", measure_first_block),
    Part("warmup", "start of a process to the first segment", measure_warm_up),
    Part("jail", "reading an MP3 in a jail, against reading it in this process", measure_jail),
    Part("player", "the web player in Chromium: time to the first sound, memory of a long recording", measure_player),
    Part("memory", "peak memory of the model, short against long", measure_memory),
    Part("gpu", "on a GPU", measure_gpu),
    Part("length", "peak memory and cost of hours, hardly any network", measure_length),
)


def choose(names: str | None) -> Sequence[Part]:
    """All parts, or those named with commas between. Raises ValueError for a name there is not."""
    if not names:
        return PARTS
    known = {part.name: part for part in PARTS}
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    wrong = [name for name in wanted if name not in known]
    if wrong:
        raise ValueError(f"there is no part {wrong[0]!r}; choose among {', '.join(known)}")
    return [part for part in PARTS if part.name in wanted]
