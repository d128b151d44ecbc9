"""Separating held-out songs and measuring the result: the table of the demo model. It trains nothing."""

from collections.abc import Iterator

import numpy as np
import torch
from demucs.apply import apply_model
from demucs.htdemucs import HTDemucs

from training.sdr import sdr
from training.songs import STEMS, Song, compose

# Songs to train from have the seeds from 0 on; these are far away from them.
HELD_OUT_SEED = 1_000_000
VALIDATION_SEED = 2_000_000


def measured(network: HTDemucs, song: Song) -> dict[str, float]:
    """The signal-to-distortion ratio in dB of each stem, separated as the service does it, without shifts."""
    mix = torch.from_numpy(song.mix)
    mono = mix.mean(dim=0)
    mean, deviation = mono.mean(), mono.std() + 1e-8
    with torch.inference_mode():
        estimates = apply_model(network, ((mix - mean) / deviation)[None], shifts=0, split=True, overlap=0.25)[0]
    estimates = estimates * deviation + mean
    return {name: sdr(song.stems[name], estimates[number].numpy()) for number, name in enumerate(STEMS)}


def tried(network: HTDemucs, *, songs: int, seconds: float, first_seed: int) -> Iterator[dict[str, float]]:
    """The measures of song after song."""
    for seed in range(first_seed, first_seed + songs):
        yield measured(network, compose(seed, seconds))


def averaged(rows: list[dict[str, float]]) -> dict[str, float]:
    """The mean over songs of each stem, and `mean`, that of the stems."""
    means = {name: float(np.mean([row[name] for row in rows])) for name in STEMS}
    return {**means, "mean": float(np.mean(list(means.values())))}


def line(figures: dict[str, float]) -> str:
    """The figures in one line, in dB."""
    return "  ".join(f"{name} {value:.2f}" for name, value in figures.items())
