"""Prints every setting as the tables of DEPLOYMENT.md; --write puts them there. It asks the settings classes alone.

The first parts of all names go to contract/settings_names.toml, by which either tier knows the other's.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from backend.settings import ApiSettings
from contract.environment import PROFILE_DEFAULTS
from contract.settings import SharedSettings
from worker.settings import WorkerSettings

DOCUMENT = Path(__file__).resolve().parents[1] / "DEPLOYMENT.md"
NAMES = DOCUMENT.parent / "contract" / "settings_names.toml"
BEGIN, END = "<!-- settings: written by deploy/settings_table.py -->", "<!-- end of settings -->"
_HEAD = "| setting | default | what it is |\n|---|---|---|\n"


def tables() -> str:
    """All settings as Markdown: what both tiers are told, then what each is told besides."""
    shared = set(SharedSettings.model_fields)
    return "\n".join(
        [
            _section("Both tiers", SharedSettings, skip=set()),
            _section("The API alone", ApiSettings, skip=shared),
            _section("The workers alone", WorkerSettings, skip=shared),
        ]
    )


def written(document: str) -> str:
    """The document with the tables between its two marks. Raises ValueError when it has no marks."""
    if BEGIN not in document or END not in document:
        raise ValueError(f"{DOCUMENT.name} has lost its marks {BEGIN} and {END}")
    before, rest = document.split(BEGIN, 1)
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{rest.split(END, 1)[1]}"


def names() -> str:
    """The settings and groups of both tiers, by their first names, as TOML."""
    found = sorted({name for kind in (ApiSettings, WorkerSettings) for name in kind.model_fields})
    lines = "".join(f'    "{name}",\n' for name in found)
    head = "# What may follow STEMIFY_ in the environment; written by deploy/settings_table.py --write.\n"
    return f"{head}names = [\n{lines}]\n"


def _section(title: str, settings: type[SharedSettings], *, skip: set[str]) -> str:
    prefix = str(settings.model_config.get("env_prefix", ""))
    fields = {name: field for name, field in settings.model_fields.items() if name not in skip}
    plain = [_row(prefix, name, field, ()) for name, field in fields.items() if not _is_group(field)]
    groups = [_group(prefix, name, field) for name, field in fields.items() if _is_group(field)]
    return "\n".join([f"### {title}\n", *([_HEAD + "".join(plain)] if plain else []), *groups])


def _group(prefix: str, name: str, field: FieldInfo) -> str:
    said = (_model(field).__doc__ or "").strip().splitlines()[0]
    return f"**{name}**: {said[0].lower()}{said[1:]}\n\n{_HEAD}{''.join(_rows(prefix, name, field))}"


def _rows(prefix: str, name: str, field: FieldInfo, path: tuple[str, ...] = ()) -> Iterator[str]:
    for inner, inner_field in _model(field).model_fields.items():
        if _is_group(inner_field):
            yield from _rows(f"{prefix}{name.upper()}__", inner, inner_field, (*path, name))
        else:
            yield _row(f"{prefix}{name.upper()}__", inner, inner_field, (*path, name))


def _row(prefix: str, name: str, field: FieldInfo, path: tuple[str, ...]) -> str:
    default = f"`{_shown(field.get_default(call_default_factory=True, validated_data={}))}`"
    public = _public(*path, name)
    if public is not None:
        default += f", public `{_shown(public)}`"
    description = re.sub(r"\s+", " ", field.description or "").replace("|", "\\|")
    return f"| `{prefix}{name.upper()}` | {default} | {description} |\n"


def _public(*path: str) -> Any:
    found: Any = PROFILE_DEFAULTS["public"]
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _shown(value: Any) -> str:
    """A default as it would be written into the environment."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if value is None:
        return "(none)"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(f'"{part}"' for part in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_group(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _model(field: FieldInfo) -> type[BaseModel]:
    if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
        raise TypeError(f"{field.annotation} is no group of settings")
    return field.annotation


def main() -> None:
    """Print the tables, or write them, and the names, into their files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put them into their files")
    if parser.parse_args().write:
        NAMES.write_text(names(), encoding="utf-8")
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(tables())  # noqa: T201 - this is what the script is for


if __name__ == "__main__":
    main()
