"""Rows of an update carry the identity that Fortnox gave them: what belongs to a row stays with it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.kinds import INVOICE
from sync.core.documents.documents import obstacle, whole_digest
from sync.core.documents.rows import identified, is_half_done, superseded
from sync.core.types import Link, RecordKey
from sync.sandbox.fortnox.documents.rows import merge_rows

D = Decimal


def ours(article: str, price: str = "10", quantity: str = "1") -> dict[str, Any]:
    return {
        "ArticleNumber": article,
        "Description": f"text {article}",
        "Price": D(price),
        "DeliveredQuantity": D(quantity),
    }


def theirs(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as Fortnox holds it: VAT and account are its article's."""
    return {
        **row,
        "DeliveredQuantity": str(row["DeliveredQuantity"]),
        "VAT": int(row["ArticleNumber"]),
        "RowId": number,
    }


def ids(wanted: list[dict[str, Any]], there: list[dict[str, Any]]) -> list[int | None]:
    sent = identified(INVOICE, {"InvoiceRows": wanted}, {"InvoiceRows": there})
    return [row.get("RowId") for row in sent["InvoiceRows"]]


A, B, C = ours("6", "1"), ours("12", "2"), ours("25", "3")
THERE = [theirs(1, A), theirs(2, B)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([C, A, B], [None, 1, 2]),
        ([A, C, B], [1, None, 2]),
        ([B], [2]),
        ([B, A], [2, 1]),
        ([A, C], [1, None]),
        ([ours("6", "9"), ours("12", "2", "7")], [1, 2]),
        ([ours("6", "9"), A, B], [None, 1, 2]),
    ],
    ids=["inserted first", "inserted between", "deleted", "swapped", "replaced", "re-priced", "one article twice"],
)
def test_a1_rows_go_on_being_the_rows_they_were(wanted: list[dict[str, Any]], found: list[int | None]) -> None:
    assert ids(wanted, THERE) == found


def test_a1_where_no_row_goes_on_one_old_row_is_kept_until_the_new_ones_are_there() -> None:
    sent = identified(INVOICE, {"InvoiceRows": [C], "Freight": 0}, {"InvoiceRows": THERE})
    assert sent == {"InvoiceRows": [{"RowId": 1}, C], "Freight": 0}
    answer = {"InvoiceRows": [theirs(11, A), theirs(12, C)]}
    assert superseded(INVOICE, sent, answer) == {"InvoiceRows": [{"RowId": 12}]}
    assert is_half_done(INVOICE, answer, {"InvoiceRows": [C]})
    assert not is_half_done(INVOICE, answer, {"InvoiceRows": [B]})
    assert not is_half_done(INVOICE, answer, {"Freight": 0})


def test_a1_what_an_interrupted_change_has_left_is_no_edit_of_a_person() -> None:
    sent = {"DocumentNumber": "1", "InvoiceRows": THERE}
    link = Link(RecordKey("upsales:94", "order", "1"), "nord", "invoice", "1", "sent",
                draft={"InvoiceRows": [A, B]}, answer_digest=whole_digest(INVOICE, sent))  # fmt: skip
    half = {**sent, "InvoiceRows": [theirs(11, A), theirs(12, C)]}
    change = {"InvoiceRows": [C]}
    assert obstacle(link, half, change, begun=change) is None
    asked = obstacle(link, half, change, begun=None)
    assert asked is not None
    assert asked.code == "both_changed"


def test_a1_rows_of_another_customer_are_all_new() -> None:
    """Another customer may have another kind of VAT, and other accounts."""
    wanted = {"CustomerNumber": "2", "InvoiceRows": [A, B]}
    there = {"CustomerNumber": "1", "InvoiceRows": THERE}
    assert identified(INVOICE, wanted, there)["InvoiceRows"] == [{"RowId": 1}, A, B]
    assert [row["RowId"] for row in identified(INVOICE, wanted, {**there, "CustomerNumber": "2"})["InvoiceRows"]] == [
        1,
        2,
    ]


def test_an_update_without_rows_and_a_document_without_rows_are_as_they_are() -> None:
    assert identified(INVOICE, {"Freight": 0}, {"InvoiceRows": THERE}) == {"Freight": 0}
    assert identified(INVOICE, {"InvoiceRows": [A]}, {"InvoiceRows": []}) == {"InvoiceRows": [A]}
    assert superseded(INVOICE, {"InvoiceRows": [A]}, {"InvoiceRows": THERE}) is None
    assert superseded(INVOICE, {"Freight": 0}, {"InvoiceRows": THERE}) is None


ROWS = st.lists(st.builds(ours, st.sampled_from(["0", "6", "12", "25"]), st.sampled_from(["1", "2"])), max_size=6)


@given(ROWS.filter(bool), ROWS.filter(bool))
def test_a1_whatever_becomes_of_rows_each_has_the_vat_of_its_article(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    there = [theirs(number, row) for number, row in enumerate(before, 1)]
    sent = identified(INVOICE, {"InvoiceRows": after}, {"InvoiceRows": there})
    made = [{"VAT": int(row["ArticleNumber"]), **row} for row in merge_rows(there, list(sent["InvoiceRows"]))]
    numbered = [{**row, "RowId": 100 + place} for place, row in enumerate(made)]
    rest = superseded(INVOICE, sent, {"InvoiceRows": numbered})
    made = merge_rows(numbered, list(rest["InvoiceRows"])) if rest else made
    assert [row["VAT"] for row in made] == [int(row["ArticleNumber"]) for row in after]
    assert [row["Price"] for row in made] == [row["Price"] for row in after]
    assert "RowId" not in INVOICE.compared_of_rows
