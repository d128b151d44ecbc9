"""Pages in the shape of Bandcamp's: what yt-dlp's extractor reads of a track's."""

import html
import json

from tests.loopback_site import send
from tests.loopback_web import LoopbackWeb

TRACK = "https://somebody.bandcamp.com/track/the-song"
PAGE, AUDIO = "/track/the-song", "/stream/abc/mp3-128/1"


def add_track(web: LoopbackWeb, audio: bytes, *, duration: float | None = 1.0, host: str = "t4.bcbits.com") -> None:
    """The page of one track, and its audio on `host`."""
    file = {"mp3-128": f"https://{host}{AUDIO}"}
    told = {"trackinfo": [{"file": file, "title": "The Song", "track_id": 7, "duration": duration}], "id": 7}
    told |= {"artist": "Somebody", "current": {"title": "The Song"}}
    data = [html.escape(json.dumps(part)) for part in (told, {"artist": "Somebody"})]
    page = f'<html><script data-tralbum="{data[0]}" data-embed="{data[1]}"></script></html>'.encode()
    web.pages[PAGE] = lambda to: send(to, 200, page, Content_Type="text/html")
    web.pages[AUDIO] = lambda to: send(to, 200, audio, Content_Type="audio/mpeg")
