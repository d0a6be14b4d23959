"""The project's own source, parsed once: what the rules of the house are checked on."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("mappings", "sync", "dashboard")


@dataclass(frozen=True)
class Source:
    """One file: its place below the project's folder, its text and its tree."""

    place: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """Return the part of the project the file belongs to: sync.core, sync.store, mappings, sync ..."""
        parts = self.place.split("/")
        return ".".join(parts[:2]) if parts[0] == "sync" and len(parts) > 2 else parts[0]

    @property
    def module(self) -> str:
        return self.place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Return all Python files of some folders, the product's own when none is named."""
    return tuple(_parsed(path) for folder in folders or PRODUCT for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def _parsed(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Yield (line, module) of everything a file imports; `from a import b` yields a.b too where b is a module."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source.place}:{node.lineno}: relative import"
            assert node.module is not None
            yield node.lineno, node.module
            for alias in node.names:
                if _is_module(f"{node.module}.{alias.name}"):
                    yield node.lineno, f"{node.module}.{alias.name}"


def dotted(node: ast.AST) -> str:
    """Return a name as it is written, a.b.c; '' for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls(source: Source) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of every call of a named function."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            yield node.lineno, name


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a file."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()
