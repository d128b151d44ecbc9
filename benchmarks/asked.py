"""What a benchmark is asked for: one place for its options, their defaults, and the small sizes for trying it out."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Options of a run.

    `model`: `htdemucs` (its architecture with hard random weights) or `tiny`. `runs`: counted runs of each contender.
    `seconds`: of audio where the separation alone is measured. `song_seconds`: of the song from file to files,
    `gpu_seconds` of the one on a GPU. `lengths`: minutes of the recordings that tell how memory and cost grow, with
    hardly any arithmetic. `model_lengths`: the same with `model`. `batches`: of segments, tried on a GPU. `overlap`: of
    neighbouring segments. `threads`: 0 leaves them to torch. `device`: of the rows that want a GPU.
    `jail_seconds`: of the MP3 that is read in a jail. `player_minutes`: of the jobs that are played in a browser.
    """

    model: str = "htdemucs"
    runs: int = 5
    seconds: float = 12.0
    song_seconds: float = 180.0
    gpu_seconds: float = 240.0
    lengths: tuple[float, ...] = (10.0, 60.0, 600.0)
    model_lengths: tuple[float, ...] = (2.0, 10.0)
    jail_seconds: float = 240.0
    player_minutes: tuple[float, ...] = (5.0, 60.0)
    batches: tuple[int, ...] = (1, 4, 8, 16)
    overlap: float = 0.25
    threads: int = 0
    device: str = "cuda"


def small(asked: Asked) -> Asked:
    """The same in seconds rather than hours: whether it runs, not what the machine can do."""
    return replace(
        asked,
        model="tiny",
        runs=1,
        seconds=1.0,
        song_seconds=4.0,
        gpu_seconds=4.0,
        lengths=(0.1, 0.2),
        model_lengths=(0.1, 0.2),
        jail_seconds=4.0,
        player_minutes=(0.2, 0.3),
        batches=(2,),
    )
