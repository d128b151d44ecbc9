"""Getting over too little memory and numbers that overflow, with networks that misbehave on purpose."""

import numpy as np
import pytest

from worker.engine.attempts import answer
from worker.engine.errors import OutOfMemory, OutputInvalid


class Doubles:
    """A network of one source that answers with twice its input; up to `roomy` segments fit its memory."""

    def __init__(self, *, batch_size=8, roomy=8, precision="bfloat16", may_retreat=False):
        self.device, self.lane = "cuda:0", None
        self._may_retreat = may_retreat
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

    def broken(self, answers):
        return [row for row, found in enumerate(answers) if not np.isfinite(found).all()]

    def retreat(self):
        if self.device == "cpu" or not self._may_retreat:
            return False
        self.device, self._roomy, self.batch_size = "cpu", 1, 1
        return True

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


def joined(network, batch, warned):
    return np.stack(list(answer(network, batch, lambda code, _: warned.append(code))))


def test_a_batch_that_fits_runs_at_once(batch, warned):
    network = Doubles()
    assert np.array_equal(joined(network, batch, warned), 2 * batch[:, None])
    assert network.sizes == [8]
    assert warned == []


def test_out_of_memory_halves_the_batch_and_says_so(batch, warned):
    network = Doubles(roomy=2)
    assert np.array_equal(joined(network, batch, warned), 2 * batch[:, None])
    assert network.sizes == [8, 4, 2, 2, 2, 2]
    assert network.batch_size == 2
    assert network.released == 2
    assert warned == ["batch_halved", "batch_halved"]


def test_out_of_memory_with_one_segment_is_the_end(batch, warned):
    with pytest.raises(OutOfMemory):
        joined(Doubles(roomy=0), batch, warned)


def test_where_not_even_one_segment_fits_it_goes_on_where_it_may(batch, warned):
    network = Doubles(roomy=0, may_retreat=True)
    assert np.array_equal(joined(network, batch, warned), 2 * batch[:, None])
    assert network.sizes == [8, 4, 2, 1, *[1] * 8]
    assert network.device == "cpu"
    assert warned == [*["batch_halved"] * 3, "moved_to_cpu"]


def test_what_overflows_is_run_again_in_float32(batch, warned):
    batch[3] = 5.0
    found = joined(Overflows(), batch, warned)
    assert np.array_equal(found, 2 * batch[:, None])
    assert warned == ["rerun_in_float32"]


@pytest.mark.parametrize("network", [OverflowsAlways(), Overflows(precision="float32")])
def test_what_overflows_in_float32_is_refused(network, batch, warned):
    batch[3] = 5.0
    with pytest.raises(OutputInvalid):
        joined(network, batch, warned)
