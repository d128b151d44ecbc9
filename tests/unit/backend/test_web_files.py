"""The page as files: what the service worker keeps is what the page is made of, and words stand in one place."""

import re
from pathlib import Path

import pytest

from backend.routes.pages import WEB

# What is fetched only when it is needed, and what belongs to the API's documentation.
APART = {"docs.html", "docs.js", "service_worker.js", "icon-512.png", "icon-maskable-512.png"}
LATER = {"vendor/tus.min.js", "vendor/signalsmith-stretch.mjs"}


def files() -> set[str]:
    found = {path.relative_to(WEB).as_posix() for path in WEB.rglob("*") if path.is_file()}
    return {name for name in found if not re.search(r"swagger|LICENSE|NOTICE|__pycache__", name)}


def test_the_service_worker_keeps_the_whole_page() -> None:
    listed = set(re.findall(r'^  "(/[^"]*)",$', (WEB / "service_worker.js").read_text(), re.MULTILINE))
    assert {f"/web/{name}" for name in files() - APART - LATER} - {"/web/index.html"} == listed - {"/"}


def test_all_modules_are_asked_for_at_once_rather_than_as_each_is_read() -> None:
    """Those that app.js imports, and those that they import."""
    found = {WEB / "app.js"}
    while found != (more := found | {imported for module in found for imported in imports(module)}):
        found = more
    links = re.findall(r'<link rel="modulepreload" href="(/web/[^"]*)">', (WEB / "index.html").read_text())
    assert links == sorted(f"/web/{path.relative_to(WEB).as_posix()}" for path in found - {WEB / "app.js"})


def test_every_text_is_said_and_every_one_said_is_there() -> None:
    texts = (WEB / "texts.js").read_text()
    keys = set(re.findall(r"^  (\w+): \"", texts, re.MULTILINE))
    source = "\n".join(read(WEB / name) for name in sorted(files()) if Path(name).suffix in {".js", ".html"})
    said = set(re.findall(r"\btext\(\s*\"(\w+)\"", source)) | set(
        re.findall(r"data-(?:text|label|hint)=\"(\w+)\"", source)
    )
    assert said <= keys


@pytest.mark.parametrize("name", ["style.css", "player.css"])
def test_browsers_that_know_one_theme_have_the_light_one(name: str) -> None:
    colours, older = (WEB / name).read_text().split("@supports not (color: light-dark(")
    light = re.findall(r"(--[\w-]+): light-dark\((#\w+), #\w+\);", colours)
    assert light
    assert light == re.findall(r"(--[\w-]+): (#\w+);", older)


def imports(module: Path) -> set[Path]:
    """What a module cannot do without. `import(...)` comes when it is needed."""
    named = re.findall(r"^import [^;]*?\"(\.[^\"]+)\";", read(module), re.MULTILINE)
    return {(module.parent / name).resolve() for name in named}


def read(path: Path) -> str:
    return "" if "vendor" in path.parts else path.read_text()
