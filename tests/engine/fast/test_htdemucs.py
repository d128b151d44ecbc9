"""The whole function equals HTDemucs's own on hard weights: every shape of the family, both kinds of operators."""

from fractions import Fraction

import pytest
import torch

from worker.engine.fast.htdemucs import FastHTDemucs
from worker.engine.fast.precision import precision_named

# In the order of the published family, then what its kind allows.
SETTINGS = {
    "like htdemucs": {"bottom_channels": 32, "t_layers": 5},
    "like htdemucs_6s": {"sources": list("abcdef"), "t_layers": 3},
    "like the demo model": {"dconv_mode": 1, "dconv_depth": 1, "t_heads": 4},
    "mono, two sources": {"audio_channels": 1, "sources": ["a", "b"]},
    "one source": {"sources": ["lead"]},
    "deeper": {"depth": 4, "nfft": 4096, "channels": 8},
    "shallow": {"depth": 2},
    "other channels in time": {"channels_time": 24, "bottom_channels": 0, "t_layers": 0},
    "no transformer": {"t_layers": 0},
    "no embedding": {"freq_emb": 0},
    "no DConv": {"dconv_mode": 0},
    "wide DConv": {"dconv_comp": 2, "dconv_depth": 3},
    "no context": {"context": 0},
    "more context": {"context": 2},
    "growth": {"growth": 3},
    "a segment that nothing divides": {"segment": Fraction(3_331, 8_000)},
    "bands": {"multi_freqs": [0.25, 0.5], "multi_freqs_depth": 2},
    "norms within": {"norm_starts": 1},
    "no GLU": {"rewrite": False},
    "norm last": {"t_norm_first": False},
    "other places": {"t_emb": "cape"},
}


def mixes(module, count=1):
    generator = torch.Generator().manual_seed(3)
    frames = int(module.segment * module.samplerate)
    return torch.randn(count, module.audio_channels, frames, generator=generator) * 0.2 + 0.01


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_float32(settings, small, near):
    module = small(**settings)
    assert FastHTDemucs.covers(module)
    batch = mixes(module)
    assert near(module(batch), FastHTDemucs(module, precision_named("float32"))(batch)) > 90.0


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_bfloat16(settings, small, near):
    module = small(**settings)
    batch = mixes(module)
    assert near(module(batch), FastHTDemucs(module, precision_named("bfloat16"))(batch)) > 40.0


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_either_kind_of_operators(precision, small, near):
    module = small(bottom_channels=32, t_layers=2)
    batch = mixes(module)
    found = FastHTDemucs(module, precision_named(precision))(batch)
    assert near(module(batch), found) > (90.0 if precision == "float32" else 40.0)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_bytes_are_the_same_from_run_to_run_and_in_any_batch(precision, small):
    module = small(t_layers=2)
    form, batch = FastHTDemucs(module, precision_named(precision)), mixes(module, 3)
    before = batch.clone()
    first = form(batch)
    assert torch.equal(first, form(batch))
    assert torch.equal(first[1:2], form(batch[1:2]))
    assert torch.equal(first, FastHTDemucs(module, precision_named(precision))(batch))
    assert torch.equal(batch, before)


def test_shorter_than_the_training_length(small, near):
    module = small()
    batch = mixes(module)[..., :2_000]
    found = FastHTDemucs(module, precision_named("float32"))(batch)
    assert near(module(batch), found) > 90.0


def test_silence(small):
    module = small()
    for precision in ("float32", "bfloat16"):
        found = FastHTDemucs(module, precision_named(precision))(torch.zeros_like(mixes(module)))
        assert found.isfinite().all()


@pytest.mark.parametrize("settings", [{"depth": 4}, {"cac": False}, {"use_train_segment": False}])
def test_what_is_not_covered(settings, small):
    assert not FastHTDemucs.covers(small(**settings))


@pytest.mark.parametrize("architecture", ["HDemucs", "Demucs"])
def test_other_architectures_are_not_covered(architecture, lab):
    assert not FastHTDemucs.covers(lab.module(architecture))
