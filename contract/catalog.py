"""Which models exist, their stems and licences, and which output formats. Knows names and facts, not weights."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from contract.errors import UnknownModel

FORMATS = ("wav", "flac", "mp3", "m4a", "ogg")
DEFAULT_MODEL = "htdemucs"
DEMO_MODEL = "demo"
DEFAULT_SOURCES = ("drums", "bass", "other", "vocals")


@dataclass(frozen=True, kw_only=True)
class CatalogEntry:
    """One model on offer.

    `name`: its published name. `stems`: what it separates, in the model's order. `licence`: of the weights.
    `description`: one sentence for a person. `needs`: an extra that must be installed first, or None.
    """

    name: str
    stems: tuple[str, ...] = DEFAULT_SOURCES
    licence: str = "unknown"
    description: str = ""
    needs: str | None = None


@dataclass(frozen=True)
class Catalog:
    """The models on offer, by name."""

    entries: dict[str, CatalogEntry]

    def entry(self, name: str) -> CatalogEntry:
        """The model of this name. Raises UnknownModel, naming those on offer."""
        found = self.entries.get(name)
        if found is None:
            raise UnknownModel(f"There is no model {name[:80]!r} here; choose one of {', '.join(self.entries)}.")
        return found


def load_catalog(extra: Path | None = None) -> Catalog:
    """The published models, and a user's own from the TOML file `extra` (same form, plus `sources`).

    Raises ValueError where that file cannot be read as a catalog.
    """
    own = {} if extra is None else _own(extra)
    return Catalog(_entries((files("contract") / "models.toml").read_text(encoding="utf-8")) | own)


def _own(file: Path) -> dict[str, CatalogEntry]:
    try:
        return _entries(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"the catalog of models {file} cannot be read: {error}") from error


def _entries(text: str) -> dict[str, CatalogEntry]:
    models = tomllib.loads(text).get("models", {})
    return {name: _entry(name, table) for name, table in models.items()}


def _entry(name: str, table: dict[str, object]) -> CatalogEntry:
    sources = table.get("sources", DEFAULT_SOURCES)
    if not isinstance(sources, list | tuple) or not sources:
        raise ValueError(f"models.{name}.sources must be a list of stem names")
    needs = table.get("needs")
    return CatalogEntry(
        name=name,
        stems=tuple(str(source) for source in sources),
        licence=str(table.get("licence", "unknown")),
        description=str(table.get("description", "")),
        needs=None if needs is None else str(needs),
    )
