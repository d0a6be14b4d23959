"""A document's own sums: total is net, freight, fee, VAT and rounding; one that says otherwise explains nothing."""

from decimal import Decimal
from typing import Any

import pytest

from mappings.kinds import INVOICE
from sync.core.bridge.bridge import LooseDocument, bridge
from sync.core.bridge.measures import fortnox_document
from tests.unit.making import invoice
from tests.unit.test_bridge import causes, document, won

D = Decimal


def test_a11_freight_and_fee_are_stated_without_vat_whatever_the_rows_are() -> None:
    taken = {"VATIncluded": True, "Freight": 125, "FreightVAT": D("31.25"), "AdministrationFee": 29}
    found = fortnox_document(
        INVOICE, invoice(**taken, AdministrationFeeVAT=D("7.25"), TotalVAT=D("83.50"), Total=D("417.50"))
    )
    assert (found.freight_sek, found.fee_sek, found.net_sek, found.gap) == (D(125), D(29), D(334), D(0))


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({}, "0"),
        ({"Freight": 95, "TotalVAT": D("68.75"), "RoundOff": D("0.25"), "Total": D(344)}, "0"),
        ({"TotalVAT": D(45), "Total": D("225.01")}, "0.01"),
        ({"TotalVAT": D(45), "Freight": 95}, "-95"),
        ({"TotalVAT": "API_NORIGHT"}, "45"),
    ],
)
def test_a11_a_document_whose_sums_do_not_add_up_says_by_how_much(changes: dict[str, Any], gap: str) -> None:
    assert fortnox_document(INVOICE, invoice(**changes)).gap == D(gap)


def test_a11_charges_are_counted_as_they_stand_since_they_are_without_vat() -> None:
    included = document(VATIncluded=True, Freight=125, FreightVAT=D("31.25"), Net=180)
    assert causes(won(included))["I81"] == D(125)


def test_a11_a_booked_document_whose_sums_do_not_add_up_explains_nothing() -> None:
    broken = document(Freight=95, TotalVAT=45, DocumentNumber="41")
    assert causes(won(broken)) == {"X1": D(-180), "X2": D(275)}
    assert causes(won(broken, document(DocumentNumber="42"))) == {"X2": D(275)}
    loose = LooseDocument("nord", broken, before_go_live=False, customer_in_crm=True, deal_state="lost")
    assert causes(loose=(loose,)) == {"X2": D(275)}
    (booked, sold) = bridge([won(broken)], []).steps
    assert (booked.why, sold.why) == ({"code": "gap", "before": "-95"}, {"documents": "41", "code": "gap"})


def test_a11_a_draft_whose_sums_do_not_add_up_is_not_booked_yet() -> None:
    assert causes(won(document(Freight=95, TotalVAT=45, Booked=False))) == {"O33": D(-180)}


@pytest.mark.parametrize(
    ("sort", "more", "cause"),
    [
        ("INTRESTINVOICE", {"customer_in_crm": True}, "I61"),
        ("SUMMARYINVOICE", {"customer_in_crm": True}, "I64"),
        ("AGREEMENTINVOICE", {"before_go_live": True}, "I62"),
        ("CASHINVOICE", {}, "I63"),
    ],
)
def test_a11_an_invoice_of_another_sort_has_the_cause_of_its_sort(sort: str, more: dict[str, Any], cause: str) -> None:
    """Spelt as Fortnox spells them: an interest invoice is an INTRESTINVOICE."""
    facts = {"before_go_live": False, "customer_in_crm": False, **more}
    assert causes(loose=(LooseDocument("nord", document(InvoiceType=sort), **facts),)) == {cause: D(180)}
