"""Recordings made to hurt their reader are refused in time, by name, and harm nothing else."""

import struct
from pathlib import Path

import psutil
import pytest
from redis import Redis

from tests.integration.backend.conftest import Start
from tests.integration.backend.service import Service, settings, wav

ENDLESS = wav(0.0)[:36] + bytes(60_000_000)
"""A valid WAV header, then nothing but empty chunks: minutes of work for few bytes when somebody walks them all."""


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_a_file_that_keeps_its_reader_busy_is_refused_in_time(start: Start) -> None:
    service = start(intake={"probe_seconds": 5.0})
    answer = service.submit(ENDLESS, filename="song.wav")
    assert answer.status_code == 400
    assert answer.json()["code"] == "unsupported_media"
    assert "within its limits" in answer.json()["detail"]  # not what walking all of it would have found
    assert service.blobs == []
    assert service.http.get("/api/v1/models").status_code == 200


TEXTS = {
    "ffconcat": (b"ffconcat version 1.0\nfile /etc/passwd\n", "ffconcat"),
    "HLS": (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n", "playlist"),
    "SDP": (b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n", "SDP"),
    "DASH": (b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>', "DASH"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_what_points_elsewhere_is_named_and_refused(service: Service, kind: str) -> None:
    content, named = TEXTS[kind]
    answer = service.submit(content, filename="song.mp3")
    assert (answer.status_code, answer.json()["code"]) == (400, "unsupported_media")
    assert named in answer.json()["detail"]


def test_a_recording_in_a_private_folder_is_read(start: Start, tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir(mode=0o700)
    assert start().submit().status_code == 202


def test_a_wav_with_an_absurd_header_is_refused(service: Service) -> None:
    absurd = bytearray(wav(0.2))
    absurd[22:24] = struct.pack("<H", 4_000)
    assert service.submit(bytes(absurd)).status_code == 400


def test_a_stopped_replica_leaves_no_process(tmp_path: Path, redis: Redis, redis_url: str) -> None:
    before = children()
    service = Service(settings(tmp_path / "blobs", redis_url), redis)
    service.start()
    assert len(children() - before) == 1
    assert service.submit().status_code == 202
    service.stop()
    assert children() <= before
