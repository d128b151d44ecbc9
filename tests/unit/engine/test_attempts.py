"""Getting over too little memory and numbers that overflow, with networks that misbehave on purpose."""

import numpy as np
import pytest

from worker.engine.attempts import answer
from worker.engine.errors import OutOfMemory, OutputInvalid


class Doubles:
    """A network of one source that answers with twice its input; up to `roomy` segments fit its memory."""

    def __init__(self, *, batch_size=8, roomy=8, precision="bfloat16"):
        self.batch_size = batch_size
        self.precision = precision
        self.sizes = []
        self.released = 0
        self._roomy = roomy

    def forward(self, batch):
        self.sizes.append(len(batch))
        if len(batch) > self._roomy:
            raise OutOfMemory
        return 2 * batch[:, None]

    def precise(self, batch):
        return 2 * batch[:, None]

    def release(self):
        self.released += 1


class Overflows(Doubles):
    """Answers with infinity where its input is above 1."""

    def forward(self, batch):
        return np.where(batch > 1, np.inf, 2 * batch)[:, None].astype(np.float32)


class OverflowsAlways(Overflows):
    """Does so in float32 too."""

    precise = Overflows.forward


@pytest.fixture
def batch():
    return np.random.default_rng(0).uniform(-1, 1, (8, 2, 30)).astype(np.float32)


@pytest.fixture
def warned():
    return []


def warn_into(warned):
    return lambda code, _: warned.append(code)


def test_a_batch_that_fits_runs_at_once(batch, warned):
    network = Doubles()
    assert np.array_equal(answer(network, batch, warn_into(warned)), 2 * batch[:, None])
    assert network.sizes == [8]
    assert warned == []


def test_out_of_memory_halves_the_batch_and_says_so(batch, warned):
    network = Doubles(roomy=2)
    assert np.array_equal(answer(network, batch, warn_into(warned)), 2 * batch[:, None])
    assert network.sizes == [8, 4, 2, 2, 2, 2]
    assert network.batch_size == 2
    assert network.released == 2
    assert warned == ["batch_halved", "batch_halved"]


def test_out_of_memory_with_one_segment_is_the_end(batch, warned):
    with pytest.raises(OutOfMemory):
        answer(Doubles(roomy=0), batch, warn_into(warned))


def test_what_overflows_is_run_again_in_float32(batch, warned):
    batch[3] = 5.0
    found = answer(Overflows(), batch, warn_into(warned))
    assert np.array_equal(found, 2 * batch[:, None])
    assert warned == ["rerun_in_float32"]


@pytest.mark.parametrize("network", [OverflowsAlways(), Overflows(precision="float32")])
def test_what_overflows_in_float32_is_refused(network, batch, warned):
    batch[3] = 5.0
    with pytest.raises(OutputInvalid):
        answer(network, batch, warn_into(warned))
