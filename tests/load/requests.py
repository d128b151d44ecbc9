"""L4 and L8: ordinary requests at a steady pace, and more jobs than the line may hold."""

from collections import Counter

from contract import keys
from tests.load.http_client import Caller, Reply, head, submission
from tests.load.pacing import paced
from tests.load.replicas import replicas
from tests.noise import noise
from tests.suites.trial import Outcome, Trial

_GETS_PER_SECOND, _POSTS_PER_SECOND = 300, 30
_DEPTH_SHARE = 5
"""The line of L8 holds a fifth of what is sent to it."""
_BURST_PER_SECOND = 100


def _steady(repetitions: int) -> Outcome:
    outcome = Outcome()
    song = noise(0.5)
    with replicas(STEMIFY_QUEUE__MAX_DEPTH="100000") as serving:
        caller = Caller(serving.port)
        gets: list[Reply] = []
        posts: list[Reply] = []
        known: list[str] = []

        async def post(_: int) -> None:
            reply = await caller.tried(submission(song, model="tiny"))
            posts.append(reply)
            if reply.status == 202:
                known.append(reply.headers["location"])

        async def get(number: int) -> None:
            if known:
                gets.append(await caller.tried(head("GET", known[number * 7919 % len(known)], {})))

        async def both(number: int) -> None:
            await get(number)
            if number % (_GETS_PER_SECOND // _POSTS_PER_SECOND) == 0:
                await post(number)

        async def load() -> None:
            await post(0)
            await paced(_GETS_PER_SECOND, _GETS_PER_SECOND * repetitions, both)
            await caller.close()

        serving.run(load())
        serving.judge(outcome, most_megabytes=None)
        outcome.expect({reply.status for reply in gets} == {200}, f"GETs: {_statuses(gets)}")
        outcome.expect({reply.status for reply in posts} == {202}, f"POSTs: {_statuses(posts)}")
        waiting = serving.deployment.store.depth()
        unheard = sum(reply.status == 0 for reply in posts)
        outcome.expect(0 <= waiting - len(known) <= unheard, f"{len(known)} jobs were accepted and {waiting} wait")
    outcome.upper("GET s", [reply.seconds for reply in gets], p99=0.1)
    outcome.upper("POST s", [reply.seconds for reply in posts], p99=0.25)
    outcome.done = repetitions
    return outcome


def _overload(repetitions: int) -> Outcome:
    outcome = Outcome()
    song, depth = noise(0.5), max(1, repetitions // _DEPTH_SHARE)
    with replicas(STEMIFY_QUEUE__MAX_DEPTH=str(depth)) as serving:
        caller = Caller(serving.port)
        replies: list[Reply] = []

        async def post(number: int) -> None:
            replies.append(await caller.tried(submission(song, address=f"203.0.113.{number % 10}", model="tiny")))

        async def load() -> None:
            await paced(_BURST_PER_SECOND, repetitions, post)
            await caller.close()

        serving.run(load())
        serving.judge(outcome, most_megabytes=64)
        taken = [reply.headers["location"].rpartition("/")[2] for reply in replies if reply.status == 202]
        refused = [reply for reply in replies if reply.status == 429]
        outcome.expect(len(taken) + len(refused) == repetitions, f"answers: {_statuses(replies)}")
        outcome.expect(0 < len(taken) <= depth, f"{len(taken)} were accepted into a line of {depth}")
        waits = [int(reply.headers.get("retry-after", 0)) for reply in refused]
        outcome.expect(all(5 <= seconds <= 300 for seconds in waits), f"Retry-After: {sorted(set(waits))}")
        kept = {member.decode() for member in serving.deployment.redis.zrange(keys.PENDING, 0, -1)}
        outcome.expect(kept == set(taken), f"{len(set(taken) - kept)} accepted jobs are gone")
        blobs = {blob.key.split("/")[1] for blob in serving.deployment.storage.list("uploads")}
        outcome.expect(blobs == set(taken), "recordings of refused jobs were left, or of accepted ones lost")
    outcome.figures |= {"accepted": len(taken), "refused": len(refused)}
    outcome.upper("refusal s", [reply.seconds for reply in refused], p99=2.0)
    outcome.done = repetitions
    return outcome


def _statuses(replies: list[Reply]) -> dict[int, int]:
    return dict(Counter(reply.status for reply in replies))


STEADY = Trial(name="L4", title="300 GET and 30 POST a second, for so many seconds", full=60, reduced=0, run=_steady)
OVERLOAD = Trial(name="L8", title="POSTs into a line that holds a fifth of them", full=1_000, reduced=10, run=_overload)
