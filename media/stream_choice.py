"""Which of an open file's streams is listened to; all others are left alone. Knows no job and decodes nothing."""

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard

from media.errors import UnsupportedMedia
from media.whitelists import DECODERS

_MOST_SOUNDS = 8
_MOST_STREAMS = 64
"""A telephone's film has nine (places, moods, faces), a disc's thirty (subtitles)."""
_MOST_TAG_BYTES = 2**20


def chosen_stream(container: InputContainer, container_name: str) -> AudioStream:
    """The first audio stream that can be decoded here. Raises UnsupportedMedia, naming what there is instead."""
    _check_counts(container, container_name)
    sounds = container.streams.audio
    if not sounds:
        instead = "video only" if container.streams.video else "no audio"
        raise UnsupportedMedia(f"{container_name}, {instead}")
    chosen = next((sound for sound in sounds if _is_readable(sound)), None)
    if chosen is None:
        raise UnsupportedMedia(f"{container_name} with {_codec_of(sounds[0])}, which is not supported; FLAC or MP3 are")
    for other in container.streams:
        if other is not chosen:
            other.discard = Discard.all
    return chosen


def _check_counts(container: InputContainer, container_name: str) -> None:
    for count, most, what in (
        (len(container.streams.audio), _MOST_SOUNDS, "audio streams"),
        (len(container.streams), _MOST_STREAMS, "streams"),
    ):
        if count > most:
            raise UnsupportedMedia(f"{container_name} with {count} {what}; up to {most} are supported")
    if _tag_bytes(container) > _MOST_TAG_BYTES:
        raise UnsupportedMedia(f"{container_name} with more than {_MOST_TAG_BYTES >> 20} MiB of tags")


def _is_readable(sound: AudioStream) -> bool:
    return sound.codec_context is not None and sound.codec_context.codec.name in DECODERS


def _codec_of(sound: AudioStream) -> str:
    """As people call it."""
    return "an unknown audio codec" if sound.codec_context is None else sound.codec_context.codec.long_name


def _tag_bytes(container: InputContainer) -> int:
    tags = [container.metadata, *(stream.metadata for stream in container.streams)]
    return sum(len(name) + len(value) for each in tags for name, value in each.items())
