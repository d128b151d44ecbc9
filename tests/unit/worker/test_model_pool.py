"""Which loaded models stay and which go."""

from dataclasses import dataclass

import pytest

from worker.engine import ModelUnavailable, OutOfMemory
from worker.metrics import Metrics
from worker.model_pool import ModelPool


@dataclass
class Loaded:
    """Stands for a separator: the pool asks of one only this."""

    name: str
    memory_bytes: int = 100
    device: str = "cpu"


@pytest.fixture
def loads() -> list[str]:
    return []


@pytest.fixture
def make_pool(loads):
    def make(budget: int, load=Loaded) -> ModelPool:
        def loading(name: str):
            loads.append(name)
            return load(name)

        return ModelPool(loading, budget_bytes=budget, metrics=Metrics())

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
