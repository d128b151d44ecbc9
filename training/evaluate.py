"""The table of a demo model's measures on held-out songs, from the command line. It trains nothing."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from training.network import loaded
from training.songs import STEMS
from training.trial import HELD_OUT_SEED, averaged, line, tried

_MODELS = Path(__file__).parent.parent / "worker" / "engine" / "models"
_EXAMPLE = """example:
  python -m training.evaluate
  python -m training.evaluate --weights /tmp/demo/demo.safetensors --songs 10 --table /tmp/table.md"""


def table(rows: list[dict[str, float]], *, seconds: float) -> str:
    """The measures as a table in Markdown: mean, median, worst and best song of each stem, in dB."""
    lines = [
        f"Signal-to-distortion ratio in dB on {len(rows)} held-out songs of {seconds:g} s:",
        "",
        "| stem | mean | median | worst song | best song |",
        "|---|---|---|---|---|",
    ]
    for name in STEMS:
        ordered = sorted(row[name] for row in rows)
        middle = (ordered[len(rows) // 2] + ordered[(len(rows) - 1) // 2]) / 2
        mean = sum(ordered) / len(rows)
        lines.append(f"| {name} | {mean:.2f} | {middle:.2f} | {ordered[0]:.2f} | {ordered[-1]:.2f} |")
    lines.append(f"| mean of the stems | **{averaged(rows)['mean']:.2f}** | | | |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure a model on held-out songs."""
    chosen = _parser().parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    network = loaded(chosen.weights, chosen.description)
    rows = []
    trials = tried(network, songs=chosen.songs, seconds=chosen.seconds, first_seed=chosen.first_seed)
    for number, row in enumerate(trials, start=1):
        rows.append(row)
        sys.stdout.write(f"song {number} of {chosen.songs}: {line(row)}\n")
        sys.stdout.flush()
    text = table(rows, seconds=chosen.seconds)
    sys.stdout.write("\n" + text)
    if chosen.table:
        chosen.table.write_text(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m training.evaluate",
        description="Measure a demo model on songs that training has never seen.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", type=Path, default=_MODELS / "demo.safetensors", help="default: the bundled ones")
    parser.add_argument("--description", type=Path, default=_MODELS / "demo.toml", help="default: the bundled one")
    parser.add_argument("--songs", type=int, default=50, help="how many (default 50)")
    parser.add_argument("--seconds", type=float, default=12.0, help="length of each (default 12)")
    parser.add_argument("--first-seed", type=int, default=HELD_OUT_SEED, help=f"default {HELD_OUT_SEED}")
    parser.add_argument("--threads", type=int, default=2, help="processor threads (default 2)")
    parser.add_argument("--table", type=Path, help="also write the table to this file")
    return parser


if __name__ == "__main__":
    main()
