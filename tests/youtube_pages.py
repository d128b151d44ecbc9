"""Pages in the shape of YouTube's: what yt-dlp's extractor reads of a video's page, the player's API and its script."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.loopback_site import send, send_part
from tests.loopback_web import LoopbackWeb

VIDEO_ID = "aSong-aSong"
VIDEO = f"https://www.youtube.com/watch?v={VIDEO_ID}"
PAGE, PLAYER_API, NEXT_API, AUDIO = "/watch", "/youtubei/v1/player", "/youtubei/v1/next", "/videoplayback"
EMBEDDED, LIVE = f"/embed/{VIDEO_ID}", "/live.m3u8"
PLAYER = "/s/player/0a1b2c3d/player_ias.vflset/en_US/base.js"
N, SIGNATURE = "forward", "Xsecret-_="
"""What the player's script turns round, and what it cuts the first letter off."""

SCRIPT = """var _yt_player={};(function(g){'use strict';
var config={signatureTimestamp:20000};
function Link(url){this.kept={}}
Link.prototype.set=function(name,value){this.kept[name]=value};
Link.prototype.get=function(name){return this.kept[name]};
Link.prototype.turn=function(){if(this.kept.n)this.kept.n=this.kept.n.split('').reverse().join('')};
function cut(signature){return encodeURIComponent(decodeURIComponent(signature).slice(1))}
function make(url,name,signature){var link=new Link(url);link.set("alr","yes");
if(signature)link.set(name,cut(signature));return link}
})(_yt_player);"""
"""A player of this test's own, in the form that yt-dlp's solver looks for."""

PLAYLIST = b"""#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=100000,CODECS="avc1.42c00b,mp4a.40.5",RESOLUTION=256x144
https://manifest.googlevideo.com/144.m3u8
"""


_OWNER = {"videoOwnerRenderer": {"title": {"runs": [{"text": "Somebody"}]}}}
_BELOW = {"twoColumnWatchNextResults": {"results": {"results": {"contents": [
    {"videoSecondaryInfoRenderer": {"owner": _OWNER}},
]}}}}  # fmt: skip


def a_format(*, host: str = "rr1---sn-x.googlevideo.com", riddles: bool = False, **told: Any) -> dict[str, Any]:
    """The audio of a video. With `riddles` its address is of use only to who has run the player's script."""
    url = f"https://{host}{AUDIO}?itag=140"
    address = {"url": url}
    if riddles:
        address = {"signatureCipher": urlencode({"s": SIGNATURE, "sp": "sig", "url": f"{url}&n={N}"})}
    about = {"itag": 140, "mimeType": 'audio/mp4; codecs="mp4a.40.2"', "bitrate": 130_000, "approxDurationMs": "1000"}
    return about | {"audioQuality": "AUDIO_QUALITY_MEDIUM", "audioSampleRate": "44100"} | address | told


def a_video(*formats: dict[str, Any], seconds: int = 1, **details: Any) -> dict[str, Any]:
    """The player's answer about a video that may be played."""
    about = {"videoId": VIDEO_ID, "title": "The Song", "author": "Somebody", "lengthSeconds": str(seconds)}
    return {
        "playabilityStatus": {"status": "OK"},
        "videoDetails": about | {"isLiveContent": False} | details,
        "streamingData": {"adaptiveFormats": list(formats or (a_format(),))},
    }


def refused(status: str, reason: str, subreason: str = "", **more: Any) -> dict[str, Any]:
    """The player's answer about a video that may not be played, in YouTube's words."""
    told = {"reason": {"simpleText": reason}} | ({"subreason": {"simpleText": subreason}} if subreason else {})
    screen = {"errorScreen": {"playerErrorMessageRenderer": told}} | more
    return {
        "playabilityStatus": {"status": status, "reason": reason} | screen,
        "videoDetails": {"videoId": VIDEO_ID, "title": "The Song"},
    }


def add_video(web: LoopbackWeb, player: dict[str, Any], audio: bytes = b"") -> None:
    """The page and the API both give `player`; its script is there, and its audio for those who know what it says."""
    config = {"PLAYER_JS_URL": PLAYER, "VISITOR_DATA": "visitor", "INNERTUBE_CONTEXT": {"client": {"visitorData": "x"}}}
    web_player = {name: told for name, told in player.items() if name != "streamingData"}  # nothing for browsers
    parts = (
        f"<script>ytcfg.set({json.dumps(config)});</script>",
        f"<script>var ytInitialPlayerResponse = {json.dumps(web_player)};</script>",
        f"<script>var ytInitialData = {json.dumps({'contents': _BELOW})};</script>",
    )
    for path in (PAGE, EMBEDDED):
        web.pages[path] = lambda to: send(to, 200, "".join(parts).encode(), Content_Type="text/html")
    web.pages[NEXT_API] = lambda to: send(to, 200, json.dumps({"contents": _BELOW}).encode())
    web.pages["/iframe_api"] = lambda to: send(to, 200, PLAYER.encode())
    told = json.dumps(player).encode()
    web.pages[PLAYER_API] = lambda to: send(to, 200, told, Content_Type="application/json")
    web.pages[PLAYER] = lambda to: send(to, 200, SCRIPT.encode(), Content_Type="text/javascript")
    web.pages[LIVE] = lambda to: send(to, 200, PLAYLIST)
    web.pages[AUDIO] = lambda to: _play(to, audio)


def _play(to: BaseHTTPRequestHandler, audio: bytes) -> None:
    """403, as YouTube answers who does not know."""
    asked = parse_qs(urlsplit(to.path).query)
    if "n" in asked and (asked["n"], asked.get("sig")) != ([N[::-1]], [SIGNATURE[1:]]):
        send(to, 403)
    else:
        send_part(to, audio, Content_Type="audio/mp4")
