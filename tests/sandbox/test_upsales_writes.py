"""What the Upsales sandbox does with what is written to it (upsales/FACTS.md 1.6, 1.7, 2)."""

from decimal import Decimal
from typing import Any

import pytest

from sync.sandbox.upsales.quirks import UpsalesQuirks
from tests.sandbox.upsales_account import Account


@pytest.fixture
def account() -> Account:
    return Account()


def test_put_is_a_merge(account: Account) -> None:
    before = account.get("/accounts/1")
    after = account.put("/accounts/1", phone=" 08-465 004 99 ")

    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"phone", "modDate", "users", "regBy", "externalClientData"}
    assert after["phone"] == "08-465 004 99"


def test_unknown_and_read_only_keys_are_ignored(account: Account) -> None:
    after = account.put(
        "/accounts/1",
        nonsense=1,
        id=77,
        modDate="2000-01-01",
        regDate="2000-01-01",
        score=9,
        isExternal=1,
        currency="EUR",
        priceList={"id": 1},
        parent="text",
    )

    assert "nonsense" not in after
    assert (after["id"], after["score"], after["isExternal"], after["currency"]) == (1, 0, 0, "SEK")
    assert after["modDate"] == "2026-07-01T10:00:00.000Z"
    assert after["regDate"] < "2026"
    assert after["parent"] is None


def test_values_of_the_wrong_type_are_made_to_fit(account: Account) -> None:
    after = account.put(
        "/accounts/1",
        turnover="mycket",
        profit="12.50",
        noEmployees=7.9,
        naicsCode="1234567890",
        active="0",
        registrationDate="igår",
        notes=["x"],
        fax=True,
        about=None,
        cfar="",
        users="x",
        extraFields={"a": 1},
        latitude=[1],
        name="Å" * 130,
    )

    assert (after["turnover"], after["profit"], after["noEmployees"]) == (0, Decimal("12.5"), 7)
    assert (after["naicsCode"], after["active"], after["registrationDate"]) == ("123456", 0, None)
    assert (after["notes"], after["fax"], after["about"], after["cfar"]) == (None, "1", None, 0)
    assert after["users"] == []
    assert after["extraFields"] == {"a": 1}
    assert after["name"] == "Å" * 100


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2021-09-29", "2021-09-28T22:00:00.000Z"),
        ("2025-12-31", "2025-12-30T23:00:00.000Z"),
        ("2025-12-31T10:00:00Z", "2025-12-31T10:00:00.000Z"),
        ("2025-12-31T10:00:00.123+01:00", "2025-12-31T09:00:00.000Z"),
        ("2025-07-01T10:00:00", "2025-07-01T08:00:00.000Z"),
        ("2025-02-30", None),
        (20250101, None),
    ],
)
def test_a_bare_date_means_midnight_in_stockholm(account: Account, sent: Any, stored: str | None) -> None:
    assert account.put("/accounts/1", registrationDate=sent)["registrationDate"] == stored


def test_every_write_moves_mod_date_in_whole_seconds(account: Account) -> None:
    account.clock.go_on(1.75)

    for url in ("/accounts/1", "/orders/1", "/pricelists/1"):
        assert account.put(url)["modDate"] == "2026-07-01T10:00:01.000Z"


def test_what_the_api_makes_is_registered_by_the_key(account: Account) -> None:
    key = account.get("/self")["id"]
    order = account.new_order()

    assert order["regBy"] == {"name": "Kvitt", "id": key}
    assert account.get(f"/orders/{order['id']}")["regBy"]["email"] == "kvitt@api.upsales.com"
    assert account.post("/accounts", name="Ny AB")["regBy"]["id"] == key
    assert account.post("/contacts", client={"id": 1})["regBy"]["id"] == key
    assert account.post("/priceLists", name="Ny")["regBy"] == key


def test_an_address_of_each_type_is_kept_and_mail_is_copied(account: Account) -> None:
    sent = [
        {"type": "Mail", "address": "Box 1", "zipcode": 12345, "country": "SEK"},
        {"type": "Mail", "address": "Box 2", "country": "SE"},
        {"type": "Sommarstuga", "address": "x"},
        "x",
    ]
    after = account.put("/accounts/1", addresses=sent)

    assert [one["address"] for one in after["addresses"]] == ["Box 2"]
    assert after["mailAddress"] == after["addresses"][0]
    assert account.put("/accounts/1", addresses=[])["mailAddress"] == {
        **dict.fromkeys(("zipcode", "city", "state", "address", "municipality", "country")),
        **dict.fromkeys(("latitude", "longitude")),
        "type": "Mail",
    }


def test_a_deleted_account_is_gone_for_good(account: Account) -> None:
    order = account.new_order(client={"id": 3})
    account.call("DELETE", "/accounts/3")

    assert account.call("GET", "/accounts/3").status_code == 404
    assert account.get(f"/orders/{order['id']}")["client"] == {"id": 3}
    assert account.post("/accounts", name="Ny AB")["id"] == 4


@pytest.mark.parametrize(
    ("url", "body", "key"),
    [
        ("/accounts", {"name": "  "}, "name"),
        ("/contacts", {"name": "A B"}, "client"),
        ("/products", {}, "name"),
        ("/orderstages", {"name": "x"}, "probability"),
        ("/productCategories", {}, "name"),
        ("/priceLists", {}, "name"),
        ("/master/users", {"name": "x"}, "email"),
        ("/customFields/order", {"name": "x"}, "datatype"),
        ("/orders", {}, "client"),
    ],
)
def test_a_create_without_what_is_needed_is_refused(account: Account, url: str, body: Any, key: str) -> None:
    assert account.refusal("POST", url, body) == (400, f"Missing required attribute: {key}")


def test_a_contact_may_have_no_name_and_splits_the_one_it_has(account: Account) -> None:
    bare = account.post("/contacts", client={"id": 1})
    named = account.post("/contacts", client=1, name="Alva Ek Lind")
    renamed = account.put(f"/contacts/{named['id']}", name="Bo Alm", client={"id": 2})
    split = account.write("PUT", f"/contacts/{named['id']}", {"lastName": "Ny"}, usingFirstnameLastname="true")

    assert (bare["name"], bare["email"], bare["firstTouch"]["contactId"]) == ("", "", bare["id"])
    assert (named["firstName"], named["lastName"]) == ("Alva", "Ek Lind")
    assert (renamed["firstName"], renamed["client"]["id"]) == ("Bo", 1)
    assert (split["name"], split["firstName"]) == ("Bo Ny", "Bo")
    assert account.refusal("POST", "/contacts", {"client": {"id": 99}}) == (400, "No such client: 99")


def test_an_article_number_is_unique(account: Account) -> None:
    assert account.get("/products", articleNo="A+1 x")[0]["id"] == 2
    assert account.refusal("PUT", "/products/1", {"articleNo": "A+1 x"})[0] == 400
    assert account.put("/products/1", articleNo="")["articleNo"] is None
    assert account.put("/products/1", articleNo="1001", active=0)["active"] == 0


def test_prices_of_all_lists_are_shown_only_when_asked_for(account: Account) -> None:
    other = account.post("/priceLists", name="Partner", code="B")["id"]
    prices = [
        {"currency": "SEK", "price": 800, "priceListId": other},
        {"currency": "SEK", "price": "1000"},
        {"currency": "EUR", "price": 90},
        "x",
    ]
    tiers = [{"start": 1, "end": 10, "currencies": [{"currency": "SEK", "value": 9}], "priceListId": other}]
    shown = account.put("/products/1", currencies=prices, tiers=tiers)
    whole = account.get("/products/1", usePriceLists="true")

    assert [(one["currency"], one["price"]) for one in shown["currencies"]] == [("EUR", 90), ("SEK", 1000)]
    assert "priceListId" not in shown["currencies"][0]
    assert shown["tiers"] == []
    assert [one["priceListId"] for one in whole["currencies"]] == [1, 1, other]
    assert whole["tiers"][0]["isTotalPrice"] is False
    assert len(account.get("/products", usePriceLists="true")) == 2


def test_one_price_list_is_the_default_and_codes_are_unique(account: Account) -> None:
    other = account.post("/priceLists", name="Partner", code="B", isDefault=True)["id"]
    account.put("/pricelists/1", name="Standard")
    account.put(f"/priceLists/{other}", isDefault=False)

    assert {one["id"]: one["isDefault"] for one in account.get("/priceLists")} == {1: False, other: True}
    assert account.refusal("PUT", "/pricelists/1", {"code": "B"})[0] == 400
    assert account.get("/accounts/1")["priceList"] is None
    assert account.put("/accounts/1", priceListId=other)["priceList"] == {"name": "Partner", "id": other}


def test_a_stage_write_repeats_the_probability(account: Account) -> None:
    assert account.refusal("PUT", "/orderstages/9", {"name": "x"})[0] == 400
    assert account.put("/orderstages/9", name="Ny", probability=30)["name"] == "Ny"
    assert account.post("/orderstages", name="Sen", probability=95)["id"] == 15
    assert account.call("DELETE", "/orderstages/15").json() == {"error": None}


def test_a_category_in_use_is_not_deleted(account: Account) -> None:
    parent = account.post("/productCategories", name="Möbler")["id"]
    child = account.post("/productCategories", name="Stolar", parentId=parent)["id"]
    product = account.put("/products/1", category={"id": child})
    response = account.call("DELETE", f"/productCategories/{parent}")

    assert product["category"] == {"name": "Stolar", "id": child}
    assert (response.status_code, response.json()["error"]["errorCode"]) == (403, 100)
    assert account.call("DELETE", f"/productCategories/{child}").status_code == 403
    account.put("/products/1", category=None)
    assert account.call("DELETE", f"/productCategories/{child}").status_code == 200


def test_a_category_shows_its_calculating_field(account: Account) -> None:
    field = account.field("order", "REFERENCE")
    made = account.post("/productCategories", name="Möbler", calculatingField={"id": field}, roles=[{"id": 3}])

    assert made["calculatingField"]["alias"] == "REFERENCE"
    assert made["roles"] == [{"id": 3}]


def test_users_are_made_and_changed_as_master_users(account: Account) -> None:
    made = account.post("/master/users", name="Ny", email="ny@example.test", clientId=1, administrator=1)
    changed = account.put(f"/master/users/{made['id']}", active=0)

    assert (made["administrator"], made["clientdbUserId"]) == (1, made["id"])
    assert changed["active"] == 0
    assert account.get(f"/users/{made['id']}")["active"] == 0
    assert len(account.get("/master/users")) == len(account.get("/users")) == 5
    assert account.get("/users", ghost=1)[0]["email"] == "kvitt@api.upsales.com"


def test_the_inactive_account_switch_blocks_new_orders() -> None:
    strict, loose = Account(), Account(UpsalesQuirks(inactive_account_blocks_orders=False))
    for one in (strict, loose):
        one.put("/accounts/1", active=0)

    body = {"client": {"id": 1}, "user": {"id": 1}, "stage": {"id": 9}, "date": "2026-07-01"}
    assert strict.refusal("POST", "/orders", body) == (400, "The account is inactive: 1")
    assert loose.new_order()["client"]["id"] == 1


def test_i_a_changed_master_user_is_answered_with_numbers(account: Account) -> None:
    made = account.call("POST", "/master/users", {"name": "Ny", "email": "ny@example.test"}).json()["data"]
    assert made["defTopmenu"] == "1"
    changed = account.call("PUT", f"/master/users/{made['id']}", {"name": "Nyare"}).json()["data"]
    assert {changed[name] for name in ("defTopmenu", "localeId", "unlimited")} == {1}
    assert changed["activityListLimit"] == 50


def test_i_who_registered_an_order_is_told_by_itself_and_not_by_a_list(account: Account) -> None:
    rows = account.call("GET", "/orders").json()["data"]
    assert {row["regBy"] for row in rows} == {None}
    assert account.call("GET", f"/orders/{rows[0]['id']}").json()["data"]["regBy"]["name"]


def test_i_a_category_in_use_cannot_be_deleted(account: Account) -> None:
    used = account.call("POST", "/productCategories", {"name": "Använd"}).json()["data"]["id"]
    free = account.call("POST", "/productCategories", {"name": "Fri"}).json()["data"]["id"]
    for product in ({"category": {"id": used}}, {"category": used}):
        account.call("POST", "/products", {"name": "Vara", **product})
    refused = account.call("DELETE", f"/productCategories/{used}")
    error = {"key": "ProductOrChildCategoryExist", "code": 403, "errorCode": 100}
    assert refused.status_code == 403
    assert refused.json()["data"] is None
    assert refused.json()["error"].items() >= error.items()
    assert account.call("DELETE", f"/productCategories/{free}").json() == {"error": None}
