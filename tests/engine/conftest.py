"""Tiny networks of every architecture with hard weights, and Demucs's own apply_model to compare with."""

import io
import random
from collections.abc import Callable, Iterable, Sequence
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


class Lab:
    """Networks, separators, mixes and the reference, for any test that compares."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def module(self, name: str, *, seed: int = 0, **settings: object) -> torch.nn.Module:
        """A tiny network of this architecture with hard weights."""
        torch.manual_seed(seed)
        return hardened(MAKERS[name](**settings), seed)

    def separator(
        self,
        *modules: torch.nn.Module,
        weights: Sequence[Sequence[float]] | None = None,
        precision: str = "float32",
    ) -> Separator:
        """They as one separator on the CPU."""
        rows = weights or [[1.0] * len(modules[0].sources)] * len(modules)
        members = (
            Member(PlainNetwork(module, device=torch.device("cpu"), precision=precision), tuple(row))
            for module, row in zip(modules, rows, strict=True)
        )
        return Separator("tiny", tuple(members))

    def mix(self, frames: int, channels: int = 2, seed: int = 3) -> np.ndarray:
        """Noise with a level that changes and a little offset, channels x frames."""
        generator = np.random.default_rng(seed)
        noise = generator.standard_normal((channels, frames)) * 0.2
        swell = 0.2 + np.abs(np.sin(np.arange(frames) / 3_000.0))
        return (noise * swell + 0.01).astype(np.float32)

    def reference(self, *modules, mix, weights=None, shifts=0, overlap=0.25, seed=0) -> dict[str, np.ndarray]:
        """What demucs.api makes of the mix with apply_model.

        HTDemucs draws from the global generator while it runs, so the shifts get one of their own.
        """
        self._monkeypatch.setattr(demucs.apply, "random", random.Random(seed))
        wave = torch.from_numpy(mix)
        mono = wave.mean(0)
        deviation = (mono.std() if len(mono) > 1 else torch.tensor(0.0)) + 1e-8
        bag = BagOfModels(list(modules), None if weights is None else [list(row) for row in weights])
        normalised = (wave - mono.mean()) / deviation
        with torch.no_grad():
            found = apply_model(bag, normalised[None], shifts=shifts, overlap=overlap)[0]
        return dict(zip(modules[0].sources, (found * deviation + mono.mean()).numpy(), strict=True))

    def stream(self, separator: Separator, mix: np.ndarray, *, block: int = 1_000, **options: object) -> Stream:
        """The separator's stream over this mix, cut into blocks."""
        meter = StatisticsMeter()
        meter.add(mix)
        return separator.stream(
            (mix[:, start : start + block] for start in range(0, mix.shape[1], block)),
            frames=mix.shape[1],
            statistics=meter.statistics,
            options=SeparationOptions(**options),
        )

    def joined(self, blocks: Iterable[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Blocks of stems as whole stems."""
        found = list(blocks)
        return {name: np.concatenate([block[name] for block in found], axis=-1) for name in found[0]}

    def decibels(self, wanted: np.ndarray, found: np.ndarray) -> float:
        """Energy of what was wanted against the difference's."""
        assert wanted.shape == found.shape
        difference = float(np.square(wanted.astype(np.float64) - found).sum())
        energy = float(np.square(wanted, dtype=np.float64).sum())
        return float("inf") if difference == 0.0 else 10.0 * np.log10(energy / difference)

    def assert_alike(self, wanted: dict[str, np.ndarray], found: dict[str, np.ndarray], least: float = 90.0) -> None:
        """The same stems in the same order, each at least this many decibels from its difference."""
        assert list(wanted) == list(found)
        for name, stem in wanted.items():
            assert self.decibels(stem, found[name]) >= least, name

    def separate(self, separator: Separator, mix: np.ndarray, **options: object) -> dict[str, np.ndarray]:
        """All blocks of the stream joined."""
        return self.joined(self.stream(separator, mix, **options))


def published(module: torch.nn.Module, **more: object) -> bytes:
    """The bytes of a .th file as demucs.states.serialize_model makes them, in half precision."""
    args, kwargs = module._init_args_kwargs
    state = {name: value.half() for name, value in module.state_dict().items()}
    package = {"klass": type(module), "args": args, "kwargs": kwargs, "state": state}
    file = io.BytesIO()
    torch.save(package | {"training_args": {"dset": {"samplerate": 44100}, "epochs": 3}} | more, file)
    return file.getvalue()


@pytest.fixture
def publish() -> Callable[..., bytes]:
    """publish(module, **more): its published file."""
    return published


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Lab:
    return Lab(monkeypatch)
