"""Fetching over HTTP from a loopback server: ranges, cut connections, wrong contents, a mirror."""

import hashlib
import http.server
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from worker.engine import ModelRecipe, ModelUnavailable, WeightsCorrupt, WeightsStore, load_separator
from worker.engine.catalog import WeightFile
from worker.engine.download import Download
from worker.engine.origins import Origins

CONTENT = bytes(range(256)) * 20_000  # 5 MB
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENT; `cuts`: after how many bytes to cut the next connections, `statuses`: what to answer first."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.cuts: list[int] = []
        self.statuses: list[int] = []
        self.ranges: list[str | None] = []
        self.understands_ranges = True

    def url(self, name="tiny-1234.th"):
        return f"http://127.0.0.1:{self.server_address[1]}/some/where/{name}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.ranges.append(wanted)
        if self.server.statuses:
            self.send_error(self.server.statuses.pop(0))
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and self.server.understands_ranges else 0
        if start and start >= len(self.server.content):
            self.send_error(416)
            return
        body = self.server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = self.server.cuts.pop(0) if self.server.cuts else len(body)
        self.wfile.write(body[:cut])

    def log_message(self, *_):
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def fetch(server, tmp_path, pauses):
    def run(**settings):
        heard = []
        part = tmp_path / "part"
        download = Download(url=server.url(), part=part, pause=pauses.append, **settings)
        download.run(lambda there, whole: heard.append((there, whole)))
        return part.read_bytes(), heard

    return run


def test_a_whole_file_with_progress(fetch):
    content, heard = fetch()
    assert content == CONTENT
    assert heard[0] == (0, len(CONTENT))
    assert heard[-1] == (len(CONTENT), len(CONTENT))
    assert heard == sorted(heard)


def test_a_cut_connection_goes_on_where_it_ended(fetch, server, pauses):
    server.cuts = [2_000_000, 1_500_000]
    content, heard = fetch()
    assert content == CONTENT
    assert server.ranges == [None, "bytes=2000000-", "bytes=3500000-"]
    assert heard == sorted(heard)
    assert len(pauses) == 2


def test_what_an_earlier_run_left_is_not_fetched_again(fetch, server, tmp_path):
    (tmp_path / "part").write_bytes(CONTENT[:3_000_000])
    assert fetch()[0] == CONTENT
    assert server.ranges == ["bytes=3000000-"]


def test_all_of_it_there_already_is_enough(fetch, tmp_path):
    (tmp_path / "part").write_bytes(CONTENT)
    assert fetch()[0] == CONTENT


def test_a_server_without_ranges_starts_over(fetch, server):
    server.understands_ranges = False
    server.cuts = [2_000_000]
    assert fetch()[0] == CONTENT


def test_a_busy_server_is_asked_again(fetch, server, pauses):
    server.statuses = [503, 429]
    assert fetch()[0] == CONTENT
    assert pauses == sorted(pauses)
    assert len(pauses) == 2


def test_too_many_failures_in_a_row_are_the_end(fetch, server, pauses):
    server.statuses = [500] * 9
    with pytest.raises(ModelUnavailable, match="answered 500"):
        fetch(attempts=3)
    assert len(pauses) == 2


def test_cuts_that_bring_nothing_are_the_end(fetch, server):
    server.cuts = [10] * 9
    with pytest.raises(ModelUnavailable, match="cut after"):
        fetch(attempts=4)


def test_what_is_not_there_is_not_asked_for_again(fetch, server, pauses):
    server.statuses = [404]
    with pytest.raises(ModelUnavailable, match="answered 404"):
        fetch()
    assert pauses == []


def test_a_server_that_is_not_there_is_unavailable(tmp_path, pauses):
    with pytest.raises(ModelUnavailable, match="cannot be fetched"):
        Download(url="http://127.0.0.1:1/x", part=tmp_path / "part", attempts=2, pause=pauses.append).run(
            lambda *_: None
        )


def test_a_file_that_is_too_large_is_refused_before_it_is_fetched(fetch, tmp_path):
    with pytest.raises(ModelUnavailable, match="larger than"):
        fetch(limit=1_000_000)
    assert not (tmp_path / "part").exists()


@pytest.fixture
def origins(tmp_path):
    (tmp_path / "downloads").mkdir()
    return lambda **settings: Origins(downloads=tmp_path / "downloads", **settings)


def unheard(*_):
    pass


def test_a_verified_download_is_handed_out_and_leaves_nothing(server, origins, tmp_path):
    file = WeightFile("tiny", server.url(), DIGEST)
    assert origins().content(file, unheard) == CONTENT
    assert list((tmp_path / "downloads").iterdir()) == []


def test_wrong_contents_are_corrupt_and_not_kept(server, origins, tmp_path):
    server.content = CONTENT[:-1] + b"x"
    with pytest.raises(WeightsCorrupt, match="SHA-256"):
        origins().content(WeightFile("tiny", server.url(), DIGEST), unheard)
    assert list((tmp_path / "downloads").iterdir()) == []


def test_a_resumed_file_that_does_not_verify_is_fetched_anew(server, origins, tmp_path):
    (tmp_path / "downloads" / f"{DIGEST}.part").write_bytes(b"something else" * 1_000)
    assert origins().content(WeightFile("tiny", server.url(), DIGEST), unheard) == CONTENT


def test_a_mirror_has_the_files_by_their_names(server, origins):
    file = WeightFile("tiny", "https://127.0.0.1:1/original/tiny-1234.th", DIGEST)
    mirror = server.url("").rstrip("/")
    assert origins(mirror=mirror).content(file, unheard) == CONTENT


def test_a_model_is_fetched_over_http_and_separates(server, lab, tmp_path, publish):
    module, mix = lab.module("HTDemucs"), lab.mix(6_000)
    server.content = publish(module)
    server.cuts = [100_000]
    digest = hashlib.sha256(server.content).hexdigest()
    recipe = ModelRecipe(name="tiny", class_name="HTDemucs", files=(WeightFile("tiny", server.url(), digest),))
    heard = []
    store = WeightsStore(tmp_path / "cache")
    separator = load_separator(recipe, device="cpu", weights=store, progress=lambda *news: heard.append(news))
    assert heard[-1] == ("tiny-1234.th", len(server.content), len(server.content))
    wanted = lab.reference(module.half().float(), mix=mix)
    lab.assert_alike(wanted, lab.separate(separator, mix, shifts=0))


def test_two_at_once_fetch_once(server, lab, tmp_path, publish):
    server.content = publish(lab.module("Demucs", depth=2))
    file = WeightFile("tiny", server.url(), hashlib.sha256(server.content).hexdigest())
    recipe = ModelRecipe(name="tiny", class_name="Demucs", files=(file,))
    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(WeightsStore(tmp_path / "cache").fetch, recipe) for _ in range(2)]:
            done.result(timeout=60)
    assert server.ranges == [None]
