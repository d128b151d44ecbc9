"""Training from the command line: the plan, progress in plain lines, checkpoints. The learning is the trainer's."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from training.company import Company
from training.library import opened
from training.mixtures import Mixtures
from training.network import saved
from training.trainer import Plan, Trainer
from training.trial import VALIDATION_SEED, averaged, line, tried

_TRIAL_SECONDS = 7.0
_CHECKPOINT = "checkpoint.pt"
_REPORT_SECONDS = 30.0
_CHECKPOINT_SECONDS = 480.0
_EXAMPLE = """example:
  python -m training.library --songs 900 --seconds 7 --out /tmp/songs.npy
  python -m training.train --library /tmp/songs.npy --out /tmp/demo --minutes 90
  # stopped? The same command goes on from its last checkpoint.
  python -m training.evaluate --weights /tmp/demo/demo.safetensors"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the demo model, or go on training it."""
    chosen = _parser().parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        meeting = Path(folder) / "meeting"
        if chosen.processes == 1:
            _member(0, chosen, meeting)
        else:
            torch.multiprocessing.spawn(_member, args=(chosen, meeting), nprocs=chosen.processes)


def _member(rank: int, chosen: argparse.Namespace, meeting: Path) -> None:
    torch.set_num_threads(chosen.threads)
    torch.set_flush_denormal(True)
    plan = Plan(minutes=chosen.minutes, batch=chosen.batch, half=chosen.precision == "bfloat16", seed=chosen.seed)
    mixtures = Mixtures(opened(chosen.library), chosen.seed)
    trainer = Trainer(plan, mixtures, Company(rank, chosen.processes, meeting))
    checkpoint = chosen.out / _CHECKPOINT
    if checkpoint.exists():
        trainer.resume(checkpoint)
        if rank == 0:
            _say(f"going on at step {trainer.steps}, after {trainer.seconds / 60:.1f} minutes")
    _run(trainer, chosen.out, chosen.trial_songs)


def _run(trainer: Trainer, folder: Path, trial_songs: int) -> None:
    said = kept = trainer.seconds
    losses: list[float] = []
    origin = time.monotonic() - trainer.seconds
    while trainer.gone < 1:
        losses.append(trainer.step(time.monotonic() - origin))
        if not trainer.company.leads:
            continue
        if trainer.seconds - said >= _REPORT_SECONDS:
            _say(_progress(trainer, losses, trainer.seconds - said))
            said = trainer.seconds
            losses.clear()
        if trainer.seconds - kept >= _CHECKPOINT_SECONDS or trainer.gone == 1:
            _keep(trainer, folder, trial_songs)
            said = kept = time.monotonic() - origin


def _keep(trainer: Trainer, folder: Path, trial_songs: int) -> None:
    trainer.save(folder / _CHECKPOINT)
    saved(trainer.average, folder / "demo.safetensors")
    rows = list(tried(trainer.average, songs=trial_songs, seconds=_TRIAL_SECONDS, first_seed=VALIDATION_SEED))
    _say(f"kept step {trainer.steps}: dB on {trial_songs} unseen songs: {line(averaged(rows))}")


def _progress(trainer: Trainer, losses: list[float], seconds: float) -> str:
    return (
        f"{trainer.seconds / 60:6.1f} of {trainer.plan.minutes:g} min  step {trainer.steps}  "
        f"loss {sum(losses) / len(losses):.4f}  rate {trainer.rate:.1e}  {seconds / len(losses):.2f} s a step"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m training.train",
        description="Train the demo model on composed songs.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--library", type=Path, required=True, help="the file training.library has made")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint.pt and demo.safetensors")
    parser.add_argument("--minutes", type=float, default=90.0, help="time to train, over all resumes (default 90)")
    parser.add_argument("--batch", type=int, default=4, help="examples a step and process (default 4)")
    parser.add_argument("--processes", type=int, default=2, help="how many learn together (default 2)")
    parser.add_argument("--threads", type=int, default=1, help="processor threads of each (default 1)")
    parser.add_argument("--trial-songs", type=int, default=4, help="songs to measure at a checkpoint (default 4)")
    parser.add_argument("--precision", choices=("bfloat16", "float32"), default="bfloat16", help="default bfloat16")
    parser.add_argument("--seed", type=int, default=0, help="of the weights and the examples (default 0)")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
