"""From an order to an invoice by the shipped mapping: values, all problems at once, sums, lineage."""

from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from mappings import Draft, Problem
from mappings.checks.drafts import fit
from mappings.compile import apply_fields, canonical, compile_entity
from mappings.load import load
from mappings.routing import route
from mappings.spec import Companies, EntityRule, FieldRule, When
from mappings.types import Route
from tests.unit.making import FOLDER, MAPPING, account, order, product, row

D = Decimal


def made(payload: Any) -> tuple[Draft | None, list[Problem]]:
    draft, problems = MAPPING.document.draft(payload, lambda kind, _key: "500" if kind == "customer" else "1001")
    return draft, list(problems)


def test_an_order_becomes_an_invoice_with_article_rows() -> None:
    draft, problems = made(order(1, row("2", "100", "90"), row("1", "50", "50")))
    assert problems == []
    assert draft is not None
    assert draft.fields == {
        "CustomerNumber": "500",
        "InvoiceDate": "2026-05-04",
        "Currency": "SEK",
        "CurrencyRate": D("1.000000"),
        "CurrencyUnit": D(1),
        "OurReference": "Alva Ek",
        "VATIncluded": False,
        "Freight": D(0),
        "AdministrationFee": D(0),
        "InvoiceRows": [
            {"ArticleNumber": "1001", "Description": "Bord", "DeliveredQuantity": D(2), "Price": D(100),
             "Discount": D(10), "DiscountType": "PERCENT"},
            {"ArticleNumber": "1001", "Description": "Bord", "DeliveredQuantity": D(1), "Price": D(50),
             "Discount": D(0), "DiscountType": "PERCENT"},
        ],
    }  # fmt: skip


def test_the_won_date_is_the_close_date_and_the_order_date_where_there_is_none() -> None:
    for changes, day in (
        ({"date": "2026-04-01"}, "2026-05-04"),
        ({"closeDate": None, "date": "2026-04-01"}, "2026-04-01"),
    ):
        draft, _ = made(order(**changes))
        assert draft is not None
        assert draft.fields["InvoiceDate"] == day


def test_a_foreign_order_carries_sek_per_unit() -> None:
    draft, _ = made(order(currency="EUR", currencyRate=D("0.0889")))
    assert draft is not None
    assert (draft.fields["Currency"], draft.fields["CurrencyRate"]) == ("EUR", D("11.248594"))


def test_every_problem_is_told_at_once_with_its_row() -> None:
    bad = row("1", "100", "100")
    bad["product"] = {"id": 7, "name": "a<b"}
    rows = (row(), row() | {"listPrice": "x", "price": "y"}, bad)
    _, problems = made(order(1, *rows, closeDate="snart", currencyRate=0, custom={"REMARKS": "~"}, value=None))
    assert [(p.code, p.field, p.row) for p in problems] == [
        ("not_a_date", "InvoiceDate", None),
        ("not_a_number", "CurrencyRate", None),
        ("not_a_number", "listPrice", 2),
        ("not_a_number", "price", 2),
        ("characters", "Remarks", None),
        ("characters", "Description", 3),
    ]


def test_an_order_without_rows_and_one_with_too_many_are_held() -> None:
    assert [p.code for p in made(order(orderRow=[]))[1]] == ["no_rows"]
    assert [p.code for p in made(order(orderRow=None))[1]] == ["no_rows"]
    many = made(order(1, *[row()] * 501))[1]
    assert [(p.code, p.params) for p in many] == [("too_many_rows", {"count": "501", "limit": "500"})]
    assert made(order(1, *[row()] * 500))[1] == []


def test_a_discount_that_was_taken_twice_is_held() -> None:
    """The deal says 180 and its rows 162: the price was already net."""
    assert [(p.code, p.params) for p in made(order(1, row("2", "100", "81"), value=D(180)))[1]] == [
        ("rows_do_not_add_up", {"rows": "162.00", "value": "180.00"})
    ]


def test_a_price_that_two_decimals_cannot_say_is_held_with_what_fortnox_would_make_of_it() -> None:
    """Fortnox takes two decimals of price: 1 000 x 0.333 would become 330."""
    problems = made(order(1, row("1000", "0.333", "0.333"), value=None))[1]
    assert [(p.code, p.params["value"]) for p in problems] == [("beyond_two_decimals", "333.00")]


@pytest.mark.parametrize(("value", "held"), [("180.00", 0), ("180.005", 0), ("180.01", 1), ("179.99", 1), (None, 0)])
def test_rows_may_miss_the_deal_by_half_an_ore_each(value: str | None, held: int) -> None:
    assert len(made(order(value=None if value is None else D(value)))[1]) == held


def test_a_sum_is_not_asked_for_when_a_row_is_no_number() -> None:
    codes = [p.code for p in made(order(1, row(), row() | {"quantity": "x"}, value=D(1)))[1]]
    assert codes == ["not_a_number"]


def test_what_was_changed_for_fortnox_is_kept_beside_the_draft() -> None:
    named = row()
    named["product"] = {"id": 7, "name": 'Bord 18"'}
    draft, _ = made(order(1, named, custom={"REMARKS": "Pelle's"}))
    assert draft is not None
    assert [each.as_json() for each in draft.adjustments] == [
        {"field": "Remarks", "before": "Pelle's", "after": "Pelle’s"},
        {"field": "Description 1", "before": 'Bord 18"', "after": "Bord 18’’"},
    ]


def test_a_customer_takes_the_invoice_address_first() -> None:
    place = {
        "Invoice": {"address": "Box 1", "city": "Oslo", "country": "NO"},
        "Mail": {"address": "Gata 1", "city": "Ort"},
    }
    draft, problems = MAPPING.customer.draft(account(address=place, orgNo=None), lambda _kind, _key: None)
    assert problems == ()
    assert draft is not None
    assert {name: draft.fields.get(name) for name in ("Address1", "City", "CountryCode", "VATType")} == {
        "Address1": "Box 1", "City": "Oslo", "CountryCode": "NO", "VATType": "EXPORT",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("custom", "country", "kind"),
    [({}, "SE", "SEVAT"), ({}, "DE", "EUVAT"), ({}, "US", "EXPORT"), ({}, None, "SEVAT"),
     ({"VAT_TYPE": "SE omvänd skatteskyldighet"}, "SE", "SEREVERSEDVAT"), ({"VAT_TYPE": "Export"}, "DE", "EXPORT")],
)  # fmt: skip
def test_the_kind_of_vat_follows_the_field_then_the_country(custom: Any, country: str | None, kind: str) -> None:
    place = {"Mail": {"country": country}}
    draft, _ = MAPPING.customer.draft(account(address=place, custom=custom), lambda _kind, _key: None)
    assert draft is not None
    assert draft.fields["VATType"] == kind


def test_a_customer_without_a_name_is_held() -> None:
    _, problems = MAPPING.customer.draft(account(name=""), lambda _kind, _key: None)
    assert [(p.code, p.field, p.params) for p in problems] == [("missing", "Name", {"source": "name"})]


def test_an_unmapped_field_never_changes_the_fingerprint() -> None:
    before = MAPPING.document.fingerprint(order())
    assert MAPPING.document.fingerprint(order(notes="ring", regDate="2020", contribution=D(1), score=7)) == before
    assert MAPPING.document.fingerprint(order(1, row(margin=3))) == before


@pytest.mark.parametrize(
    "changes",
    [{"closeDate": "2026-05-05"}, {"currency": "EUR"}, {"currencyRate": D("0.1")}, {"client": {"id": 6}},
     {"user": {"name": "Bo"}}, {"custom": {"REMARKS": "x"}}, {"custom": {"SKIP_SYNC": "1"}}],
)  # fmt: skip
def test_every_mapped_field_changes_the_fingerprint(changes: Any) -> None:
    assert MAPPING.document.fingerprint(order(**changes)) != MAPPING.document.fingerprint(order())


@pytest.mark.parametrize("other", [row("3"), row(listed="101"), row(price="89"), row(product=8)])
def test_every_mapped_value_of_a_row_changes_the_fingerprint(other: dict[str, Any]) -> None:
    assert MAPPING.document.fingerprint(order(1, other, value=0)) != MAPPING.document.fingerprint(order(1, value=0))


def test_a_number_said_in_another_way_is_the_same_number() -> None:
    assert MAPPING.document.fingerprint(order(1, row("2.00", "100.0", "90"))) == MAPPING.document.fingerprint(order())
    assert canonical({"a": D("1.50"), "b": [True, None, "1"]}) == canonical({"b": [True, None, "1"], "a": D("1.5")})


def test_a_view_of_a_record_is_fingerprinted_as_the_record() -> None:
    assert canonical(MappingProxyType({"a": [D("1.0")]})) == canonical({"a": [1]})


def test_a_float_never_gets_into_a_fingerprint() -> None:
    with pytest.raises(TypeError, match="float has no canonical text"):
        canonical({"price": 0.1})


def test_a_mapping_knows_its_inputs() -> None:
    assert "client.id" in MAPPING.document.inputs
    assert "custom.SKIP_SYNC" in MAPPING.document.inputs
    assert set(MAPPING.document.row_inputs) == {"listPrice", "price", "product.id", "product.name", "quantity"}
    assert MAPPING.article.inputs == ("name",)


@pytest.mark.parametrize(("custom", "sent"), [({}, True), ({"SKIP_SYNC": "0"}, True), ({"SKIP_SYNC": "1"}, False)])
def test_a_deal_may_be_kept_out_by_its_field(custom: dict[str, str], sent: bool) -> None:
    assert MAPPING.document.qualifies(order(custom=custom)) is sent


def test_an_entity_without_rows_has_no_row_inputs() -> None:
    rule = EntityRule.model_validate(
        {"source": "product", "target": "article", "title": "name", "fields": {"Description": {"from": "name"}}}
    )
    mapping = compile_entity(rule, {})
    assert mapping.row_inputs == ()
    assert mapping.title(product()) == "Bord"
    assert mapping.title({}) == ""


def companies(*rules: dict[str, Any], otherwise: str = "hold") -> Companies:
    return Companies.model_validate({"rules": list(rules), "otherwise": otherwise})


def test_the_first_rule_that_fits_says_the_company() -> None:
    south = {"to": "syd", "when": {"field": "user.name", "equals": "Alva Ek"}}
    rules = companies(south, {"to": "nord"})
    assert route(order(), rules, {"nord", "syd"}) == Route("syd", "1")
    assert route(order(user={"name": "Bo"}), rules, {"nord", "syd"}) == Route("nord", "2")


def test_a_rule_for_a_company_that_is_not_connected_is_passed_over() -> None:
    assert route(order(), companies({"to": "syd"}, {"to": "nord"}), {"nord"}) == Route("nord", "2")


@pytest.mark.parametrize(
    ("otherwise", "connected", "company"),
    [("only", ["nord"], "nord"), ("only", ["nord", "syd"], None), ("only", [], None), ("syd", ["nord", "syd"], "syd"),
     ("hold", ["nord"], None), ("gone", ["nord"], None)],
)  # fmt: skip
def test_without_a_rule_a_deal_goes_nowhere_unless_that_was_said(
    otherwise: str, connected: list[str], company: str | None
) -> None:
    found = route(order(), companies(otherwise=otherwise), connected)
    assert found == (Problem("no_route") if company is None else Route(company, "otherwise"))


def test_a_condition_may_ask_for_presence() -> None:
    rule = {"to": "nord", "when": When(field="contact", present=False).model_dump(by_alias=True)}
    assert route(order(), companies(rule), ["nord"]) == Route("nord", "1")
    assert route(order(contact="x"), companies(rule), ["nord"]) == Problem("no_route")


def test_what_is_written_back_is_never_looked_up_among_links() -> None:
    rule = FieldRule.model_validate({"from": "number", "link": "customer"})
    assert apply_fields({"FORTNOX_ID": rule}, {"number": "41"}, MAPPING.tables) == {"FORTNOX_ID": None}


@pytest.mark.parametrize(
    ("quantity", "price", "sold", "fortnox"),
    [("10000", "0.005", "50.00", "100.00"), ("7.125", "100", "712.50", "713.00"), ("1000", "0.004", "4.00", "0.00")],
)
def test_a8_a_row_without_discount_that_two_decimals_cannot_say_is_held(
    quantity: str, price: str, sold: str, fortnox: str
) -> None:
    draft, problems = made(order(1, row(quantity, price, price)))
    assert draft is None
    (problem,) = problems
    assert (problem.code, problem.params) == ("beyond_two_decimals", {"value": sold, "fortnox": fortnox})


def test_a8_by_a_setting_such_a_row_is_one_piece_at_what_it_was_sold_for() -> None:
    rows = MAPPING.document.rule.rows
    assert rows is not None
    rule = MAPPING.document.rule.model_copy(
        update={"rows": rows.model_copy(update={"beyond_two_decimals": "one_piece"})}
    )
    entity = compile_entity(rule, MAPPING.tables)
    deal = order(1, row("10000", "0.005", "0.005"), row("2", "100", "90"))
    draft, problems = entity.draft(deal, lambda _kind, _key: "1")
    assert problems == ()
    assert draft is not None
    said = [(one["DeliveredQuantity"], one["Price"], one["Discount"]) for one in draft.fields["InvoiceRows"]]
    assert said == [(1, D(50), 0), (2, D(100), 10)]


def test_a3_prices_are_always_said_to_be_without_vat_and_no_fee_is_left_to_fortnox() -> None:
    fields = {
        name: rule for name, rule in MAPPING.document.rule.fields.items() if name in {"CustomerNumber", "InvoiceDate"}
    }
    bare = compile_entity(MAPPING.document.rule.model_copy(update={"fields": fields}), MAPPING.tables)
    draft, _ = bare.draft(order(), lambda _kind, _key: "1")
    assert draft is not None
    said = {name: draft.fields[name] for name in ("VATIncluded", "Freight", "AdministrationFee")}
    assert said == {"VATIncluded": False, "Freight": 0, "AdministrationFee": 0}


@pytest.mark.parametrize("crm", ["upsales", "salesforce"])
def test_a3_each_crms_own_mapping_says_that_its_prices_are_without_vat(crm: str) -> None:
    rules = load(FOLDER, crm).document.rule.fields
    said = {name: rules[name].value for name in ("VATIncluded", "Freight", "AdministrationFee")}
    assert said == {"VATIncluded": False, "Freight": 0, "AdministrationFee": 0}


@pytest.mark.parametrize(("rate", "unit", "held"), [(None, 1, True), (1, 1, True), (100, 100, True), (11, 1, False)])
def test_a9_a_foreign_document_says_what_its_currency_is_worth(rate: int | None, unit: int, held: bool) -> None:
    fields = {"Currency": "EUR", "CurrencyRate": rate, "CurrencyUnit": unit}
    assert [one.code for one in fit("invoice", fields)[2]] == (["no_rate"] if held else [])
    assert fit("invoice", {**fields, "Currency": "SEK"})[2] == []
    assert fit("customer", fields)[2] == []
