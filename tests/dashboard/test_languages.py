"""A page speaks one language, and an accountant's: no word of the other one, and no name that only a program knows."""

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.text import LANGUAGES, WORDS
from dashboard.text.explained.sentences import SENTENCES
from mappings.problems import codes, sentence
from tests.dashboard import seed
from tests.dashboard.inserts import insert, naive
from tests.dashboard.pages import VIEWS as ALONE
from tests.dashboard.pages import Open, pieces
from tests.dashboard.seed_deals import HOSTILE, NOW

PAGES: dict[str, dict[str, str]] = {
    **ALONE,
    "a search": {"view": "records", "q": "Maskinpaket"},
    "a deal": {"view": "records", "record": "upsales:94/order/705"},
    "a held deal": {"view": "records", "record": "upsales:94/order/737"},
    "a deal whose invoice was answered otherwise": {"view": "records", "record": "upsales:94/order/702"},
    "an invoice": {"view": "records", "record": "fortnox:nord/invoice/41099"},
    "a customer": {"view": "records", "record": "upsales:94/account/501"},
}
VIEWS = {
    "months": ("reconciliation", {"rec_view": "months", "months": {"selection": {"rows": [0], "columns": []}}}),
    "a cause": ("reconciliation", {"drill_cause": {"selection": {"rows": [0], "columns": []}}}),
    "makers": ("reconciliation", {"drill_by": "origin"}),
    "an issue": ("errors", {"issues": {"selection": {"rows": [0], "columns": []}}}),
    "the queue": ("errors", {"e_view": "queue"}),
    "what is solved": ("errors", {"e_view": "resolved"}),
}
# What a person types somewhere else as it stands: settings, files, an abbreviation.
TYPED = re.compile(r"KVITT_\w+|server\.address|mappings/\w+\.yaml|org\.(nr|number)|python -m \w+")
QUOTED = re.compile(r"[”“][^”]*”")
RAW = re.compile(
    r"\b[a-z]+_\w+|\b[A-Z]{2,}_\w+|\b[A-Za-z]*[a-z][A-Z]\w*|\b[a-z]+\.[a-z]\w+|\b(upsales|fortnox|salesforce):\w+"
    r"|\b(True|False|None|nan|NaT)\b"
)
ICON, BADGE = re.compile(r":material/\w+: ?"), re.compile(r"\A:[a-z]+-badge\[(.*)\]\Z", re.DOTALL)
PLACE = re.compile(r"\\\{\w+\\\}")
LONG = 3


def foreign(lang: str) -> re.Pattern[str]:
    """Return what finds words of the other language: short ones as a whole text, longer ones wherever they stand."""
    here, there = LANGUAGES.index(lang), 1 - LANGUAGES.index(lang)
    said = [words[there] for words in (*WORDS.values(), *SENTENCES.values()) if words[here] != words[there]]
    said += [sentence({"code": code, "params": {}}, LANGUAGES[there]).replace("?", "{x}") for code in codes()]
    own = {words[here] for words in WORDS.values()}
    return re.compile("|".join(_shape(text) for text in said if text not in own and re.search(r"[^\W\d]", _bare(text))))


def _shape(text: str) -> str:
    shape = PLACE.sub(".+?", re.escape(text))
    return shape if len(_bare(text).split()) >= LONG else rf"\A{shape}\Z"


def _bare(text: str) -> str:
    return re.sub(r"\{\w+\}", "", text)


def strange(texts: Iterable[str], lang: str) -> set[str]:
    """Return the texts that hold words of the other language, or a name that only a program knows."""
    other, found = foreign(lang), set()
    for text in texts:
        bare = BADGE.sub(r"\1", ICON.sub("", text)).strip()
        own = TYPED.sub("", QUOTED.sub("”", bare)).replace(HOSTILE, "")
        if other.search(own) or RAW.search(own):
            found.add(text)
    return found


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A store in which every kind of sentence, code and name of a field that is stored stands on some page."""
    store = seed.full_store(tmp_path)
    with duckdb.connect(str(store.database)) as db:
        held = db.execute("SELECT operation_no FROM operations WHERE source_id = '702'").fetchone()
        assert held
        for field, row, sent, answered in (
            ("VATIncluded", None, "False", "True"),
            ("DiscountType", 1, "PERCENT", "AMOUNT"),
            ("Price", 1, "10.50", "11"),
            ("Remarks", None, "", "Text"),
        ):
            change = {"field": field, "row_no": row, "sent": sent, "answered": answered, "seen_at": naive(NOW)}
            insert(db, "silent_changes", operation_no=held[0], **change)
        for number, (name, arguments, code) in enumerate(
            (
                ("run_now", {"flow": "upsales:94/deals"}, "already_running"),
                ("another_document", {"system": "upsales:94", "kind": "order", "record_id": "702"}, "document_counts"),
                ("replay", {"operations": [{"number": 1, "version": 1}]}, "stale"),
            )
        ):
            moment = naive(NOW + timedelta(minutes=number))
            asked = {"actor": "eva", "asked_at": moment, "answered_at": moment, "accepted": False, "answer_code": code}
            insert(db, "commands", command_id=f"{number + 1:032}", name=name, arguments=json.dumps(arguments), **asked)
    seed.altered(
        store,
        "UPDATE flows SET paused = TRUE, paused_by = 'kvitt', "
        "paused_reason = 'Upsales refused: Invalid token. (code 9).' WHERE kind = 'deals'",
        "UPDATE connections SET status_sentence = 'nord, syd share Number__c for their customer numbers, which has "
        "room for one: of an account that is a customer of several, the others'' numbers are not told to the CRM. Give "
        "each company its own field in the mapping and start Kvitt again.' WHERE company IS NULL",
        "UPDATE connections SET status = 'unreachable', status_sentence = 'fortnox:nord did not answer in time.' "
        "WHERE company = 'nord'",
        """UPDATE operations SET action = 'write_back', error_class = 'match', error_code = 'DUPLICATE_VALUE',
        problems = '[]', error_sentence = 'duplicate value found: Number__c' WHERE source_id = '742'""",
        """UPDATE operations SET error_code = 'FIELD_FILTER_VALIDATION_EXCEPTION', problems = '[]',
        error_sentence = 'Fråga Eva först.' WHERE source_id = '731'""",
    )
    return tmp_path


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_h10_a_page_speaks_one_language_and_names_nothing_as_a_program_does(
    open_app: Open, full: Path, page: str, lang: str
) -> None:
    app = open_app(lang=lang, **{"view": page, **PAGES[page]})
    assert not app.exception
    assert strange(pieces(app), lang) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("view", VIEWS)
def test_h10_what_is_chosen_on_a_page_speaks_its_language(open_app: Open, full: Path, view: str, lang: str) -> None:
    page, chosen = VIEWS[view]
    app = open_app(page, lang)
    for name, value in chosen.items():
        app.session_state[name] = value
        app.run()
    assert not app.exception
    assert strange(pieces(app), lang) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("deal", ["707", "719", "731", "737", "742"])
def test_h10_the_page_of_what_failed_speaks_one_language(open_app: Open, full: Path, deal: str, lang: str) -> None:
    with duckdb.connect(str(full / "sync.duckdb"), read_only=True) as db:
        found = db.execute("SELECT operation_no FROM operations WHERE source_id = ?", [deal]).fetchone()
    assert found
    app: AppTest = open_app("errors", lang, op=str(found[0]))
    assert not app.exception
    assert strange(pieces(app), lang) == set()


def test_h10_what_is_strange_to_a_page_is_found() -> None:
    texts = {
        "Run now",
        "Ett fält organisation_number",
        "InvoiceDate",
        "client.fortnoxNumber",
        "DUPLICATE_VALUE",
        "True",
    }
    assert strange(texts, "sv") == texts
    assert strange({"Kör nu", "Fortnox svarade: ”InvoiceDate is wrong”", "KVITT_UPSALES__KEY"}, "sv") == set()


def test_h10_two_companies_in_one_field_of_the_crm_is_shown_on_every_page(open_app: Open, full: Path) -> None:
    said = [text for text in pieces(open_app()) if "Nord Maskin AB, Syd Maskin AB delar ”Number__c”" in text]
    assert len(said) == 1
    assert "Ge varje bolag ett eget fält i mappningen" in said[0]
