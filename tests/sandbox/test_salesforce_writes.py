"""Single records of the sandboxed org: written, deleted, refused (salesforce/FACTS.md 3.1, 3.2, 3.4, 5)."""

from decimal import Decimal
from typing import Any

import pytest

from sync.sandbox.salesforce.data.ids import long_id, make_id, suffix
from tests.sandbox.salesforce_org import BASE, Bench

OPPORTUNITY = {"Name": "Ny", "StageName": "Prospecting", "CloseDate": "2026-08-01"}
KEY = "sobjects/Account/Fortnox_Customer_Number__c"


@pytest.mark.parametrize(
    ("short", "end"), [("0015800000K7f2P", "AAR"), ("006ak00000OQ4Rx", "AAL"), ("0012300000bVTq1", "AAG")]
)
def test_the_last_three_characters_follow_from_the_case(short: str, end: str) -> None:
    assert suffix(short) == end
    assert long_id(short) == long_id(short + end) == short + end


def test_ids_are_of_their_kind_and_all_different() -> None:
    made = {make_id("006", number) for number in range(1, 5000)}
    assert len({one.casefold() for one in made}) == 4999
    assert all(len(one) == 18 and one.startswith("006") for one in made)


def test_a_record_is_created_read_and_changed() -> None:
    bench = Bench()
    created = bench.raw("POST", f"{BASE}/sobjects/Account/", json={"Name": " Ny AB ", "Phone": ""})
    identity = created.json()["id"]
    assert (created.status_code, created.json()) == (201, {"id": identity, "success": True, "errors": []})
    assert created.headers["Location"] == f"{BASE}/sobjects/Account/{identity}"
    bench.clock.go_on(60)
    bench.change("Account", identity[:15], BillingCity="Åby", numberofemployees="12")
    row = bench.read("Account", identity)
    assert (row["Name"], row["Phone"], row["BillingCity"], row["NumberOfEmployees"]) == ("Ny AB", None, "Åby", 12)
    assert row["CreatedDate"] == "2026-07-01T10:00:00.000+0000"
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-07-01T10:01:00.000+0000"
    assert row["OwnerId"] == row["LastModifiedById"] == bench.org.user()


def test_named_fields_are_read_and_unknown_ones_refused() -> None:
    bench = Bench()
    identity = bench.account()
    status, row = bench.call("GET", f"sobjects/Account/{identity}", params={"fields": "name,BillingAddress"})
    assert (status, list(row)) == (200, ["attributes", "Name", "BillingAddress", "Id"])
    assert bench.call("GET", f"sobjects/Account/{identity}", params={"fields": "Nope"})[0] == 400


@pytest.mark.parametrize(
    ("body", "code", "says", "fields"),
    [
        ({}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name, StageName, CloseDate]", 3),
        ({"Nope__c": 1}, "INVALID_FIELD", "No such column 'Nope__c' on sobject of type Opportunity", None),
        ({"IsWon": True}, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: IsWon.", ["IsWon"]),
        ({"Id": "x"}, "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"]),
        ({"Name": "x" * 121}, "STRING_TOO_LONG", "Name: data value too large: xxx", ["Name"]),
        ({"Amount": "many"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of currency", None),
        ({"Amount": True}, "JSON_PARSER_ERROR", "VALUE_TRUE", None),
        ({"Amount": 10**17}, "NUMBER_OUTSIDE_VALID_RANGE", "value outside of valid range", ["Amount"]),
        ({"Amount": "1" + "0" * 400}, "NUMBER_OUTSIDE_VALID_RANGE", "value outside of valid range", ["Amount"]),
        ({"CloseDate": "2026-8-1"}, "JSON_PARSER_ERROR", "Cannot deserialize instance of date", None),
        ({"CloseDate": 20260801}, "JSON_PARSER_ERROR", "VALUE_NUMBER_INT", None),
        ({"Name": ["x"]}, "JSON_PARSER_ERROR", "Cannot deserialize instance of string", None),
        ({"Kvitt_Skip__c": None}, "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean", None),
        ({"Kvitt_Skip__c": 1}, "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean", None),
        ({"AccountId": "abc"}, "MALFORMED_ID", "malformed id abc", []),
        ({"AccountId": make_id("006", 1)}, "MALFORMED_ID", "Account ID: id value of incorrect type", ["AccountId"]),
        ({"AccountId": make_id("001", 99)}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["AccountId"]),
        (
            {"Fortnox_Status__c": "lost"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Fortnox Status: bad value for restricted picklist field: lost",
            ["Fortnox_Status__c"],
        ),
        ({"CurrencyIsoCode": "XXX"}, "INVALID_CURRENCY_ISO", "invalid currency code: XXX", ["CurrencyIsoCode"]),
        ({"Account": {"Name": "x"}}, "NOT_FOUND", "does not exist or is not accessible: Name", None),
        ({"Account": {"Fortnox_Customer_Number__c": "9"}}, "INVALID_FIELD", "Foreign key external ID: 9 not found", []),
        ({"Account": {}}, "INVALID_FIELD", "one external id is needed", []),
    ],
)
def test_an_unsound_record_is_refused(body: dict[str, Any], code: str, says: str, fields: Any) -> None:
    bench = Bench()
    sent = {**OPPORTUNITY, **body} if body else {}
    status, found, message, named = bench.refusal("POST", "sobjects/Opportunity", sent)
    assert (status, found) == (404 if code == "NOT_FOUND" else 400, code)
    assert says in message
    assert named == (["Name", "StageName", "CloseDate"] if fields == 3 else fields)
    assert len(bench.column("SELECT Id FROM Opportunity")) == 5


@pytest.mark.parametrize("raw", ['{"NumberOfEmployees": 1e999}', '{"NumberOfEmployees": NaN}', "[" * 5000, "\xff"])
def test_absurd_json_is_refused_and_not_choked_on(raw: str) -> None:
    bench = Bench()
    path, headers = f"{BASE}/sobjects/Account/{bench.account()}", {"Content-Type": "application/json"}
    answer = bench.raw("PATCH", path, content=raw.encode("latin-1"), headers=headers)
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] in ("JSON_PARSER_ERROR", "NUMBER_OUTSIDE_VALID_RANGE")


def test_a_wrong_email_is_refused() -> None:
    found = Bench().refusal("POST", "sobjects/Contact", {"LastName": "x", "Email": "not one"})
    assert found == (400, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: not one", ["Email"])


def test_a_required_field_cannot_be_cleared_but_others_can() -> None:
    bench = Bench()
    identity = bench.account()
    assert bench.refusal("PATCH", f"sobjects/Account/{identity}", {"Name": " "})[1] == "REQUIRED_FIELD_MISSING"
    bench.change("Account", identity, Phone=None)
    assert bench.read("Account", identity)["Phone"] is None


def test_a_body_must_be_an_object_and_without_id() -> None:
    bench = Bench()
    identity = bench.account()
    assert bench.refusal("PATCH", f"sobjects/Account/{identity}", {"Id": identity})[:2] == (400, "INVALID_FIELD")
    assert bench.refusal("PATCH", f"sobjects/Account/{identity}", [1])[:2] == (400, "JSON_PARSER_ERROR")
    assert bench.refusal("POST", "sobjects/Account")[:2] == (400, "JSON_PARSER_ERROR")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"sobjects/Account/{make_id('001', 99)}", 404, "NOT_FOUND"),
        (f"sobjects/Account/{make_id('001', 1)[:15]}XXX", 400, "MALFORMED_ID"),
        (f"sobjects/Account/{make_id('006', 1)}", 400, "MALFORMED_ID"),
        ("sobjects/Account/1", 404, "NOT_FOUND"),
        ("sobjects/Nope", 404, "NOT_FOUND"),
        ("sobjects/Account/Name/x", 404, "NOT_FOUND"),
        ("sobjects/Account/Fortnox_Customer_Number__c/none", 404, "NOT_FOUND"),
        ("sobjects/Account/a/b/c", 404, "NOT_FOUND"),
    ],
)
def test_what_is_not_there_cannot_be_read(path: str, status: int, code: str) -> None:
    assert Bench().refusal("GET", path)[:2] == (status, code)


def test_an_upsert_creates_then_changes() -> None:
    bench = Bench()
    status, made = bench.call("PATCH", f"{KEY}/10%2F1%23a", {"Name": "Ny"})
    assert (status, made["created"]) == (201, True)
    status, again = bench.call("PATCH", f"{KEY}/10%2F1%23A", {"Phone": "1"})
    assert (status, again) == (200, {"id": made["id"], "success": True, "errors": [], "created": False})
    assert bench.read("Account", made["id"])["Fortnox_Customer_Number__c"] == "10/1#a"
    assert bench.call("GET", f"{KEY}/10%2F1%23a")[1]["Phone"] == "1"


def test_an_old_versions_upsert_answers_without_the_flag() -> None:
    bench = Bench(versions=("45.0", "66.0"))
    path = "/services/data/v45.0/sobjects/Account/Fortnox_Customer_Number__c/7"
    made = bench.raw("PATCH", path, json={"Name": "Ny"})
    assert (made.status_code, set(made.json())) == (201, {"id", "success", "errors"})
    assert bench.raw("PATCH", path, json={"Name": "Ny"}).status_code == 204


def test_an_upsert_that_several_match_writes_nothing() -> None:
    bench = Bench()
    both = [bench.deal(name)["Id"] for name in ("Bänk", "Euro")]
    for identity in both:
        bench.change("Opportunity", identity, Fortnox_Invoice_Number__c="77")
    for method in ("PATCH", "GET"):
        body = {"Name": "x"} if method == "PATCH" else None
        status, answer = bench.call(method, "sobjects/Opportunity/Fortnox_Invoice_Number__c/77", body)
        assert (status, answer) == (300, [f"{BASE}/sobjects/Opportunity/{one}" for one in both])
    assert not bench.column("SELECT Id FROM Opportunity WHERE Name = 'x'")


def test_an_upsert_refuses_its_own_key_in_the_body_and_other_keys() -> None:
    bench = Bench()
    body = {"Name": "Ny", "fortnox_customer_number__c": "7"}
    assert bench.refusal("PATCH", f"{KEY}/7", body)[:2] == (400, "INVALID_FIELD")
    assert bench.refusal("PATCH", "sobjects/Account/Namez/7", {})[2].endswith("not accessible: Namez")
    assert bench.refusal("PATCH", "sobjects/Account/Phone/7", {})[0] == 404
    assert bench.call("PATCH", f"{KEY}/8", {"Name": "Ny"}, params={"updateOnly": "true"})[0] == 404
    assert not bench.column("SELECT Id FROM Account WHERE Fortnox_Customer_Number__c != null")


def test_an_upsert_by_id_creates_without_and_changes_with_one() -> None:
    bench = Bench()
    status, made = bench.call("PATCH", "sobjects/Contact/Email/a@b.example", {"LastName": "Ek", "FirstName": "Bo"})
    assert (status, made["created"]) == (201, True)
    assert bench.read("Contact", made["id"])["Name"] == "Bo Ek"
    status, answer = bench.call("PATCH", f"sobjects/Contact/Id/{made['id']}", {"LastName": "Alm"})
    assert (status, answer["created"]) == (200, False)
    assert bench.read("Contact", made["id"])["Name"] == "Bo Alm"


def test_a_unique_value_names_the_record_that_has_it() -> None:
    bench = Bench()
    identity, other = bench.account(), bench.account("Bageriet Oy")
    bench.change("Account", identity, Fortnox_Customer_Number__c="A7")
    bench.change("Account", identity, Fortnox_Customer_Number__c="a7")
    says = f"duplicate value found: Fortnox_Customer_Number__c duplicates value on record with id: {identity}"
    sent = {"Fortnox_Customer_Number__c": "A7"}
    assert bench.refusal("PATCH", f"sobjects/Account/{other}", sent) == (400, "DUPLICATE_VALUE", says, [])
    assert bench.refusal("POST", "sobjects/Account", sent | {"Name": "x"})[1] == "DUPLICATE_VALUE"


def test_a_parent_is_named_by_its_external_id() -> None:
    bench = Bench()
    bench.change("Account", bench.account(), Fortnox_Customer_Number__c="A7")
    _, made = bench.call(
        "POST", "sobjects/Opportunity", OPPORTUNITY | {"Account": {"Fortnox_Customer_Number__c": "A7"}}
    )
    assert bench.read("Opportunity", made["id"])["AccountId"] == bench.account()


def test_the_stage_decides_won_closed_and_probability() -> None:
    bench = Bench()
    _, made = bench.call("POST", "sobjects/Opportunity", OPPORTUNITY | {"Amount": 1000.005})
    row = bench.read("Opportunity", made["id"])
    assert (row["IsWon"], row["IsClosed"], row["Probability"], row["Amount"]) == (False, False, 10, Decimal("1000.01"))
    assert row["ExpectedRevenue"] == Decimal("100")
    bench.change("Opportunity", made["id"], StageName="Closed Won - Renewal")
    row = bench.read("Opportunity", made["id"])
    assert (row["IsWon"], row["IsClosed"], row["Probability"], row["ForecastCategory"]) == (True, True, 100, "Closed")
    bench.change("Opportunity", made["id"], StageName="Negotiation/Review", Probability=75)
    row = bench.read("Opportunity", made["id"])
    assert (row["IsWon"], row["IsClosed"], row["Probability"]) == (False, False, 75)
    bench.change("Opportunity", made["id"], StageName="Unheard of", Amount=None)
    row = bench.read("Opportunity", made["id"])
    assert (row["IsWon"], row["IsClosed"], row["ExpectedRevenue"]) == (False, False, None)
    strict = Bench(restricted_stages=True)
    found = strict.refusal("POST", "sobjects/Opportunity", OPPORTUNITY | {"StageName": "Unheard of"})
    assert found[1] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_a_deleted_record_is_in_the_recycle_bin_with_what_hung_on_it() -> None:
    bench = Bench()
    deal = bench.deal()["Id"]
    bench.clock.go_on(120)
    assert bench.call("DELETE", f"sobjects/Opportunity/{deal}") == (204, None)
    assert bench.refusal("DELETE", f"sobjects/Opportunity/{deal}")[:3] == (
        404,
        "ENTITY_IS_DELETED",
        "entity is deleted",
    )
    assert bench.refusal("GET", f"sobjects/Opportunity/{deal}")[1] == "ENTITY_IS_DELETED"
    assert bench.refusal("PATCH", f"sobjects/Opportunity/{deal}", {"Name": "x"})[1] == "ENTITY_IS_DELETED"
    assert bench.column("SELECT Id FROM Opportunity WHERE Name = 'Bänk'") == []
    assert bench.records("SELECT IsDeleted FROM Opportunity WHERE Name = 'Bänk'", deleted=True) == [{"IsDeleted": True}]
    lines = f"SELECT IsDeleted FROM OpportunityLineItem WHERE OpportunityId = '{deal}'"
    assert bench.records(lines) == []
    assert bench.records(lines, deleted=True) == [{"IsDeleted": True}]
    assert bench.org.tables.counter("deletes over the API") == 2


def test_a_reference_to_a_deleted_record_is_refused() -> None:
    bench = Bench()
    account = bench.account("ceriet AB")
    assert bench.call("DELETE", f"sobjects/Account/{account}")[0] == 204
    assert bench.column("SELECT Id FROM Opportunity WHERE Name = 'cykel'") == []
    found = bench.refusal("POST", "sobjects/Opportunity", OPPORTUNITY | {"AccountId": account})
    assert found == (400, "ENTITY_IS_DELETED", "entity is deleted", ["AccountId"])


def test_the_lists_of_changes_cover_a_span() -> None:
    bench = Bench()
    account, line = bench.account(), bench.line()["Id"]
    bench.clock.go_on(120)
    bench.change("Account", account, Phone="1")
    bench.call("DELETE", f"sobjects/OpportunityLineItem/{line}")
    bench.call("DELETE", f"sobjects/Opportunity/{bench.deal('cykel')['Id']}")
    span = {"start": "2026-07-01T10:01:00+00:00", "end": "2026-07-01T10:05:00+00:00"}
    status, updated = bench.call("GET", "sobjects/Account/updated/", params=span)
    assert (status, updated) == (200, {"ids": [account], "latestDateCovered": "2026-07-01T10:05:00.000+0000"})
    _, gone = bench.call("GET", "sobjects/OpportunityLineItem/deleted/", params=span)
    assert {"id": line, "deletedDate": "2026-07-01T10:02:00.000+0000"} in gone["deletedRecords"]
    assert len(bench.call("GET", "sobjects/Opportunity/deleted", params=span)[1]["deletedRecords"]) == 1


@pytest.mark.parametrize(
    "span",
    [
        {"start": "2026-07-01T10:00:00Z", "end": "2026-07-01T10:01:00Z"},
        {"start": "2026-05-01T10:00:00Z", "end": "2026-07-01T10:01:00Z"},
        {"start": "yesterday", "end": "2026-07-01T10:01:00Z"},
        {},
    ],
)
def test_an_unsound_span_is_refused(span: dict[str, str]) -> None:
    status, [error] = Bench().call("GET", "sobjects/Account/updated", params=span)
    assert (status, error["errorCode"]) == (400, "INVALID_REPLICATION_DATE")


def test_a_record_is_read_and_changed_only_since() -> None:
    bench = Bench()
    path = f"sobjects/Account/{bench.account()}"
    bench.change("Account", bench.account(), Phone="1")
    now, before = "Wed, 01 Jul 2026 10:00:00 GMT", "Wed, 01 Jul 2026 09:59:59 GMT"
    assert bench.call("GET", path, headers={"If-Modified-Since": now}) == (304, None)
    assert bench.call("GET", path, headers={"If-Modified-Since": before})[0] == 200
    assert bench.call("PATCH", path, {"Phone": "2"}, headers={"If-Unmodified-Since": before})[0] == 412
    assert bench.call("PATCH", path, {"Phone": "2"}, headers={"If-Unmodified-Since": now})[0] == 204
    assert bench.call("PATCH", path, {"Phone": "3"}, headers={"If-Unmodified-Since": "now"})[0] == 400


def test_settings_are_read_only_and_verbs_fixed() -> None:
    bench = Bench()
    stage = bench.column("SELECT Id FROM OpportunityStage LIMIT 1")[0]
    assert bench.refusal("PATCH", f"sobjects/OpportunityStage/{stage}", {})[1] == "INVALID_TYPE_FOR_OPERATION"
    assert bench.refusal("DELETE", f"sobjects/OpportunityStage/{stage}")[1] == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert bench.refusal("PUT", "sobjects/Account", {})[:2] == (405, "METHOD_NOT_ALLOWED")
    assert bench.refusal("PATCH", "sobjects/Account", {})[:2] == (405, "METHOD_NOT_ALLOWED")
    assert bench.refusal("POST", f"sobjects/Account/{bench.account()}", {})[:2] == (405, "METHOD_NOT_ALLOWED")


def test_a_stamp_may_be_older_than_its_commit() -> None:
    bench = Bench(commit_lag_seconds=300)
    bench.change("Account", bench.account(), Phone="1")
    assert bench.read("Account", bench.account())["SystemModstamp"] == "2026-07-01T09:55:00.000+0000"


def test_hidden_fields_are_nowhere_and_locked_ones_cannot_be_written() -> None:
    bench = Bench(
        hidden_fields=frozenset({"Account.Phone"}), locked_fields=frozenset({"Opportunity.Fortnox_Status__c"})
    )
    account, deal = bench.account(), bench.deal()["Id"]
    assert bench.refused("SELECT Phone FROM Account")[1] == "INVALID_FIELD"
    assert bench.refusal("PATCH", f"sobjects/Account/{account}", {"Phone": "1"})[1] == "INVALID_FIELD"
    names = {field["name"] for field in bench.call("GET", "sobjects/Account/describe")[1]["fields"]}
    assert "Phone" not in names
    found = bench.refusal("PATCH", f"sobjects/Opportunity/{deal}", {"Fortnox_Status__c": "draft"})
    assert found[1] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    fields = {field["name"]: field for field in bench.call("GET", "sobjects/Opportunity/describe")[1]["fields"]}
    assert fields["Fortnox_Status__c"]["updateable"] is False


def test_the_describes_tell_what_the_write_back_needs() -> None:
    bench = Bench()
    _, everything = bench.call("GET", "sobjects")
    assert {"Account", "Opportunity", "OpportunityLineItem"} <= {one["name"] for one in everything["sobjects"]}
    _, one = bench.call("GET", "sobjects/Opportunity")
    assert one["objectDescribe"]["keyPrefix"] == "006"
    _, told = bench.call("GET", "sobjects/Opportunity/describe")
    fields = {field["name"]: field for field in told["fields"]}
    status, key = fields["Fortnox_Status__c"], fields["Kvitt_Key__c"]
    assert (status["type"], status["restrictedPicklist"], status["updateable"]) == ("picklist", True, True)
    assert "part-paid" in [choice["value"] for choice in status["picklistValues"]]
    assert (key["externalId"], key["unique"], key["idLookup"]) == (True, True, True)
    assert [choice["value"] for choice in fields["Legal_Entity__c"]["picklistValues"]] == ["nord", "syd"]
    assert "Closed Won" in [choice["value"] for choice in fields["StageName"]["picklistValues"]]
    assert {"OpportunityLineItems"} <= {one["relationshipName"] for one in told["childRelationships"]}
    number = bench.call("GET", "sobjects/Account/describe")[1]["fields"]
    [customer] = [field for field in number if field["name"] == "Fortnox_Customer_Number__c"]
    assert (customer["length"], customer["externalId"], customer["unique"]) == (50, True, True)
