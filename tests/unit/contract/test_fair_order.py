"""In which order the waiting are taken."""

from contract.line.fair_order import NEWCOMER, Line, Waiting
from contract.line.paces import Paces
from contract.line.work import Work

SPEEDS = {("demo", "cpu"): 0.5}


def a_work(share: str, *, rank: int = 1, seconds: float = 100.0, **changes) -> Work:
    return Work(share=share, rank=rank, model="demo", audio_seconds=seconds, **changes)


def a_line(*jobs: tuple[str, Work], **changes) -> Line:
    """Jobs in the order they came."""
    waiting = tuple(Waiting(job_id, float(number), work) for number, (job_id, work) in enumerate(jobs))
    return Line(1_000.0, waiting, **changes)


def order(line: Line) -> list[str]:
    return [job.job_id for job in line.in_order(Paces(SPEEDS))]


def test_one_share_is_served_in_the_order_it_came():
    assert order(a_line(("first", a_work("a")), ("second", a_work("a")), ("third", a_work("a")))) == [
        "first",
        "second",
        "third",
    ]


def test_a_hundred_jobs_of_one_do_not_keep_back_the_one_of_another():
    crowd = [(f"crowd-{number:03}", a_work("crowd")) for number in range(100)]
    assert order(a_line(*crowd, ("alone", a_work("z")))).index("alone") == 1


def test_turns_are_shared_by_work_and_not_by_count():
    line = a_line(
        *((f"long-{number}", a_work("long", seconds=300)) for number in range(2)),
        *((f"short-{number}", a_work("short", seconds=100)) for number in range(6)),
    )
    assert order(line) == ["long-0", "short-0", "short-1", "short-2", "long-1", "short-3", "short-4", "short-5"]


def test_priority_counts_within_a_share_alone():
    line = a_line(
        ("low", a_work("a", rank=2)), ("plain", a_work("a")), ("high", a_work("a", rank=0)), ("other", a_work("b"))
    )
    assert order(line) == ["high", "other", "plain", "low"]


def test_who_had_more_waits_longer():
    line = a_line(("a", a_work("a")), ("b", a_work("b")), virtual={"a": 50.0, "b": 20.0}, clock=20.0)
    assert order(line) == ["b", "a"]


def test_a_newcomer_begins_at_the_clock_unless_they_were_served_lately():
    line = a_line(("a0", a_work("a")), ("a1", a_work("a")), virtual={"a": 500.0, "busy": 900.0, "old": 3.0}, clock=500)
    assert order(line.joined_by(a_work("new"))) == ["a0", NEWCOMER, "a1"]
    assert order(line.joined_by(a_work("old"))) == ["a0", NEWCOMER, "a1"]
    assert order(line.joined_by(a_work("busy"))) == ["a0", "a1", NEWCOMER]
    assert order(line.joined_by(a_work("a"))) == ["a0", "a1", NEWCOMER]
