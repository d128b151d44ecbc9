"""The demo model's network: which HTDemucs it is, how its weights start, and where they are written. No training."""

import tomllib
from fractions import Fraction
from pathlib import Path

import torch
from demucs.htdemucs import HTDemucs
from safetensors.torch import load_file, save_file

from training.songs import SAMPLE_RATE, STEMS

SEGMENT_SECONDS = 4
SETTINGS: dict[str, int | float | bool] = {
    "channels": 16,
    "t_layers": 1,
    "t_heads": 4,
    "bottom_channels": 0,
    "dconv_depth": 1,
    "dconv_init": 0.1,
    "segment": SEGMENT_SECONDS,
}
_LAYER_SCALE = 0.1


def fresh(seed: int) -> HTDemucs:
    """A new network whose residual branches speak from the first step on: a short training has no time to wake them."""
    torch.manual_seed(seed)
    network = HTDemucs(sources=list(STEMS), samplerate=SAMPLE_RATE, **SETTINGS)
    for name, parameter in network.named_parameters():
        if name.endswith(("gamma_1.scale", "gamma_2.scale")):
            torch.nn.init.constant_(parameter, _LAYER_SCALE)
    return network


def saved(network: HTDemucs, path: Path) -> None:
    """Write the weights in half precision as safetensors, with the settings that make the network again."""
    state = {name: value.detach().to(torch.float16).contiguous() for name, value in network.state_dict().items()}
    save_file(state, path, metadata={"class": "HTDemucs", "samplerate": str(SAMPLE_RATE), "sources": ",".join(STEMS)})


def loaded(weights: Path, description: Path) -> HTDemucs:
    """The network of a weight file (safetensors) and the toml beside it, in float32, ready to separate."""
    facts = tomllib.loads(description.read_text())
    network = HTDemucs(sources=facts["sources"], samplerate=facts["samplerate"], **facts["kwargs"])
    network.load_state_dict({name: value.float() for name, value in load_file(weights).items()})
    return ready(network)


def ready(network: HTDemucs) -> HTDemucs:
    """The network set to separate: no training, and the segment that training with crops has changed put back."""
    network.eval()
    network.segment = Fraction(SEGMENT_SECONDS)
    return network
