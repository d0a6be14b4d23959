"""Orders of the Upsales sandbox: arithmetic, rows, currencies, closing (upsales/FACTS.md 1.9, 2.3)."""

from decimal import Decimal
from typing import Any

import pytest

from sync.sandbox.upsales.quirks import UpsalesQuirks
from tests.sandbox.upsales_account import Account


@pytest.fixture
def account() -> Account:
    return Account()


def line(product: int, quantity: Any, price: Any, **more: Any) -> dict[str, Any]:
    return {"product": {"id": product}, "quantity": quantity, "price": price, "listPrice": 100, **more}


def test_sums_follow_rows_probability_and_recurrence(account: Account) -> None:
    account.put("/products/2", isRecurring=1, purchaseCost=10)
    order = account.new_order(orderRow=[line(1, 2, 90), line(2, 3, 40), line(1, 1, 50, purchaseCost=20)])

    assert order["value"] == 350
    assert order["weightedValue"] == Decimal("87.5")
    assert (order["oneOffValue"], order["annualValue"], order["monthlyValue"]) == (230, 120, 10)
    assert (order["contributionMargin"], order["purchaseCost"]) == (300, 50)
    assert order["weightedContributionMargin"] == 75
    assert [row["contributionMargin"] for row in order["orderRow"]] == [180, 90, 30]
    assert order["orderRow"][1]["product"]["isRecurring"] is True


def test_endless_decimals_stay_as_they_are_on_the_wire(account: Account) -> None:
    order = account.new_order(orderRow=[line(1, 3, Decimal("833.3333333333334"))])

    assert order["orderRow"][0]["price"] == Decimal("833.3333333333334")
    assert order["value"] == Decimal("2500.0000000000002")


def test_the_discount_is_always_zero_on_the_wire(account: Account) -> None:
    order = account.new_order(orderRow=[line(1, 1, 60, discount=40)])

    assert order["orderRow"][0]["discount"] == 0
    assert (order["orderRow"][0]["price"], order["orderRow"][0]["listPrice"]) == (60, 100)


def test_master_value_is_value_divided_by_the_listed_rate(account: Account) -> None:
    order = account.new_order(currency="EUR", orderRow=[line(1, 1, 80)])

    assert {one["iso"]: one["rate"] for one in account.get("/currencies")}["EUR"] == Decimal("0.08")
    assert (order["currencyRate"], order["value"]) == (Decimal("0.08"), 80)
    assert (order["valueInMasterCurrency"], order["weightedValueInMasterCurrency"]) == (1000, 250)
    assert (order["contributionMargin"], order["contributionMarginLocalCurrency"]) == (1000, 80)


def test_the_rate_is_frozen_on_the_order(account: Account) -> None:
    order = account.new_order(currency="EUR", currencyRate="0.1")
    kept = account.put(f"/orders/{order['id']}", description="x")
    moved = account.put(f"/orders/{order['id']}", currency="SEK")

    assert order["currencyRate"] == kept["currencyRate"] == Decimal("0.1")
    assert (moved["currency"], moved["currencyRate"]) == ("SEK", 1)
    assert account.refusal("PUT", "/orders/1", {"currency": "XXX"}) == (400, "No such currency: XXX")


def test_margins_may_be_in_the_orders_currency() -> None:
    account = Account(UpsalesQuirks(master_margin=False))

    assert account.new_order(currency="EUR")["contributionMargin"] == 80


def test_rows_without_an_id_become_new_rows(account: Account) -> None:
    before = account.get("/orders/1")["orderRow"]
    after = account.put("/orders/1", orderRow=[line(1, 1, 10), line(2, 1, 20)])["orderRow"]

    assert [row["price"] for row in after] == [10, 20]
    assert not {row["id"] for row in before} & {row["id"] for row in after}
    assert account.put("/orders/1", orderRow=[])["value"] == 0


def test_a_row_sent_with_its_id_keeps_it_and_what_it_had(account: Account) -> None:
    row = account.get("/orders/1")["orderRow"][0]
    strict = Account(UpsalesQuirks(put_keeps_row_ids=False))
    kept = account.put("/orders/1", orderRow=[{"id": row["id"], "price": 5}])["orderRow"][0]
    renewed = strict.put("/orders/1", orderRow=[line(1, 2, 5, id=row["id"])])["orderRow"][0]

    assert (kept["id"], kept["price"], kept["quantity"], kept["listPrice"]) == (row["id"], 5, 2, 100)
    assert renewed["id"] != row["id"]


def test_a_row_takes_its_prices_from_the_product(account: Account) -> None:
    order = account.new_order(orderRow=[{"productId": 2}, {"product": 1, "listPrice": 70}])

    assert [(row["quantity"], row["listPrice"], row["price"]) for row in order["orderRow"]] == [
        (1, Decimal("50.5"), Decimal("50.5")),
        (1, 70, 70),
    ]


def test_bundle_rows_do_not_count(account: Account) -> None:
    parts = [{"productId": 2, "quantity": 9, "price": 1000, "listPrice": 1000}]
    order = account.new_order(orderRow=[line(1, 1, 80, bundleRows=parts)])

    assert order["value"] == 80
    assert order["orderRow"][0]["bundleRows"] == parts


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"date": "snart"}, "Missing required attribute: date"),
        ({"user": None}, "Missing required attribute: user"),
        ({"orderRow": []}, "Missing required attribute: orderRow.product.id"),
        ({"orderRow": [{"quantity": 1}]}, "No such product: None"),
        ({"orderRow": ["x"]}, "No such product: None"),
        ({"orderRow": [line(99, 1, 1)]}, "No such product: 99"),
        ({"client": {"id": 99}}, "No such client: 99"),
        ({"stage": {"id": 99}}, "No such stage: 99"),
        ({"contact": {"id": 99}}, "No such contact: 99"),
    ],
)
def test_an_order_that_cannot_be_is_refused(account: Account, changes: dict[str, Any], message: str) -> None:
    body = {"client": {"id": 1}, "user": {"id": 1}, "stage": {"id": 9}, "date": "2026-06-30"}
    body |= {"probability": 25, "orderRow": [line(1, 1, 80)], **changes}

    assert account.refusal("POST", "/orders", body) == (400, message)


def test_stage_and_probability_are_independent(account: Account) -> None:
    order = account.put("/orders/2", stage={"id": 12})

    assert (order["stage"]["id"], order["closeDate"]) == (12, None)
    assert order["probability"] < 100
    assert account.put("/orders/2", probability=150)["probability"] == 100


def test_a_new_order_without_probability_gets_its_stages(account: Account) -> None:
    strict = Account(UpsalesQuirks(probability_default="required"))

    assert account.new_order(probability=None, stage={"id": 11})["probability"] == 90
    body = {"client": {"id": 1}, "user": {"id": 1}, "stage": {"id": 9}, "date": "2026-06-30"}
    body["orderRow"] = [line(1, 1, 80)]  # type: ignore[assignment]
    assert strict.refusal("POST", "/orders", body) == (400, "Missing required attribute: probability")


def test_closing_sets_the_day_and_opening_clears_it(account: Account) -> None:
    order = account.new_order()
    won = account.put(f"/orders/{order['id']}", stage={"id": 12}, probability=100)
    account.clock.go_on(86400)
    again = account.put(f"/orders/{order['id']}", description="x")
    moved = account.put(f"/orders/{order['id']}", closeDate="2026-06-15")
    opened = account.put(f"/orders/{order['id']}", probability=50)

    assert (order["closeDate"], won["closeDate"], won["date"]) == (None, "2026-07-01", "2026-06-30")
    assert (again["closeDate"], moved["closeDate"], opened["closeDate"]) == ("2026-07-01", "2026-06-15", None)


def test_the_day_is_stockholms(account: Account) -> None:
    account.clock.go_on(12.5 * 3600)

    assert account.new_order(probability=0)["closeDate"] == "2026-07-02"


def test_every_save_may_move_the_close_date() -> None:
    account = Account(UpsalesQuirks(close_date_moves=True))

    assert account.put("/orders/1", description="x")["closeDate"] == "2026-07-01"


def test_the_first_order_makes_a_customer_without_touching_the_account(account: Account) -> None:
    before = account.get("/accounts/3")
    account.new_order(client={"id": 3})
    assert account.get("/accounts/3") == before
    account.new_order(client={"id": 3}, probability=100)
    after = account.get("/accounts/3")

    assert (before["journeyStep"], after["journeyStep"]) == ("lead", "customer")
    assert after["modDate"] == before["modDate"]


def test_texts_are_cut_and_an_empty_description_is_named(account: Account) -> None:
    order = account.new_order(description="x" * 200, notify=False)

    assert len(order["description"]) == 130
    assert "notify" not in order
    assert account.put("/orders/1", description=" ")["description"] == "<< Beskrivning saknas >>"


def test_a_deleted_order_is_gone(account: Account) -> None:
    assert account.call("DELETE", "/opportunities/1").json() == {"error": None}
    assert account.call("GET", "/orders/1").status_code == 404


def test_a_contact_is_shown_on_the_order(account: Account) -> None:
    contact = account.post("/contacts", client={"id": 1}, name="Alva Ek", email="alva@example.test")
    order = account.new_order(contact={"id": contact["id"]})

    assert order["contact"] == {
        "journeyStep": "lead",
        "name": "Alva Ek",
        "id": contact["id"],
        "email": "alva@example.test",
    }
    account.call("DELETE", f"/contacts/{contact['id']}")
    assert account.get(f"/orders/{order['id']}")["contact"] == {"id": contact["id"]}
