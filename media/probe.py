"""What is this file? Its facts from its first decoded frames, or one clear error. Knows no job."""

from fractions import Fraction
from pathlib import Path

from av.audio.frame import AudioFrame

from media.errors import MediaTooShort
from media.facts import AudioFacts
from media.recording import Recording, open_recording
from media.samples import checked_kind

__all__ = ["AudioFacts", "probe"]


def probe(path: Path, *, min_seconds: float = 0.0) -> AudioFacts:
    """The facts of the first audio stream of `path`, which is opened by content and decoded at its beginning.

    Raises UnsupportedMedia (its `found` names what is there), MediaTooShort when less than `min_seconds` decode
    (or nothing at all), OSError when the file cannot be read.
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
            duration_seconds=_claimed_seconds(recording),
            warnings=_warnings(recording, channels),
        )


def _first_frame(recording: Recording, min_seconds: float) -> AudioFrame:
    first: AudioFrame | None = None
    seconds = 0.0
    for frame in recording.frames():
        first = first or frame
        seconds += frame.samples / checked_kind(frame)[0]
        if seconds >= min_seconds:
            return first
    if first is None and recording.bad_packets:
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


def _claimed_seconds(recording: Recording) -> float | None:
    stream = recording.stream
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    microseconds = recording.container.duration
    return float(Fraction(microseconds, 1_000_000)) if microseconds else None


def _warnings(recording: Recording, channels: int) -> tuple[tuple[str, str], ...]:
    warnings = []
    streams = len(recording.container.streams.audio)
    if streams > 1:
        warnings.append(("several_audio_streams", f"The file holds {streams} audio streams; the first is used."))
    if channels > 2:
        warnings.append(("multichannel", f"The file holds {channels} channels; they are mixed down to stereo."))
    return tuple(warnings)
