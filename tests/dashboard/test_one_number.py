"""Order 41099 and invoice 41099 of one company live side by side: each has its own rows, payments, causes and page."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sync.store.publish import copies
from sync.store.reader import overview, reconciliation, records
from sync.store.reader.published import Paging, Reader, Scope
from sync.store.reader.records import Key
from tests.dashboard import seed
from tests.dashboard.pages import Open, words

TODAY, NUMBER = date(2026, 6, 18), "41099"
INVOICE, ORDER = Key("fortnox:nord", "invoice", NUMBER), Key("fortnox:nord", "order", NUMBER)
MADE = (
    "INSERT INTO documents SELECT * REPLACE ('order' AS kind, FALSE AS revenue, FALSE AS booked, 'draft' AS state,"
    " 'Orderkund AB' AS customer_name, 777 AS net_sek, 971.25 AS total, '' AS voucher, '' AS ocr)"
    f" FROM documents WHERE number = '{NUMBER}'",
    "INSERT INTO records SELECT * REPLACE ('order' AS kind, '{\"DocumentNumber\": \"41099\"}' AS payload) FROM records"
    " WHERE kind = 'invoice' LIMIT 1",
    f"UPDATE records SET record_id = '{NUMBER}', system = 'fortnox:nord' WHERE kind = 'order'"
    " AND system <> 'upsales:94'",
    *(
        "INSERT INTO document_rows (company, kind, number, row_no, article, text, quantity, price, stated_price,"
        f" vat_share, discount, discount_type, net, net_sek) VALUES ('nord', '{kind}', '{NUMBER}', 1, '',"
        f" 'Rad av {kind}', 1, {price}, {price}, 1, 0, 'PERCENT', {price}, {price})"
        for kind, price in (("invoice", 12000), ("order", 777))
    ),
    "INSERT INTO payments (company, number, document_kind, invoice_number, day, amount_sek, currency, booked)"
    f" VALUES ('nord', '9999', 'invoice', '{NUMBER}', '2026-06-01', 15, 'SEK', TRUE)",
)  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return seed.altered(seed.full_store(tmp_path), *MADE).data


@pytest.fixture
def reader(data: Path) -> Reader:
    newest = copies.newest(data)
    assert newest is not None
    return Reader(newest.path)


def test_each_has_its_own_rows_and_payments(reader: Reader) -> None:
    for key, text, paid in ((INVOICE, "Rad av invoice", 1), (ORDER, "Rad av order", 0)):
        (document,) = records.documents(reader, Scope(), [key], TODAY)
        assert (document.kind, document.number) == (key.kind, NUMBER)
        (row,) = records.document_rows(reader, Scope(), "nord", key.kind, NUMBER)
        assert row.text == text
        assert len(records.payments(reader, Scope(), "nord", key.kind, NUMBER)) == paid


def test_a_cause_is_that_of_its_own_document(reader: Reader) -> None:
    assert [one.cause for one in records.causes(reader, Scope(), [INVOICE])] == ["I51"]
    assert records.causes(reader, Scope(), [ORDER]) == []


def test_an_order_is_no_revenue_that_waits_to_be_booked(reader: Reader, tmp_path: Path) -> None:
    plain = copies.newest(seed.full_store(tmp_path / "plain").data)
    assert plain is not None
    totals = [overview.document_totals(one, Scope(), TODAY) for one in (reader, Reader(plain.path))]
    assert totals[0] == totals[1]


def test_a_search_finds_both(reader: Reader) -> None:
    found = records.search(reader, Scope(), NUMBER, TODAY, Paging())
    assert {Key(one.system, one.kind, one.record_id) for one in found} == {INVOICE, ORDER}


def test_a_month_lists_the_booked_one(reader: Reader) -> None:
    month = Scope.of("nord", "2026-05")
    listed = [one for one in reconciliation.booked_documents(reader, month, TODAY, Paging()) if one.number == NUMBER]
    assert [(one.kind, one.net_sek, one.causes) for one in listed] == [("invoice", Decimal("12000"), "I51")]


@pytest.mark.parametrize(
    ("key", "title", "own", "other"),
    [(INVOICE, "Faktura", "Rad av invoice", "Rad av order"), (ORDER, "Order", "Rad av order", "Rad av invoice")],
)
def test_each_has_its_own_page(open_app: Open, data: Path, key: Key, title: str, own: str, other: str) -> None:
    app = open_app("records", data=data, record=f"{key.system}/{key.kind}/{key.record_id}")
    assert not app.exception
    shown = words(app)
    assert app.title[0].value == title
    assert own in shown
    assert other not in shown
    assert "lika på öret" not in shown, "the one differs by all of it, of the other nothing counts"
