"""The network for a GPU, run on the CPU: everything but what only CUDA has, which tests/engine/test_cuda.py holds."""

import weakref
from threading import Event, Thread, Timer, get_ident

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from worker.engine import OutOfMemory, Separator
from worker.engine.device_window import DeviceWindow
from worker.engine.gpu import GpuNetwork
from worker.engine.lane import begun
from worker.engine.networks import on_cpu
from worker.engine.separator import Member
from worker.engine.windows import StemWindow

CPU = torch.device("cpu")


class SmallMemory(GpuNetwork):
    """Holds `roomy` segments at a time, until it has come to the CPU; from its `later` batch on, none."""

    roomy = 8
    later = 10**9
    runs = 0

    def _computed(self, batch):
        self.runs += 1
        if self._fallback is not None and (len(batch) > self.roomy or self.runs >= self.later):
            raise torch.OutOfMemoryError("Tried to allocate 5.71 GiB")
        return super()._computed(batch)


class Counted(TorchDispatchMode):
    """Counts the calls of these operators while it lasts."""

    def __init__(self, *operators):
        super().__init__()
        self.count, self._operators = 0, operators

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += function in self._operators
        return function(*args, **(kwargs or {}))


def uploads():
    """What would wait for a GPU while it sends something small there: new tensors, and lists as an index."""
    return Counted(torch.ops.aten.lift_fresh.default, torch.ops.aten.index.Tensor)


def waves():
    """What says where a step is, when it is made."""
    return Counted(torch.ops.aten.sin.default, torch.ops.aten.cos.default)


@pytest.fixture
def separator(lab):
    """separator(network classes' settings): of one network or several, as on a GPU."""

    def make(*names, precision="float32", batch=3, kind=GpuNetwork, **module_settings):
        members = []
        for at, name in enumerate(names or ["HTDemucs"]):
            module = lab.module(name, seed=at, **module_settings)
            network = kind(module, device=CPU, precision=precision, fallback=on_cpu)
            network.batch_size = batch
            members.append(Member(network, (1.0,) * 4))
        return Separator("tiny", tuple(members))

    return make


@pytest.mark.parametrize("shifts", [0, 2])
def test_it_gives_what_apply_model_gives(shifts, separator, lab):
    mix, made = lab.mix(21_000), separator("HTDemucs", "Demucs")
    modules = [lab.module(name, seed=at) for at, name in enumerate(["HTDemucs", "Demucs"])]
    wanted = lab.reference(*modules, mix=mix, shifts=shifts, seed=4)
    lab.assert_alike(wanted, lab.separate(made, mix, shifts=shifts, seed=4))


def test_half_precision_is_near_enough_and_precise_when_asked(separator, lab):
    mix, made = lab.mix(12_000), separator(precision="float16")
    assert made.precision == "float16"
    wanted = lab.reference(lab.module("HTDemucs"), mix=mix)
    found = lab.separate(made, mix, shifts=0)
    lab.assert_alike(wanted, found, 50.0)
    assert not np.array_equal(found["bass"], wanted["bass"])
    batch = lab.mix(4_000)[None]
    full = GpuNetwork(lab.module("HTDemucs"), device=CPU, precision="float32")
    assert torch.equal(made.networks[0].precise(batch), full.forward(batch))


@pytest.mark.parametrize("settings", [{}, {"t_layers": 3, "t_cross_first": True, "bottom_channels": 32}])
def test_the_places_that_stay_on_the_device_change_no_bit(settings, lab):
    module = lab.module("HTDemucs", **settings)
    batches = [lab.mix(4_000)[None], np.stack([lab.mix(4_000, seed=seed) for seed in (1, 2)])]
    with torch.inference_mode():
        wanted = [module(torch.from_numpy(batch)) for batch in batches]
    network = GpuNetwork(module, device=CPU, precision="float32")
    assert all(torch.equal(network.forward(batch), own) for batch, own in zip(batches, wanted, strict=True))
    with waves() as made:
        network.forward(batches[0])
    assert made.count == 0


def test_networks_without_a_transformer_stay_in_float32(separator):
    assert separator("Demucs", precision="float16").precision == "float32"


def test_out_of_memory_halves_the_batch_then_goes_to_the_cpu_and_the_answer_stays(separator, lab):
    mix = lab.mix(40_000)
    wanted = lab.separate(separator(), mix, shifts=0)
    for roomy, later, codes in ((2, 10**9, ["batch_halved"]), (8, 3, ["batch_halved", "batch_halved", "moved_to_cpu"])):
        made = separator(kind=SmallMemory, batch=4)
        (network,) = made.networks
        network.roomy, network.later = roomy, later
        stream = lab.stream(made, mix, shifts=0)
        lab.assert_alike(wanted, lab.joined(stream))
        assert [code for code, _ in stream.warnings] == codes


@pytest.mark.parametrize("precision", ["float16", "bfloat16", "float32"])
def test_on_the_cpu_it_takes_its_form_there(precision, separator):
    made = separator(precision=precision, nfft=4096)
    (network,) = made.networks
    assert network.retreat()
    assert network.precision in ("float32", "bfloat16")
    assert network.memory_bytes > 1.3 * sum(4 * value.numel() for value in network._module.parameters())
    assert not network.retreat()


def test_a_batch_is_tried_out_before_it_is_promised(lab):
    network = SmallMemory(lab.module("HTDemucs"), device=CPU, precision="float16", fallback=on_cpu)
    for roomy, promised in ((8, 8), (3, 2), (0, 1)):
        network.roomy = roomy
        assert network._tried_out(8) == promised


def test_it_settles_the_arithmetic_whoever_makes_it(lab):
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    reduced = "allow_fp16_reduced_precision_reduction", "allow_bf16_reduced_precision_reduction"
    for flag in ("allow_tf32", *reduced):
        setattr(matmul, flag, True)
    cudnn.allow_tf32, cudnn.deterministic = True, False
    GpuNetwork(lab.module("HTDemucs"), device=CPU, precision="float32")
    assert not any(getattr(matmul, flag) for flag in ("allow_tf32", *reduced))
    assert (cudnn.allow_tf32, cudnn.deterministic) == (False, True)


def test_where_it_must_stay_out_of_memory_is_told(lab):
    network = SmallMemory(lab.module("HTDemucs"), device=CPU, precision="float32", fallback=on_cpu)
    network.roomy = 0
    network.retreat = lambda: False
    with pytest.raises(OutOfMemory):
        lab.separate(Separator("tiny", (Member(network, (1.0,) * 4),)), lab.mix(5_000))


class Overflows(GpuNetwork):
    """Its half precision overflows in one segment of each batch."""

    def _computed(self, batch):
        found = super()._computed(batch).clone()
        found[0, 1] = torch.inf
        return found


def test_what_overflows_is_run_again_in_float32(separator, lab):
    mix, made = lab.mix(20_000), separator(kind=Overflows, precision="float16")
    stream = lab.stream(made, mix, shifts=0)
    lab.assert_alike(lab.reference(lab.module("HTDemucs"), mix=mix), lab.joined(stream), 50.0)
    assert {code for code, _ in stream.warnings} == {"rerun_in_float32"}


@pytest.mark.parametrize("stems", [None, ("bass", "other"), ("vocals",)])
def test_a_device_is_told_each_share_and_each_weight_once(stems, separator, lab):
    stream = lab.stream(separator(), lab.mix(60_000), shifts=0, stems=stems)
    next(stream), next(stream)
    with uploads() as sent:
        batches = len(list(stream))
    assert batches > 4
    assert sent.count <= 1  # the last chunk is shorter: other weights


class Held(GpuNetwork):
    """Its batch number `holds` is done when it is let go. Knows on which threads it computed."""

    holds = 0

    def __init__(self, *told, **more):
        self.runs, self.entered, self.let_go, self.threads = 0, Event(), Event(), set()
        super().__init__(*told, **more)

    def _computed(self, batch):
        self.runs += 1
        self.threads.add(get_ident())
        if self.runs == self.holds:
            self.entered.set()
            assert self.let_go.wait(20.0)
        return super()._computed(batch)


def test_it_computes_the_next_batch_while_the_finished_block_is_made_use_of(separator, lab):
    mix, made = lab.mix(60_000), separator(kind=Held)
    (network,) = made.networks
    network.holds = 2
    stream = lab.stream(made, mix, shifts=0)
    first = next(stream)
    assert network.entered.wait(20.0)
    network.let_go.set()
    found = lab.joined([first, *stream])
    wanted = lab.separate(separator(), mix, shifts=0)
    assert all(np.array_equal(wanted[name], found[name]) for name in wanted)


def test_all_of_its_work_is_done_on_one_thread(separator, lab):
    """cuDNN's plans are a thread's own: a warm-up on another would be for nothing."""
    made = separator("HTDemucs", "HTDemucs", kind=Held)
    warm_up = Thread(target=made.warm_up)
    warm_up.start()
    warm_up.join()
    made.networks[0]._tried_out(2)
    lab.separate(made, lab.mix(9_000))
    (thread,) = set.union(*(network.threads for network in made.networks))
    assert thread != get_ident()


def test_a_batch_that_nobody_waits_for_is_over_before_the_weights_go(lab):
    network = Held(lab.module("HTDemucs"), device=CPU, precision="float32")
    network.holds = 1
    waiting = begun(network, lab.mix(4_000)[None])
    assert network.entered.wait(20.0)
    Timer(0.1, network.let_go.set).start()
    network.unload()
    assert waiting().isfinite().all()


class Forgets(SmallMemory):
    """Sees when its memory is released whether what the failed try had is gone."""

    def __init__(self, *told, **more):
        self.gone = []
        super().__init__(*told, **more)

    def _computed(self, batch):
        self.failed = weakref.ref(taken := batch.clone())
        return super()._computed(taken)

    def release(self):
        self.gone.append(self.failed() is None)
        super().release()


def test_what_failed_is_gone_before_the_next_try(separator, lab):
    made = separator(kind=Forgets, batch=4)
    (network,) = made.networks
    network.roomy = 1
    lab.separate(made, lab.mix(20_000), shifts=0)
    assert network.gone == [True, True]


def test_both_windows_add_up_alike():
    draw = np.random.default_rng(0)
    windows = StemWindow(2, 2), DeviceWindow(2, 2, CPU)
    weights = np.linspace(0.1, 1.0, 500, dtype=np.float32)
    for start, until in ((0, 200), (300, 500), (350, 700), (900, 1_100)):
        answer = draw.standard_normal((2, 2, 400)).astype(np.float32)
        windows[0].add(start, answer, (0.5, 1.0), weights[:400])
        windows[1].add(start, torch.from_numpy(answer), (0.5, 1.0), weights[:400])
        one, two = (window.take(until, scale=2.0, offset=0.25) for window in windows)
        assert np.allclose(one, two, atol=1e-6)
        assert windows[0].frames == windows[1].frames
    assert np.allclose(windows[0].loudest, windows[1].loudest)
