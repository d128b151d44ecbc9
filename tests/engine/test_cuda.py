"""On a real GPU: the same answers, half precision, memory found, given back and run out of. Skipped where none is."""

import gc

import numpy as np
import pytest
import torch

from benchmarks.models import make_htdemucs
from worker.engine import Separator
from worker.engine.attempts import answer
from worker.engine.device_facts import describe_device
from worker.engine.devices import choose_device
from worker.engine.gpu import GpuNetwork
from worker.engine.networks import network_of
from worker.engine.separator import Member
from worker.engine.stand_in import load_stand_in

pytestmark = [
    pytest.mark.skipif(
        choose_device()[0].type != "cuda", reason="no CUDA device here: what only a GPU can show was NOT tested"
    ),
    pytest.mark.filterwarnings("default::UserWarning"),  # what a driver or cuDNN remarks is no fault of ours
]
CUDA = torch.device("cuda")


@pytest.fixture
def on_gpu(lab):
    """on_gpu(architecture, precision): a tiny separator there."""

    def make(name="HTDemucs", precision="float32", may_retreat=True):
        network = network_of(lab.module(name), CUDA, precision, may_retreat=may_retreat)
        return Separator("tiny", (Member(network, (1.0,) * 4),))

    yield make
    torch.cuda.empty_cache()


@pytest.fixture
def little_memory():
    """little_memory(bytes): so much more may be allocated from now on."""
    whole = torch.cuda.get_device_properties(CUDA).total_memory

    def limit(more):
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved(CUDA) + more) / whole)

    yield limit
    torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.mark.parametrize("name", ["HTDemucs", "HDemucs", "Demucs"])
def test_float32_gives_what_apply_model_gives(name, on_gpu, lab):
    mix, separator = lab.mix(40_000), on_gpu(name)
    assert separator.device.startswith("cuda")
    assert separator.networks[0].batch_size > 1
    wanted = lab.reference(lab.module(name), mix=mix, shifts=1, seed=3)
    lab.assert_alike(wanted, lab.separate(separator, mix, shifts=1, seed=3))


def test_auto_takes_half_precision_for_htdemucs_alone(on_gpu, lab):
    mix, separator = lab.mix(30_000), on_gpu(precision="auto")
    if torch.cuda.get_device_capability(CUDA) >= (7, 0):
        assert separator.precision == "float16"
    lab.assert_alike(lab.reference(lab.module("HTDemucs"), mix=mix), lab.separate(separator, mix, shifts=0), 50.0)
    assert on_gpu("Demucs", "auto").precision == "float32"


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float16"])
def test_the_same_input_gives_the_same_bytes(precision, on_gpu, lab):
    mix = lab.mix(30_000)
    one, two = (lab.separate(on_gpu(precision=precision), mix, shifts=1, seed=2) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_at_its_real_size_half_precision_is_near_enough_and_gives_the_same_bytes():
    """The sizes of htdemucs choose other kernels than a tiny network's; hard weights hide no error."""
    full, half = (network_of(make_htdemucs(), CUDA, precision) for precision in ("float32", "float16"))
    noise = np.random.default_rng(0).standard_normal((2, 2, full.segment_frames)).astype(np.float32)
    wanted, found, again = full.forward(noise), half.forward(noise), half.forward(noise)
    assert not half.broken(found)
    difference = (wanted.double() - found.double()).square().sum()
    assert 10.0 * torch.log10(wanted.double().square().sum() / difference) > 40.0
    assert torch.equal(found, again)
    assert torch.equal(wanted, full.forward(noise))


def test_what_really_overflows_is_run_again_in_float32(lab):
    module = lab.module("HTDemucs")
    module.encoder[0].conv.weight.data *= 1e6
    wanted = lab.reference(module, mix=lab.mix(12_000))
    separator = Separator("tiny", (Member(network_of(module, CUDA, "float16"), (1.0,) * 4),))
    stream = lab.stream(separator, lab.mix(12_000), shifts=0)
    lab.assert_alike(wanted, lab.joined(stream), 40.0)
    assert {code for code, _ in stream.warnings} == {"rerun_in_float32"}


def test_released_memory_is_the_devices_again(on_gpu, lab):
    lab.separate(on_gpu(precision="auto"), lab.mix(30_000))  # what cuBLAS takes at first it keeps
    gc.collect()
    torch.cuda.empty_cache()
    before = torch.cuda.memory_reserved(CUDA)
    separator = on_gpu(precision="auto")
    lab.separate(separator, lab.mix(30_000))
    assert torch.cuda.memory_allocated(CUDA) >= separator.memory_bytes * 0.9
    separator.release()
    assert torch.cuda.memory_reserved(CUDA) <= before + 2 * 2**20


def test_real_shortage_of_memory_halves_the_batch_and_the_answer_stays(little_memory):
    """On htdemucs itself: a tiny network fits any memory."""
    separator = load_stand_in(device="cuda", precision="float32")
    (network,) = separator.networks
    assert isinstance(network, GpuNetwork)
    batch = network.batch_size
    assert batch > 2, "too little memory is free here to run short of it"
    noise = np.random.default_rng(0).standard_normal((batch, 2, network.segment_frames)).astype(np.float32)
    codes: list[str] = []
    wanted = [row.cpu() for row in answer(network, noise, lambda code, _: codes.append(code))]
    assert codes == []
    little_memory(2 * network.run_bytes)
    found = [row.cpu() for row in answer(network, noise, lambda code, _: codes.append(code))]
    assert set(codes) == {"batch_halved"}
    assert all(torch.allclose(one, two, atol=1e-4) for one, two in zip(wanted, found, strict=True))


def test_what_the_device_is_can_be_told():
    facts = describe_device("cuda")
    assert facts.free_bytes() > 0
    assert facts.name
