"""Which model does a job: the one it names, or the bundled one where the default's weights cannot be had."""

import errno
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from contract.catalog import DEMO_MODEL
from contract.options import JobOptions
from contract.recordings import ModelUsed, Warned, WeightFile
from worker.engine import ModelRecipe, ModelUnavailable, UnknownModel, WeightsStore

Told = Callable[[str, int, int | None], None]
"""Gets a weight file's name, the bytes that are there, and all bytes (None when unknown) while it is fetched."""

_log = structlog.get_logger(__name__)

_RETRY_SECONDS = 600.0
"""After a model could not be fetched, jobs that may fall back do not wait for another try for so long."""
_INSISTING_RETRY_SECONDS = 30.0
"""The same for jobs that name the model: all attempts of one job are answered by the first one's wait."""
_CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR})
"""What a system says of a folder that takes nothing. A full one is another matter: that passes."""


@dataclass(frozen=True)
class Choice:
    """A model whose weights are here, and what the caller should know about it."""

    recipe: ModelRecipe
    warnings: tuple[Warned, ...] = ()

    @property
    def used(self) -> ModelUsed:
        """The model as a job tells of it."""
        files = (WeightFile(file=file.basename, sha256=file.sha256) for file in self.recipe.files)
        return ModelUsed(name=self.recipe.name, weights=tuple(files))


class ModelChooser:
    """Makes sure that weights are here before a model is borrowed."""

    def __init__(self, recipes: Mapping[str, ModelRecipe], weights: WeightsStore) -> None:
        self._recipes = recipes
        self._weights = weights
        self._unavailable: dict[str, float] = {}

    def choose(self, options: JobOptions, told: Told) -> Choice:
        """The model for these options, its weights fetched if need be.

        Raises UnknownModel, ModelUnavailable, WeightsCorrupt, and whatever `told` raises.
        """
        recipe = self.recipe(options.model)
        fallback = self._fallback(options)
        try:
            self._obtain(recipe, told, insists=fallback is None)
        except ModelUnavailable as error:
            if fallback is None:
                raise
            _log.warning("demo_model_instead", model=recipe.name, because=str(error))
            return Choice(fallback, (_demo_warning(recipe.name),))
        return Choice(recipe)

    def recipe(self, name: str) -> ModelRecipe:
        """The model of this name. Raises UnknownModel."""
        if name not in self._recipes:
            raise UnknownModel(f"This worker knows no model {name!r}.")
        return self._recipes[name]

    def is_here(self, name: str) -> bool:
        """Whether the model could be loaded without fetching anything."""
        return name in self._recipes and self._weights.state(self._recipes[name]) == "ready"

    def _obtain(self, recipe: ModelRecipe, told: Told, *, insists: bool) -> None:
        if self._weights.state(recipe) != "absent":
            return
        since = time.monotonic() - self._unavailable.get(recipe.name, float("-inf"))
        if since < (_INSISTING_RETRY_SECONDS if insists else _RETRY_SECONDS):
            raise ModelUnavailable(f"The weights of {recipe.name} could not be fetched.")
        try:
            self._fetch(recipe, told)
        except ModelUnavailable:
            self._unavailable[recipe.name] = time.monotonic()
            raise

    def _fetch(self, recipe: ModelRecipe, told: Told) -> None:
        try:
            self._weights.fetch(recipe, told)
        except OSError as error:
            if error.errno not in _CLOSED:
                raise
            _log.error("weights_folder_closed", because=str(error))
            raise ModelUnavailable(f"{recipe.name} cannot be kept on this worker, and is not there.") from error

    def _fallback(self, options: JobOptions) -> ModelRecipe | None:
        """The bundled model, where the caller named none and it has the stems that were promised."""
        demo = self._recipes.get(DEMO_MODEL)
        if not options.default_model or demo is None or options.model == DEMO_MODEL:
            return None
        asked = {options.two_stems} if options.two_stems else set(options.stems) - {"residual"}
        return demo if asked <= set(demo.sources) and self.is_here(DEMO_MODEL) else None


def _demo_warning(wanted: str) -> Warned:
    return Warned(
        code="demo_model",
        detail=f"The weights of {wanted} are not here and could not be fetched, so the small demo model did this job. "
        "It is for trying things out, not for real music.",
    )
