"""The options of a job as options of a command, each a line of help; and their check before anything is started."""

from typing import Annotated, Any

import typer
from pydantic import ValidationError

from cli.errors import WrongUse
from contract.options import BitDepth, Clip, Format, JobRequest

Model = Annotated[
    str | None, typer.Option("--model", "-m", help="Model by its name; see `stemify models list`. [default: htdemucs]")
]
Stems = Annotated[str | None, typer.Option(help="Only these stems, with commas between: vocals,drums.")]
TwoStems = Annotated[str | None, typer.Option(metavar="STEM", help="Only this stem, and everything else as one.")]
FileFormat = Annotated[Format | None, typer.Option("--format", "-f", help="File format of the stems. [default: wav]")]
Bitrate = Annotated[int | None, typer.Option("--bitrate-kbps", help="Bit rate of mp3, m4a and ogg.")]
Depth = Annotated[
    BitDepth | None, typer.Option("--bit-depth", help="Bit depth of wav and flac. [default: source, the recording's]")
]
Rate = Annotated[str | None, typer.Option("--sample-rate", metavar="HZ", help="Sample rate. [default: source]")]
Shifts = Annotated[int | None, typer.Option(help="Random shifts to average over, 0 to 10. [default: 1]")]
Overlap = Annotated[float | None, typer.Option(help="Overlap of segments, 0 to 0.9. [default: 0.25]")]
Seed = Annotated[int | None, typer.Option(help="Seed of the shifts. [default: from the recording's content]")]
ClipMode = Annotated[
    Clip | None, typer.Option("--clip", help="Against overload: one gain for all, limits, or nothing. [default: joint]")
]
Residual = Annotated[bool, typer.Option("--residual", help="Add what the stems leave out as one more stem.")]


def checked(**given: Any) -> JobRequest:
    """The request these options make; None means: not given. Raises WrongUse, naming the option."""
    fields = {name: value for name, value in given.items() if value is not None}
    if "stems" in fields:
        fields["stems"] = tuple(name.strip() for name in str(fields["stems"]).split(",") if name.strip())
    if (rate := fields.get("sample_rate")) is not None and str(rate).isdigit():
        fields["sample_rate"] = int(rate)
    try:
        return JobRequest.model_validate(fields)
    except ValidationError as wrong:
        raise WrongUse(" ".join(_sentence(dict(error)) for error in wrong.errors())) from wrong


def as_fields(request: JobRequest) -> dict[str, Any]:
    """What was asked for, for the server; what was left open stays open."""
    return request.model_dump(mode="json", exclude_unset=True)


def _sentence(error: dict[str, Any]) -> str:
    said = str(error["msg"]).removeprefix("Value error, ")
    option = "--" + str(error["loc"][0]).replace("_", "-") if error["loc"] else ""
    return f"{option}: {said}." if option else f"{said[:1].upper()}{said[1:]}."
