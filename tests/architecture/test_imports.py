"""Imports point inward: dashboard -> sync.store (reader) <- sync shell -> sync.core -> mappings.

The table of ARCHITECTURE.md: the rooms, as data. Two deviations are meant: connectors use the whole of sync.core
(what a credit note is, is said once), and the readers are several modules.
"""

import sys
from fnmatch import fnmatchcase

import pytest

from sync.connectors.crms import CRMS
from tests.architecture.source import Source, imported, sources

STDLIB = frozenset(sys.stdlib_module_names)
READERS = ("sync.store.reader", "sync.store.inbox", "sync.store.publish")
# What every room of the shell may use.
SHELL = ("sync.store", "sync.core", "sync.clock", "sync.log", "mappings")
ALLOWED: dict[str, tuple[str, ...]] = {
    "mappings": ("mappings", "pydantic", "ruamel", "stdnum", "babel"),
    "sync.core": ("sync.core", "mappings"),
    "sync.connectors": (
        "sync.connectors", "sync.core", "sync.clock", "mappings.kinds", "httpx", "simplejson", "jwt",
    ),
    "sync.sandbox": (
        "sync.sandbox", "sync.clock",
        "simplejson", "pydantic", "starlette", "uvicorn", "httpx", "stdnum", "babel", "cryptography",
    ),
    "sync.store": ("sync.store", "sync.core", "sync.clock", "mappings.kinds", "duckdb", "pyarrow", "simplejson"),
    "sync.read": ("sync.read", *SHELL, "sync.connectors", "sync.side_by_side"),
    "sync.decide": ("sync.decide", *SHELL, "sync.quarantine"),
    "sync.send": ("sync.send", "sync.decide", *SHELL, "sync.connectors", "sync.quarantine", "sync.side_by_side"),
    "sync.explain": ("sync.explain", *SHELL),
    "sync.flows": (
        "sync.flows", "sync.read", "sync.decide", "sync.send", "sync.explain", *SHELL,
        "sync.connectors", "sync.quarantine", "sync.side_by_side", "apscheduler",
    ),
    "sync.commands": ("sync.commands", "sync.decide", "sync.send", "sync.flows", *SHELL, "pydantic"),
    "sync.demo": ("sync", "mappings", "simplejson"),
    "sync": ("sync", "mappings", "dotenv", "pydantic", "pydantic_settings", "structlog", "typer"),
    "dashboard": (
        "dashboard", *READERS, "sync.clock", "mappings",
        "babel", "pandas", "plotly", "pyarrow", "simplejson", "starlette", "streamlit", "xlsxwriter",
    ),
}  # fmt: skip
# Of a CRM's folder, and beside it: modules that know more, or less, than the client (docs/adding-a-crm.md).
OF_A_CRM: dict[str, tuple[str, ...]] = {
    "sync.connectors.*.settings": ("sync.setting_types", "pydantic"),
    "sync.connectors.*.deals": ("sync.core", "mappings"),
    "sync.connectors.*.connect": ("sync.connectors", "sync.clock", "mappings"),
    "sync.connectors.crm": (
        "sync.connectors.base", "sync.connectors.http", "sync.core", "sync.clock", "sync.setting_types", "mappings",
    ),
    "sync.connectors.crms": ("sync.connectors.crm", *(f"sync.connectors.{name}.connect" for name in CRMS)),
}  # fmt: skip
# Prefixes a package may not name although something shorter above lets it.
FORBIDDEN: dict[str, tuple[str, ...]] = {
    "mappings": ("random", "os", "time", "logging"),
    "sync.core": ("random", "os", "time", "logging"),
    "sync.connectors": ("duckdb",),
    "sync": ("streamlit", "pandas", "plotly"),
}
HTTPX = frozenset({"sync/connectors/http.py", "sync/sandbox/serving/transport.py"})


def test_every_part_of_the_project_has_its_line_in_the_table() -> None:
    assert {source.package for source in sources()} <= set(ALLOWED)


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_a_part_imports_only_what_the_table_allows(package: str) -> None:
    wrong = [
        f"{source.place}:{line} imports {name}"
        for source in sources()
        if source.package == package
        for line, name in imported(source)
        if not _allowed(source, name)
    ]
    assert wrong == []


def test_every_crm_has_the_modules_that_the_table_names() -> None:
    known = {source.module for source in sources()}
    for row in OF_A_CRM:
        assert {row.replace("*", name) for name in CRMS} <= known


def test_httpx_is_imported_in_two_files_only() -> None:
    found = {source.place for source in sources() for _, name in imported(source) if name.split(".")[0] == "httpx"}
    assert found <= HTTPX


def test_no_connector_knows_another() -> None:
    for source in sources():
        parts = source.module.split(".")
        if source.package == "sync.connectors" and len(parts) > 3:
            others = [name for _, name in imported(source) if _is_other_connector(name, parts[2])]
            assert others == [], source.place


def test_only_the_composition_root_and_the_pairing_know_a_concrete_connector_which_is_fortnox_s() -> None:
    knowing = {
        (source.place, name.split(".")[2])
        for source in sources()
        if source.package != "sync.connectors"
        for _, name in imported(source)
        if name.startswith("sync.connectors.") and name.count(".") > 2
    }
    assert knowing == {("sync/app.py", "fortnox"), ("sync/read/pairing.py", "fortnox")}


def test_only_the_list_of_crms_knows_their_folders() -> None:
    for source in sources():
        for name in CRMS:
            folder = f"sync.connectors.{name}"
            if not _within(source.module, folder) and source.module != "sync.connectors.crms":
                assert [each for _, each in imported(source) if _within(each, folder)] == [], source.place


def test_only_the_store_speaks_to_the_database() -> None:
    speaking = {source.package for source in sources() for _, name in imported(source) if name == "duckdb"}
    assert speaking == {"sync.store"}


def test_no_import_goes_in_a_circle() -> None:
    graph = {source.module: _needed(source) for source in sources()}
    done: set[str] = set()
    for start in graph:
        _walk(start, graph, (), done)


def _walk(module: str, graph: dict[str, set[str]], path: tuple[str, ...], done: set[str]) -> None:
    assert module not in path, " -> ".join((*path, module))
    if module in done:
        return
    for needed in sorted(graph.get(module, ())):
        _walk(needed, graph, (*path, module), done)
    done.add(module)


def _needed(source: Source) -> set[str]:
    known = {each.module for each in sources()}
    packages = {each.module for each in sources() if each.place.endswith("__init__.py")}
    needed = {name for _, name in imported(source) if name in known}
    return {name for name in needed if name != source.module and name not in packages}


def _allowed(source: Source, name: str) -> bool:
    package = source.package
    if any(_within(name, prefix) for prefix in FORBIDDEN.get(package, ())):
        return False
    if name.split(".", maxsplit=1)[0] in STDLIB:
        return True
    if package == "dashboard" and name == "sync.store":
        return True  # `from sync.store import inbox`: the module itself is a line of its own
    of_a_crm = (allowed for row, allowed in OF_A_CRM.items() if fnmatchcase(source.module, row))
    return any(_within(name, prefix) for prefix in next(of_a_crm, ALLOWED[package]))


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _is_other_connector(name: str, own: str) -> bool:
    parts = name.split(".")
    return parts[:2] == ["sync", "connectors"] and len(parts) > 3 and parts[2] != own
