"""Puts trained weights where the engine finds the demo model, with the description of them. It trains nothing."""

import argparse
import hashlib
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from training.network import SEGMENT_SECONDS, SETTINGS
from training.songs import SAMPLE_RATE, STEMS

_FOLDER = Path(__file__).parent.parent / "worker" / "engine" / "models"
_EXAMPLE = "example:\n  python -m training.bundle --weights /tmp/demo/demo.safetensors"
_FORM = """# The bundled demo model, for trying things out and for tests; not for real music. See DEMO.md.
# demo.safetensors beside this file holds its state dict in half precision. Written by `python -m training.bundle`.
name = "demo"
class = "HTDemucs"
sources = {sources}
samplerate = {samplerate}
channels = 2
segment_seconds = {segment}
licence = "MIT"
file = "demo.safetensors"
sha256 = "{sha256}"

# HTDemucs(sources=sources, samplerate=samplerate, **kwargs)
[kwargs]
{kwargs}
"""


def description(weights: bytes) -> str:
    """What demo.toml says about these weights."""
    return _FORM.format(
        sources=json.dumps(STEMS),
        samplerate=SAMPLE_RATE,
        segment=SEGMENT_SECONDS,
        sha256=hashlib.sha256(weights).hexdigest(),
        kwargs="\n".join(f"{name} = {json.dumps(value)}" for name, value in SETTINGS.items()),
    )


def bundled(weights: Path, folder: Path) -> None:
    """Copy the weights and write the description beside them."""
    shutil.copyfile(weights, folder / "demo.safetensors")
    (folder / "demo.toml").write_text(description(weights.read_bytes()), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Bundle weights from the command line."""
    parser = argparse.ArgumentParser(
        "python -m training.bundle",
        description="Make trained weights the bundled demo model.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", type=Path, required=True, help="demo.safetensors, made by training.train")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="default: the engine's models")
    chosen = parser.parse_args(arguments)
    bundled(chosen.weights, chosen.folder)
    sys.stdout.write(f"{chosen.folder / 'demo.safetensors'} is the demo model\n")


if __name__ == "__main__":
    main()
