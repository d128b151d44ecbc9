"""Where this machine's weights lie and which models there are, as the environment says (STEMIFY_MODELS__...)."""

import os
from pathlib import Path
from typing import Any

from cli.settings import shared_settings
from contract.settings import ModelSettings


def model_settings() -> ModelSettings:
    """The models' settings with the folder filled in. Raises WrongUse when the environment is wrong."""
    settings = shared_settings().models
    return settings if settings.folder else settings.model_copy(update={"folder": default_folder()})


def default_folder() -> Path:
    """`stemify/models` in the user's cache folder."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "stemify" / "models"


def weights_store(settings: ModelSettings) -> Any:
    """The engine's store for these settings."""
    # the engine is not needed by commands that only talk to a server, nor always installed
    from worker.engine.weights import WeightsStore

    return WeightsStore(
        settings.folder or default_folder(),
        mirror=settings.mirror,
        offline_folder=settings.offline_folder,
        fetch=settings.fetch,
    )


def recipes(settings: ModelSettings) -> dict[str, Any]:
    """The models by name."""
    # likewise
    from worker.engine.catalog import load_recipes

    return load_recipes(settings.catalog)
