"""Registrations of workers, on a real server."""

from contract import keys
from contract.worker_registry import WorkerFacts, WorkerRegistry
from tests.builders import NOON


def facts(worker_id: str, **changes) -> WorkerFacts:
    fields = {"worker_id": worker_id, "host": "h", "pid": 1, "device": "cpu", "started_at": NOON}
    return WorkerFacts.model_validate(fields | changes)


def test_a_worker_is_live_until_it_leaves_or_lapses(redis):
    registry = WorkerRegistry(redis)
    registry.announce(facts("a", current_job="j"))
    registry.announce(facts("b"))
    registry.announce(facts("a"))
    assert [each.worker_id for each in registry.live()] == ["a", "b"]
    registry.leave("a")
    assert [each.worker_id for each in registry.live()] == ["b"]
    redis.zadd(keys.WORKERS, {"b": 1})
    assert registry.live() == []
    assert redis.zcard(keys.WORKERS) == 0


def test_a_registration_ends_by_itself(redis):
    WorkerRegistry(redis).announce(facts("a"), ttl_seconds=30)
    assert 29_000 < redis.pttl(keys.worker("a")) <= 30_000


def test_a_registration_in_another_releases_words_is_passed_over(redis):
    registry = WorkerRegistry(redis)
    registry.announce(facts("a"))
    redis.set(keys.worker("a"), '{"something": "else"}')
    assert registry.live() == []
