"""Tiny networks of every architecture with hard weights, and Demucs's own apply_model to compare with."""

import random
from collections.abc import Callable, Sequence
from fractions import Fraction

import demucs.apply
import numpy as np
import pytest
import torch
from demucs.apply import BagOfModels, apply_model
from demucs.demucs import Demucs
from demucs.hdemucs import HDemucs
from demucs.htdemucs import HTDemucs

from worker.engine import SeparationOptions, Separator, StatisticsMeter
from worker.engine.plain import PlainNetwork
from worker.engine.separator import Member
from worker.engine.stream import Stream

RATE = 8_000
SOURCES = ["drums", "bass", "other", "vocals"]


torch.set_num_threads(1)  # the networks are tiny: more threads would only wait for each other


def make_htdemucs(sources: Sequence[str] = SOURCES, **settings: object) -> HTDemucs:
    fixed = {
        "channels": 8,
        "nfft": 1024,
        "samplerate": RATE,
        "segment": Fraction(1, 2),
        "t_layers": 1,
        "t_heads": 2,
        "t_hidden_scale": 1.0,
        "dconv_mode": 3,
    }
    return HTDemucs(list(sources), **(fixed | settings))


def make_hdemucs(sources: Sequence[str] = SOURCES, **settings: object) -> HDemucs:
    fixed = {"channels": 8, "nfft": 1024, "depth": 5, "samplerate": RATE, "segment": Fraction(3, 4)}
    return HDemucs(list(sources), **(fixed | settings))


def make_demucs(sources: Sequence[str] = SOURCES, **settings: object) -> Demucs:
    fixed = {"channels": 4, "depth": 4, "samplerate": RATE, "segment": Fraction(3, 4)}
    return Demucs(list(sources), **(fixed | settings))


MAKERS = {"HTDemucs": make_htdemucs, "HDemucs": make_hdemucs, "Demucs": make_demucs}


def hardened(module: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """Fresh weights hide errors: here every branch speaks, every norm bends, attention is sharp."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        if parameter.dim() == 1 and name.endswith("scale"):
            parameter.data.uniform_(0.1, 0.6, generator=generator)
        elif "norm" in name or parameter.dim() == 1:
            parameter.data += 0.2 * torch.randn(parameter.shape, generator=generator)
        elif "in_proj" in name:
            parameter.data *= 2
    return module.eval()


@pytest.fixture
def make_module() -> Callable[..., torch.nn.Module]:
    """make_module("HTDemucs", seed=0, **settings): a tiny network with hard weights."""

    def make(name: str, *, seed: int = 0, **settings: object) -> torch.nn.Module:
        torch.manual_seed(seed)
        return hardened(MAKERS[name](**settings), seed)

    return make


@pytest.fixture
def make_separator() -> Callable[..., Separator]:
    """make_separator(modules, weights=None, precision="float32"): they as one separator on the CPU."""

    def make(
        modules: Sequence[torch.nn.Module],
        weights: Sequence[Sequence[float]] | None = None,
        precision: str = "float32",
    ) -> Separator:
        rows = weights or [[1.0] * len(modules[0].sources)] * len(modules)
        members = (
            Member(PlainNetwork(module, device=torch.device("cpu"), precision=precision), tuple(row))
            for module, row in zip(modules, rows, strict=True)
        )
        return Separator("tiny", tuple(members))

    return make


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, np.ndarray]]:
    """reference(modules, mix, weights=, shifts=, overlap=, seed=): what demucs.api makes of the mix with apply_model.

    HTDemucs draws from the global generator while it runs, so the shifts get one of their own.
    """

    def separate(modules, mix, *, weights=None, shifts=0, overlap=0.25, seed=0):
        monkeypatch.setattr(demucs.apply, "random", random.Random(seed))
        wave = torch.from_numpy(mix)
        mono = wave.mean(0)
        deviation = (mono.std() if len(mono) > 1 else torch.tensor(0.0)) + 1e-8
        bag = BagOfModels(list(modules), None if weights is None else [list(row) for row in weights])
        with torch.no_grad():
            found = apply_model(bag, ((wave - mono.mean()) / deviation)[None], shifts=shifts, overlap=overlap)[0]
        found = found * deviation + mono.mean()
        return dict(zip(modules[0].sources, found.numpy(), strict=True))

    return separate


def stream_of(separator: Separator, mix: np.ndarray, *, block: int = 1_000, **options: object) -> Stream:
    """The separator's stream over this mix, cut into blocks."""
    meter = StatisticsMeter()
    meter.add(mix)
    return separator.stream(
        (mix[:, start : start + block] for start in range(0, mix.shape[1], block)),
        frames=mix.shape[1],
        statistics=meter.statistics,
        options=SeparationOptions(**options),
    )


@pytest.fixture
def separate() -> Callable[..., dict[str, np.ndarray]]:
    """separate(separator, mix, **options): all blocks of the stream joined."""

    def run(separator: Separator, mix: np.ndarray, **options: object) -> dict[str, np.ndarray]:
        blocks = list(stream_of(separator, mix, **options))
        return {name: np.concatenate([block[name] for block in blocks], axis=-1) for name in blocks[0]}

    return run


@pytest.fixture
def start_stream() -> Callable[..., Stream]:
    """start_stream(separator, mix, block=, **options): the stream itself."""
    return stream_of


@pytest.fixture
def make_mix() -> Callable[..., np.ndarray]:
    """make_mix(frames, channels=2): noise with a level that changes and a little offset, float32."""

    def make(frames: int, channels: int = 2, seed: int = 3) -> np.ndarray:
        generator = np.random.default_rng(seed)
        noise = generator.standard_normal((channels, frames)) * 0.2
        swell = 0.2 + np.abs(np.sin(np.arange(frames) / 3_000.0))
        return (noise * swell + 0.01).astype(np.float32)

    return make


@pytest.fixture
def decibels() -> Callable[[np.ndarray, np.ndarray], float]:
    """decibels(wanted, found): energy of what was wanted against the difference's."""

    def measure(wanted: np.ndarray, found: np.ndarray) -> float:
        assert wanted.shape == found.shape
        difference = float(np.square(wanted.astype(np.float64) - found).sum())
        energy = float(np.square(wanted, dtype=np.float64).sum())
        return float("inf") if difference == 0.0 else 10.0 * np.log10(energy / difference)

    return measure
