"""Jobs made from links, done by a real worker that fetches from a loopback site."""

from collections.abc import Callable

import pytest

from contract.catalog import load_catalog
from contract.errors import FailureCode
from contract.job_store import JobStore
from contract.jobs import Job, JobStatus
from contract.options import JobRequest, resolve
from contract.task_queue import TaskQueue
from tests.builders import a_job, a_source
from tests.loopback_site import Site, loopback_site, send
from tests.tiny_model import RATE

pytestmark = pytest.mark.timeout(400)  # a process that loads torch, on a machine that may be busy


@pytest.fixture
def site():
    with loopback_site() as here:
        yield here


@pytest.fixture
def environment(environment: dict[str, str], site: Site) -> dict[str, str]:
    allowed = {"STEMIFY_SOURCES__PORTS": f"[{site.port}]", "STEMIFY_SOURCES__ALLOW_PRIVATE_HOSTS": '["127.0.0.0/8"]'}
    return environment | allowed


@pytest.fixture
def submit_link(store: JobStore, bell: TaskQueue, tiny_catalog) -> Callable[..., Job]:
    def accept(url: str) -> Job:
        options = resolve(JobRequest(model="tiny"), load_catalog(tiny_catalog), default_model="tiny")
        source = a_source(kind="url", url=url, bytes=None, filename="")
        job = store.accept(a_job(source=source, input_blob=None, options=options))
        bell.enqueue(job.job_id, job.trace)
        return job

    return accept


@pytest.mark.usefixtures("worker_alone")
def test_links_are_fetched_or_fail_with_their_reason(site, submit_link, ended, make_song, storage, tmp_path):
    song = make_song(1.0)
    site.pages |= {
        "/song.wav": lambda to: send(to, 200, song, Content_Disposition='attachment; filename="The Song.wav"'),
        "/page": lambda to: send(to, 200, b"<html>A page about a song.</html>" * 20),
        "/gone": lambda to: send(to, 404),
        "/mine": lambda to: send(to, 401),
        "/inside": lambda to: send(to, 302, Location=f"http://[::1]:{site.port}/"),
    }
    job = ended(submit_link(site.url("/song.wav?token=letmein")))
    assert job.status is JobStatus.completed, job.error
    source = job.source
    assert (source.kind, source.filename, source.bytes, source.codec) == ("url", "The Song.wav", len(song), "pcm_s16le")
    assert (source.sample_rate, source.channels, source.duration_seconds) == (RATE, 2, 1.0)
    assert len(source.sha256) == 64
    manifest = b"".join(storage.read(job.manifest_blob))
    assert b"token=***" in manifest
    assert b"letmein" not in manifest
    for path, code in (
        ("/page", FailureCode.undecodable_audio),
        ("/gone", FailureCode.source_unavailable),
        ("/mine", FailureCode.source_private),
        ("/inside", FailureCode.source_blocked),
    ):
        job = ended(submit_link(site.url(path)))
        assert (job.status, job.error.code, job.attempt) == (JobStatus.failed, code, 1), path
    assert not list((tmp_path / "scratch").iterdir())
    assert not list(storage.list("uploads"))
