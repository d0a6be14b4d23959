"""The table of causes: it knows every code there is, each has words, and each is made by the rule it names."""

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dashboard.text import LANGUAGES, WORDS
from sync.core.bridge import causes as table
from sync.core.bridge.bridge import LooseDocument, Step, bridge
from sync.store.reader.bridge import _TOTALS
from tests.architecture.source import ROOT, sources
from tests.unit.making import row
from tests.unit.test_bridge import STANDINGS, deal, document, line, won
from tests.unit.test_parts import TEN, in_parts

D = Decimal
CODE = re.compile(r"[COIPVX]\d{1,2}")
MADE = [cause for cause in table.CAUSES.values() if not cause.is_planned]
# Causes that have words and a place, and that nothing makes yet. One that is made leaves this list; none may join it.
PLANNED = {"C42", "C43", "C44", "C10", "C20", "C30", "C50", "O11", "O31", "O44", "O45", "O42", "O43"}
# Made by the macro that cuts the bridge to a period: what another period has is told in this one.
TIMING = {"O21", "O22", "I11", "I12"}
each_made = pytest.mark.parametrize("cause", MADE, ids=[cause.code for cause in MADE])


def loose(more: dict[str, Any] | None = None, **changes: Any) -> Iterable[Step]:
    known = {"before_go_live": False, "customer_in_crm": False, **(more or {})}
    return bridge((), [LooseDocument("nord", document(**changes), **known)]).steps


def sold(*documents: Any, **more: Any) -> Iterable[Step]:
    return bridge([won(*documents, **more)], ()).steps


def credited() -> Any:
    return replace(document(), state="credited")


# The smallest ledger that has a cause; BESIDE names what cannot be without another.
LEDGERS: dict[str, Callable[[], Iterable[Step]]] = {
    "O12": lambda: sold(elsewhere=(("syd", document()),)),
    "O34": lambda: sold(document(Booked=False), locked_until=date(2026, 12, 31)),
    "O32": lambda: sold(document(Booked=False, NotCompleted=True)),
    "O33": lambda: sold(document(Booked=False)),
    "O41": lambda: sold(*in_parts(line(6), line(3)), sold=TEN),
    "O61": lambda: sold(document(Cancelled=True)),
    "O62": lambda: sold(standing="linked"),
    "O71": lambda: sold(standing="excluded"),
    "O58": lambda: sold(standing="unknown"),
    "O57": lambda: sold(standing="login"),
    "O56": lambda: sold(standing="rejected"),
    "O52": lambda: sold(standing="match"),
    "O54": lambda: sold(standing="article"),
    "O53": lambda: sold(standing="validation"),
    "O55": lambda: sold(standing="approval"),
    "O59": lambda: sold(standing="dismissed"),
    "O72": lambda: sold(standing="duplicate"),
    "O51": lambda: sold(standing="on_its_way"),
    "O81": lambda: sold(standing="missed"),
    "X1": lambda: sold(document(Freight=95, TotalVAT=45)),
    "I81": lambda: sold(document(Freight=95)),
    "I82": lambda: sold(document(AdministrationFee=29)),
    "I83": lambda: sold(document(Net=D("180.01"))),
    "I24": lambda: sold(credited(), document(DocumentNumber="3")),
    "I21": lambda: loose(Credit="true", InvoiceReference="1"),
    "I22": lambda: loose({"original": document(line(4), Total=450)}, Credit="true", InvoiceReference="1"),
    "I23": lambda: loose(Credit="true"),
    "I16": lambda: loose({"deal_state": "won_elsewhere"}),
    "I15": lambda: loose({"deal_state": "deleted"}),
    "I14": lambda: loose({"deal_state": "lost"}),
    "I13": lambda: loose({"deal_state": "open"}),
    "I31": lambda: sold(document(), document(DocumentNumber="2")),
    "I41": lambda: sold(document(line(), line(1, 50, 0))),
    "I61": lambda: loose(InvoiceType="INTRESTINVOICE"),
    "I62": lambda: loose(InvoiceType="AGREEMENTINVOICE"),
    "I63": lambda: loose(InvoiceType="CASHINVOICE"),
    "I64": lambda: loose(InvoiceType="SUMMARYINVOICE"),
    "I71": lambda: loose({"before_go_live": True}),
    "I51": lambda: loose({"customer_in_crm": True}),
    "I52": loose,
    "X2": lambda: sold(document(Net=D("181.50"))),
    "V1": lambda: sold(document(line(3))),
    "V2": lambda: sold(document(line(net=144) | {"VAT": 25, "PriceExcludingVAT": D(80)}, VATIncluded=True, Net=144)),
    "V3": lambda: sold(document(Currency="EUR", CurrencyRate=11)),
    "V4": lambda: sold(document(line(price=110))),
    "V5": lambda: sold(document(line(discount=20))),
    "V6": lambda: sold(
        document(Currency="EUR", CurrencyRate=11), sold=deal(row(), currency="EUR", currencyRate=D("0.1"))
    ),
    "V7": lambda: sold(document(line(net="180.01"))),
    "X3": lambda: sold(document(line(net=170))),
}
BESIDE = {"O12": {"I16"}, "X1": {"X2"}}


@pytest.mark.parametrize("code", LEDGERS)
def test_every_cause_has_a_ledger_that_has_no_other(code: str) -> None:
    steps = list(LEDGERS[code]())
    assert {step.cause for step in steps} == {code, *BESIDE.get(code, ())}
    assert {step.side for step in steps if step.cause == code} == {table.side(code)}


def test_every_cause_that_is_not_planned_is_made_in_some_test() -> None:
    """Timing is made in tests/store/test_bridges.py, the CRM's own totals in tests/dashboard/test_adding_a_cause.py."""
    assert {cause.code for cause in MADE} == {*LEDGERS, *TIMING, *_TOTALS}
    assert {cause.code for cause in MADE if cause.made_by.endswith(":bridge_of")} == TIMING
    assert {cause.code for cause in MADE if cause.made_by.endswith(":Stages")} == set(_TOTALS)


@each_made
def test_a_cause_is_made_by_the_rule_that_it_names(cause: table.Cause) -> None:
    assert cause.code in codes_of(cause.made_by)


@each_made
def test_a_cause_that_is_made_needs_only_what_kvitt_knows(cause: table.Cause) -> None:
    assert set(cause.needs) <= table.HELD


def test_what_is_planned_becomes_less_and_never_more() -> None:
    assert {cause.code for cause in table.CAUSES.values() if cause.is_planned} == PLANNED
    assert all(set(table.CAUSES[code].needs) - table.HELD for code in PLANNED), "each lacks something that it needs"


def test_every_code_that_the_product_uses_is_in_the_table() -> None:
    """The names of invariants look alike: they are in a table of their own, and in comments."""
    used = {
        node.value
        for source in sources("sync/core", "sync/store", "dashboard")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }
    for file in (ROOT / "sync" / "store").rglob("*.sql"):
        if "migrations" not in file.parts:
            used |= set(re.findall(rf"'({CODE.pattern})'", file.read_text(encoding="utf-8")))
    assert len(used) > len(LEDGERS)
    assert used - set(table.CAUSES) == set()


def test_every_cause_has_its_words_in_both_languages_and_every_words_their_cause() -> None:
    said = {code for key in WORDS if (code := key.removeprefix("cause.")) != key and CODE.fullmatch(code)}
    assert said == set(table.CAUSES)
    assert all(len(WORDS[f"cause.{code}"]) == len(LANGUAGES) for code in table.CAUSES)


@each_made
def test_every_cause_with_rows_behind_it_has_a_sentence(cause: table.Cause) -> None:
    assert (f"why.{cause.code}" in WORDS) == (cause.code not in _TOTALS)


def test_the_table_names_each_code_once_and_keeps_its_sides_together() -> None:
    assert len(table._ROWS) == len(table.CAUSES)
    sides = [cause.side for cause in table.CAUSES.values()]
    assert [side for place, side in enumerate(sides) if side not in sides[:place]] == ["crm", "booked", "both"]
    assert sides == sorted(sides, key=["crm", "booked", "both"].index)


def test_a_code_that_the_table_does_not_know_explains_nothing() -> None:
    assert not table.explains("Z9")
    assert [code for code in table.CAUSES if not table.explains(code)] == ["X1", "X2", "X3"]
    assert set(table.explaining()) == set(table.CAUSES) - {"X1", "X2", "X3"}


def test_every_standing_has_a_ledger() -> None:
    assert len({next(iter(sold(standing=standing))).cause for standing in STANDINGS}) == len(STANDINGS)


def codes_of(rule: str) -> set[str]:
    """Return the codes that a rule names: a macro in its own text, a function in its own and in what it looks up."""
    place, _, name = rule.partition(":")
    path = ROOT / "sync" / place.replace(".", "/")
    if path.with_suffix(".sql").is_file():
        text = path.with_suffix(".sql").read_text(encoding="utf-8")
        return set(CODE.findall(text.partition(f"MACRO {name}(")[2].partition(";")[0]))
    body = ast.parse(path.with_suffix(".py").read_text(encoding="utf-8")).body
    (found,) = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name]
    named = {node.id for node in ast.walk(found) if isinstance(node, ast.Name)}
    looked_up = [
        node.value
        for node in body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id in named
    ]
    texts = [inner for part in (found, *looked_up) for inner in ast.walk(part) if isinstance(inner, ast.Constant)]
    return {text.value for text in texts if isinstance(text.value, str) and CODE.fullmatch(text.value)}


def test_a_group_is_told_in_its_order() -> None:
    assert [cause.code for cause in table.of_group("pipeline", "crm")] == ["P30", "P20", "P10"]
    assert all(cause.side == "booked" for cause in table.of_group("unclassified", "booked"))
