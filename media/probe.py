"""What is this file? Its facts from its first decoded frames, or one clear error. Knows no job."""

from fractions import Fraction
from pathlib import Path

from av.audio.frame import AudioFrame

from media.errors import MediaTooShort
from media.facts import AudioFacts
from media.recording import Recording, open_recording
from media.samples import checked_kind, in_chunks

__all__ = ["AudioFacts", "probe"]


_ESTIMATED = ("MP3", "AAC")
"""Containers that may not tell their length: FFmpeg then guesses it from the first frames' bit rate."""


def probe(path: Path, *, min_seconds: float = 0.0, max_seconds: float | None = None) -> AudioFacts:
    """The facts of the first audio stream of `path`, which is opened by content and decoded at its beginning.

    A length beyond `max_seconds` that may only be guessed is counted instead, up to there. Raises UnsupportedMedia
    (its `found` names what is there), MediaTooShort when less than `min_seconds` decode (or nothing at all), OSError
    when the file cannot be read.
    """
    with open_recording(path) as recording:
        first = _first_frame(recording, min_seconds)
        sample_rate, channels = checked_kind(first)
        return AudioFacts(
            container=recording.container_name,
            codec=recording.stream.codec_context.codec.canonical_name,
            sample_rate=sample_rate,
            channels=channels,
            bit_depth=_bit_depth(recording, first),
            duration_seconds=_seconds(recording, path, max_seconds),
            warnings=_warnings(recording, channels),
        )


def _first_frame(recording: Recording, min_seconds: float) -> AudioFrame:
    frames: list[AudioFrame] = []
    seconds = 0.0
    for frame in recording.frames():
        frames.append(frame)
        seconds += frame.samples / checked_kind(frame)[0]
        if seconds >= min_seconds:
            for _ in in_chunks(frames):  # raises for samples that are no numbers
                pass
            return frames[0]
    if not frames and recording.bad_packets:
        raise recording.damaged
    raise MediaTooShort(min_seconds)


def _bit_depth(recording: Recording, frame: AudioFrame) -> str | None:
    codec = recording.stream.codec_context.codec
    if not codec.lossless:
        return None
    if frame.format.name.startswith(("flt", "dbl")):
        return "32f"
    if codec.name in ("pcm_s32le", "pcm_s32be") or _stored_bits(recording) > 24:
        return "32f"
    return "24" if frame.format.bits > 16 else "16"


def _stored_bits(recording: Recording) -> int:
    """The bits a sample that FLAC's STREAMINFO or ALAC's magic cookie tells; FFmpeg shows 24 and 32 alike."""
    context = recording.stream.codec_context
    header = context.extradata or b""
    if context.codec.name == "flac" and len(header) >= 14:
        return ((header[12] & 1) << 4 | header[13] >> 4) + 1
    if context.codec.name == "alac" and len(header) >= 18:
        return header[17]
    return 0


def _seconds(recording: Recording, path: Path, most: float | None) -> float | None:
    claimed = _claimed_seconds(recording)
    if most is None or claimed is None or claimed <= most or recording.container_name not in _ESTIMATED:
        return claimed
    counted = _counted_seconds(path, most)
    return counted if counted <= most else claimed


def _counted_seconds(path: Path, most: float) -> float:
    """From every packet's own length, without decoding; no further than `most` and a packet."""
    seconds = Fraction(0)
    with open_recording(path) as recording:
        for packet in recording.packets():
            seconds += (packet.duration or 0) * packet.time_base
            if seconds > most:
                break
    return float(seconds)


def _claimed_seconds(recording: Recording) -> float | None:
    stream = recording.stream
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    microseconds = recording.container.duration
    return float(Fraction(microseconds, 1_000_000)) if microseconds else None


def _warnings(recording: Recording, channels: int) -> tuple[tuple[str, str], ...]:
    warnings = []
    sounds = recording.container.streams.audio
    if len(sounds) > 1:
        which = "the first" if recording.stream.index == sounds[0].index else "the first that can be decoded"
        warnings.append(("several_audio_streams", f"The file holds {len(sounds)} audio streams; {which} is used."))
    if channels > 2:
        warnings.append(("multichannel", f"The file holds {channels} channels; they are mixed down to stereo."))
    return tuple(warnings)
