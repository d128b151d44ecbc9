"""A command's options become the request a server or the engine gets, or a sentence that names the option."""

import pytest
import typer
from typer.testing import CliRunner

from cli.errors import WrongUse
from cli.job_options import as_fields, checked, with_job_options
from contract.options import JobRequest


def test_what_was_not_given_stays_open() -> None:
    assert as_fields(checked(model=None, shifts=None, residual=None)) == {}


def test_given_options_are_understood() -> None:
    request = checked(stems="vocals, drums", sample_rate="48000", shifts=0, format="flac", bit_depth="24")
    assert as_fields(request) == {
        "stems": ["vocals", "drums"],
        "sample_rate": 48_000,
        "shifts": 0,
        "format": "flac",
        "bit_depth": "24",
    }


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"shifts": 11}, "--shifts: .*10"),
        ({"sample_rate": "fast"}, "--sample-rate"),
        ({"stems": "vocals", "two_stems": "vocals"}, "not both"),
        ({"format": "flac", "bit_depth": "32f"}, "wav for 32f"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence):
        checked(**given)


def _asked(*arguments: str) -> tuple[str, JobRequest]:
    app, asked = typer.Typer(), []

    @app.command()
    @with_job_options
    def command(song: str, *, request: JobRequest) -> None:
        asked.append((song, request))

    assert CliRunner().invoke(app, [*arguments], catch_exceptions=False).exit_code == 0
    return asked[0]


def test_a_command_gets_its_options_as_one_request() -> None:
    song, request = _asked("song.wav", "--two-stems", "vocals", "--residual", "-f", "flac", "--seed", "7")
    assert song == "song.wav"
    assert request == JobRequest(two_stems="vocals", residual=True, format="flac", seed=7)


def test_a_command_without_options_leaves_all_open() -> None:
    assert as_fields(_asked("song.wav")[1]) == {}


def test_the_help_of_an_option_tells_its_default() -> None:
    app = typer.Typer()
    app.command()(with_job_options(lambda *, request: None))  # noqa: ARG005 - only its help is read
    told = " ".join(CliRunner().invoke(app, ["--help"]).stdout.replace("│", " ").split())
    assert "Default: htdemucs." in told
    assert "Default: joint." in told
