"""A tiny HTDemucs with random weights in the published form, and a catalog file that offers it: a user's own model."""

import hashlib
from fractions import Fraction
from pathlib import Path

import safetensors.torch
import torch
from demucs.htdemucs import HTDemucs

RATE = 8_000
SOURCES = ["drums", "bass", "other", "vocals"]
_METADATA = {
    "args": '[["drums", "bass", "other", "vocals"]]',
    "kwargs": '{"channels": 8, "nfft": 1024, "samplerate": 8000, "t_layers": 1, "t_heads": 2, '
    '"t_hidden_scale": 1.0, "dconv_mode": 3, "segment": {"_type": "fraction", "numerator": 1, "denominator": 2}}',
}


def write_tiny_catalog(folder: Path, *names: str) -> Path:
    """A catalog of models of these names, all with the same weights, which lie beside it."""
    torch.manual_seed(0)
    module = HTDemucs(
        SOURCES,
        channels=8,
        nfft=1024,
        samplerate=RATE,
        t_layers=1,
        t_heads=2,
        t_hidden_scale=1.0,
        dconv_mode=3,
        segment=Fraction(1, 2),
    )
    tensors = {name: value.contiguous() for name, value in module.state_dict().items()}
    weights = folder / "tiny.safetensors"
    weights.write_bytes(safetensors.torch.save(tensors, _METADATA))
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    catalog = folder / "models.toml"
    catalog.write_text("\n".join(_entry(name, weights, digest) for name in names))
    return catalog


def _entry(name: str, weights: Path, digest: str) -> str:
    return f"""
[models.{name}]
class = "HTDemucs"
licence = "MIT"
files = [{{signature = "tiny", url = "{weights.as_uri()}", sha256 = "{digest}"}}]
"""
