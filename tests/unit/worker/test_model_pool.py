"""Which loaded models stay and which go."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

import pytest
from prometheus_client import generate_latest

from worker.engine import ModelUnavailable, OutOfMemory
from worker.metrics import Metrics
from worker.model_pool import ModelPool


@dataclass
class Loaded:
    """Stands for a separator: the pool asks of one only this."""

    name: str
    memory_bytes: int = 100
    run_bytes: int = 0
    device: str = "cpu"
    first_segment: Callable[[], float] = lambda: 0.0

    def release(self) -> None:
        self.memory_bytes = 0

    def warm_up(self) -> float:
        return self.first_segment()


@pytest.fixture
def loads() -> list[str]:
    return []


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def make_pool(loads, metrics):
    def make(budget: int, load=Loaded, **settings) -> ModelPool:
        def loading(name: str):
            loads.append(name)
            return load(name)

        return ModelPool(loading, budget_bytes=budget, metrics=metrics.models, **settings)

    return make


def use(pool: ModelPool, *names: str) -> None:
    for name in names:
        with pool.borrow(name) as separator:
            assert separator.name == name


def test_a_model_is_loaded_once(make_pool, loads):
    pool = make_pool(1_000)
    use(pool, "a", "b", "a")
    assert loads == ["a", "b"]
    assert pool.resident == ("b", "a")


def test_the_least_recently_used_goes_when_memory_is_short(make_pool, loads):
    pool = make_pool(200)
    use(pool, "a", "b", "a", "c")
    assert pool.resident == ("a", "c")
    use(pool, "b")
    assert loads == ["a", "b", "c", "b"]


def test_the_one_in_use_stays_even_if_it_is_too_large(make_pool):
    pool = make_pool(0)
    use(pool, "a", "b")
    assert pool.resident == ("b",)


def test_out_of_memory_while_loading_lets_go_of_the_others_and_tries_once_more(make_pool, loads):
    pool = make_pool(10_000, lambda name: large(name, loads))
    use(pool, "a", "large")
    assert pool.resident == ("large",)
    assert loads == ["a", "large", "large"]


def large(name: str, loads: list[str]) -> Loaded:
    if name == "large" and loads.count("large") == 1:
        raise OutOfMemory
    return Loaded(name)


def test_out_of_memory_with_nothing_to_let_go_of_is_told(make_pool, loads):
    def too_large(name: str) -> Loaded:
        raise OutOfMemory(name)

    with pytest.raises(OutOfMemory):
        use(make_pool(10_000, too_large), "a")
    assert loads == ["a"]


def test_a_model_that_does_not_fit_the_device_does_one_job_elsewhere(make_pool, loads):
    elsewhere: list[str] = []

    def spare(name: str) -> Loaded:
        elsewhere.append(name)
        return Loaded(name, device="cpu")

    def full(name: str) -> Loaded:
        if name == "large":
            raise OutOfMemory
        return Loaded(name, device="cuda:0")

    pool = make_pool(10_000, full, spare=spare)
    use(pool, "a", "large", "large")
    assert loads == ["a", "large", "large", "large"]
    assert elsewhere == ["large", "large"]
    assert pool.resident == ()


def test_a_model_that_went_to_the_cpu_is_loaded_anew_for_the_next_job(make_pool, loads):
    pool = make_pool(10_000, lambda name: Loaded(name, device="cuda:0"))
    with pool.borrow("a") as separator:
        separator.device = "cpu"
    assert pool.resident == ()
    use(pool, "a", "a")
    assert loads == ["a", "a"]


def test_a_model_that_cannot_be_had_leaves_the_others(make_pool):
    def picky(name: str) -> Loaded:
        if name == "absent":
            raise ModelUnavailable
        return Loaded(name)

    pool = make_pool(10_000, picky)
    use(pool, "a")
    with pytest.raises(ModelUnavailable):
        use(pool, "absent")
    assert pool.resident == ("a",)


def test_others_are_let_go_of_on_request(make_pool):
    pool = make_pool(10_000)
    use(pool, "a", "b")
    assert pool.evict_others("b")
    assert pool.resident == ("b",)
    assert not pool.evict_others("b")


def test_work_counts_once_since_only_one_model_runs(make_pool):
    pool = make_pool(260, lambda name: Loaded(name, run_bytes=60))
    use(pool, "a", "b")
    assert pool.resident == ("a", "b")
    use(pool, "c")
    assert pool.resident == ("b", "c")


def test_what_is_let_go_of_gives_its_memory_back_and_is_counted(make_pool, metrics):
    made: dict[str, Loaded] = {}
    pool = make_pool(200, lambda name: made.setdefault(name, Loaded(name)))
    use(pool, "a", "b", "c")
    assert (made["a"].memory_bytes, made["c"].memory_bytes) == (0, 100)
    told = figures(metrics)
    assert told['stemify_worker_model_evictions_total{model="a"}'] == 1.0
    assert told["stemify_worker_resident_bytes"] == 200.0
    assert told['stemify_worker_model_load_seconds_count{model="c"}'] == 1.0


def figures(metrics: Metrics) -> dict[str, float]:
    lines = generate_latest(metrics.registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_a_warm_model_has_run_and_its_time_is_told(make_pool, metrics):
    ran: list[str] = []
    pool = make_pool(1_000, lambda name: Loaded(name, first_segment=lambda: ran.append(name) or 0.0))
    assert pool.warm("a", device="cpu") >= 0.0
    assert ran == ["a"]
    assert 'stemify_worker_warm_up_seconds{model="a"}' in figures(metrics)
    assert not [name for name in figures(metrics) if name.startswith("stemify_worker_warm_ups_overdue_total")]


def test_a_warm_up_that_takes_too_long_is_told_while_it_lasts(make_pool, metrics, monkeypatch):
    told = Event()
    overdue = metrics.models.overdue
    monkeypatch.setattr(metrics.models, "overdue", lambda model: (overdue(model), told.set()))

    def stuck() -> float:
        assert told.wait(20.0)  # it does not end before it was told of
        return 0.0

    pool = make_pool(1_000, lambda name: Loaded(name, first_segment=stuck), warm_up_seconds={"cpu": 9e9, "cuda": 0.01})
    pool.warm("a", device="cuda:0")
    assert figures(metrics)['stemify_worker_warm_ups_overdue_total{model="a"}'] == 1.0
