"""How a stream behaves: constant memory, progress, cancelling, what is run for what is asked, wrong mixes."""

import numpy as np
import pytest

from worker.engine import Canceled, InvalidOptions, MixChanged, SeparationOptions, StatisticsMeter

SOURCES = ("drums", "bass", "other", "vocals")
SPECIALISTS = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]


class Counting:
    """A real network that counts the segments it is asked to run."""

    def __init__(self, network):
        self._network = network
        self.segments = 0

    def __getattr__(self, name):
        return getattr(self._network, name)

    def forward(self, batch):
        self.segments += len(batch)
        return self._network.forward(batch)


def counted(separator):
    """The separator's networks, now counting."""
    counters = []
    for member in separator._members:
        counters.append(Counting(member.network))
        object.__setattr__(member, "network", counters[-1])
    return counters


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("shifts", [0, 2])
def test_memory_does_not_grow_with_the_length(batch, shifts, lab):
    def most_held(frames):
        separator = lab.separator(lab.module("Demucs", depth=2), lab.module("HDemucs"))
        for member in separator._members:
            member.network.batch_size = batch
        stream = lab.stream(separator, lab.mix(frames), shifts=shifts)
        return max(stream.held_frames for _ in stream)

    segment, block = 6_000, 1_000
    bound = 2 * (2 * segment + batch * segment + block)
    assert most_held(40_000) <= bound
    assert most_held(120_000) <= bound


def test_blocks_of_all_stems_cover_the_same_frames_in_order(lab):
    mix = lab.mix(21_000)
    found = list(lab.stream(lab.separator(lab.module("HTDemucs")), mix, shifts=1))
    assert all(tuple(block) == SOURCES for block in found)
    assert all(len({stem.shape for stem in block.values()}) == 1 for block in found)
    assert sum(block["bass"].shape[1] for block in found) == 21_000
    assert all(block["bass"].dtype == np.float32 for block in found)


def test_the_first_blocks_come_long_before_the_mix_has_ended(lab):
    taken = []

    def blocks(mix):
        for start in range(0, mix.shape[1], 1_000):
            taken.append(start)
            yield mix[:, start : start + 1_000]

    mix = lab.mix(60_000)
    meter = StatisticsMeter()
    meter.add(mix)
    stream = lab.separator(lab.module("HTDemucs")).stream(
        blocks(mix), frames=60_000, statistics=meter.statistics, options=SeparationOptions(shifts=0)
    )
    assert not taken
    next(stream)
    assert len(taken) < 12


def test_progress_rises_to_one(lab):
    mix, heard = lab.mix(30_000), []
    meter = StatisticsMeter()
    meter.add(mix)
    stream = lab.separator(lab.module("Demucs", depth=2)).stream(
        iter([mix]), frames=30_000, statistics=meter.statistics, options=SeparationOptions(), progress=heard.append
    )
    lab.joined(stream)
    assert heard == sorted(heard)
    assert len(heard) > 4
    assert heard[-1] == 1.0


def test_a_cancel_is_felt_before_the_next_batch(lab):
    separator, mix = lab.separator(lab.module("Demucs", depth=2)), lab.mix(60_000)
    (counter,) = counted(separator)
    meter = StatisticsMeter()
    meter.add(mix)
    stream = separator.stream(
        iter([mix]),
        frames=60_000,
        statistics=meter.statistics,
        options=SeparationOptions(shifts=0),
        canceled=lambda: counter.segments >= 2,
    )
    with pytest.raises(Canceled):
        lab.joined(stream)
    assert counter.segments == 2


@pytest.mark.parametrize("options", [{"stems": ("vocals",)}, {"two_stems": "vocals"}])
def test_one_stem_of_a_bag_of_specialists_runs_one_network(options, lab):
    separator = lab.separator(*(lab.module("Demucs", depth=2, seed=at) for at in range(4)), weights=SPECIALISTS)
    mix = lab.mix(20_000)
    everything = lab.separate(separator, mix, shifts=1, seed=3)
    counters = counted(separator)
    found = lab.separate(separator, mix, shifts=1, seed=3, **options)
    assert [counter.segments > 0 for counter in counters] == [False, False, False, True]
    assert np.array_equal(found["vocals"], everything["vocals"])


def test_two_stems_sum_to_the_mix(lab):
    mix = lab.mix(15_000)
    found = lab.separate(lab.separator(lab.module("HTDemucs")), mix, two_stems="bass")
    assert list(found) == ["bass", "no_bass"]
    assert lab.decibels(mix, found["bass"] + found["no_bass"]) > 120.0


def test_with_the_residual_all_stems_sum_to_the_mix(lab):
    mix = lab.mix(15_000)
    found = lab.separate(lab.separator(lab.module("HTDemucs")), mix, stems=("drums", "bass"), residual=True)
    assert list(found) == ["drums", "bass", "residual"]
    assert lab.decibels(mix, sum(found.values())) > 120.0


def test_the_callers_blocks_are_left_as_they_are(lab):
    mix = lab.mix(9_000)
    before = mix.copy()
    mix.flags.writeable = False
    lab.separate(lab.separator(lab.module("HTDemucs")), mix, block=9_000)
    assert np.array_equal(mix, before)


@pytest.mark.parametrize("wrong", [-500, 500])
def test_a_mix_of_another_length_than_said_is_refused(wrong, lab):
    mix = lab.mix(9_000)
    meter = StatisticsMeter()
    meter.add(mix)
    stream = lab.separator(lab.module("Demucs", depth=2)).stream(
        iter([mix]), frames=9_000 + wrong, statistics=meter.statistics, options=SeparationOptions()
    )
    with pytest.raises(MixChanged):
        lab.joined(stream)


@pytest.mark.parametrize("shape", [(1, 500), (500,)])
def test_blocks_of_another_shape_are_refused(shape, lab):
    stream = lab.separator(lab.module("Demucs", depth=2)).stream(
        iter([np.zeros(shape, np.float32)]),
        frames=500,
        statistics=StatisticsMeter().statistics,
        options=SeparationOptions(),
    )
    with pytest.raises(InvalidOptions, match="2 channels"):
        next(stream)


def test_silence_stays_silent_and_finite(lab):
    mix = np.zeros((2, 9_000), np.float32)
    found = lab.separate(lab.separator(lab.module("Demucs", depth=2)), mix)
    assert all(np.isfinite(stem).all() and np.abs(stem).max() < 1e-6 for stem in found.values())
