"""What all parts of a benchmark share: a folder, the random weights in it, and the models loaded from them."""

from pathlib import Path
from typing import Any

from benchmarks.repository import Repository
from worker.engine.loading import load_separator
from worker.engine.networks import build_modules
from worker.engine.separator import Separator


class Workshop:
    """`folder`: to work in; the caller's, who removes it. `repository`: the weights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository = Repository(folder / "weights")
        self._modules: dict[str, list[Any]] = {}

    def modules(self, model: str) -> list[Any]:
        """Demucs's own modules of the model, on the CPU in float32; the same ones each time."""
        if model not in self._modules:
            recipe = self.repository.recipe(model)
            self._modules[model] = build_modules(recipe, self.repository.store.contents(recipe))
        return self._modules[model]

    def separator(self, model: str, *, device: str = "cpu", precision: str = "auto") -> Separator:
        """Our engine with the same weights."""
        recipe = self.repository.recipe(model)
        return load_separator(recipe, device=device, precision=precision, weights=self.repository.store)
