"""Texts that point elsewhere: playlists, scripts and descriptions that FFmpeg, let loose, would follow."""

import base64
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """Where a pointer may lead: a file beside the recording, its folder, a listener's ports on this machine."""

    name: str
    folder: str
    tcp: int
    udp: int


_HLS = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:9\n{extra}#EXTINF:9,\n{uri}\n#EXT-X-ENDLIST\n"
_DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"{more}><Period>{inner}</Period></MPD>'
)
_SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 {address}\nt=0 0\nm=audio {udp} {how} 0\n{more}"


def _uris(target: Target) -> dict[str, str]:
    path = f"{target.folder}/{target.name}"
    return {
        "beside it": target.name,
        "a path": path,
        "file:": f"file://{path}",
        "http:": f"http://127.0.0.1:{target.tcp}/a.ts",
        "https:": f"https://127.0.0.1:{target.tcp}/a.ts",
        "tcp:": f"tcp://127.0.0.1:{target.tcp}",
        "udp:": f"udp://127.0.0.1:{target.udp}",
        "concat:": f"concat:{path}|{path}",
        "subfile:": f"subfile,,start,0,end,64,,:{path}",
        "crypto:": f"crypto+file://{path}",
        "data:": "data:audio/wav;base64," + base64.b64encode(b"RIFF").decode(),
        "above it": "../../../../../../../../etc/passwd",
    }


def _hls(target: Target) -> dict[str, str]:
    cases = {f"HLS {kind}": _HLS.format(extra="", uri=uri) for kind, uri in _uris(target).items()}
    http = f"http://127.0.0.1:{target.tcp}/"
    extras = {
        "key": f'#EXT-X-KEY:METHOD=AES-128,URI="{http}key"\n',
        "map": f'#EXT-X-MAP:URI="{target.name}"\n',
        "media": f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="{http}a.m3u8"\n',
        "range": "#EXT-X-BYTERANGE:64@0\n",
    }
    cases |= {f"HLS with a {kind}": _HLS.format(extra=extra, uri=target.name) for kind, extra in extras.items()}
    cases["HLS of HLS"] = f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{http}a.m3u8\n"
    cases["HLS behind a mark"] = "\ufeff" + cases["HLS beside it"]
    cases["HLS after blanks"] = "\n\n \t" + cases["HLS file:"]
    return cases


def _scripts(target: Target) -> dict[str, str]:
    uris = _uris(target)
    chosen = ("beside it", "a path", "file:", "http:", "udp:", "subfile:")
    cases = {f"ffconcat {kind}": f"ffconcat version 1.0\nfile '{uris[kind]}'\n" for kind in chosen}
    cases["ffconcat with options"] = f"ffconcat version 1.0\nfile {target.name}\noption safe 0\nduration 9\n"
    cases["ffconcat without its name"] = f"file '{uris['a path']}'\n" * 8
    cases["ffmetadata"] = f";FFMETADATA1\ntitle={uris['a path']}\n"
    return cases


def _manifests(target: Target) -> dict[str, str]:
    uris = _uris(target)
    inner = (
        '<AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1">{}</Representation></AdaptationSet>'
    )
    cases = {
        f"DASH {kind}": _DASH.format(more="", inner=inner.format(f"<BaseURL>{uris[kind]}</BaseURL>"))
        for kind in ("beside it", "file:", "http:")
    }
    link = f' xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{uris["http:"]}"'
    cases["DASH elsewhere"] = _DASH.format(more=link, inner="")
    entity = f'<!DOCTYPE MPD [<!ENTITY x SYSTEM "{uris["file:"]}">]>'
    cases["DASH with an entity"] = entity + _DASH.format(more="", inner="&x;")
    cases["IMF"] = (
        '<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016">'
        f"<Id>urn:uuid:0</Id><EditRate>24 1</EditRate><SegmentList>{uris['file:']}</SegmentList></CompositionPlaylist>"
    )
    cases["SMIL"] = f'<smil><body><audio src="{uris["http:"]}"/></body></smil>'
    cases["XSPF"] = f'<playlist version="1"><trackList><location>{uris["file:"]}</location></trackList></playlist>'
    cases["ASX"] = f'<asx version="3.0"><entry><ref href="{uris["http:"]}"/></entry></asx>'
    return cases


def _descriptions(target: Target) -> dict[str, str]:
    uris = _uris(target)
    sdp = {"how": "RTP/AVP", "udp": target.udp, "more": ""}
    return {
        "SDP": _SDP.format(address="127.0.0.1", **sdp),
        "SDP to many": _SDP.format(address="239.0.0.1", **sdp),
        "SDP over TCP": _SDP.format(address="127.0.0.1", how="TCP/RTP/AVP", udp=target.tcp, more="a=setup:active\n"),
        "PLS": f"[playlist]\nFile1={uris['http:']}\nNumberOfEntries=1\n",
        "RAM": f"rtsp://127.0.0.1:{target.tcp}/a.rm\n{uris['a path']}\n",
        "CUE": f'FILE "{uris["a path"]}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
        "lavfi": f"amovie='{uris['a path']}'",
        "image2": f"{target.folder}/%03d.wav",
        "subfile": uris["subfile:"],
        "data": uris["data:"],
        "TED captions": '{"captions":[{"duration":1,"content":"' + uris["file:"] + '","startTime":0}]}',
        "AviSynth": f'WavSource("{uris["a path"]}")\n',
        "WebVTT": f"WEBVTT\n\n00:00.000 --> 00:09.000\n{uris['a path']}\n",
    }


def pointers(target: Target) -> dict[str, bytes]:
    """Each text by what it is."""
    texts = _hls(target) | _scripts(target) | _manifests(target) | _descriptions(target)
    return {name: text.encode() for name, text in texts.items()}
