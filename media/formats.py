"""The formats a stem can be written in, and what each can carry. Plain data; knows no library."""

from dataclasses import dataclass
from typing import Literal, get_args

FormatName = Literal["wav", "flac", "mp3", "m4a", "ogg"]
BitDepth = Literal["16", "24", "32f"]


@dataclass(frozen=True)
class _Carrier:
    codec: str
    media_type: str
    bit_depths: tuple[BitDepth, ...]  # none: a lossy codec, which takes any and keeps none
    rates: tuple[int, ...]  # hertz, rising; none: any
    default_kbps: int | None = None


_MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_AAC_RATES = (7_350, *_MP3_RATES, 64_000, 88_200, 96_000)
_CARRIERS: dict[FormatName, _Carrier] = {
    "wav": _Carrier("pcm", "audio/wav", ("16", "24", "32f"), ()),
    "flac": _Carrier("flac", "audio/flac", ("16", "24"), ()),
    "mp3": _Carrier("mp3", "audio/mpeg", (), _MP3_RATES, 256),
    "m4a": _Carrier("aac", "audio/mp4", (), _AAC_RATES, 256),
    "ogg": _Carrier("vorbis", "audio/ogg", (), (), 224),
}
FORMAT_NAMES: tuple[FormatName, ...] = get_args(FormatName)


@dataclass(frozen=True)
class OutputFormat:
    """A format with its settings. `bitrate_kbps` is a lossy format's, for all channels together; None: ours to choose.

    Raises ValueError for an unknown name, or a bit depth the format cannot hold (`closest` finds one it can).
    """

    name: FormatName
    bit_depth: BitDepth = "16"
    bitrate_kbps: int | None = None

    def __post_init__(self) -> None:
        if self.name not in _CARRIERS:
            raise ValueError(f"unknown format {self.name!r}; there are {', '.join(FORMAT_NAMES)}")
        if self.bit_depth not in get_args(BitDepth):
            raise ValueError(f"unknown bit depth {self.bit_depth!r}; there are {', '.join(get_args(BitDepth))}")
        if not self.lossy and self.bit_depth not in self._carrier.bit_depths:
            raise ValueError(f"{self.name} cannot hold {self.bit_depth} samples")
        if self.bitrate_kbps is not None and not 8 <= self.bitrate_kbps <= 512:
            raise ValueError("bitrate_kbps must be between 8 and 512")

    @classmethod
    def closest(
        cls, name: FormatName, *, bit_depth: str | None = None, bitrate_kbps: int | None = None
    ) -> "OutputFormat":
        """The format with the bit depth it can hold nearest to a source's (None, a lossy source: 16)."""
        wanted: BitDepth = next((depth for depth in get_args(BitDepth) if depth == bit_depth), "16")
        holds = _CARRIERS[name].bit_depths if name in _CARRIERS else ()
        return cls(name, holds[-1] if holds and wanted not in holds else wanted, bitrate_kbps)

    @property
    def lossy(self) -> bool:
        """Whether decoding gives back something else than what was written."""
        return not self._carrier.bit_depths

    @property
    def extension(self) -> str:
        """The file's extension, with its dot."""
        return f".{self.name}"

    @property
    def media_type(self) -> str:
        """The MIME type."""
        return self._carrier.media_type

    @property
    def codec(self) -> str:
        """The codec inside, as `AudioFacts.codec` would name it ("pcm_s16le", "flac", "mp3", "aac", "vorbis")."""
        pcm = {"16": "pcm_s16le", "24": "pcm_s24le", "32f": "pcm_f32le"}
        return pcm[self.bit_depth] if self.name == "wav" else self._carrier.codec

    @property
    def kbps(self) -> int | None:
        """The bit rate aimed at for stereo at 44.1 kHz, in kbit/s; None for a lossless format."""
        return (self.bitrate_kbps or self._carrier.default_kbps) if self.lossy else None

    def stream_kbps(self, channels: int) -> int:
        """The bit rate to ask the codec for, in kbit/s: what was asked for, or ours, of which mono needs half."""
        ours = (self._carrier.default_kbps or 0) // (2 if channels == 1 else 1)
        return self.bitrate_kbps or ours

    def closest_rate(self, sample_rate: int) -> int:
        """The rate (hertz) to write a source at: its own if the codec can, else the next higher, else the highest."""
        rates = self._carrier.rates
        if not rates or sample_rate in rates:
            return sample_rate
        return next((rate for rate in rates if rate > sample_rate), rates[-1])

    @property
    def _carrier(self) -> _Carrier:
        return _CARRIERS[self.name]
