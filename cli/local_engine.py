"""The separation engine on this machine, for commands: loads a model, separates a file, translates its errors."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.bars import JobBar, bytes_bar, job_bar
from cli.console import say
from cli.errors import CommandError, JobFailed, WrongUse
from cli.measuring import Limit, measured
from cli.models_folder import model_settings, recipes, weights_store
from contract.catalog import DEMO_MODEL
from contract.options import JobRequest

_SHARES = {"decoding": (0.0, 5.0), "separating": (5.0, 85.0), "encoding": (90.0, 10.0)}
"""Where each stage begins on the bar and how much of it is the stage's, in percent."""

STAND_IN = "htdemucs"
"""The model whose speed can be measured without its weights."""


@contextmanager
def translated() -> Iterator[None]:
    """The engine's and the files' errors as endings of a command."""
    # imported late: the engine is not always installed beside the command line
    try:
        from media.errors import MediaError  # likewise
        from worker.engine import errors  # likewise
    except ImportError as missing:
        raise CommandError(
            f"The separation engine is not installed ({missing.name} is missing); run `pip install 'stemify[worker]'`."
        ) from missing
    try:
        yield
    except (errors.InvalidOptions, errors.UnknownModel, errors.CatalogInvalid, errors.DeviceUnavailable) as wrong:
        raise WrongUse(str(wrong)) from wrong
    except (errors.EngineError, MediaError) as failed:
        raise JobFailed(str(failed)) from failed
    except OSError as refused:
        raise JobFailed(f"{refused.strerror or refused}: {refused.filename or 'a file'}.") from refused


def load_model(name: str | None, *, device: str, precision: str, shown: bool) -> Any:
    """A separator for the model of this name, or for the default one, or for `demo` when that one cannot be had.

    Absent weights are fetched under a progress bar. Raises WrongUse, JobFailed.
    """
    settings = model_settings()
    try:
        return _load(name or settings.default, device=device, precision=precision, shown=shown)
    except JobFailed as failed:
        if name is not None:
            raise
        say(f"{failed}\nUsing the small bundled model `{DEMO_MODEL}` instead: it is for trying things out.")
        return _load(DEMO_MODEL, device=device, precision=precision, shown=shown)


def _load(name: str, *, device: str, precision: str, shown: bool) -> Any:
    # Threads that spin while they wait starve each other where the processor is shared. Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with translated():
        # torch comes with the engine: loaded when a model is, not before
        from worker.engine.catalog import recipe_named
        from worker.engine.loading import load_separator  # likewise

        settings = model_settings()
        store, recipe = weights_store(settings), recipe_named(name, recipes(settings))
        if store.state(recipe) != "ready":
            fetch(store, recipe, shown=shown)
        return load_separator(recipe, device=device, precision=precision, weights=store)


def fetch(store: Any, recipe: Any, *, shown: bool) -> None:
    """Make a model's weights ready, under a progress bar: what is here is checked in full, the rest is fetched."""
    with bytes_bar(f"Fetching {recipe.name}", None, shown=shown) as bar:
        store.fetch(recipe, lambda _name, there, whole: bar.at(there, whole))


def separate(path: Path, folder: Path, request: JobRequest, *, separator: Any, bar: JobBar) -> Any:
    """Separate one recording into `folder`; the engine's Separation. Raises WrongUse, JobFailed."""
    with translated():
        # as above
        from worker.engine import OutputOptions, SeparationOptions, Watch, separate_file

        class Shown(Watch):
            """Moves the bar."""

            def progress(self, stage: str, fraction: float) -> None:
                """See Watch."""
                start, share = _SHARES[stage]
                bar.at(start + share * fraction, stage)

        options = SeparationOptions(
            **request.model_dump(include={"stems", "two_stems", "shifts", "overlap", "seed", "clip", "residual"})
        )
        output = OutputOptions(
            **request.model_dump(include={"format", "bit_depth", "bitrate_kbps"}),
            sample_rate=None if request.sample_rate == "source" else request.sample_rate,
            channels="source",
        )
        return separate_file(path, folder, separator=separator, options=options, output=output, watch=Shown())


def ready_models() -> list[str]:
    """The models whose weights are on this machine, by name."""
    settings = model_settings()
    with translated():
        store = weights_store(settings)
        return [name for name, recipe in recipes(settings).items() if store.state(recipe) == "ready"]


def measure(name: str, *, device: str, precision: str, seconds: float, shown: bool) -> dict[str, Any]:
    """Load the model and measure it within this time, under a bar. Raises WrongUse, JobFailed.

    Where htdemucs's weights are not here, random ones of its architecture take their place; `weights` says so.
    """
    limit, started = Limit(time.monotonic() + seconds), time.perf_counter()
    random = name == STAND_IN and name not in ready_models()
    label = f"{name} (random weights)" if random else name
    with job_bar(f"Measuring {label}", shown=shown) as bar:
        bar.at(0.0, "loading")
        separator = _stand_in(device, precision) if random else _here(name, device=device, precision=precision)
        loaded = time.perf_counter() - started
        with translated():
            found = measured(separator, limit, bar.at)
        bar.at(100.0, "done")
    told = {"model": name, "weights": "random" if random else "real", "load_seconds": loaded}
    return {**told, "overdue": loaded + found["warm_up_seconds"] > _bound(found["device"]), **found}


def _here(name: str, *, device: str, precision: str) -> Any:
    """A model whose weights are here: a measurement fetches nothing."""
    if name in recipes(model_settings()) and name not in ready_models():
        raise JobFailed(f"The weights of {name} are not here; `stemify models pull {name}` fetches them.")
    return _load(name, device=device, precision=precision, shown=False)


def _stand_in(device: str, precision: str) -> Any:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in _load
    with translated():
        # as above
        from worker.engine.stand_in import load_stand_in

        return load_stand_in(device=device, precision=precision)


def _bound(device: str) -> float:
    """Seconds that loading and warming up may take on this device."""
    # as above
    from worker.engine.separator import WARM_UP_SECONDS

    return WARM_UP_SECONDS["cuda" if device.startswith("cuda") else "cpu"]
