"""Arrows point down: who may import whom, and when."""

import ast
import subprocess
import sys

import pytest
from house import ROOMS, ROOT, SourceFile, source_files

FORBIDDEN = {
    "contract": (
        "media",
        "backend",
        "worker",
        "cli",
        "training",
        "benchmarks",
        "torch",
        "demucs",
        "fastapi",
        "socketio",
        "av",
    ),
    "media": ("contract", "backend", "worker", "cli", "training", "benchmarks", "torch", "demucs"),
    "backend": ("worker", "cli", "training", "benchmarks", "torch", "demucs"),
    "worker": ("backend", "cli", "training", "benchmarks"),
    "cli": ("backend", "training", "benchmarks", "torch", "demucs"),
    "training": ("backend", "contract", "cli"),
}
TORCH_ROOMS = ("worker/engine/", "training/", "benchmarks/")
HEAVY = (
    "torch",
    "demucs",
    "av",
    "obstore",
    "contract.storage.bucket_client",
    "diffq",
    "yt_dlp",
    "safetensors",
    "julius",
    "worker.engine",
    "numpy",
    "soxr",
    "media",
    "httpx",
    "socketio",
    "uvicorn",
)
ENVIRONMENT_READERS = ("contract/environment.py",)


def _inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imports_nothing_it_must_not_know(room: str) -> None:
    broken = [
        f"{file.name}:{node.lineno} imports {module}"
        for file in source_files(room)
        for module, node in file.imported()
        if any(_inside(module, package) for package in FORBIDDEN[room])
    ]
    assert not broken


def test_the_engine_is_a_library_of_its_own() -> None:
    broken = [
        f"{file.name}:{node.lineno} imports {module}"
        for file in source_files("worker/engine")
        for module, node in file.imported()
        if module.split(".")[0] in ROOMS
        and not _inside(module, "worker.engine")
        and not _inside(module, "media")
        and module != "worker"
    ]
    assert not broken


def test_the_cli_uses_of_the_worker_only_the_engine() -> None:
    broken = [
        f"{file.name}:{node.lineno} imports {module}"
        for file in source_files("cli")
        for module, node in file.imported()
        if _inside(module, "worker") and module != "worker" and not _inside(module, "worker.engine")
    ]
    assert not broken


def test_torch_and_demucs_live_in_the_engine_alone() -> None:
    broken = [
        f"{file.name}:{node.lineno} imports {module}"
        for file in source_files()
        if not file.name.startswith(TORCH_ROOMS)
        for module, node in file.imported()
        if _inside(module, "torch") or _inside(module, "demucs")
    ]
    assert not broken


def test_imports_stand_at_the_top_except_heavy_ones_with_a_reason() -> None:
    broken = [line for file in source_files() for line in _late_imports(file)]
    assert not broken


def _late_imports(file: SourceFile) -> list[str]:
    lines = file.text.splitlines()
    broken = []
    for function in file.functions():
        for node in ast.walk(function):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            module = node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name
            heavy = any(_inside(module, package) for package in HEAVY)
            reasoned = "#" in lines[node.lineno - 1] or "#" in lines[node.lineno - 2]
            if not (heavy and reasoned):
                broken.append(f"{file.name}:{node.lineno} imports {module} late")
    return broken


def test_nothing_hides_under_a_type_checking_guard() -> None:
    assert not [file.name for file in source_files() if "TYPE_CHECKING" in file.text]


def test_only_roofs_read_the_environment() -> None:
    def allowed(name: str) -> bool:
        return (
            name in ENVIRONMENT_READERS
            or name.startswith(("cli/", "training/", "benchmarks/"))
            or name.endswith(("main.py", "__main__.py"))
        )

    readers = [
        file.name
        for file in source_files()
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert not [name for name in readers if not allowed(name)]


def test_there_are_no_circles() -> None:
    files = {file.module: file for file in source_files()}
    arrows = {name: _arrows(file, files) for name, file in files.items()}
    done: set[str] = set()
    for start in arrows:
        _walk(start, arrows, done=done, path=())


def _arrows(file: SourceFile, files: dict[str, SourceFile]) -> set[str]:
    return {module for module, _ in file.imported() if module in files and module != file.module}


def _walk(module: str, arrows: dict[str, set[str]], *, done: set[str], path: tuple[str, ...]) -> None:
    assert module not in path, " -> ".join((*path[path.index(module) :], module))
    if module in done:
        return
    for target in arrows[module]:
        # Importing a package's sibling runs its __init__, which may import the sibling: that is no circle of ours.
        if not module.startswith(target + ".") and not (target.startswith(module + ".")):
            _walk(target, arrows, done=done, path=(*path, module))
    done.add(module)


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("backend.main", ("torch", "demucs", "worker")),
        ("worker.main", ("torch", "demucs")),
        ("cli.main", ("torch", "demucs", "av")),
    ],
)
def test_starting_a_roof_loads_nothing_heavy(module: str, unwanted: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*[name for name in {unwanted!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.split() == []


DECODING_HERE = ("backend/mixes/render.py",)
"""What reads sound in its own process, because it wrote that sound itself: a finished job's stems."""


def test_strangers_recordings_are_decoded_in_the_jail_alone() -> None:
    wide = ("av", "media.audio_file", "media.decode", "media.probe", "media.recording")
    broken = [
        f"{file.name}:{node.lineno} imports {module}"
        for file in source_files()
        if file.name.startswith(("backend/", "worker/")) and not file.name.startswith("worker/engine/")
        for module, node in file.imported()
        if module in wide and file.name not in DECODING_HERE
    ]
    assert not broken


def test_one_place_opens_recordings() -> None:
    opens = [file.name for file in source_files() if "av.open(" in file.text and not file.name.startswith("training/")]
    assert sorted(opens) == ["media/av_writer.py", "media/recording.py"]
