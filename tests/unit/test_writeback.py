"""What the CRM is told: number, state, dates and amounts as Fortnox has them, and nothing twice."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mappings.kinds import INVOICE
from mappings.spec import FieldRule
from sync.core.bridge.measures import DocumentState, fortnox_document
from sync.core.documents.documents import changes, matches, obstacle, problems_of, same
from sync.core.documents.writeback import Fact, document_view, document_write_back, number_fields, number_write_back
from sync.core.identity import correlation_id
from sync.core.types import Link, Operation, RecordKey
from tests.unit.making import (
    MAPPING,
    answered,
    customer_link,
    facts,
    invoice,
    key,
    link,
    order,
    wanted_of,
)

D = Decimal
TODAY = date(2026, 6, 10)
RULES = MAPPING.file.write_back


def fact(version: int = 3, booked: date | None = None, paid: date | None = None, **changes: Any) -> Fact:
    held = answered(order(), "41", **changes)
    own = replace(link(order(), held), correlation_id="c0ffee")
    return Fact(own, fortnox_document(INVOICE, held), version, paid, booked, "Åkeriet AB")


def told(given: Fact, today: date = TODAY) -> Operation | None:
    return document_write_back(given, RULES["order"], MAPPING.tables, today, MAPPING.version)


def values(given: Fact, today: date = TODAY) -> Any:
    operation = told(given, today)
    assert operation is not None
    return operation.payload


def test_a_booked_document_is_told_with_number_state_dates_and_amounts() -> None:
    assert values(fact(Booked=True)) == {
        "FORTNOX_ID": "41",
        "KVITT_STATUS": "overdue",
        "FN_INVOICE_DATE": "2026-05-04",
        "DUE_DATE": "2026-06-03",
        "FN_TOTAL": D("225.00"),
        "FN_BALANCE": D("225.00"),
        "IS_PAID": "0",
        "KVITT_PAID_AMOUNT": D("0.00"),
        "KVITT_PAID_DATE": None,
        "KVITT_BOOKED_SEEN": None,
    }


def test_a_draft_is_told_with_number_and_state_only() -> None:
    """Its dates and amounts are still the accountant's to change."""
    assert {name: value for name, value in values(fact()).items() if value is not None} == {
        "FORTNOX_ID": "41",
        "KVITT_STATUS": "draft",
        "IS_PAID": "0",
    }
    assert values(fact(Total=D(1), DueDate="2027-01-01")) == values(fact())


@pytest.mark.parametrize(
    ("changes", "today", "status"),
    [
        ({"Booked": True}, date(2026, 6, 3), "booked"),
        ({"Booked": True}, date(2026, 6, 4), "overdue"),
        ({"Booked": True, "Sent": True}, date(2026, 6, 3), "sent"),
        ({"Booked": True, "Balance": D(1)}, date(2026, 6, 3), "part-paid"),
        ({"Booked": True, "Balance": D(1)}, date(2026, 6, 4), "overdue"),
        ({"Booked": True, "Balance": D(0)}, date(2027, 1, 1), "paid"),
        ({"Cancelled": True}, date(2027, 1, 1), "cancelled"),
    ],
)
def test_the_state_is_told_by_stockholm_date(changes: dict[str, Any], today: date, status: str) -> None:
    assert values(fact(**changes), today)["KVITT_STATUS"] == status


@pytest.mark.parametrize(("state", "status"), [("credited", "credited"), ("part_credited", "booked")])
def test_only_what_is_credited_in_full_is_told_to_be_credited(state: DocumentState, status: str) -> None:
    found = fact(Booked=True)
    credited = replace(found, document=replace(found.document, state=state))
    assert values(credited, date(2026, 6, 3))["KVITT_STATUS"] == status


def test_a_part_payment_is_told_with_its_last_day_and_a_full_one_with_fortnoxs_own() -> None:
    part = values(fact(paid=date(2026, 5, 20), Booked=True, Balance=D(100)))
    assert (part["IS_PAID"], part["KVITT_PAID_AMOUNT"], part["KVITT_PAID_DATE"]) == ("0", D(125), "2026-05-20")
    full = values(fact(paid=date(2026, 5, 20), Booked=True, Balance=D(0), FinalPayDate="2026-05-28"))
    assert (full["IS_PAID"], full["KVITT_PAID_AMOUNT"], full["KVITT_PAID_DATE"]) == ("1", D(225), "2026-05-28")


def test_a10_an_overpaid_invoice_is_told_to_be_paid_with_all_that_came_and_when() -> None:
    found = values(fact(paid=date(2026, 5, 20), Booked=True, Balance=D(-374), FinalPayDate=None))
    told = {name: found[name] for name in ("KVITT_STATUS", "IS_PAID", "KVITT_PAID_AMOUNT", "FN_BALANCE")}
    assert told == {"KVITT_STATUS": "paid", "IS_PAID": "1", "KVITT_PAID_AMOUNT": D(599), "FN_BALANCE": D(-374)}
    assert found["KVITT_PAID_DATE"] == "2026-05-20"


def test_a_credit_note_is_never_called_paid() -> None:
    view = document_view(fact(Booked=True, Balance=D(0), Credit="true"), TODAY)
    assert view["fully_paid"] is False


def test_the_day_it_was_first_seen_booked_is_told() -> None:
    assert values(fact(booked=date(2026, 5, 6), Booked=True))["KVITT_BOOKED_SEEN"] == "2026-05-06"


def test_what_the_crm_has_been_told_is_not_told_again() -> None:
    given = fact()
    operation = told(given)
    assert operation is not None
    heard = replace(given, link=replace(given.link, written_fingerprint=operation.fingerprint))
    assert told(heard) is None
    assert told(replace(heard, version=9, title="another")) is None
    assert told(replace(heard, document=replace(heard.document, state="cancelled"))) is not None


def test_amounts_are_told_with_two_decimals_however_they_arrive() -> None:
    assert str(values(fact(Booked=True, Total="225.5"))["FN_TOTAL"]) == "225.50"
    assert str(values(fact(Booked=True, Total=225))["FN_TOTAL"]) == "225.00"


def test_the_first_write_back_belongs_to_the_deals_change_and_later_ones_to_fortnoxs() -> None:
    given = fact(version=3)
    first = told(given)
    later = told(replace(given, link=replace(given.link, written_fingerprint="before")))
    assert first is not None
    assert later is not None
    assert first.correlation_id == "c0ffee"
    assert later.correlation_id == correlation_id(RecordKey("fortnox:nord", "invoice", "41"), 3)


def test_a_write_back_goes_to_its_own_deal_in_the_crm() -> None:
    operation = told(fact())
    assert operation is not None
    assert (operation.action, operation.system, operation.target_kind, operation.target_id) == (
        "write_back", "upsales:94", "order", "1",
    )  # fmt: skip
    assert (operation.source, operation.reference, operation.company) == (key(), "41", "nord")


def test_a_customers_number_is_told_to_its_account_once() -> None:
    own = customer_link()
    operation = number_write_back(own, RULES["account"], MAPPING.tables, "v")
    assert operation is not None
    assert (operation.payload, operation.target_kind) == ({"FORTNOX_CUSTOMER_ID": "500"}, "account")
    heard = replace(own, written_fingerprint=operation.fingerprint)
    assert number_write_back(heard, RULES["account"], MAPPING.tables, "v") is None


def numbered(account: str, company: str, number: str, written: str = "") -> Link:
    return replace(customer_link(company, number), source=key("account", account), written_fingerprint=written)


def fields_told(rules: dict[str, Any], *links: Link) -> list[tuple[str, str, str]]:
    """Return account, field and number of everything that is told."""
    made = [number_write_back(link, own, MAPPING.tables, "v") for link, own in number_fields(links, rules)]
    said = [(one.source.id, one.payload or {}) for one in made if one is not None]
    return [(account, name, number) for account, payload in said for name, number in payload.items()]


def rules_of(**fields: str) -> dict[str, FieldRule]:
    return {name: FieldRule.model_validate({"from": path}) for name, path in fields.items()}


ONE_FIELD = rules_of(FORTNOX_CUSTOMER_ID="number")


def test_b5_one_field_tells_an_accounts_number_in_its_first_company_alone() -> None:
    links = numbered("5", "syd", "42"), numbered("5", "nord", "17"), numbered("6", "syd", "43")
    assert fields_told(ONE_FIELD, *links) == [
        ("5", "FORTNOX_CUSTOMER_ID", "17"), ("6", "FORTNOX_CUSTOMER_ID", "43"),
    ]  # fmt: skip


def test_b5_what_one_field_says_stays_when_the_account_comes_to_another_company() -> None:
    (first,) = (number_write_back(numbered("5", "syd", "42"), ONE_FIELD, MAPPING.tables, "v"),)
    assert first is not None
    assert fields_told(ONE_FIELD, numbered("5", "syd", "42", first.fingerprint), numbered("5", "nord", "17")) == []


def test_b5_two_accounts_never_say_one_number_in_one_field() -> None:
    links = numbered("5", "nord", "17"), numbered("6", "syd", "17"), numbered("7", "nord", "17")
    assert [one[0] for one in fields_told(ONE_FIELD, *links)] == ["5"]
    assert [one[0] for one in fields_told(ONE_FIELD, *links[:2], numbered("7", "nord", "17", "told before"))] == ["7"]


def test_b5_fields_of_their_own_tell_each_companys_number() -> None:
    own = rules_of(FIRST="numbers.nord", SECOND="numbers.syd")
    links = (
        numbered("5", "nord", "17"),
        numbered("5", "syd", "42"),
        numbered("6", "syd", "17"),
        numbered("7", "ost", "1"),
    )
    assert fields_told(own, *links) == [("5", "FIRST", "17"), ("5", "SECOND", "42"), ("6", "SECOND", "17")]


def test_b5_two_accounts_never_say_one_number_in_a_companys_own_field() -> None:
    own, twins = rules_of(FIRST="numbers.nord"), (numbered("5", "nord", "17"), numbered("6", "nord", "17"))
    assert fields_told(own, *twins) == [("5", "FIRST", "17")]
    assert fields_told(own, twins[0], replace(twins[1], written_fingerprint="told before")) == [("6", "FIRST", "17")]


def test_b5_one_company_is_told_as_before() -> None:
    links = numbered("5", "nord", "17"), numbered("6", "nord", "18")
    assert [(link.source.id, list(rules)) for link, rules in number_fields(links, RULES["account"])] == [
        ("5", ["FORTNOX_CUSTOMER_ID"]), ("6", ["FORTNOX_CUSTOMER_ID"]),
    ]  # fmt: skip


def test_e1_a_value_that_a_rule_cannot_follow_holds_its_own_write_back() -> None:
    rules = {"KVITT_STATUS": FieldRule.model_validate({"from": "status", "lookup": "states"})}

    def told_of(given: Fact, states: dict[str, str]) -> Operation | None:
        return document_write_back(given, rules, {"states": states}, TODAY, "m")

    held = told_of(fact(Booked=True), {"draft": "Utkast"})
    assert held is not None
    assert (held.state, held.payload, held.error_class, held.error_code) == ("review", None, "data", "not_in_table")
    assert held.problems[0]["params"] == {"value": "overdue", "table": "states"}
    dismissed = replace(fact(Booked=True), link=replace(fact().link, written_fingerprint=held.fingerprint))
    assert told_of(dismissed, {"draft": "Utkast"}) is None, "what a person wants nothing of is not asked about again"
    mended = told_of(dismissed, {"overdue": "Förfallen"})
    assert mended is not None
    assert (mended.state, mended.payload) == ("planned", {"KVITT_STATUS": "Förfallen"})


def test_a_crm_that_lets_nothing_be_written_is_told_nothing() -> None:
    assert number_write_back(fact().link, {}, MAPPING.tables, MAPPING.version) is None


def test_a_write_back_never_moves_a_deals_own_dates() -> None:
    assert not {"date", "closeDate", "probability", "stage", "value"} & set(RULES["order"])


def sent_link(**changes: Any) -> tuple[Link, dict[str, Any]]:
    held = answered(order(), "41")
    return link(order(), held), {**held, **changes}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"Comments": "edited"}, "both_changed"),
        ({"TermsOfPayment": "30"}, "both_changed"),
        ({"Total": D(1), "Balance": D(1), "Sent": True}, None),
        ({"InvoiceDate": "2026-05-05"}, "both_changed"),
        ({"Booked": True}, "document_booked"),
        ({"Booked": True, "Cancelled": True}, "document_booked"),
        ({"Cancelled": True}, "document_cancelled"),
    ],
)
def test_what_stands_in_the_way_of_changing_a_document(changes: dict[str, Any], code: str | None) -> None:
    own, held = sent_link(**changes)
    found = obstacle(own, held, {"Remarks": "x", "InvoiceRows": []})
    assert (found.code if found else None) == code
    if found is not None:
        assert found.params == {"number": "41", "fields": "InvoiceRows, Remarks"}


def test_a_document_that_was_adopted_unseen_is_compared_with_what_was_wanted() -> None:
    own, held = sent_link()
    unseen = replace(own, answer_digest="")
    assert obstacle(unseen, held, {}) is None
    assert obstacle(unseen, {**held, "OurReference": "Ekonomi"}, {}) is not None


def test_a_document_that_is_not_mirrored_is_no_obstacle() -> None:
    assert obstacle(sent_link()[0], None, {}) is None


def test_numbers_as_text_and_text_as_numbers_are_the_same_document() -> None:
    """Fortnox answers a quantity as text and a rate as a number (fortnox/FACTS.md 5.2)."""
    wanted = wanted_of(order())
    rows = [dict(wanted["InvoiceRows"][0], DeliveredQuantity="2.00", Price="100", HouseWork=False)]
    held = {**invoice(), **wanted, "CurrencyRate": "1", "Freight": "0", "InvoiceRows": rows}
    assert matches(INVOICE, held, wanted)
    assert not matches(INVOICE, {**held, "Freight": 1}, wanted)


def test_changes_are_the_fields_that_differ_in_meaning() -> None:
    assert changes({"a": D("1.0"), "b": "x", "c": 1}, {"a": 1, "b": "y", "d": None}) == {"b": "y"}
    assert same({"rows": [{"n": D("2.00")}]}, {"rows": [{"n": 2}]})


def test_registers_are_asked_for_all_three_at_once() -> None:
    held = facts(years=((date(2025, 1, 1), date(2025, 12, 31)),), locked_until=date(2026, 6, 30))
    found = problems_of(INVOICE, {"InvoiceDate": "2026-05-04", "Currency": "EUR"}, held)
    assert [each.code for each in found] == ["currency", "no_financial_year", "period_locked"]
