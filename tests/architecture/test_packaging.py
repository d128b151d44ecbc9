"""A wheel holds all that the program reads: the page's parts, scripts for Redis, the demo's weights and song."""

import tomllib
from fnmatch import fnmatch

from house import ROOT

SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def test_every_file_of_a_packaged_room_is_packaged() -> None:
    rooms = [pattern.rstrip("*") for pattern in SETUPTOOLS["packages"]["find"]["include"]]
    patterns = ["*.py", *SETUPTOOLS["package-data"]["*"]]
    files = [path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert len(files) > 400
    assert not [str(path.relative_to(ROOT)) for path in files if not any(fnmatch(path.name, each) for each in patterns)]


def test_a_folder_with_files_to_package_is_a_package_or_lies_in_one() -> None:
    """What setuptools finds are folders with an `__init__.py`; data lies in them or below one of them."""
    rooms = [pattern.rstrip("*") for pattern in SETUPTOOLS["packages"]["find"]["include"]]
    lost = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if not (path.parent / "__init__.py").is_file()
    ]
    assert not lost
