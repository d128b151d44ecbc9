"""The models we know and where their weights lie: facts from TOML files, checked. Opens no weights."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from worker.engine.errors import CatalogInvalid, UnknownModel

QUANTISED = "quantised"
BUNDLED = "bundled"  # scheme of a file that lies beside this one, in models/
DEFAULT_SOURCES = ("drums", "bass", "other", "vocals")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SOURCE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CLASSES = ("HTDemucs", "HDemucs", "Demucs", "HDemucs/Demucs", QUANTISED)
_SCHEMES = ("https", "http", "file")


@dataclass(frozen=True)
class WeightFile:
    """One network's weights. `signature` names it; `url` is where it lies; `sha256` is of all its bytes."""

    signature: str
    url: str
    sha256: str

    @property
    def scheme(self) -> str:
        """https, http, file or bundled."""
        return urlsplit(self.url).scheme

    @property
    def basename(self) -> str:
        """The last part of its address."""
        return urlsplit(self.url).path.rsplit("/", 1)[-1]


@dataclass(frozen=True, kw_only=True)
class ModelRecipe:
    """How a model is put together.

    `class_name`: of its networks, `HDemucs/Demucs` where a bag mixes them, `quantised` where diffq must unpack them.
    `weights`: one row a network, one column a source, or None for all ones. `segment_seconds`: overrides the
    networks' own. `sources`: the stems, in the networks' order. `licence`: of the weights.
    `kwargs`: what the class is made with, or None where the weight files say it.
    """

    name: str
    class_name: str
    files: tuple[WeightFile, ...]
    sources: tuple[str, ...] = DEFAULT_SOURCES
    weights: tuple[tuple[float, ...], ...] | None = None
    segment_seconds: float | None = None
    licence: str = "unknown"
    kwargs: Mapping[str, Any] | None = None

    @property
    def quantised(self) -> bool:
        """Whether the weights are packed by diffq."""
        return self.class_name == QUANTISED

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes its networks may have."""
        return ("HDemucs", "Demucs") if self.quantised else tuple(self.class_name.split("/"))

    def weights_of(self, index: int) -> tuple[float, ...]:
        """What the network at this place counts for each source."""
        return (1.0,) * len(self.sources) if self.weights is None else self.weights[index]


def load_recipes(extra: Path | None = None) -> dict[str, ModelRecipe]:
    """The published models and the bundled one, and a user's own from the TOML file `extra`, by name.

    A user's model may replace one of ours. Raises CatalogInvalid.
    """
    published = _recipes((files("worker.engine") / "published.toml").read_text(encoding="utf-8"))
    return published | _bundled() | ({} if extra is None else _recipes(_text(extra)))


def recipe_named(name: str, recipes: Mapping[str, ModelRecipe]) -> ModelRecipe:
    """The model of this name. Raises UnknownModel, naming those there are."""
    found = recipes.get(name)
    if found is None:
        raise UnknownModel(f"There is no model {name[:80]!r}; choose one of {', '.join(recipes)}.")
    return found


def _bundled() -> dict[str, ModelRecipe]:
    """The demo model, as `training/` describes it beside its weights; empty where it was not packed."""
    description = files("worker.engine") / "models" / "demo.toml"
    if not description.is_file():
        return {}
    facts = tomllib.loads(description.read_text(encoding="utf-8"))
    made_with = {"sources": facts["sources"], "samplerate": facts["samplerate"], **facts["kwargs"]}
    return {
        "demo": ModelRecipe(
            name="demo",
            class_name="HTDemucs",
            files=(WeightFile("demo", f"{BUNDLED}:demo.safetensors", facts["sha256"]),),
            sources=tuple(facts["sources"]),
            licence=facts.get("licence", "MIT"),
            kwargs=made_with,
        )
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogInvalid(f"The catalog of models {path} cannot be read: {error}.") from error


def _recipes(text: str) -> dict[str, ModelRecipe]:
    try:
        tables = tomllib.loads(text).get("models", {})
        return {name: _recipe(name, table) for name, table in tables.items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CatalogInvalid(f"The catalog of models is wrong: {error}.") from error


def _recipe(name: str, table: dict[str, Any]) -> ModelRecipe:
    _check(bool(_NAME.fullmatch(name)), f"{name!r} is no name for a model")
    sources = tuple(table.get("sources", DEFAULT_SOURCES))
    _check(bool(sources) and all(_SOURCE.fullmatch(source) for source in sources), f"sources of {name}")
    found = tuple(_file(name, entry) for entry in table["files"])
    _check(bool(found), f"{name} has no files")
    weights = _weights(table.get("weights"))
    fits = weights is None or (
        len(weights) == len(found) and all(len(row) == len(sources) and min(row) >= 0 for row in weights)
    )
    _check(fits, f"weights of {name} must have a row a file and a column a source, none below 0")
    _check(weights is None or all(sum(column) > 0 for column in zip(*weights, strict=True)), f"weights of {name}")
    segment = table.get("segment")
    _check(segment is None or 0 < segment <= 3600, f"segment of {name} must be seconds")
    _check(table["class"] in _CLASSES, f"class of {name} must be one of {', '.join(_CLASSES)}")
    return ModelRecipe(
        name=name,
        class_name=table["class"],
        files=found,
        sources=sources,
        weights=weights,
        segment_seconds=None if segment is None else float(segment),
        licence=str(table.get("licence", "unknown")),
        kwargs=table.get("kwargs"),
    )


def _file(name: str, entry: dict[str, str]) -> WeightFile:
    file = WeightFile(entry["signature"], entry["url"], entry["sha256"].lower())
    _check(bool(_NAME.fullmatch(file.signature)), f"signature of {name}: {file.signature!r}")
    _check(bool(_SHA256.fullmatch(file.sha256)), f"sha256 of {name} must be all 64 digits")
    _check(file.scheme in _SCHEMES, f"url of {name} must begin with one of {', '.join(_SCHEMES)}")
    _check(bool(_NAME.fullmatch(file.basename)), f"url of {name} must end in a file's name")
    return file


def _weights(rows: list[list[float]] | None) -> tuple[tuple[float, ...], ...] | None:
    return None if rows is None else tuple(tuple(float(value) for value in row) for row in rows)


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
