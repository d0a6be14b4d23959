"""The core, the mappings and the readers of deals are pure: what they say depends on what they are given alone."""

import ast

import pytest

from sync.connectors.crms import CRMS
from tests.architecture.source import ROOT, Source, calls, dotted, imported, sources

IMPURE_MODULES = frozenset({"time", "random", "os", "logging", "socket", "subprocess", "secrets", "uuid", "threading"})
IMPURE_CALLS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now")
READS_FILES = "mappings/load.py"
# Seconds to wait, in the outcome of a call: no amount.
FLOATS_THAT_ARE_NO_MONEY = frozenset({"sync/core/types.py"})
# A child process that starts up is waited for before there is a loop.
WAITS_OUTSIDE_THE_LOOP = ["sync/demo/children.py"]
READERS = tuple(f"sync/connectors/{name}/deals.py" for name in CRMS)
PURE = tuple(s for s in sources() if s.package in {"mappings", "sync.core"} or s.place in READERS)


@pytest.mark.parametrize("source", PURE, ids=lambda source: source.place)
def test_a_pure_module_asks_neither_clock_nor_chance_nor_machine(source: Source) -> None:
    modules = [name for _, name in imported(source) if name.split(".")[0] in IMPURE_MODULES]
    asked = [f"{line}: {name}" for line, name in calls(source) if name in IMPURE_CALLS]
    assert modules == []
    assert asked == []


@pytest.mark.parametrize("source", PURE, ids=lambda source: source.place)
def test_a_pure_module_reads_no_file_but_the_mapping_folder(source: Source) -> None:
    names = {name.rpartition(".")[2] for _, name in calls(source)}
    reading = names & {"open", "read_text", "read_bytes", "write_text", "write_bytes"}
    assert reading == set() or source.place == READS_FILES


@pytest.mark.parametrize("source", PURE, ids=lambda source: source.place)
def test_amounts_are_never_floats(source: Source) -> None:
    literals = [
        node.lineno for node in ast.walk(source.tree) if isinstance(node, ast.Constant) and type(node.value) is float
    ]
    made = [line for line, name in calls(source) if name == "float"]
    assert made == []
    if source.place not in FLOATS_THAT_ARE_NO_MONEY:
        assert literals == []


def test_the_only_float_in_the_nouns_is_a_pause_in_seconds() -> None:
    nouns = next(source for source in PURE if source.place == "sync/core/types.py")
    fields = [
        dotted(node.target)
        for node in ast.walk(nouns.tree)
        if isinstance(node, ast.AnnAssign) and dotted(node.annotation) == "float"
    ]
    assert fields == ["wait_seconds"]


def test_stored_amounts_are_never_doubles() -> None:
    for source in sources():
        if source.package == "sync.store":
            assert [name for _, name in calls(source) if name in {"float", "pa.float64", "pa.float32"}] == []
    schema = (ROOT / "sync" / "store" / "schema.sql").read_text(encoding="utf-8").upper()
    assert [word for word in (" DOUBLE", " FLOAT", " REAL") if word in schema] == []


def test_nothing_prints() -> None:
    found = [f"{source.place}:{line}" for source in sources() for line, name in calls(source) if name == "print"]
    assert found == []


def test_nothing_is_pickled_evaluated_or_given_to_a_shell() -> None:
    banned = {"eval", "exec", "compile", "os.system", "os.popen", "yaml.load", "marshal.loads"}
    found = [f"{s.place}:{line} {name}" for s in sources() for line, name in calls(s) if name in banned]
    pickling = {"pickle", "marshal", "shelve", "dill"}
    everything = sources("mappings", "sync", "dashboard", "tests")
    found += [f"{s.place}:{line}" for s in everything for line, name in imported(s) if name.split(".")[0] in pickling]
    shells = [
        f"{source.place}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert found == []
    assert shells == []


def test_no_remote_text_reaches_a_page_as_html() -> None:
    word = "unsafe_allow" + "_html"
    assert [source.place for source in sources("mappings", "sync", "dashboard", "tests") if word in source.text] in (
        [],
        ["tests/dashboard/test_text.py"],
    )


def test_only_the_clock_asks_the_operating_system_for_the_date() -> None:
    found = {source.place for source in sources() for _, name in calls(source) if name in IMPURE_CALLS}
    assert found == set()


def test_nothing_but_the_clocks_waits() -> None:
    """time.sleep stops the one loop that everything lives on."""
    assert [source.place for source in sources() for _, name in calls(source) if name == "time.sleep"] in (
        [],
        WAITS_OUTSIDE_THE_LOOP,
    )
