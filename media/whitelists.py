"""The containers, protocols and decoders an uploaded file may use; the rest of FFmpeg stays out of reach."""

CONTAINERS = {
    "wav": "WAV",
    "w64": "Wave64",
    "aiff": "AIFF",
    "flac": "FLAC",
    "mp3": "MP3",
    "ogg": "Ogg",
    "mov": "MP4",
    "matroska": "Matroska",
    "aac": "AAC",
    "caf": "CAF",
}
"""FFmpeg's demuxer (the first of its names) and what people call the container."""

PROTOCOLS = ("none",)
"""None: the file is read for FFmpeg by us, so FFmpeg itself need open nothing, whatever a container points to."""

_PCM = ("u8", "s8", "s16le", "s16be", "s24le", "s24be", "s32le", "s32be", "f32le", "f32be", "f64le", "f64be")
DECODERS = (
    *(f"pcm_{kind}" for kind in _PCM),
    "pcm_alaw",
    "pcm_mulaw",
    "flac",
    "alac",
    "mp3float",
    "mp3",
    "mp2float",
    "mp2",
    "aac",
    "vorbis",
    "opus",
    "libopus",
)
"""Audio decoders only: no picture or subtitle ever reaches a decoder."""


def open_options() -> dict[str, str]:
    """The options every input is opened with."""
    return {
        "format_whitelist": ",".join(CONTAINERS),
        "protocol_whitelist": ",".join(PROTOCOLS),
        "codec_whitelist": ",".join(DECODERS),
    }
