"""What the text of the project refers to is in the project: facts, sections, functions."""

import pytest

from tests.architecture.references import SYSTEMS, facts_file, facts_named, facts_told, texts

# This file shows wrong references to the guards.
OWN = "tests/architecture/test_references.py"
FACTS = "# Facts\n\n## 2 Lists\n\n### 2.1 Pages\n\n- 2.3 Order\n"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_fact_that_is_named_is_told(system: str) -> None:
    told = facts_told(facts_file(system).read_text(encoding="utf-8"))
    missing = [
        f"{place}: {system}/FACTS.md {number}"
        for place, text in texts()
        if place != OWN
        for named, number in facts_named(place, text)
        if named == system and number not in told
    ]
    assert missing == []


def test_every_fact_is_named_with_its_system() -> None:
    unknown = [
        f"{place}: {named}/FACTS.md {number}"
        for place, text in texts()
        if place != OWN
        for named, number in facts_named(place, text)
        if named not in SYSTEMS
    ]
    assert unknown == []


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
    assert facts_told(FACTS) == {"2", "2.1", "2.3"}
