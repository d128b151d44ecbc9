"""Files say what they are for, names are nouns of the house, and nothing is left for later."""

import ast
import re

from house import ROOT, source_files

JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def test_every_file_opens_with_its_job() -> None:
    silent = [file.name for file in source_files() if not ast.get_docstring(file.tree)]
    assert not silent


def test_there_is_no_junk_drawer() -> None:
    assert not [
        file.name for file in source_files() if file.path.stem in JUNK_DRAWERS or file.path.parent.name in JUNK_DRAWERS
    ]


def test_no_class_is_a_manager() -> None:
    classes = [node.name for file in source_files() for node in ast.walk(file.tree) if isinstance(node, ast.ClassDef)]
    assert not [name for name in classes if name.endswith(("Manager", "Helper", "Util", "Utils"))]


def test_nothing_is_left_for_later() -> None:
    assert not [file.name for file in source_files() if LATER.search(file.text)]


def test_the_top_level_is_complete() -> None:
    expected = (
        "backend",
        "worker",
        "contract",
        "media",
        "cli",
        "training",
        "tests",
        "docker-compose.yml",
        "Dockerfile.api",
        "Dockerfile.worker",
        "render.yaml",
        "fly.toml",
        "railway.toml",
        "DEPLOYMENT.md",
        "pyproject.toml",
        "README.md",
        "DECISIONS.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
        "THIRD_PARTY.md",
        "Makefile",
        ".ci/run",
    )
    assert not [name for name in expected if not (ROOT / name).exists()]
