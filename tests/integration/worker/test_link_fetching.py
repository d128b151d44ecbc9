"""Fetching a link under a lease: a cancel is heard while nothing arrives and nothing is told."""

import threading

import pytest

from contract.settings import LimitSettings, SourceSettings
from media.jail import Jail
from media.sources.dialing import Dialer
from media.sources.direct import DirectFetcher
from tests.builders import a_job, a_source
from tests.loopback_site import loopback_site
from tests.worker_process import wait_for
from worker.lease import Lease
from worker.link_fetching import LinkFetcher
from worker.progress import Progress
from worker.stops import Stop, Stopped
from worker.watching import Watching

NEVER = 600.0


@pytest.fixture
def stalling_site():
    over = threading.Event()

    def stall(to):
        to.send_response(200)
        to.send_header("Content-Length", "1000000")
        to.end_headers()
        to.wfile.write(b"RIFF" * 1000)
        to.wfile.flush()
        over.wait(60)

    with loopback_site() as site:
        site.pages["/song.wav"] = stall
        yield site
        over.set()


def test_a_stalled_fetch_hears_of_a_cancel_before_its_beat(store, stalling_site, tmp_path):
    site = stalling_site
    source = a_source(kind="url", url=site.url("/song.wav"), bytes=None)
    job = store.claim(store.accept(a_job(source=source, input_blob=None)).job_id, worker="tester")
    fetcher = LinkFetcher(
        settings=SourceSettings(stall_seconds=NEVER),
        limits=LimitSettings(),
        reach=site.reach,
        direct=DirectFetcher(Dialer(site.reach)),
        jail=Jail(),
    )

    def cancel_soon() -> None:
        wait_for(lambda: "of 1.0 MB" in store.get(job.job_id).message)
        store.cancel(job.job_id)

    canceler = threading.Thread(target=cancel_soon)
    with Lease(store, job, beat_seconds=NEVER) as lease:
        watching = Watching(lease, Progress(), leaving=lambda: False, timed_out=lambda: False)
        canceler.start()
        with pytest.raises(Stopped) as stopped:
            fetcher.fetch(job.source, tmp_path / "source", watching, share=1.0)
    canceler.join()
    assert stopped.value.why is Stop.canceled
