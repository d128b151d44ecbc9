"""Random weights in the published form: a folder that Demucs's own command and our engine both load from."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import torch

from benchmarks.models import MODELS, SOURCES
from worker.engine.catalog import ModelRecipe, load_recipes
from worker.engine.weights import WeightsStore


class Repository:
    """`folder`: for Demucs's `--repo`. `catalog`: a TOML file that names the models made so far for our engine.

    `converted`: the folder our engine keeps its own copies in.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "published"
        self.catalog = folder / "catalog.toml"
        self.converted = folder / "converted"
        self.folder.mkdir(parents=True)
        self._entries: dict[str, str] = {}

    def recipe(self, name: str) -> ModelRecipe:
        """The model of this name, made and converted the first time it is asked for."""
        if name not in self._entries and name in MODELS:
            self._make(name)
        recipe = load_recipes(self.catalog if self._entries else None)[name]
        self.store.fetch(recipe)
        return recipe

    @property
    def store(self) -> WeightsStore:
        """Where our engine finds them."""
        return WeightsStore(self.converted)

    def _make(self, name: str) -> None:
        makers, weights = MODELS[name]
        modules = [make(at) for at, make in enumerate(makers)]
        files = [self._write(f"{name.replace('_', '')}{at}", module) for at, module in enumerate(modules)]
        bag = {"models": [signature for signature, _, _ in files], **({"weights": weights} if weights else {})}
        (self.folder / f"{name}.yaml").write_text(json.dumps(bag), encoding="utf-8")  # JSON is YAML
        rows = [] if weights is None else [f"weights = {json.dumps(weights)}"]
        kind = type(modules[0]).__name__
        lines = [f"[models.{name}]", f'class = "{kind}"', f"sources = {json.dumps(SOURCES)}", *rows]
        for signature, path, digest in files:
            lines += [f"[[models.{name}.files]]", f'signature = "{signature}"', f'url = "{path.as_uri()}"']
            lines += [f'sha256 = "{digest}"']
        self._entries[name] = "\n".join(lines)
        self.catalog.write_text("\n\n".join(self._entries.values()) + "\n", encoding="utf-8")

    def _write(self, signature: str, module: Any) -> tuple[str, Path, str]:
        """One network as `demucs.states` writes it; its signature, where it lies, its SHA-256."""
        args, kwargs = module._init_args_kwargs  # noqa: SLF001 - where Demucs itself keeps them
        state = {key: value.half() for key, value in module.state_dict().items()}
        buffer = io.BytesIO()
        torch.save({"klass": type(module), "args": args, "kwargs": kwargs, "state": state}, buffer)
        digest = hashlib.sha256(buffer.getvalue()).hexdigest()
        path = self.folder / f"{signature}-{digest[:8]}.th"
        path.write_bytes(buffer.getvalue())
        return signature, path, digest
