"""Custom fields of the Upsales sandbox (upsales/FACTS.md 1.8, 4.4)."""

from decimal import Decimal
from typing import Any

import pytest

from sync.sandbox.upsales.quirks import UpsalesQuirks
from tests.sandbox.upsales_account import Account

DAY = "2018-05-23"
EMPTY = {"value": None, "valueArray": []}
ZERO = {"valueBoolean": False, "valueInteger": 0, "valueDouble": 0}
ONE = {"valueBoolean": True, "valueInteger": 1, "valueDouble": 1}
TWELVE = {"valueInteger": 12, "valueDouble": Decimal("12.5")}


@pytest.fixture
def account() -> Account:
    return Account()


def written(account: Account, datatype: str, value: Any, **definition: Any) -> dict[str, Any]:
    field = account.post("/customFields/order", name="x", datatype=datatype, **definition)["id"]
    custom = account.put("/orders/1", custom=[{"fieldId": field, "value": value}])["custom"]
    assert custom[0].pop("fieldId") == field
    shown: dict[str, Any] = custom[0]
    return shown


@pytest.mark.parametrize(
    ("datatype", "value", "shown"),
    [
        ("String", "237", {"value": "237", "valueInteger": 237, "valueDouble": 237, "valueArray": ["237"]}),
        ("String", "Stor Burk", {"value": "Stor Burk", "valueArray": ["Stor Burk"]}),
        ("String", "", {"value": "", "valueInteger": None, "valueArray": [""]}),
        ("String", None, EMPTY),
        ("String", {"a": 1}, EMPTY),
        ("String", 0, {"value": 0, **ZERO, "valueArray": []}),
        ("Date", "2018-05-23", {"value": DAY, "valueDate": DAY, "valueArray": [DAY]}),
        ("Date", "snart", EMPTY),
        ("Boolean", "Order row custom field", {"value": "1", **ONE, "valueArray": ["1"]}),
        ("Boolean", False, {"value": "0", **ZERO, "valueArray": ["0"]}),
        ("Boolean", 0, {"value": 0, **ZERO, "valueArray": []}),
        ("Integer", "fem", {"value": "0", **ZERO, "valueArray": ["0"]}),
        ("Currency", "12.50", {"value": "12.50", **TWELVE, "valueArray": ["12.50"]}),
        ("Currency", "mycket", {"value": "0", **ZERO, "valueArray": ["0"]}),
        ("Currency", Decimal("12.50"), {"value": Decimal("12.5"), **TWELVE, "valueArray": []}),
        ("MultiSelect", ["a", "b"], {"value": "a;b", "valueArray": ["a;b"]}),
        ("Select", "nytt", {"value": "nytt", "valueArray": ["nytt"]}),
    ],
)
def test_a_value_is_made_to_fit_and_gets_its_shadows(
    account: Account, datatype: str, value: Any, shown: dict[str, Any]
) -> None:
    assert written(account, datatype, value) == shown


def test_a_custom_array_replaces_all_values_or_merges() -> None:
    for mode, aliases in (("replace", ["REMARKS"]), ("merge", ["LEGAL_ENTITY", "REMARKS"])):
        account = Account(UpsalesQuirks(custom_put=mode))  # type: ignore[arg-type]
        names = {one["id"]: one["alias"] for one in account.get("/customFields/order")}
        field = account.field("order", "REMARKS")
        custom = account.put("/orders/1", custom=[{"fieldId": field, "value": "x"}])["custom"]

        assert sorted(names[one["fieldId"]] for one in custom) == aliases
        assert account.put("/orders/1", description="y")["custom"] == custom


def test_unknown_and_computed_fields_are_ignored(account: Account) -> None:
    field = account.post("/customFields/order", name="x", datatype="Calculation")["id"]
    sent = [{"fieldId": 999, "value": "x"}, {"fieldId": field, "value": "1"}, "x", {"value": "x"}]

    assert account.put("/orders/1", custom=sent)["custom"] == []
    assert account.put("/orders/1", custom="x")["custom"] == []


def test_long_texts_are_cut_at_the_fields_length(account: Account) -> None:
    field = account.field("account", "GLN")
    custom = account.put("/accounts/1", custom=[{"fieldId": field, "value": "9" * 1100 + "x"}])["custom"]

    assert len(custom[0]["value"]) == 1024


def test_rows_products_and_users_have_custom_values_too(account: Account) -> None:
    row_field = account.get("/customFields/orderrow")[0]["id"]
    user_field = account.post("/customFields/user", name="Nr", datatype="String")["id"]
    row = {"product": {"id": 1}, "custom": [{"fieldId": row_field, "value": "Stor Burk"}]}
    product = [{"fieldId": account.field("product", "FORTNOX_ID"), "value": "7"}]
    account.tables.put(
        "user",
        "1",
        {**account.tables.get("user", "1"), "custom": [{"fieldId": user_field, "value": "1", "userId": 1}]},
    )

    assert account.new_order(orderRow=[row])["orderRow"][0]["custom"][0]["value"] == "Stor Burk"
    assert account.put("/products/1", custom=product)["custom"][0]["valueInteger"] == 7
    assert account.get("/users/1")["custom"][0]["userId"] == 1


def test_quirks_turn_numbers_to_text_and_refuse_unknown_choices() -> None:
    account = Account(UpsalesQuirks(numbers_in_custom="text", select_accepts_unknown=False))

    assert written(account, "Currency", Decimal("9.50"))["value"] == "9.5"
    assert written(account, "Boolean", 0)["value"] == "0"
    assert written(account, "Select", "nytt", default=["gammalt"])["value"] is None
    assert written(account, "Select", "gammalt", default=["gammalt"])["value"] == "gammalt"


def test_definitions_are_made_changed_and_deleted_with_their_values(account: Account) -> None:
    field = account.post("/customFields/order", name=" Zon ", datatype="String", alias="ZON", nope=1)
    account.put("/orders/1", custom=[{"fieldId": field["id"], "value": "x"}])
    changed = account.put(f"/customFields/order/{field['id']}", visible=False, dropdownDefault=[])
    deleted = account.call("DELETE", f"/customFields/order/{field['id']}")

    assert (field["name"], field["visible"], field["maxLength"]) == ("Zon", 1, 65535)
    assert (changed["visible"], changed["alias"], changed["dropdownDefault"]) == (0, "ZON", "")
    assert deleted.json() == {"error": None}
    assert account.get("/orders/1")["custom"] == []
    assert account.call("DELETE", f"/customFields/order/{field['id']}").status_code == 404


def test_a_deleted_row_field_takes_its_values_along(account: Account) -> None:
    field = account.get("/customFields/orderrow")[0]["id"]
    row = {"product": {"id": 1}, "custom": [{"fieldId": field, "value": "x"}]}
    order = account.new_order(orderRow=[row])
    account.call("DELETE", f"/customFields/orderrow/{field}")

    assert account.get(f"/orders/{order['id']}")["orderRow"][0]["custom"] == []


def test_a_deleted_field_of_a_thing_that_is_not_played_harms_nothing(account: Account) -> None:
    field = account.post("/customFields/udo", name="x", datatype="String", udoId=3)

    assert field["udoId"] == 3
    assert account.call("DELETE", f"/customFields/udo/{field['id']}").status_code == 200


def test_the_fortnox_apps_and_kvitts_fields_have_aliases(account: Account) -> None:
    order = {one["alias"]: one for one in account.get("/customFields/order")}
    on_account = {one["alias"]: one for one in account.get("/customFields/account")}

    assert order["KVITT_STATUS"]["default"] == [
        "draft", "booked", "sent", "part-paid", "paid", "overdue", "cancelled", "credited",
    ]  # fmt: skip
    assert order["LEGAL_ENTITY"]["default"] == ["nord", "syd"]
    assert {order[name]["datatype"] for name in ("KVITT_PAID_DATE", "KVITT_BOOKED_SEEN")} == {"Date"}
    assert order["KVITT_PAID_AMOUNT"]["datatype"] == "Currency"
    assert (order["FORTNOX_ID"]["editable"], on_account["CUSTOMER_KEY"]["datatype"]) == (0, "String")
    assert "SE omvänd skatteskyldighet" in on_account["VAT_TYPE"]["default"]
