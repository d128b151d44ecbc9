"""The options of a job as options of a command, each a line of help; and their check before anything is started."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from cli.errors import WrongUse
from contract.options import BitDepth, Clip, Format, JobRequest

_OPTIONS: dict[str, Any] = {
    "model": Annotated[
        str | None,
        typer.Option("--model", "-m", help="Model by its name; see `stemify models list`. Default: htdemucs."),
    ],
    "stems": Annotated[str | None, typer.Option(help="Only these stems, with commas between: vocals,drums.")],
    "two_stems": Annotated[
        str | None, typer.Option(metavar="STEM", help="Only this stem, and everything else as one.")
    ],
    "format": Annotated[Format | None, typer.Option("--format", "-f", help="File format of the stems. Default: wav.")],
    "bitrate_kbps": Annotated[int | None, typer.Option("--bitrate-kbps", help="Bit rate of mp3, m4a and ogg.")],
    "bit_depth": Annotated[
        BitDepth | None,
        typer.Option("--bit-depth", help="Bit depth of wav and flac. Default: source, the recording's."),
    ],
    "sample_rate": Annotated[
        str | None, typer.Option("--sample-rate", metavar="HZ", help="Sample rate. Default: source.")
    ],
    "shifts": Annotated[int | None, typer.Option(help="Random shifts to average over, 0 to 10. Default: 1.")],
    "overlap": Annotated[float | None, typer.Option(help="Overlap of segments, 0 to 0.9. Default: 0.25.")],
    "seed": Annotated[int | None, typer.Option(help="Seed of the shifts. Default: from the recording's content.")],
    "clip": Annotated[
        Clip | None,
        typer.Option("--clip", help="Against overload: one gain for all, limits, or nothing. Default: joint."),
    ],
    "residual": Annotated[
        bool | None, typer.Option("--residual", help="Add what the stems leave out as one more stem.")
    ],
}
"""By the names of JobRequest. None, the default of each: not given."""


def with_job_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameter `request` is made of a job's options: they stand in its place in the help."""
    own = inspect.signature(command)

    @wraps(command)
    def with_request(**given: Any) -> None:
        wished = {name: given.pop(name) for name in _OPTIONS}
        command(request=checked(**wished), **given)

    parameters = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for each in own.parameters.values()
        for parameter in (_parameters() if each.name == "request" else [each])
    ]
    with_request.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_request.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_request


def _parameters() -> list[inspect.Parameter]:
    kind = inspect.Parameter.KEYWORD_ONLY
    return [inspect.Parameter(name, kind, default=None, annotation=option) for name, option in _OPTIONS.items()]


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
