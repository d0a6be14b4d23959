"""What the project's text refers to is there: facts, sections, functions. Its tables say what the code says."""

import re
from typing import get_args

import pytest

from dashboard.text.explained.causes import WORDS
from sync.core.lifecycle import ARROWS, FINAL
from sync.core.types import ErrorClass
from sync.explain.invariants import NUMBERS
from tests.architecture import references
from tests.architecture.references import PAPER, SYSTEMS, facts_file, facts_named, facts_told
from tests.architecture.source import ROOT

# These two show wrong references to the guards, and say what a wrong one looks like.
GUARDS = {"tests/architecture/test_references.py", "tests/architecture/references.py"}
# These look for recordings and data sets beside the project, and do without where there are none.
READS_BESIDE = {
    "tests/acceptance/test_northwind.py",
    "tests/contract/salesforce_recordings.py",
    "tests/contract/test_clients_parse_recordings.py",
    "tests/contract/test_fortnox_sandbox_recordings.py",
    "tests/contract/upsales_recordings.py",
    "tests/sandbox/test_csv_world.py",
    "tests/sandbox/test_salesforce_world.py",
}
# This one sends a path that climbs.
CLIMBS = {"tests/sandbox/test_sandbox_exposure.py"}
TEXTS = {place: text for place, text in references.texts() if place not in GUARDS}
ARCHITECTURE = (ROOT / PAPER).read_text(encoding="utf-8")


# --- references -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_fact_that_is_named_is_told(system: str) -> None:
    told = facts_told(facts_file(system).read_text(encoding="utf-8"))
    missing = [
        f"{place}: {system}/FACTS.md {number}"
        for place, text in TEXTS.items()
        for named, number in facts_named(place, text)
        if named == system and number not in told
    ]
    assert missing == []


def test_every_fact_is_named_with_its_system() -> None:
    unknown = [
        f"{place}: {named}/FACTS.md {number}"
        for place, text in TEXTS.items()
        for named, number in facts_named(place, text)
        if named not in SYSTEMS
    ]
    assert unknown == []


def test_every_part_of_the_architecture_that_is_named_is_there() -> None:
    known = references.anchors(ARCHITECTURE)
    unknown = [f"{place}: {after}" for place, text in TEXTS.items() for after in references.strangers(text, known)]
    assert unknown == []


def test_every_function_that_the_architecture_names_exists() -> None:
    assert references.missing_code(ARCHITECTURE) == []
    assert len(references.code_named(ARCHITECTURE)) > 50


def test_every_place_that_the_architecture_and_the_readme_name_exists() -> None:
    assert references.missing_places(ARCHITECTURE) == []
    assert references.missing_places(TEXTS["README.md"]) == []


def test_nothing_refers_to_a_paper_outside_the_project() -> None:
    found = [
        f"{place}: {name}"
        for place, text in TEXTS.items()
        for name in references.elsewhere(text)
        if not (place in READS_BESIDE | CLIMBS and name.startswith("../"))
    ]
    assert found == []


# --- the tables of ARCHITECTURE.md --------------------------------------------------------------------------------


def test_the_table_of_promises_has_every_check() -> None:
    table = {row[0]: set(re.findall(r"\w+", row[-1])) for row in _rows("the promises")}
    assert set(table) == set(NUMBERS.values())
    assert [name for name, number in NUMBERS.items() if name not in table[number]] == []


def test_the_table_of_the_operation_has_every_arrow() -> None:
    table = {row[0]: set(row[1].split(", ")) for row in _rows("the operation")}
    assert table == {state: set(after) - {state} for state, after in ARROWS.items() if state not in FINAL}


def test_the_table_of_error_classes_is_whole() -> None:
    assert [row[0] for row in _rows("the error classes")] == [name for name in get_args(ErrorClass) if name]


def test_every_cause_is_in_the_table_of_causes_or_is_said_to_be_planned() -> None:
    codes = {name.removeprefix("cause.") for name in WORDS} - {"rest", "other"}
    made = {code for row in _rows("the causes") for code in re.findall(r"\b[A-Z]\d+", row[1])}
    planned = set(re.findall(r"\b[A-Z]\d+", _section("the causes").rpartition("Words without")[2]))
    assert made | planned == codes
    assert made & planned == set()


def _section(name: str) -> str:
    found = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", ARCHITECTURE, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    assert found, name
    return found[1]


def _rows(name: str) -> list[list[str]]:
    """Return the cells of the first table of a section, its heading left out."""
    lines = [line for line in _section(name).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# --- the guards can fail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("(FACTS.md 2.1)", [("upsales", "2.1")]),
        ("(fortnox/FACTS.md 2, 2.9 and 7)", [("fortnox", "2"), ("fortnox", "2.9"), ("fortnox", "7")]),
        ("# FACTS.md\n    # 2.1 to 2.3: so", [("upsales", "2.1"), ("upsales", "2.2"), ("upsales", "2.3")]),
        ("FACTS.md says so", []),
    ],
)
def test_a_fact_is_found_by_its_number(text: str, named: list[tuple[str, str]]) -> None:
    assert list(facts_named("sync/sandbox/upsales/app.py", text)) == named


def test_a_fact_without_a_system_is_nobodys() -> None:
    assert list(facts_named("sync/core/types.py", "FACTS.md 2.1")) == [("", "2.1")]


def test_a_fact_that_is_not_told_is_missed() -> None:
    assert facts_told("# Facts\n\n## 2 Lists\n\n### 2.1 Pages\n\n- 2.3 Order\n") == {"2", "2.1", "2.3"}


def test_a_part_that_is_not_there_is_missed() -> None:
    known = references.anchors("# Paper\n\n## Exactly once\n\n- **Doubt is a state.** So.\n\n| I6 | closes |\n")
    assert known == {"paper", "exactly once", "doubt is a state", "i6"}
    assert references.strangers("(ARCHITECTURE.md: I6), (ARCHITECTURE.md: exactly\n    # once)", known) == []
    assert references.strangers("x (ARCHITECTURE.md: I66). y; ARCHITECTURE.md: once", known) == [
        "I66). y; ARCHITECTURE.md: once",
        "once",
    ]


def test_code_that_is_not_there_is_missed() -> None:
    there = "`flows/engine.py:Engine.run`, `sync/core/types.py:Record`, `Recorder.intend`"
    assert references.missing_code(f"{there}, `store/queries/meta.sql:put_meta`") == []
    gone = "`flows/engine.py:Engine.fly`, `flows/nowhere.py:run`, `Recorder.forget`, `store/queries/meta.sql:put`"
    assert references.missing_code(gone) == [
        "flows/engine.py:Engine.fly",
        "flows/nowhere.py:run",
        "Recorder.forget",
        "store/queries/meta.sql:put",
    ]
    assert references.missing_places("`sync/core/`, `mappings/*.yaml`, `sync/nowhere/x.py`") == ["sync/nowhere/x.py"]


@pytest.mark.parametrize(
    "text",
    ["(paper.md D7)", "see sheet 2.3", "the Upsales sheet", "invariant I6", "S0-20", "../beside/data", "a-plan.md"],
)
def test_a_paper_outside_the_project_is_found(text: str) -> None:
    assert references.elsewhere(text) != []


def test_the_papers_of_the_project_are_none_outside_it() -> None:
    assert references.elsewhere("ARCHITECTURE.md: I6, upsales/FACTS.md 2.3, row of a sheet, README.md, IS0-8859") == []
