"""docs/adding-a-cause.md, done: a row, words and a rule bring a further cause from its rule to the page."""

import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import simplejson
import streamlit as st

from dashboard.blocks.bridge import chart
from dashboard.blocks.bridge.why import why
from dashboard.text import WORDS
from sync.core.bridge import bridge as rules
from sync.core.bridge import causes as table
from sync.core.bridge.causes import Cause
from sync.store.reader import bridge as reader_bridge
from sync.store.reader.published import Scope
from tests.acceptance.readers import newest
from tests.architecture.source import ROOT
from tests.dashboard import seed
from tests.dashboard.pages import Open, words
from tests.unit.test_bridge import won

D = Decimal
DOC = ROOT / "docs" / "adding-a-cause.md"
NAME = ("Kunden över sin kreditgräns", "Customer above its credit limit")
SENTENCE = ("Väntar: kunden är över sin kreditgräns.", "Waits: the customer is above its credit limit.")
UNEXPLAINED = "is unexplained"


def add(patch: pytest.MonkeyPatch, row: Cause, before: str) -> None:
    """Put a row into the table, before another, and its words beside those of the others."""
    rows = list(table.CAUSES.values())
    rows.insert([one.code for one in rows].index(before), row)
    patch.setattr(table, "CAUSES", {one.code: one for one in rows})
    patch.setitem(WORDS, f"cause.{row.code}", NAME)
    patch.setitem(WORDS, f"why.{row.code}", SENTENCE)


def test_a_row_words_and_a_rule_bring_a_cause_from_the_rule_to_the_page(
    monkeypatch: pytest.MonkeyPatch, open_app: Open, tmp_path: Path
) -> None:
    add(monkeypatch, Cause("O82", "crm", "not_booked", ("deal", "standing")), before="O33")
    monkeypatch.setitem(rules._NO_DOCUMENT, "over_limit", "O82")  # type: ignore[misc]
    (step,) = rules.bridge([won(standing="over_limit")], ()).steps  # type: ignore[arg-type]
    assert (step.cause, step.side, step.amount_sek) == ("O82", "crm", D(-180))
    seed.altered(seed.full_store(tmp_path), f"UPDATE bridge SET cause = '{step.cause}' WHERE cause = 'O33'")
    app = open_app("reconciliation", "en")
    assert not app.exception
    bars = app.dataframe[0].value
    place = bars["causes"].tolist().index("O82")
    assert bars["name"][place] == NAME[1]
    assert UNEXPLAINED not in words(app)
    app.session_state["drill_cause"] = {"selection": {"rows": [place], "columns": [], "cells": []}}
    assert set(app.run().dataframe[1].value["why"]) == {SENTENCE[1]}


def test_without_its_row_a_cause_explains_nothing(open_app: Open, tmp_path: Path) -> None:
    seed.altered(seed.full_store(tmp_path), "UPDATE bridge SET cause = 'O82' WHERE cause = 'O33'")
    assert UNEXPLAINED in words(open_app("reconciliation", "en"))


def test_the_group_decides_whether_a_cause_explains(
    monkeypatch: pytest.MonkeyPatch, open_app: Open, tmp_path: Path
) -> None:
    add(monkeypatch, Cause("X6", "booked", "unclassified", ("document",)), before="V1")
    seed.altered(seed.full_store(tmp_path), "UPDATE bridge SET cause = 'X6' WHERE cause = 'I51'")
    assert UNEXPLAINED in words(open_app("reconciliation", "en"))


def test_the_side_decides_whether_a_cause_is_told_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, Cause("V8", "both", "price", ("deal", "document")), before="V5")
    st.session_state["lang"] = "en"
    kept = simplejson.dumps({"row": "2", "text": "Saw", "before": "4", "after": "3"})
    step = SimpleNamespace(cause="V8", origin="d", number="41", amount_sek=D(-1), why=kept)
    assert why(step).startswith("Row 2, Saw: ")
    monkeypatch.setitem(table.CAUSES, "V8", Cause("V8", "booked", "price", ("deal", "document")))
    assert why(step) == SENTENCE[1]


def test_the_table_decides_the_order_of_what_the_crm_alone_explains(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add(monkeypatch, Cause("P15", "crm", "pipeline", ("deal",)), before="P10")
    monkeypatch.setitem(reader_bridge._TOTALS, "P15", "not_sent")  # type: ignore[misc]
    seed.full_store(tmp_path)
    st.session_state["lang"] = "sv"
    stages = reader_bridge.stages(newest(tmp_path), Scope())
    bars = chart._own(stages, "pipeline")
    assert [bar.code for bar in bars] == ["P30", "P20", "P15", "P10"]
    assert [bar.amount for bar in bars] == [-stages.deleted, -stages.lost, -stages.not_sent, -stages.open]
    assert bars[2].words == NAME[0]
    assert [(bar.code, bar.amount) for bar in chart._own(stages, "discount")] == [("C41", -stages.discount)]
    assert all((stages.lost, stages.open, stages.discount))


def test_every_place_that_the_guide_names_is_there() -> None:
    text = DOC.read_text(encoding="utf-8")
    places = re.findall(r"`((?:sync|dashboard|tests)/[\w/.]+)`(?:: ((?:`\w+`(?: and )?)+))?", text)
    assert len(places) >= 10
    for place, names in places:
        content = (ROOT / place).read_text(encoding="utf-8")
        assert [name for name in re.findall(r"\w+", names.replace(" and ", " ")) if name not in content] == [], place
    assert {"Fact", "HELD", "RULES", "LEDGERS", "PLANNED"} <= set(re.findall(r"`(\w+)`", text))
