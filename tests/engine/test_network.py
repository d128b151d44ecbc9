"""A network on its device: forms, precisions, errors in our words."""

import warnings

import numpy as np
import pytest
import torch

from worker.engine import EngineError, OutOfMemory, devices
from worker.engine.devices import check_precision, choose_device
from worker.engine.errors import DeviceUnavailable, InvalidOptions
from worker.engine.networks import network_of
from worker.engine.plain import PlainNetwork

CPU = torch.device("cpu")


@pytest.fixture
def batch(lab):
    return np.stack([lab.mix(4_000, seed=seed) for seed in (1, 2)])


def test_a_faster_form_takes_the_modules_place_but_not_in_float32(lab, batch):
    module = lab.module("HTDemucs")
    network = PlainNetwork(module, device=CPU, precision="bfloat16", faster=lambda mix: module(mix).bfloat16())
    assert network.precision == "bfloat16"
    wanted = PlainNetwork(module, device=CPU, precision="float32").forward(batch)
    assert network.forward(batch).dtype == np.float32
    assert 40.0 < lab.decibels(wanted, network.forward(batch)) < 70.0
    assert np.array_equal(network.precise(batch), wanted)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_precise_is_float32_whatever_the_precision(precision, lab, batch):
    wanted = PlainNetwork(lab.module("HTDemucs"), device=CPU, precision="float32").forward(batch)
    network = PlainNetwork(lab.module("HTDemucs"), device=CPU, precision=precision)
    lowered = network.forward(batch)
    assert not np.array_equal(lowered, wanted)
    assert np.array_equal(network.precise(batch), wanted)
    assert np.array_equal(network.forward(batch), lowered)


def raises(error):
    def compute(_):
        raise error

    return compute


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (torch.OutOfMemoryError("Tried to allocate 5.71 GiB"), OutOfMemory),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), OutOfMemory),
        (RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"), OutOfMemory),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), OutOfMemory),
        (MemoryError(), OutOfMemory),
        (RuntimeError("sizes do not match"), EngineError),
    ],
)
def test_foreign_errors_become_ours(error, ours, lab, batch):
    network = PlainNetwork(lab.module("HTDemucs"), device=CPU, precision="float32", faster=raises(error))
    with pytest.raises(EngineError) as caught:
        network.forward(batch)
    assert type(caught.value) is ours


@pytest.mark.parametrize(("precision", "packed_bytes"), [("float32", 4), ("bfloat16", 2)])
def test_memory_counts_the_weights_in_every_form(precision, packed_bytes, lab):
    module = lab.module("HTDemucs", nfft=4096)
    weights = sum(4 * value.numel() for value in module.parameters())
    plain = PlainNetwork(module, device=CPU, precision="float32")
    assert weights <= plain.memory_bytes < 1.1 * weights
    fast = network_of(module, CPU, precision)
    packed = weights * packed_bytes / 4
    assert 0.6 * packed < fast.memory_bytes - plain.memory_bytes < 2.0 * packed
    assert fast.run_bytes > 0


def test_what_is_unloaded_holds_nothing_and_does_not_run(lab, batch):
    module = lab.module("HTDemucs", nfft=4096)
    network = network_of(module, CPU, "bfloat16")
    network.unload()
    assert network.memory_bytes == 0
    assert all(value.is_meta for value in module.parameters())
    with pytest.raises(EngineError):
        network.forward(batch)


def test_a_released_separator_is_empty(lab):
    separator = lab.separator(lab.module("HTDemucs"), lab.module("Demucs", depth=2))
    assert separator.memory_bytes > separator.networks[0].memory_bytes
    assert separator.run_bytes == max(network.run_bytes for network in separator.networks)
    separator.release()
    assert (separator.memory_bytes, separator.run_bytes) == (0, 0)


def test_the_cpu_always_works():
    assert choose_device("cpu") == (CPU, ())


@pytest.mark.parametrize("wanted", ["cuda:77", "abacus", "meta"])
def test_a_device_that_does_not_work_is_refused(wanted):
    with pytest.raises(DeviceUnavailable, match=wanted):
        choose_device(wanted)


def test_auto_finds_a_device_that_works():
    device, _ = choose_device()
    assert device.type in ("cpu", "cuda")


def test_a_driver_that_is_too_old_is_told_each_time_though_torch_warns_once(monkeypatch):
    devices._gpu.cache_clear()
    words = iter(
        ["CUDA initialization: The NVIDIA driver is too old (found 12020). (Triggered internally at x.cpp:109)"]
    )

    def is_available():
        for told in words:
            warnings.warn(told, stacklevel=2)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    told = "CUDA initialization: The NVIDIA driver is too old (found 12020). Running on the CPU instead."
    assert choose_device() == choose_device() == (CPU, (("gpu_unusable", told),))
    devices._gpu.cache_clear()


def test_precisions_have_names():
    assert check_precision("auto") == "auto"
    assert check_precision("bfloat16") == "bfloat16"
    with pytest.raises(InvalidOptions):
        check_precision("int8")
