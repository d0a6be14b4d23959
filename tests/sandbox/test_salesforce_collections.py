"""Several records and several requests in one call to the sandboxed org (salesforce/FACTS.md 4)."""

from typing import Any

import pytest

from tests.sandbox.salesforce_org import BASE, Bench

ROLLED_BACK = "ALL_OR_NONE_OPERATION_ROLLED_BACK"


def account(name: str | None = None, **fields: Any) -> dict[str, Any]:
    named = {"Name": name} if name else {}
    return {"attributes": {"type": "Account"}, **named, **fields}


def send(bench: Bench, method: str, records: list[Any], path: str = "", *, whole: bool = False) -> Any:
    status, answer = bench.call(method, f"composite/sobjects{path}", {"allOrNone": whole, "records": records})
    assert status == 200, answer
    return answer


def test_each_record_has_its_own_outcome_in_order() -> None:
    bench = Bench()
    good, bad, unknown = send(bench, "POST", [account("A"), account(), {"attributes": {"type": "Nope"}}])
    assert (good["success"], set(good)) == (True, {"id", "success", "errors"})
    says = {
        "statusCode": "REQUIRED_FIELD_MISSING",
        "message": "Required fields are missing: [Name]",
        "fields": ["Name"],
    }
    assert bad == {"success": False, "errors": [says]}
    assert unknown["errors"][0]["statusCode"] == "INVALID_TYPE"
    assert bench.read("Account", good["id"])["Name"] == "A"


def test_all_or_none_takes_the_sound_ones_back() -> None:
    bench = Bench()
    identity = bench.account()
    kept = {**account("Ändrad"), "Id": identity}
    codes = [one["errors"][0]["statusCode"] for one in send(bench, "PATCH", [kept, account("x")], whole=True)]
    assert codes == [ROLLED_BACK, "MISSING_ARGUMENT"]
    assert bench.read("Account", identity)["Name"] == "Åkeriet AB"
    codes = [one["errors"][0]["statusCode"] for one in send(bench, "POST", [account("x"), account()], whole=True)]
    assert codes == [ROLLED_BACK, "REQUIRED_FIELD_MISSING"]
    assert bench.column("SELECT Id FROM Account WHERE Name = 'x'") == []


def test_updates_write_what_is_sent() -> None:
    bench = Bench()
    identity = bench.deal()["Id"]
    record = {"attributes": {"type": "Opportunity"}, "id": identity, "Fortnox_Status__c": "booked"}
    assert send(bench, "PATCH", [record]) == [{"id": identity, "success": True, "errors": []}]
    assert bench.deal()["Fortnox_Status__c"] == "booked"


def test_upserts_go_by_the_value_in_the_body() -> None:
    bench = Bench()
    path = "/Account/Fortnox_Customer_Number__c"
    rows = [account("A", Fortnox_Customer_Number__c="1/1#"), account("B", Fortnox_Customer_Number__c="2")]
    assert [one["created"] for one in send(bench, "PATCH", rows, path)] == [True, True]
    again = send(bench, "PATCH", [*rows, account("C"), account("D", Fortnox_Customer_Number__c="1/1#")], path)
    assert [one.get("created") for one in again] == [None, False, None, None]
    assert [one["errors"][0]["statusCode"] for one in again if not one["success"]] == [
        "DUPLICATE_VALUE",
        "MISSING_ARGUMENT",
        "DUPLICATE_VALUE",
    ]
    assert bench.refusal("PATCH", "composite/sobjects/Account/Phone", {"records": rows})[0] == 404


def test_an_ambiguous_upsert_fails_alone() -> None:
    bench = Bench()
    for name in ("Bänk", "Euro"):
        bench.change("Opportunity", bench.deal(name)["Id"], Fortnox_Invoice_Number__c="7")
    row = {"attributes": {"type": "Opportunity"}, "Fortnox_Invoice_Number__c": "7", "Name": "x"}
    [found] = send(bench, "PATCH", [row], "/Opportunity/Fortnox_Invoice_Number__c")
    assert found["errors"][0]["statusCode"] == "DUPLICATE_EXTERNAL_ID"


def test_records_are_retrieved_in_order_with_null_for_the_missing() -> None:
    bench = Bench()
    ids = [bench.account("ceriet AB"), "001Kv0000000099IAA", bench.account()]
    _, found = bench.call("GET", "composite/sobjects/Account", params={"ids": ",".join(ids), "fields": "Name"})
    assert [one and one["Name"] for one in found] == ["ceriet AB", None, "Åkeriet AB"]
    _, again = bench.call("POST", "composite/sobjects/Account", {"ids": ids, "fields": ["Name"]})
    assert again == found
    assert bench.refusal("GET", "composite/sobjects/Account")[1] == "REQUIRED_FIELD_MISSING"


def test_several_are_deleted_at_once() -> None:
    bench = Bench()
    ids = [bench.deal("cykel")["Id"], bench.deal("Bänk")["Id"], "0Q0Kv0000000001IAA"]
    answer = bench.call("DELETE", "composite/sobjects", params={"ids": ",".join(ids)})[1]
    assert [one["success"] for one in answer] == [True, True, False]
    assert answer[2]["errors"][0]["statusCode"] == "MALFORMED_ID"
    assert bench.column("SELECT Name FROM Opportunity ORDER BY Name") == ["Alster", "Euro", "Utan rader"]
    left = bench.deal("Euro")["Id"]
    both = {"ids": f"{left},{ids[0]}", "allOrNone": "true"}
    answer = bench.call("DELETE", "composite/sobjects", params=both)[1]
    assert [one["errors"][0]["statusCode"] for one in answer] == [ROLLED_BACK, "ENTITY_IS_DELETED"]
    assert bench.deal("Euro")["Id"] == left


def test_a_removed_line_comes_back_with_all_or_none() -> None:
    bench = Bench()
    line = bench.line()["Id"]
    both = {"ids": f"{line},{line}", "allOrNone": "true"}
    answer = bench.call("DELETE", "composite/sobjects", params=both)[1]
    assert [one["errors"][0]["statusCode"] for one in answer] == [ROLLED_BACK, "NOT_FOUND"]
    assert (bench.line()["Id"], bench.deal()["Amount"], bench.deal()["HasOpportunityLineItem"]) == (line, 180, True)
    span = {"start": "2026-07-01T09:00:00Z", "end": "2026-07-01T11:00:00Z"}
    assert bench.call("GET", "sobjects/OpportunityLineItem/deleted", params=span)[1]["deletedRecords"] == []


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ({"records": []}, "REQUIRED_FIELD_MISSING", "At least 1 record is required"),
        ({"records": [account("x")] * 201}, "EXCEEDED_ID_LIMIT", "cannot submit more than 200 records"),
        ({"records": "x"}, "JSON_PARSER_ERROR", "must be a list"),
        ([], "JSON_PARSER_ERROR", "HTTP entity body"),
        (
            {"records": [account("x"), {"attributes": {"type": "Contact"}}] * 6},
            "LIMIT_EXCEEDED",
            "more than 10 chunks",
        ),
    ],
)
def test_a_list_that_is_malformed_as_a_whole_is_refused(body: Any, code: str, says: str) -> None:
    status, found, message, _ = Bench().refusal("POST", "composite/sobjects", body)
    assert (status, found) == (400, code)
    assert says in message


def test_unknown_places_and_verbs_are_refused() -> None:
    bench = Bench()
    assert bench.refusal("GET", "composite/sobjects")[0] == 405
    assert bench.refusal("GET", "composite/sobjects/Nope")[0] == 404
    assert bench.refusal("DELETE", "composite/sobjects/Account")[0] == 404
    assert bench.refusal("GET", "composite")[0] == 404


def part(name: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    wish = {"referenceId": name, "method": method, "url": f"{BASE}/{path}"}
    return wish if body is None else {**wish, "body": body}


def test_later_requests_name_the_results_of_earlier_ones() -> None:
    bench = Bench()
    wishes = [
        part("made", "PATCH", "sobjects/Account/Fortnox_Customer_Number__c/9", {"Name": "Ny"}),
        part("deal", "POST", "sobjects/Opportunity", {
            "Name": "Sammansatt", "StageName": "Prospecting", "CloseDate": "2026-08-01", "AccountId": "@{made.id}",
        }),
        part("asked", "GET", "query?q=SELECT Name FROM Account WHERE Id = '@{made.id}'"),
        part("named", "PATCH", "sobjects/Account/@{made.id}", {"Description": "@{asked.records[0].Name} AB"}),
    ]  # fmt: skip
    _, answer = bench.call("POST", "composite/", {"compositeRequest": wishes})
    made, deal, asked, named = answer["compositeResponse"]
    assert [one["httpStatusCode"] for one in (made, deal, asked, named)] == [201, 201, 200, 204]
    assert made["httpHeaders"]["Location"].endswith(made["body"]["id"])
    assert bench.read("Opportunity", deal["body"]["id"])["AccountId"] == made["body"]["id"]
    assert bench.read("Account", made["body"]["id"])["Description"] == "Ny AB"


def test_what_hangs_on_a_refused_request_is_halted() -> None:
    wishes = [
        part("bad", "POST", "sobjects/Account", {}),
        part("next", "GET", "sobjects/Account/@{bad.id}"),
        part("own", "GET", "limits"),
    ]
    _, answer = Bench().call("POST", "composite", {"compositeRequest": wishes})
    bad, halted, own = answer["compositeResponse"]
    assert [one["httpStatusCode"] for one in (bad, halted, own)] == [400, 400, 200]
    assert halted["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert bad["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"


def test_all_or_none_takes_a_whole_composite_back() -> None:
    bench = Bench()
    wishes = [part("good", "POST", "sobjects/Account", {"Name": "x"}), part("bad", "POST", "sobjects/Account", {})]
    _, answer = bench.call("POST", "composite", {"allOrNone": True, "compositeRequest": wishes})
    good, bad = answer["compositeResponse"]
    assert (good["httpStatusCode"], good["body"][0]["errorCode"]) == (400, "PROCESSING_HALTED")
    assert bad["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert bench.column("SELECT Id FROM Account WHERE Name = 'x'") == []


@pytest.mark.parametrize(
    "wishes",
    [
        [part("a", "GET", "limits"), part("a", "GET", "limits")],
        [part("a b", "GET", "limits")],
        [part(f"a{number}", "GET", "limits") for number in range(26)],
        [{"referenceId": "a", "method": "GET", "url": "elsewhere"}],
        "x",
    ],
)
def test_a_malformed_composite_is_refused(wishes: Any) -> None:
    assert Bench().refusal("POST", "composite", {"compositeRequest": wishes})[0] == 400


def test_a_batch_answers_each_and_may_halt() -> None:
    bench = Bench()
    wishes = [
        {"method": "GET", "url": "v66.0/limits"},
        {"method": "GET", "url": "v66.0/sobjects/Nope"},
        {"method": "POST", "url": "v66.0/sobjects/Account", "richInput": {"Name": "x"}},
    ]
    _, answer = bench.call("POST", "composite/batch", {"batchRequests": wishes, "haltOnError": True})
    assert answer["hasErrors"] is True
    assert [one["statusCode"] for one in answer["results"]] == [200, 404, 412]
    _, answer = bench.call("POST", "composite/batch", {"batchRequests": wishes})
    assert [one["statusCode"] for one in answer["results"]] == [200, 404, 201]


def test_record_counts_leave_out_what_is_empty() -> None:
    bench = Bench()
    _, answer = bench.call("GET", "limits/recordCount", params={"sObjects": "Account,Contact"})
    assert answer == {"sObjects": [{"count": 3, "name": "Account"}]}
    assert {"Opportunity", "Account"} <= {one["name"] for one in bench.call("GET", "limits/recordCount")[1]["sObjects"]}
    assert set(bench.call("GET", "")[1]) >= {"sobjects", "query", "composite"}
