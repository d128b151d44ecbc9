"""The store's scripts walked at random against a plain model: any order, twice over, by two workers, leases lapsing."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, precondition, rule
from redis import Redis

from contract import keys
from contract.errors import FailureCode, JobNotFound, LeaseLost
from contract.events import JobCanceled, JobFailed, JobReleased, JobRequeued, StemFinished
from contract.job_store import JobStore
from contract.jobs import TERMINAL, Job, JobStatus
from contract.line.paces import Paces
from contract.options import PRIORITIES
from contract.records.announcements import Announcement, parse
from contract.redis_client import connect
from contract.settings import QueueSettings, RedisSettings, RetentionSettings
from tests.builders import NOON, a_job, a_source, a_stem, completed, progressed

MAX_ATTEMPTS = 3
ENDINGS = {"completed", "failed", "canceled"}


class Stuttering(Redis):
    """Runs every script twice and gives the second answer: what happens when an answer is lost and asked for again."""

    def execute_command(self, *args, **options):
        if args[0] == "EVALSHA":
            super().execute_command(*args, **options)
        return super().execute_command(*args, **options)


@dataclass
class Model:
    """What a job should be."""

    job: Job
    status: JobStatus = JobStatus.queued
    version: int = 1
    fence: int = 0
    attempt: int = 0
    cancel: bool = False
    lapsed: bool = False
    deleted: bool = False
    files: bool = True
    heard: list[Announcement] = field(default_factory=list)

    def holds(self, handle: Job) -> bool:
        return not self.deleted and self.status is JobStatus.processing and self.fence == handle.fence

    def moved(self, status: JobStatus | None = None) -> None:
        self.version += 1
        self.status = status or self.status

    def lost(self) -> None:
        """The attempt came to nothing."""
        if self.cancel:
            self.moved(JobStatus.canceled)
        elif self.attempt >= MAX_ATTEMPTS:
            self.moved(JobStatus.failed)
        else:
            self.moved(JobStatus.queued)


class StoreMachine(RuleBasedStateMachine):
    """Two clients of one store, one of which stutters."""

    redis_url = ""
    jobs = Bundle("jobs")
    handles = Bundle("handles")

    def __init__(self) -> None:
        super().__init__()
        address = RedisSettings.model_validate({"url": self.redis_url})
        self.redis = connect(address)
        self.stuttering = Stuttering.from_url(self.redis_url, protocol=2)
        self.redis.flushall()
        # No pause between sweeps: the second answer would be that somebody swept just now, and the next sweep's work.
        queue = QueueSettings(max_attempts=MAX_ATTEMPTS, sweep_seconds=0.001)
        self.stores = [
            JobStore(client, queue=queue, retention=RetentionSettings()) for client in (self.redis, self.stuttering)
        ]
        self.models: dict[str, Model] = {}
        self.clock = 0.0
        self.channel = self.redis.pubsub(ignore_subscribe_messages=True)
        self.channel.psubscribe(keys.CHANNEL_PATTERN)
        self.channel.get_message(timeout=1)

    def teardown(self) -> None:
        self.channel.close()
        self.redis.close()
        self.stuttering.close()

    def store(self, second: bool) -> JobStore:
        return self.stores[second]

    @precondition(lambda self: len(self.models) < 6)
    @rule(
        target=jobs,
        share=st.sampled_from(["", "band", "choir"]),
        priority=st.sampled_from(PRIORITIES),
        seconds=st.sampled_from([10.0, 300.0, None]),
        second=st.booleans(),
    )
    def accept(self, share, priority, seconds, second):
        plain = a_job(share=share, source=a_source(duration_seconds=seconds))
        options = plain.options.model_copy(update={"priority": priority})
        job = self.store(second).accept(plain.model_copy(update={"options": options}))
        self.models[job.job_id] = Model(job)
        return job.job_id

    @rule(job_id=jobs, second=st.booleans())
    def accept_again(self, job_id, second):
        model = self.models[job_id]
        if not model.deleted:
            self.store(second).accept(model.job.model_copy(update={"version": 0}))

    @rule(target=handles, job_id=jobs, worker=st.sampled_from(["w1", "w2"]), second=st.booleans())
    def claim(self, job_id, worker, second):
        model = self.models[job_id]
        taken = self.store(second).claim(job_id, worker=worker)
        free = model.status is JobStatus.queued or (model.status is JobStatus.processing and model.lapsed)
        if model.deleted or not free:
            assert taken is None
        else:
            self.taken_by(model, taken, worker)
        return multiple() if taken is None else taken

    @rule(target=handles, rung_for=jobs, worker=st.sampled_from(["w1", "w2"]), second=st.booleans())
    def claim_next(self, rung_for, worker, second):
        turns = [each.job_id for each in self.store(second).line().in_order(Paces({}))]
        assert set(turns) == self.in_status(JobStatus.queued)
        taken = self.store(second).claim_next(worker, rung_for=rung_for)
        rung = self.models[rung_for]
        if turns:
            assert taken.job_id == turns[0]
            self.taken_by(self.models[turns[0]], taken, worker)
        elif not rung.deleted and rung.status is JobStatus.processing and rung.lapsed:
            self.taken_by(rung, taken, worker)
        else:
            assert taken is None
        return multiple() if taken is None else taken

    def taken_by(self, model, taken, worker):
        """A job that was to be had: claimed, or ended where no attempt may follow."""
        if model.cancel or model.attempt >= MAX_ATTEMPTS:
            assert taken is None
            model.lost()
        else:
            model.moved(JobStatus.processing)
            model.fence, model.attempt, model.lapsed = model.fence + 1, model.attempt + 1, False
            assert (taken.fence, taken.attempt, taken.worker) == (model.fence, model.attempt, worker)

    @rule(handle=handles, second=st.booleans())
    def beat(self, handle, second):
        model = self.models[handle.job_id]
        if self.refused(handle, lambda: self.store(second).beat(handle)):
            return
        model.lapsed = False

    @rule(target=handles, handle=consumes(handles), percent=st.integers(0, 100), second=st.booleans())
    def record(self, handle, percent, second):
        return self.changed(handle, lambda: self.store(second).record(handle, progressed(percent)))

    @rule(target=handles, handle=handles, name=st.sampled_from(["drums", "vocals"]), second=st.booleans())
    def finish_stem(self, handle, name, second):
        event = StemFinished(at=NOON, stem=a_stem(name))
        return self.changed(handle, lambda: self.store(second).record(handle, event))

    @rule(handle=handles, ending=st.sampled_from(sorted(ENDINGS)), second=st.booleans())
    def finish(self, handle, ending, second):
        event = {
            "completed": completed(handle),
            "failed": JobFailed(at=NOON, code=FailureCode.internal, detail="x"),
            "canceled": JobCanceled(at=NOON),
        }[ending]
        if not self.refused(handle, lambda: self.store(second).finish(handle, event)):
            self.models[handle.job_id].moved(JobStatus(ending))

    @rule(handle=handles, released=st.booleans(), second=st.booleans())
    def give_back(self, handle, released, second):
        model = self.models[handle.job_id]
        event = JobReleased(at=NOON) if released else JobRequeued(at=NOON, reason="x")
        if self.refused(handle, lambda: self.store(second).give_back(handle, event)):
            return
        if released and not model.cancel:
            model.attempt -= 1
            model.moved(JobStatus.queued)
        else:
            model.lost()

    @rule(job_id=jobs, second=st.booleans())
    def cancel(self, job_id, second):
        model = self.models[job_id]
        if model.deleted:
            with pytest.raises(JobNotFound):
                self.store(second).cancel(job_id)
            return
        self.store(second).cancel(job_id)
        if model.status is JobStatus.queued:
            model.moved(JobStatus.canceled)
        elif model.status is JobStatus.processing and not model.cancel:
            model.cancel = True
            model.moved()

    @rule(job_id=jobs, second=st.booleans())
    def delete(self, job_id, second):
        model = self.models[job_id]
        if model.deleted:
            with pytest.raises(JobNotFound):
                self.store(second).delete(job_id)
            return
        self.store(second).delete(job_id)
        if model.status not in TERMINAL:
            model.moved(JobStatus.canceled)
        model.deleted = model.files = True  # what a late worker may still write is due, too

    @rule(job_id=jobs)
    def lapse(self, job_id):
        model = self.models[job_id]
        if model.status is JobStatus.processing:
            self.redis.zadd(keys.LEASES, {job_id: 1})
            model.lapsed = True

    @rule(second=st.booleans())
    def reap(self, second):
        self.redis.delete(keys.SWEPT)
        reaped = self.store(second).reap()
        for job_id, model in self.models.items():
            if model.status is JobStatus.processing and model.lapsed:
                model.lost()
                assert (job_id in reaped.requeued) == (model.status is JobStatus.queued)
                assert (job_id in reaped.failed) == (model.status in TERMINAL)
        assert all(self.models[job_id].status is JobStatus.queued for job_id in reaped.to_publish)

    @rule(second=st.booleans())
    def remove_files_when_due(self, second):
        ended = {job_id for job_id, model in self.models.items() if model.status in TERMINAL and model.files}
        for job_id in ended:
            self.redis.zadd(keys.RETENTION, {job_id: 1})
        assert set(self.store(second).expiry.due(100)) == ended
        for job_id in ended:
            self.store(second).expiry.files_removed(job_id)
            self.models[job_id].files = False

    def changed(self, handle, change):
        """A fenced change: one version on, or refused. The newer copy is the next handle."""
        model = self.models[handle.job_id]
        newer = []
        if self.refused(handle, lambda: newer.append(change())):
            return handle
        model.moved()
        model.lapsed = False
        assert newer[0].version == model.version
        return newer[0]

    def refused(self, handle, act) -> bool:
        """Whether the fence kept this attempt out, which it must exactly when it does not hold the job."""
        if self.models[handle.job_id].holds(handle):
            act()
            return False
        with pytest.raises(LeaseLost):
            act()
        return True

    @invariant()
    def the_record_is_what_it_should_be(self):
        for job_id, model in self.models.items():
            if model.deleted:
                with pytest.raises(JobNotFound):
                    self.store(False).get(job_id)
                continue
            job = self.store(False).get(job_id)
            assert (job.status, job.version, job.fence) == (model.status, model.version, model.fence)
            assert (job.attempt, job.cancel_requested) == (model.attempt, model.cancel)
            assert job.attempt <= MAX_ATTEMPTS
            if job.status in {JobStatus.failed, JobStatus.canceled, JobStatus.queued}:
                assert job.stems == ()
            assert (job.completed_at is not None) == job.is_terminal == (job.expires_at is not None)

    @invariant()
    def the_indexes_agree_with_the_records(self):
        assert self.members(keys.PENDING) == self.members(keys.PUBLISHED) == self.in_status(JobStatus.queued)
        leases = {member.decode(): score for member, score in self.redis.zrange(keys.LEASES, 0, -1, withscores=True)}
        assert leases.keys() == self.in_status(JobStatus.processing)
        assert {job_id for job_id, score in leases.items() if score == 1} == self.lapsed()
        ended = {job_id for job_id, model in self.models.items() if model.status in TERMINAL}
        assert self.members(keys.RETENTION) == {job_id for job_id in ended if self.models[job_id].files}
        active = {member.decode() for member in self.redis.smembers(keys.tenant_active("anonymous"))}
        assert active == self.models.keys() - ended
        listed = {job_id for job_id, model in self.models.items() if not model.deleted}
        assert self.members(keys.tenant_jobs("anonymous")) == listed

    @invariant()
    def the_line_has_a_turn_for_every_waiting_job(self):
        waiting = self.in_status(JobStatus.queued)
        shares = {self.models[job_id].job.share or "anonymous" for job_id in waiting}
        lines = {share: self.members(keys.line(share)) for share in ("anonymous", "band", "choir")}
        assert set().union(*lines.values()) == waiting
        assert {share for share, members in lines.items() if members} == shares
        assert shares <= self.members(keys.SHARES)
        assert {member.decode() for member in self.redis.hkeys(keys.WORK)} == waiting | self.in_status(
            JobStatus.processing
        )
        clock = float(self.redis.get(keys.CLOCK) or 0)
        assert clock >= self.clock
        self.clock = clock

    @invariant()
    def every_change_is_announced_once_and_in_order(self):
        self.redis.publish(keys.channel("mark"), b"mark")
        while (text := self.next_text()) != b"mark":
            announcement = parse(text)
            self.models[announcement.job_id].heard.append(announcement)
        for model in self.models.values():
            assert [each.version for each in model.heard] == list(range(1, model.version + 1))
            endings = [each.type for each in model.heard if each.type in ENDINGS]
            assert len(endings) == (model.status in TERMINAL)
            assert (model.heard[-1].status, model.heard[-1].type in ENDINGS) == (model.status, bool(endings))

    def next_text(self) -> bytes:
        while (message := self.channel.get_message(timeout=5)) is None:
            pass  # its own subscription is not told to us
        return message["data"]

    def members(self, index: str) -> set[str]:
        return {member.decode() for member in self.redis.zrange(index, 0, -1)}

    def lapsed(self) -> set[str]:
        return {job_id for job_id in self.in_status(JobStatus.processing) if self.models[job_id].lapsed}

    def in_status(self, status: JobStatus) -> set[str]:
        return {job_id for job_id, model in self.models.items() if model.status is status}


def test_the_store_keeps_its_promises_in_any_order(redis_url):
    StoreMachine.redis_url = redis_url
    machine = StoreMachine.TestCase()
    machine.settings = settings(
        max_examples=40,
        stateful_step_count=40,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    machine.runTest()
