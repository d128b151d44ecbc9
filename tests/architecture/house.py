"""The source files of the house, read as text: what the rules of the house are asked of."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("contract", "media", "backend", "worker", "cli", "training", "benchmarks")


@dataclass(frozen=True)
class SourceFile:
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def module(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    def imported(self) -> list[tuple[str, ast.stmt]]:
        """Every module this file imports, anywhere, with the statement."""
        found: list[tuple[str, ast.stmt]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, node) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.append((node.module, node))
                found += [(f"{node.module}.{alias.name}", node) for alias in node.names]
        return found


def source_files(*rooms: str) -> list[SourceFile]:
    return [SourceFile(path) for room in rooms or ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
