"""A network takes its faster form on a CPU where it has one, says in what precision, and streams to the same answer."""

import numpy as np
import pytest
import torch

from worker.engine.fast import forms
from worker.engine.fast.forms import choose_form, choose_precision
from worker.engine.fast.htdemucs import FastHTDemucs
from worker.engine.plain import PlainNetwork
from worker.engine.separator import Member, Separator

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def separator(*modules, precision, weights=None):
    members = []
    for at, module in enumerate(modules):
        form = choose_form(module, precision, CPU)
        network = PlainNetwork(module, device=CPU, precision=precision, faster=form)
        members.append(Member(network, tuple(weights[at]) if weights else (1.0,) * len(module.sources)))
    return Separator("small", tuple(members))


@pytest.mark.parametrize(
    ("precision", "least", "frames"),
    [
        *(("float32", 90.0, frames) for frames in (1, 3_199, 3_200, 3_201, 15_000)),
        *(("bfloat16", 40.0, frames) for frames in (3_199, 3_200, 3_201, 15_000)),
        ("bfloat16", 25.0, 1),  # one frame's stems have nothing to be measured against but its own rounding
    ],
)
def test_streams_to_what_apply_model_gives(frames, precision, least, small, lab):
    module, mix = small(bottom_channels=32, t_layers=3), lab.mix(frames)
    made = separator(module, precision=precision)
    assert made.precision == precision
    wanted = lab.reference(module, mix=mix, shifts=1, seed=3)
    lab.assert_alike(wanted, lab.separate(made, mix, shifts=1, seed=3), least)


@pytest.mark.parametrize(("precision", "least"), [("float32", 90.0), ("bfloat16", 40.0)])
@pytest.mark.parametrize("frames", [3_199, 3_201, 9_000])
@pytest.mark.parametrize(("sources", "channels"), [("abcdef", 2), ("abcd", 1), ("a", 1)])
def test_any_number_of_sources_mono_or_stereo(sources, channels, frames, precision, least, small, lab):
    module, mix = small(sources=list(sources), audio_channels=channels, t_layers=2), lab.mix(frames, channels)
    wanted = lab.reference(module, mix=mix)
    lab.assert_alike(wanted, lab.separate(separator(module, precision=precision), mix, shifts=0), least)


@pytest.mark.parametrize(("precision", "least"), [("float32", 90.0), ("bfloat16", 40.0)])
@pytest.mark.parametrize("weights", [np.eye(4).tolist(), [[1.0, 0.5, 2.0, 1.0]] * 4], ids=["specialists", "a mixture"])
def test_a_bag(weights, precision, least, small, lab):
    modules, mix = [small(seed=seed) for seed in range(4)], lab.mix(7_000)
    wanted = lab.reference(*modules, mix=mix, weights=weights, shifts=1, seed=2)
    made = separator(*modules, precision=precision, weights=weights)
    lab.assert_alike(wanted, lab.separate(made, mix, shifts=1, seed=2), least)


def test_no_seam_is_worse_than_the_rest(small, lab):
    module, mix = small(), lab.mix(20_000)
    wanted = np.stack(list(lab.reference(module, mix=mix).values()))
    found = np.stack(list(lab.separate(separator(module, precision="float32"), mix, shifts=0).values()))
    for seam in range(2_400, 20_000, 2_400):
        near = slice(seam - 50, seam + 50)
        assert lab.decibels(wanted[..., near], found[..., near]) >= 90.0


def test_a_segment_that_overflows_is_run_again_in_float32(small, lab):
    module, mix = small(), lab.mix(3_200)
    form = choose_form(module, "bfloat16", CPU)
    network = PlainNetwork(module, device=CPU, precision="bfloat16", faster=lambda batch: form(batch) / 0.0)
    stream = lab.stream(Separator("small", (Member(network, (1.0,) * 4),)), mix, shifts=0)
    lab.assert_alike(lab.reference(module, mix=mix), lab.joined(stream))
    assert {code for code, _ in stream.warnings} == {"rerun_in_float32"}


def test_covered_networks_have_a_form_on_a_cpu_alone(small, lab):
    assert isinstance(choose_form(small(), "float32", CPU), FastHTDemucs)
    assert choose_form(small(), "float32", GPU) is None
    assert choose_form(small(), "float16", CPU) is None
    assert choose_form(small(depth=4), "float32", CPU) is None
    assert choose_form(lab.module("HDemucs"), "float32", CPU) is None


@pytest.mark.parametrize("able", [True, False])
def test_auto_is_bfloat16_only_where_that_is_faster(able, small, lab, monkeypatch):
    monkeypatch.setattr(forms, "has_bfloat16", lambda: able)
    assert choose_precision(small(), "auto", CPU) == ("bfloat16" if able else "float32")
    assert choose_precision(small(), "auto", GPU) == "float32"
    assert choose_precision(lab.module("Demucs"), "auto", CPU) == "float32"
    assert choose_precision(small(), "float32", CPU) == "float32"


@pytest.mark.parametrize(
    ("told", "able"),
    [
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({"avx512_f": True, "avx512_bf16": False}, False),
        ({}, False),
    ],
)
def test_what_the_processor_says(told, able, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: told)
    assert forms.has_bfloat16() is able


def test_a_torch_that_does_not_say_is_taken_to_be_unable(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert not forms.has_bfloat16()
