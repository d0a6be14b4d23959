"""What the sync says in sentences is known to the pages, in both languages; what others said is quoted."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from dashboard import said
from dashboard.blocks.reasons import in_words, reason
from dashboard.blocks.record import fields
from dashboard.text import WORDS
from dashboard.text.explained.sentences import SENTENCES
from mappings.fields import REGISTERS
from mappings.kinds import INVOICE
from mappings.load import MappingSet, load
from mappings.spec import Companies
from mappings.vocabulary import paths_of
from tests.dashboard import seed
from tests.dashboard.test_text import _parameters

SYNC = Path(__file__).parents[2] / "sync"
ASIDE = ("sandbox", "demo", "report.py")
# What is raised and noted with a sentence, and functions that return one. The store's own faults end the process, but
# for those that it goes on with, which `fault_sentence` says.
RAISED = frozenset(
    [
        "ApiError",
        "Throttled",
        "Unreached",
        "Busy",
        "NoAnswer",
        "AuthLost",
        "PairingError",
        "NeedsChoiceError",
        "UnknownSettingError",
    ]
)
RETURNED = frozenset(["sentence", "notice", "unknown_setting", "keep_fault", "fault_sentence", "_clash"])
PARTS = frozenset(["why_unreached", "_how_unanswered"])
VALUE = "fortnox:nord"
# What is put together elsewhere than where it is raised.
ELSEWHERE = (
    "Has not answered yet.",
    "The sync was stopped.",
    "1 records cannot be understood and are in no figure: account 7 (data/faults/fault-1.txt).",
    "data/high_water cannot be written: No space left on device. Nothing is sent.",
)


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed.full_store(tmp_path)
    monkeypatch.setenv("KVITT_DATA", str(tmp_path))
    st.session_state["lang"] = "sv"


def sentences() -> Iterator[str]:
    """Yield every sentence of the sync that may stand on a page, with a system's name for each value in it."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SYNC.rglob("*.py") if not {*ASIDE} & {*path.parts}]
    parts = {name: [*_returned(trees, name)] for name in PARTS}
    for node in (node for tree in trees for node in ast.walk(tree)):
        yield from (text for text in _texts(node, parts) if " " in text)


def _texts(node: ast.AST, parts: dict[str, list[str]]) -> Iterator[str]:
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = [keyword.value for keyword in node.keywords if keyword.arg == "message"] if called == "Outcome" else []
        for value in [*given, *(node.args[:1] if called in RAISED else [])]:
            yield from _said(value, parts)
    elif isinstance(node, ast.FunctionDef) and node.name in RETURNED:
        for each in ast.walk(node):
            if isinstance(each, ast.Return) and each.value is not None:
                yield from _said(each.value, parts)
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {
        "sentence",
        "INTERRUPTED",
        "ROLLED_BACK",
    }:
        yield from _said(node.value, parts)


def _said(value: ast.expr, parts: dict[str, list[str]]) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.BinOp):
        yield "".join("".join(_said(side, parts)) or VALUE for side in _sides(value))
    elif isinstance(value, ast.JoinedStr):
        made = [""]
        for piece in value.values:
            inner = getattr(piece, "value", None)
            if isinstance(piece, ast.Constant):
                choices = [str(piece.value)]
            else:
                choices = parts.get(getattr(getattr(inner, "func", None), "id", ""), [VALUE])
            made = [before + choice for before in made for choice in choices]
        yield from made


def _sides(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.BinOp):
        yield from _sides(value.left)
        yield value.right
    else:
        yield value


def _returned(trees: list[ast.Module], name: str) -> Iterator[str]:
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            for each in ast.walk(node):
                if isinstance(each, ast.Return) and each.value is not None:
                    yield from _said(each.value, {})


def test_h10_every_sentence_of_the_sync_is_known_to_the_pages() -> None:
    found = {*sentences(), *ELSEWHERE}
    assert len(found) > 50
    assert {text for text in found if said.known(text) is None} == set()


def test_h10_no_page_knows_a_sentence_that_the_sync_does_not_say() -> None:
    shapes = [shape for shape, _ in said._shapes()]
    found = {*sentences(), *ELSEWHERE}
    unsaid = [shape.pattern for shape in shapes if not any(shape.fullmatch(text) for text in found)]
    assert unsaid == []


def test_h10_a_sentence_keeps_its_values_in_both_languages() -> None:
    for stored, (swedish, english) in SENTENCES.items():
        assert _parameters(stored) == _parameters(swedish) == _parameters(english), stored


SAID = (
    ("fortnox:syd did not answer in time.", "Fortnox (Syd Maskin AB) svarade inte i tid."),
    (
        "Fortnox refused: Kan inte logga in. Anslut igen. (code 2000311). upsales:94 answered 503 to GET.",
        "Fortnox avvisade: ”Kan inte logga in. Anslut igen.” (kod 2000311). Nordgruppen (Upsales) svarade 503 på GET.",
    ),
    (
        "Fortnox's login cannot be reached. fortnox:nord does not answer. The others go on without it, and it is asked "
        "again.",
        "Inloggningen i Fortnox kan inte nås. Fortnox (Nord Maskin AB) svarar inte. De andra går vidare, och det "
        "frågas igen.",
    ),
    ("Something else.", "Synken antecknade: ”Something else.”"),
    ("", ""),
)


@pytest.mark.parametrize(("stored", "words"), SAID)
def test_h10_sentences_are_told_in_the_language_of_the_page_and_others_words_are_quoted(
    stored: str, words: str
) -> None:
    assert said.in_words(stored) == words


def test_h10_what_a_system_answered_is_quoted_and_tells_who_said_it() -> None:
    assert "Fortnox svarade: ”Företaget har låst perioden.”" in reason("closed", "Företaget har låst perioden.", "")
    assert "CRM svarade: ”Fråga Eva först.”" in reason("data", "Fråga Eva först.", "", for_crm=True)
    assert reason("temporary", "fortnox:syd answered 503 to PUT.", "").endswith("(Syd Maskin AB) svarade 503 på PUT.")


PROBLEMS = (
    ("missing", "CustomerNumber", {"source": "client.id"}, "Kundnummer saknas. Fyll i affärens kund i CRM."),
    ("missing", "Name", {"source": "custom.NAMN"}, "Namn saknas. Fyll i det egna fältet ”NAMN” i CRM."),
    ("both_changed", "", {"number": "7", "fields": "InvoiceDate, InvoiceRows"}, "Fakturadatum, Rader"),
    ("ambiguous_customer", "", {"rung": "organisation_number", "numbers": "1, 2"}, "samma organisationsnummer"),
    ("not_allowed", "DiscountType", {"value": "X", "allowed": "PERCENT, AMOUNT"}, "procent, belopp"),
    ("moved_company", "", {"company": "nord", "earlier": "syd"}, "hör nu till Nord Maskin AB"),
    ("customer_claimed", "", {"value": "7", "other": "account 501"}, "kund (CRM) 501"),
    (
        "rows_do_not_add_up",
        "",
        {"rows": "1234.50", "value": "-1000.00"},
        "till 1\u00a0234,50 men affären säger −1\u00a0000,00",
    ),
)


@pytest.mark.parametrize(("code", "field", "params", "words"), PROBLEMS)
def test_h10_a_problem_names_fields_codes_and_numbers_as_an_accountant_does(
    code: str, field: str, params: dict[str, str], words: str
) -> None:
    assert words in in_words({"code": code, "field": field, "params": params})


def test_h10_every_field_that_the_mappings_read_and_the_pages_compare_has_words() -> None:
    folder = SYNC.parent / "mappings"
    paths = {path for system in ("upsales", "salesforce") for path in _paths(load(folder, system, Companies()))}
    assert {path for path in paths if fields.source(path) == said.quoted(path)} == set()
    compared = {*INVOICE.compared, *INVOICE.compared_of_rows}
    compared |= {name for name, one in REGISTERS["customer"].items() if one.writer == "mapping"}
    assert {name for name in compared if f"field.{name}" not in WORDS} == set()


def _paths(mapping: MappingSet) -> Iterator[str]:
    for entity in (mapping.customer.rule, mapping.article.rule, mapping.document.rule):
        for rule in (*entity.fields.values(), *(entity.rows.fields.values() if entity.rows else ())):
            yield from paths_of(rule)
        yield from entity.rows.discount.reads if entity.rows else ()
