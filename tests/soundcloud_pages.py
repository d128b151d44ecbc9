"""Pages in the shape of SoundCloud's: what yt-dlp's extractor reads of the site, its scripts and its API."""

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from tests.loopback_site import Answering, send, send_part
from tests.loopback_web import LoopbackWeb

TRACK = "https://soundcloud.com/somebody/the-song"
CLIENT_ID = "abcdefghijklmnopqrstuvwxyz012345"
RESOLVE, AUDIO = "/resolve", "/the-song.128.mp3"
_MEDIA = "https://cf-media.sndcdn.com"


@dataclass(frozen=True)
class Coding:
    """One of a track's transcodings, named as in the API."""

    preset: str = "mp3_0_0"
    protocol: str = "progressive"
    mime_type: str = "audio/mpeg"
    snipped: bool = False

    @property
    def path(self) -> str:
        return f"/media/soundcloud:tracks:7/{self.preset}/{'preview' if self.snipped else 'stream'}/{self.protocol}"

    def told(self) -> dict[str, object]:
        form = {"protocol": self.protocol, "mime_type": self.mime_type}
        url = f"https://api-v2.soundcloud.com{self.path}"
        return {"url": url, "preset": self.preset, "format": form, "snipped": self.snipped, "quality": "sq"}


HLS = Coding("mp3_1_0", "hls")
PREVIEW = Coding(snipped=True)


def add_site(web: LoopbackWeb) -> None:
    """The first page, and the script that names the client id; the script before it names none."""
    scripts = ("https://a-v2.sndcdn.com/assets/1.js", "https://a-v2.sndcdn.com/assets/2.js")
    page = "".join(f'<script crossorigin src="{script}"></script>' for script in scripts).encode()
    web.pages["/"] = lambda to: send(to, 200, page, Content_Type="text/html")
    web.pages["/assets/1.js"] = lambda to: send(to, 200, f'({{client_id:"{CLIENT_ID}"}})'.encode())
    web.pages["/assets/2.js"] = lambda to: send(to, 200, b"nothing()")


def add_track(
    web: LoopbackWeb,
    audio: bytes,
    *,
    seconds: float = 1.0,
    codings: tuple[Coding, ...] = (Coding(),),
    media: str = _MEDIA,
    policy: str = "ALLOW",
    title: str = "The Song",
) -> None:
    """One track in these codings, its audio on `media`: whole, or for HLS in three segments."""
    add_site(web)
    track = {"id": 7, "kind": "track", "title": title, "duration": round(seconds * 1000), "policy": policy}
    track |= {"user": {"username": "Somebody"}, "media": {"transcodings": [coding.told() for coding in codings]}}
    web.pages[RESOLVE] = knowing_the_client(json.dumps(track).encode())
    for coding in codings:
        place = "/the-song.m3u8" if coding.protocol.endswith("hls") else AUDIO
        web.pages[coding.path] = knowing_the_client(json.dumps({"url": f"{media}{place}"}).encode())
    web.pages[AUDIO] = lambda to: send_part(to, audio, Content_Type="audio/mpeg")
    parts = [audio[at : at + len(audio) // 3 + 1] for at in range(0, len(audio), len(audio) // 3 + 1)]
    for number, part in enumerate(parts):
        web.pages[f"/part/{number}"] = _sending(part)
    lines = [f"#EXTINF:{seconds / len(parts)},\n{media}/part/{number}" for number in range(len(parts))]
    playlist = "\n".join(("#EXTM3U", "#EXT-X-TARGETDURATION:10", *lines, "#EXT-X-ENDLIST")).encode()
    web.pages["/the-song.m3u8"] = lambda to: send(to, 200, playlist, Content_Type="application/vnd.apple.mpegurl")


def knowing_the_client(body: bytes) -> Answering:
    """Answers those that say the client id, as the API does."""

    def answer(to: BaseHTTPRequestHandler) -> None:
        if f"client_id={CLIENT_ID}" in to.path:
            send(to, 200, body, Content_Type="application/json")
        else:
            send(to, 401, b"{}")

    return answer


def _sending(part: bytes) -> Answering:
    return lambda to: send_part(to, part, Content_Type="audio/mpeg")
