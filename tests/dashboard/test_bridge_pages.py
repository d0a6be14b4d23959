"""The bridge from bar to row with its reasons, and the discounts of both sides."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import simplejson
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.blocks.bridge.why import why
from dashboard.text import LANGUAGES, WORDS, cause
from mappings.problems import sentence
from sync.store.reader import bridge as reader_bridge
from sync.store.reader import discounts as reader_discounts
from sync.store.reader.discounts import Filters
from sync.store.reader.published import Paging, Reader, Scope
from tests.acceptance.readers import newest
from tests.dashboard import seed
from tests.dashboard.pages import Open, words

D = Decimal
SCOPES = [Scope(company) for company in (None, "nord", "syd")] + [
    Scope.of("nord", "2026-04"),
    Scope.of(None, "2026-05"),
]
KEPT = {"row": "2", "text": "Såg", "currency": "EUR", "before": "4", "after": "3.5"}


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    seed.full_store(tmp_path)
    return newest(tmp_path)


def choose(app: AppTest, table: str, row: int) -> AppTest:
    """Select a row of a table."""
    app.session_state[table] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    return app.run()


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_the_bars_lead_from_the_pipeline_to_what_is_booked(reader: Reader, scope: Scope) -> None:
    stages = reader_bridge.stages(reader, scope)
    lost = stages.deleted + stages.lost + stages.open + stages.not_sent
    assert stages.pipeline - lost == stages.won_gross
    assert stages.won_gross - stages.discount == stages.won_net
    causes = sum((row.amount_sek for row in reader_bridge.causes(reader, scope)), D(0))
    assert stages.won_net + causes == stages.booked


@pytest.mark.parametrize("scope", SCOPES, ids=str)
@pytest.mark.parametrize("by", ["cause", "origin", "customer", "seller"])
def test_every_grouping_has_the_same_sum_and_its_rows_behind_it(
    reader: Reader, scope: Scope, by: reader_bridge.By
) -> None:
    causes = sum((row.amount_sek for row in reader_bridge.causes(reader, scope)), D(0))
    groups = reader_bridge.groups(reader, scope, by)
    assert sum((group.amount_sek for group in groups), D(0)) == causes
    for group in groups:
        steps = reader_bridge.steps(reader, scope, by, group.name, Paging(500))
        assert sum((step.amount_sek for step in steps), D(0)) == group.amount_sek
        assert len(steps) == group.items == steps[0].total


def test_what_a_month_loses_to_timing_another_gets_back(reader: Reader) -> None:
    timing: dict[str, Decimal] = {}
    for month in ("2026-03", "2026-04", "2026-05", "2026-06", "2026-07"):
        for row in reader_bridge.causes(reader, Scope.of(None, month)):
            timing[row.cause] = timing.get(row.cause, D(0)) + row.amount_sek
    assert timing["O21"] < 0
    assert timing["O21"] + timing["I11"] == 0


def test_a_bar_opens_to_its_rows_with_a_reason_each(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app("reconciliation", "en")
    assert not app.exception
    bars = app.dataframe[0].value
    place = bars["causes"].tolist().index("O33")
    choose(app, "drill_cause", place)
    rows = app.dataframe[1].value
    assert sum(rows["amount"]) == bars["amount"][place]
    assert all("is made but not booked" in said for said in rows["why"])


def test_what_no_rule_classifies_is_no_explanation(open_app: Open, tmp_path: Path) -> None:
    seed.unclassified(seed.full_store(tmp_path))
    app = open_app("reconciliation", "en")
    assert "12\u00a0000,00\u00a0kr is unexplained" in words(app)
    assert "Every krona is explained" not in words(app)


@pytest.mark.parametrize("by", ["origin", "customer", "seller"])
def test_bars_can_be_grouped_otherwise(open_app: Open, tmp_path: Path, by: str) -> None:
    seed.full_store(tmp_path)
    app = open_app("reconciliation")
    app.session_state["drill_by"] = by
    app.run()
    choose(app, f"drill_{by}", 0)
    assert not app.exception
    assert len(app.dataframe) == 2


@pytest.mark.parametrize("code", sorted(key.partition(".")[2] for key in WORDS if key.startswith("cause.")))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_cause_has_a_reason_in_both_languages(code: str, lang: str) -> None:
    st.session_state["lang"] = lang
    origin = "e" if code[0] == "V" or code in {"I41", "X3"} else ""
    step = SimpleNamespace(cause=code, origin=origin, number="41", amount_sek=D("-1125.45"), why=simplejson.dumps(KEPT))
    said = why(step, date(2026, 3, 31), date(2026, 4, 2))
    assert "{" not in said
    assert len(said) > 3


def test_a_cause_with_its_maker_keeps_the_names_of_systems() -> None:
    st.session_state["lang"] = "sv"
    assert cause("V1.e") == "Antal: ändrad i Fortnox"


@pytest.mark.parametrize(
    ("code", "kept", "said"),
    [
        ("O71", {"code": "O71"}, "Excluded: won before the company's start in Kvitt."),
        ("O71", {"code": "skip"}, "Excluded: the deal is marked in the CRM not to be invoiced from here."),
        (
            "O55",
            {"problems": [{"code": "several_documents", "params": {"numbers": "41, 42"}}]},
            "Waits for a person's decision: "
            + sentence({"code": "several_documents", "params": {"numbers": "41, 42"}}, "en"),
        ),
        (
            "X2",
            {"code": "gap", "before": "-95"},
            "Invoice 41 does not add up: its total is \u221295 more than net, freight, fee, VAT and rounding.",
        ),
    ],
)
def test_h4_a_cause_with_several_reasons_tells_the_true_one(code: str, kept: dict[str, Any], said: str) -> None:
    st.session_state["lang"] = "en"
    told = {**kept, "problems": simplejson.dumps(kept.get("problems", []))}
    step = SimpleNamespace(cause=code, origin="", number="41", amount_sek=D(-1), why=simplejson.dumps(told))
    assert why(step) == said


def test_a12_a_discount_that_was_not_given_is_said_to_be_so() -> None:
    st.session_state["lang"] = "en"
    kept = simplejson.dumps({**KEPT, "before": "", "after": "8 %"})
    step = SimpleNamespace(cause="V5", origin="d", number="41", amount_sek=D(-1), why=kept)
    assert "discount not given → 8 %" in why(step)


def test_a_reason_names_row_values_maker_and_amount() -> None:
    st.session_state["lang"] = "sv"
    step = SimpleNamespace(cause="V1", origin="e", number="41", amount_sek=D("-1125.45"), why=simplejson.dumps(KEPT))
    assert why(step) == "Rad 2, Såg: antal 4 → 3,5, ändrad i Fortnox efter att den sändes: −1\u00a0125,45\u00a0kr."


def test_the_discounts_of_both_sides_are_shown_row_by_row(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app("discounts", "en")
    assert not app.exception
    rows, sellers = app.dataframe[0].value, app.dataframe[1].value
    assert sum(rows["net_sek"]) == sum(sellers["net_sek"])
    assert set(rows["discount_percent"]) == {D("0.00"), D("10.00"), D("5.00")}
    assert "not invoiced" in set(rows["invoice"])
    assert "agree to the öre" in words(app)


def test_rows_are_filtered_by_seller_product_reason_and_size(reader: Reader) -> None:
    everyone, *sellers = reader_discounts.totals(reader, Scope())
    for seller in sellers:
        rows = reader_discounts.rows(reader, Scope(), Filters(seller=seller.seller), Paging(500))
        assert len(rows) == seller.rows
    assert sum(seller.rows for seller in sellers) == everyone.rows
    for one in (everyone, *sellers):
        assert one.net_sek - one.waiting_sek + one.difference_sek == one.document_net_sek
    assert {choice.kind for choice in reader_discounts.choices(reader, Scope())} == {"seller", "product", "cause"}
    unbooked = reader_discounts.rows(reader, Scope(), Filters(cause="O33"), Paging(500))
    assert unbooked
    assert all(row.causes == "O33" and row.booked_day is None for row in unbooked)
    assert reader_discounts.rows(reader, Scope(), Filters(size=D("0.01")), Paging(500)) == []
    assert reader_discounts.rows(reader, Scope(), Filters(product="ingen"), Paging(500)) == []


def test_filters_that_let_nothing_through_say_so(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app("discounts")
    app.selectbox(key="dis_size").select(D(1000)).run()
    assert "Inga rader passar filtren" in words(app)
