"""Fetching a link under a lease: a cancel is heard while nothing arrives and nothing is told."""

import contextlib
import threading

import pytest
from prometheus_client import CollectorRegistry

from contract.settings import LimitSettings, SourceSettings
from media.jail import Jail
from media.limits import Limits
from media.sources.dialing import Dialer
from media.sources.direct import DirectFetcher
from media.sources.errors import SourceBlocked
from media.sources.reach import Reach
from media.sources.sites.fetcher import SiteFetcher, SiteTools
from tests.bandcamp_pages import PAGE, TRACK, add_track
from tests.builders import a_job, a_source
from tests.loopback_site import loopback_site, send
from tests.loopback_web import loopback_web
from tests.onlooker import Onlooker
from tests.worker_process import wait_for
from worker.lease import Lease
from worker.links.canary import Canary
from worker.links.fetching import LinkFetcher
from worker.progress import Progress
from worker.scratch import Scratch
from worker.stops import Stop, Stopped
from worker.watching import Watching

NEVER = 600.0


@pytest.fixture
def watched(store):
    """watched(job): a Watching of it, which hears of the store only when it asks."""
    with contextlib.ExitStack() as leases:

        def watch(job):
            lease = leases.enter_context(Lease(store, job, beat_seconds=NEVER))
            return Watching(lease, Progress(), leaving=lambda: False, timed_out=lambda: False)

        yield watch


@pytest.fixture
def jail():
    jail = Jail(limits=Limits(wall_seconds=60))
    yield jail
    jail.close()


def links(reach, jail, dialer=None, **sources):
    settings = SourceSettings(**({"stall_seconds": NEVER} | sources))
    direct = dialer or Dialer(reach)
    tools = SiteTools(ca_file=settings.ca_file)
    return LinkFetcher(
        settings=settings,
        limits=LimitSettings(),
        reach=reach,
        direct=DirectFetcher(direct),
        sites=SiteFetcher(direct, tools, missing=lambda _: None),
        jail=jail,
    )


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


def test_a_stalled_fetch_hears_of_a_cancel_before_its_beat(store, stalling_site, watched, jail, tmp_path):
    site = stalling_site
    source = a_source(kind="url", url=site.url("/song.wav"), bytes=None)
    job = store.claim(store.accept(a_job(source=source, input_blob=None)).job_id, worker="tester")

    def cancel_soon() -> None:
        wait_for(lambda: "of 1.0 MB" in store.get(job.job_id).message)
        store.cancel(job.job_id)

    canceler = threading.Thread(target=cancel_soon)
    canceler.start()
    with pytest.raises(Stopped) as stopped:
        links(site.reach, jail).fetch(job.source, tmp_path / "source", watched(job), share=1.0)
    canceler.join()
    assert stopped.value.why is Stop.canceled


def test_a_track_of_a_site_is_fetched_and_known(store, watched, jail, make_song, tmp_path):
    source = a_source(kind="url", url=TRACK, bytes=None, filename="")
    job = store.claim(store.accept(a_job(source=source, input_blob=None)).job_id, worker="tester")
    song = make_song(1.0)
    with loopback_web(tmp_path) as web:
        add_track(web, song)
        fetcher = links(Reach(), jail, web.internet, ca_file=web.ca_file)
        found = fetcher.fetch(job.source, tmp_path / "source", watched(job), share=1.0).source
        assert fetcher.look(TRACK, tmp_path, Onlooker()) == "The Song"
        canary = Canary(TRACK, fetcher, Scratch(tmp_path / "scratch"), CollectorRegistry())
        canary.look()
        assert canary.told == "works"
        web.pages[PAGE] = lambda to: send(to, 404)
        canary.look()
        assert canary.told.startswith("failed: Bandcamp says: ")
    assert (tmp_path / "source").read_bytes() == song
    assert (found.filename, found.title, found.uploader) == ("The Song.mp3", "The Song", "Somebody")
    assert (found.codec, found.channels, found.bytes) == ("pcm_s16le", 2, len(song))


@pytest.mark.parametrize(
    ("sources", "why"), [({"sites": ()}, "not read by this service"), ({"links": False}, "not fetched")]
)
def test_what_is_not_offered_is_blocked(store, watched, jail, tmp_path, sources, why):
    source = a_source(kind="url", url=TRACK, bytes=None)
    job = store.claim(store.accept(a_job(source=source, input_blob=None)).job_id, worker="tester")
    with pytest.raises(SourceBlocked, match=why):
        links(Reach(), jail, **sources).fetch(source, tmp_path / "source", watched(job), share=1.0)
