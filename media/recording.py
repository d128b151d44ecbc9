"""A file opened for decoding, with everything fenced off that is not local audio. Knows no job and writes nothing."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import NoReturn

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags2
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet

from media.errors import UnsupportedMedia
from media.signatures import HEAD_BYTES, look_like, misread
from media.stream_choice import chosen_stream
from media.whitelists import CONTAINERS, open_options

_BAD_PACKETS_FORGIVEN = 16
_SHORT_FRAMES = 2**19

_FOUND_ANYWHERE = frozenset({"MP3", "AAC"})
"""FFmpeg looks for their frames behind anything: it would play the songs of a ZIP archive one after the other."""
_MAY_HOLD_THEM = frozenset({*CONTAINERS.values(), "unknown data"})


class Recording:
    """The audio stream of an open file that is listened to: `container_name` for people, `stream` and its frames."""

    def __init__(self, container: InputContainer) -> None:
        self.container = container
        self.container_name = CONTAINERS.get(container.format.name.split(",")[0], container.format.name)
        self.stream = chosen_stream(container, self.container_name)
        self.damaged = UnsupportedMedia(f"{self.container_name}, damaged or cut short")
        self.last_packet: Packet[AudioStream] | None = None
        self.first_pts: int | None = None
        self.bad_packets = 0
        self.is_chained = False
        self._good_packets = 0
        self._lead_in = self._is_short_vorbis()
        if self._lead_in:
            self.stream.codec_context.flags2 |= Flags2.skip_manual

    def frames(self) -> Iterator[AudioFrame]:
        """Every frame that decodes, in order. A bad packet is passed over; mostly bad ones raise UnsupportedMedia."""
        try:
            for packet in self.container.demux(self.stream):
                yield from self._decoded(packet)
        except FFmpegError:
            # The container breaks off: what came before it stands, with what the decoder still holds.
            self.bad_packets += 1
            yield from self._flushed()

    def packets(self) -> Iterator["Packet[AudioStream]"]:
        """Every packet that can be read, undecoded."""
        try:
            yield from self.container.demux(self.stream)
        except FFmpegError:
            self.bad_packets += 1

    def _decoded(self, packet: "Packet[AudioStream]") -> Iterator[AudioFrame]:
        try:
            frames = packet.decode()
        except FFmpegError as error:
            self.bad_packets += 1
            if self.bad_packets > _BAD_PACKETS_FORGIVEN + self._good_packets:
                raise self.damaged from error
            return
        if packet.size:
            self._good_packets += 1
            self.is_chained = self.is_chained or _begins_again(self.last_packet, packet)
            self.last_packet = packet
        for frame in frames:
            if self._lead_in:
                self._lead_in = False
                continue
            if self.first_pts is None:
                self.first_pts = frame.pts
            if frame.samples:
                yield frame

    def _flushed(self) -> list[AudioFrame]:
        try:
            return [frame for frame in self.stream.decode(None) if frame.samples]
        except FFmpegError:
            return []

    def _is_short_vorbis(self) -> bool:
        # From a Vorbis stream of a single page FFmpeg cuts too many frames at the end, or none. It is told to cut
        # nothing: then the first frame is the decoder's lead-in, and `without_padding` sees to the end.
        name = self.stream.codec_context.codec.name
        return self.container_name == "Ogg" and name == "vorbis" and (self.stream.duration or 0) < _SHORT_FRAMES


def _begins_again(last: "Packet[AudioStream] | None", packet: "Packet[AudioStream]") -> bool:
    """Whether another recording follows in the same file, as chained Ogg files have it: time begins anew."""
    return last is not None and last.pts is not None and packet.pts is not None and packet.pts < last.pts


@contextmanager
def open_recording(path: Path) -> Iterator[Recording]:
    """Open `path` by its content, never its name. Raises UnsupportedMedia; OSError when it cannot be read at all."""
    with _opened(path) as file:
        head = file.read(HEAD_BYTES)
        found = look_like(head)
        if (noise := misread(head)) is not None:
            raise UnsupportedMedia(noise)
        try:
            container = _container(file)
        except FFmpegError as error:
            container = _container_of_short_mp3(file, found, error)
        with container:
            recording = Recording(container)
            if recording.container_name in _FOUND_ANYWHERE and found not in _MAY_HOLD_THEM:
                raise UnsupportedMedia(found)
            yield recording


def _container(file: FileIO, demuxer: str | None = None) -> InputContainer:
    file.seek(0)
    return av.open(
        _Nameless(file),
        "r",
        format=demuxer,
        options=open_options(),
        metadata_errors="replace",
        io_open=_refuse_other_files,
    )


def _container_of_short_mp3(file: FileIO, found: str, error: FFmpegError) -> InputContainer:
    """Open by force what begins like an MP3: of a few frames alone FFmpeg makes something else."""
    if found == "MP3":
        try:
            return _container(file, "mp3")
        except FFmpegError:
            pass
    raise UnsupportedMedia(f"{found}, damaged or cut short" if found in CONTAINERS.values() else found) from error


class _Nameless:
    """A file without its name, so that no extension can sway what it is taken for."""

    def __init__(self, file: FileIO) -> None:
        self.seek = file.seek
        self.tell = file.tell
        self._file = file
        self._broken = False

    def read(self, size: int) -> bytes:
        """As files do, but an error is raised once: PyAV keeps one and complains aloud of the next."""
        if self._broken:
            return b""
        try:
            return self._file.read(size)
        except OSError:
            self._broken = True
            raise


def _opened(path: Path) -> FileIO:
    # Not blocking: opening a named pipe would otherwise wait for a writer for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsupportedMedia("something that is not a regular file")
    return FileIO(descriptor, "r")


def _refuse_other_files(_url: str, _flags: int, _options: dict[str, str]) -> NoReturn:
    raise UnsupportedMedia("a file that points to other files")
