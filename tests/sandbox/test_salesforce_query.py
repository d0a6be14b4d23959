"""SOQL on the sandboxed org: what is found, in which order and shape, and what is refused (salesforce/FACTS.md 3.3)."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sync.sandbox.salesforce.soql.language import parse
from tests.sandbox.salesforce_org import BASE, Bench

BENCH = Bench()
NAMES = "SELECT Name FROM Opportunity WHERE {} ORDER BY CloseDate"


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("IsWon = true AND IsClosed = true", ["Bänk", "Euro", "Utan rader"]),
        ("IsWon = false", ["Alster", "cykel"]),
        ("IsClosed != TRUE", ["Alster"]),
        ("Amount = 180", ["Bänk"]),
        ("Amount > 50.0", ["Bänk", "cykel"]),
        ("Amount >= 50 AND Amount <= 100", ["Alster", "cykel"]),
        ("Amount < 50", ["Euro"]),
        ("Amount = null", ["Utan rader"]),
        ("Amount != null", ["Bänk", "Alster", "cykel", "Euro"]),
        ("Amount != 180", ["Alster", "cykel", "Euro", "Utan rader"]),
        ("Name = 'BÄNK'", ["Bänk"]),
        ("Name IN ('Bänk', 'Euro')", ["Bänk", "Euro"]),
        ("Name NOT IN ('Bänk', 'Euro')", ["Alster", "cykel", "Utan rader"]),
        ("Name LIKE '%e%'", ["Alster", "cykel", "Euro", "Utan rader"]),
        ("Name LIKE '_uro'", ["Euro"]),
        ("Name LIKE 'a\\_%'", []),
        ("NOT Name LIKE '%e%'", ["Bänk"]),
        ("CloseDate = 2026-05-04", ["Bänk"]),
        ("CloseDate > 2026-05-05", ["cykel", "Euro", "Utan rader"]),
        ("CloseDate = YESTERDAY", []),
        ("CloseDate = THIS_MONTH", []),
        ("CloseDate = LAST_N_DAYS:30", ["Euro", "Utan rader"]),
        ("CloseDate < LAST_N_DAYS:30", ["Bänk", "Alster", "cykel"]),
        ("CloseDate >= LAST_N_DAYS:30 AND CloseDate <= TODAY", ["Euro", "Utan rader"]),
        ("CloseDate > YESTERDAY OR CloseDate != THIS_YEAR", []),
        ("CreatedDate = THIS_YEAR", ["Bänk", "Alster", "cykel", "Euro", "Utan rader"]),
        ("SystemModstamp >= 2026-06-01T00:00:00Z", ["Euro", "Utan rader"]),
        ("SystemModstamp < 2026-06-01T02:00:00+02:00", ["Bänk", "Alster", "cykel"]),
        ("Account.Name = 'Åkeriet AB'", ["Bänk", "Euro"]),
        ("Account.Organization_Number__c = null", ["Alster", "cykel", "Utan rader"]),
        ("(Name = 'Bänk' OR Name = 'Euro') AND (NOT Amount = 24)", ["Bänk"]),
        ("Owner.Name = 'nobody'", []),
        ("Id IN (SELECT OpportunityId FROM OpportunityLineItem WHERE Quantity > 1)", ["Bänk", "Euro"]),
        ("Id NOT IN (SELECT OpportunityId FROM OpportunityLineItem)", ["Utan rader"]),
        ("Kvitt_Skip__c = false AND Legal_Entity__c = 'syd'", ["Alster", "Euro"]),
    ],
)
def test_a_condition_keeps_what_it_says(condition: str, names: list[str]) -> None:
    assert BENCH.column(NAMES.format(condition)) == names


@pytest.mark.parametrize(
    ("sign", "seconds", "found"),
    [
        *(("=", 0, True), ("!=", 0, False), (">", 0, False), (">=", 0, True), ("<", 0, False), ("<=", 0, True)),
        *((">", -1, True), ("<", -1, False), (">", 1, False), ("<", 1, True), ("=", 1, False)),
    ],
)
def test_stamps_are_compared_to_the_second(sign: str, seconds: int, found: bool) -> None:
    stamped = datetime.fromisoformat(BENCH.deal()["SystemModstamp"]) + timedelta(seconds=seconds)
    for literal in (f"{stamped:%Y-%m-%dT%H:%M:%SZ}", f"{stamped + timedelta(hours=2):%Y-%m-%dT%H:%M:%S.000}+02:00"):
        statement = f"SELECT Id FROM Opportunity WHERE Name = 'Bänk' AND SystemModstamp {sign} {literal}"
        assert bool(BENCH.column(statement)) is found


def test_ids_are_found_in_both_lengths() -> None:
    identity = BENCH.account()
    for text in (identity, identity[:15]):
        assert BENCH.column(f"SELECT Name FROM Account WHERE Id = '{text}'") == ["Åkeriet AB"]
        assert len(BENCH.column(f"SELECT Id FROM Opportunity WHERE AccountId IN ('{text}')")) == 2


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("Name", ["Alster", "Bänk", "cykel", "Euro", "Utan rader"]),
        ("Amount", ["Utan rader", "Euro", "Alster", "cykel", "Bänk"]),
        ("Amount DESC", ["Utan rader", "Bänk", "cykel", "Alster", "Euro"]),
        ("Amount DESC NULLS LAST", ["Bänk", "cykel", "Alster", "Euro", "Utan rader"]),
        ("Amount ASC NULLS LAST", ["Euro", "Alster", "cykel", "Bänk", "Utan rader"]),
        ("Account.Name NULLS FIRST, CloseDate DESC", ["Utan rader", "Alster", "cykel", "Euro", "Bänk"]),
        ("CloseDate LIMIT 2", ["Bänk", "Alster"]),
        ("CloseDate LIMIT 2 OFFSET 3", ["Euro", "Utan rader"]),
    ],
)
def test_an_order_sorts_with_nulls_first(order: str, names: list[str]) -> None:
    assert BENCH.column(f"SELECT Name FROM Opportunity ORDER BY {order}") == names


def test_records_tell_their_type_and_address_and_parents_nest() -> None:
    statement = "select o.name, Account.Name, Account.Owner.Name, Contact.Email from Opportunity o where o.Amount = 180"
    answer = BENCH.query(statement)
    [record] = answer["records"]
    deal = BENCH.deal()
    assert (answer["totalSize"], answer["done"], "nextRecordsUrl" in answer) == (1, True, False)
    assert list(record) == ["attributes", "Name", "Account", "Contact"]
    assert record["attributes"] == {"type": "Opportunity", "url": f"{BASE}/sobjects/Opportunity/{deal['Id']}"}
    assert record["Account"]["attributes"]["type"] == "Account"
    assert record["Account"]["Owner"]["Name"]
    assert record["Contact"] is None


def test_children_come_with_their_parent_and_none_is_null() -> None:
    inner = "SELECT Quantity, Product2.ProductCode FROM OpportunityLineItems WHERE Quantity > 0 ORDER BY SortOrder"
    answer = BENCH.query(f"SELECT Name, ({inner}) FROM Opportunity WHERE IsWon = true ORDER BY Name")
    bank, euro, empty = answer["records"]
    assert empty["OpportunityLineItems"] is None
    lines = bank["OpportunityLineItems"]
    assert (lines["totalSize"], lines["done"], len(lines["records"])) == (1, True, 1)
    assert lines["records"][0]["Quantity"] == 2
    assert lines["records"][0]["Product2"]["ProductCode"]
    assert euro["OpportunityLineItems"]["records"][0]["Quantity"] == 3


def test_numbers_always_have_a_decimal_and_stamps_no_colon() -> None:
    text = BENCH.raw(
        "GET", f"{BASE}/query", params={"q": "SELECT Amount, SystemModstamp FROM Opportunity LIMIT 1"}
    ).text
    assert '"Amount": 180.0' in text
    assert '.000+0000"' in text


def test_counting_and_grouping() -> None:
    counted = BENCH.query("SELECT COUNT() FROM Opportunity WHERE IsWon = true")
    assert (counted["totalSize"], counted["records"]) == (3, [])
    [row] = BENCH.query("SELECT COUNT(Id), COUNT(Amount) filled, SUM(Amount), AVG(Amount) mean FROM Opportunity")[
        "records"
    ]
    assert row == {
        "attributes": {"type": "AggregateResult"},
        "expr0": 5,
        "filled": 4,
        "expr1": Decimal(630),
        "mean": Decimal("157.5"),
    }
    rows = BENCH.records("SELECT IsWon, MIN(CloseDate) first, MAX(Amount) FROM Opportunity GROUP BY IsWon")
    assert rows == [
        {"IsWon": True, "first": "2026-05-04", "expr0": Decimal(300)},
        {"IsWon": False, "first": "2026-05-05", "expr0": Decimal(100)},
    ]
    assert BENCH.records("SELECT COUNT_DISTINCT(AccountId) n, SUM(Amount) s FROM Opportunity WHERE Name = 'x'") == [
        {"n": 0, "s": None}
    ]


def test_a_compound_address_is_made_of_its_parts() -> None:
    found = BENCH.one("SELECT BillingAddress, ShippingAddress FROM Account WHERE Name = 'Åkeriet AB'")
    assert (found["BillingAddress"]["city"], found["BillingAddress"]["country"]) == ("Ort", "SE")
    assert found["ShippingAddress"] is None


def test_all_fields_need_a_limit() -> None:
    assert BENCH.refused("SELECT FIELDS(ALL) FROM Account")[1] == "MALFORMED_QUERY"
    [row] = BENCH.records("SELECT FIELDS(ALL) FROM Account LIMIT 1")
    assert {"Name", "Fortnox_Customer_Number__c", "SystemModstamp"} <= row.keys()
    [custom] = BENCH.records("SELECT FIELDS(CUSTOM) FROM Account LIMIT 1")
    assert all(name.endswith("__c") for name in custom)
    [standard] = BENCH.records("SELECT FIELDS(STANDARD) FROM Account LIMIT 1")
    assert not any(name.endswith("__c") for name in standard)


@pytest.mark.parametrize(
    ("statement", "code", "says"),
    [
        ("SELECT Id FROM Accout", "INVALID_TYPE", "sObject type 'Accout' is not supported."),
        ("SELECT Nope__c FROM Account", "INVALID_FIELD", "No such column 'Nope__c' on entity 'Account'."),
        ("SELECT Id FROM Account WHERE Nope = 1", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT Nope.Name FROM Account", "INVALID_FIELD", "Didn't understand relationship 'Nope'"),
        ("SELECT Id, (SELECT Id FROM Nopes) FROM Account", "INVALID_TYPE", "relationship 'Nopes'"),
        ("SELECT CurrencyIsoCode FROM User", "INVALID_FIELD", "No such column 'CurrencyIsoCode'"),
        ("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Account ORDER BY BillingAddress", "INVALID_FIELD", "can not be filtered"),
        (
            "SELECT Id FROM Opportunity WHERE CloseDate = '2026-01-01'",
            "INVALID_FIELD",
            "must be of type date and should",
        ),
        ("SELECT Id FROM Opportunity WHERE Amount = '1'", "INVALID_FIELD", "must be of type double and should not"),
        ("SELECT Id FROM Opportunity WHERE Name = 1", "INVALID_FIELD", "must be of type string and should be"),
        ("SELECT Id FROM Opportunity WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Opportunity WHERE Name = TODAY", "INVALID_FIELD", "must be of type string"),
        ("SELECT Id FROM Opportunity WHERE AccountId = 1", "INVALID_FIELD", "must be of type reference"),
        ("SELECT Id FROM Opportunity WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        ("SELECT Id FROM Opportunity WHERE Amount LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR", "currency field"),
        ("SELECT Id FROM Opportunity WHERE IsWon > true", "INVALID_QUERY_FILTER_OPERATOR", "boolean field"),
        ("SELECT Id FROM Opportunity WHERE CreatedDate > 2026-13-01T00:00:00Z", "MALFORMED_QUERY", "Invalid datetime"),
        ("SELECT Id FROM Opportunity WHERE", "MALFORMED_QUERY", "unexpected end of query"),
        ("SELECT Id FROM Opportunity LIMIT many", "MALFORMED_QUERY", "unexpected token: 'many'"),
        ("SELECT Id FROM Opportunity WHERE Id", "MALFORMED_QUERY", "unexpected end of query"),
        ("SELECT Id FROM Opportunity WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY", "'OR'"),
        ("SELECT FROM Account", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Account;", "MALFORMED_QUERY", "line 1:22 no viable alternative at character ';'"),
        ("SELECT UPPER(Name) FROM Account", "MALFORMED_QUERY", "unexpected token: 'UPPER'"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("UPDATE Account", "MALFORMED_QUERY", "expecting SELECT"),
        ("SELECT Id FROM (", "MALFORMED_QUERY", "expecting an sObject"),
        ("SELECT Id FROM Account ORDER BY Name NULLS", "MALFORMED_QUERY", "expecting FIRST"),
        (
            "SELECT Id FROM Account LIMIT 1 OFFSET 2001",
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Maximum SOQL offset allowed is 2000",
        ),
    ],
)
def test_a_broken_statement_is_refused_in_the_platforms_words(statement: str, code: str, says: str) -> None:
    status, found, message = BENCH.refused(statement)
    assert (status, found) == (400, code)
    assert says in message


def test_an_object_may_have_a_clauses_name() -> None:
    bench = Bench()
    body = {"AccountId": bench.account(), "EffectiveDate": "2026-07-01", "Status": "Draft"}
    bench.call("POST", "sobjects/Order", body)
    statement = "SELECT Account.Name, (SELECT Id FROM OrderItems) FROM Order WHERE StatusCode = 'Draft' ORDER BY Id"
    assert bench.one(statement)["OrderItems"] is None


def test_the_place_of_a_refusal_inside_brackets_counts_from_the_start() -> None:
    message = BENCH.refused("SELECT Id, (SELECT Nope FROM OpportunityLineItems) FROM Opportunity")[2]
    assert "ERROR at Row:1:Column:20\n" in message
    assert BENCH.refused("SELECT Id FROM Account WHERE " + "(" * 3000)[1] == "QUERY_TOO_COMPLICATED"


def test_a_refusal_shows_the_place() -> None:
    message = BENCH.refused("SELECT Id,Name,BillingCity,IsDeleted FROM Accout")[2]
    excerpt, caret, where = message.split("\n")[1:4]
    assert excerpt == "Name,BillingCity,IsDeleted FROM Accout"
    assert (caret.index("^"), where) == (32, "ERROR at Row:1:Column:43")


def test_too_long_statements_and_strings_are_refused() -> None:
    with pytest.raises(Exception, match="100000"):
        parse("SELECT Id FROM Account WHERE Name = '" + "x" * 100_000 + "'")
    with pytest.raises(Exception, match="longer than 4000"):
        parse("SELECT Id FROM Account WHERE Name = '" + "x" * 4_001 + "'")


def test_quotes_and_signs_are_unescaped() -> None:
    bench = Bench()
    name = 'L\'Oré "al" \\ %'
    bench.change("Account", bench.account(), Name=name)
    literal = name.replace("\\", "\\\\").replace("'", "\\'")
    assert bench.column(f"SELECT Name FROM Account WHERE Name = '{literal}'") == [name]
    assert bench.column("SELECT Name FROM Account WHERE Name LIKE '%\\%'") == [name]


def test_a_missing_statement_and_another_verb_are_refused() -> None:
    assert BENCH.refusal("GET", "query")[1] == "MALFORMED_QUERY"
    assert BENCH.refusal("POST", "query", {})[:2] == (405, "METHOD_NOT_ALLOWED")


def pages(bench: Bench, statement: str, size: int = 2) -> list[Any]:
    found = [bench.query(statement, **{"Sforce-Query-Options": f"batchSize={size}"})]
    while "nextRecordsUrl" in found[-1]:
        status, page = bench.call("GET", found[-1]["nextRecordsUrl"].removeprefix(f"{BASE}/"))
        assert status == 200, page
        found.append(page)
    return found


def test_results_come_in_pages_that_name_the_next() -> None:
    bench = Bench(smallest_batch=1)
    found = pages(bench, "SELECT Name FROM Opportunity ORDER BY Name")
    assert [len(page["records"]) for page in found] == [2, 2, 1]
    assert [page["done"] for page in found] == [False, False, True]
    assert {page["totalSize"] for page in found} == {5}
    assert [row["Name"] for page in found for row in page["records"]][-1] == "Utan rader"


def test_small_batches_are_not_heeded_below_the_least() -> None:
    assert len(pages(Bench(), "SELECT Id FROM Opportunity", 1)) == 1


def test_children_count_toward_the_batch() -> None:
    bench = Bench(smallest_batch=1)
    statement = "SELECT Id, (SELECT Id FROM OpportunityLineItems) FROM Opportunity ORDER BY CloseDate"
    assert [len(page["records"]) for page in pages(bench, statement, 3)] == [1, 1, 1, 2]


def test_children_have_a_locator_that_the_next_page_of_parents_ends() -> None:
    bench = Bench(smallest_batch=1, child_batch=1)
    found = bench.query(
        "SELECT Id, (SELECT Name FROM Opportunities ORDER BY Name) FROM Account ORDER BY Name",
        **{"Sforce-Query-Options": "batchSize=2"},
    )
    [parent] = found["records"]
    children = parent["Opportunities"]
    assert (found["done"], children["done"], children["totalSize"]) == (False, False, 2)
    next_child = children["nextRecordsUrl"].removeprefix(f"{BASE}/")
    status, rest = bench.call("GET", next_child)
    assert (status, rest["done"], [row["Name"] for row in rest["records"]]) == (200, True, ["Utan rader"])
    bench.call("GET", found["nextRecordsUrl"].removeprefix(f"{BASE}/"))
    assert bench.refusal("GET", next_child)[1] == "INVALID_QUERY_LOCATOR"


def test_locators_end_by_age_by_number_and_by_nonsense() -> None:
    bench = Bench(smallest_batch=1, open_cursors=2, cursor_hours=1, session_minutes=600)
    header = {"Sforce-Query-Options": "batchSize=1"}
    first, _, last = (
        bench.query("SELECT Id FROM Opportunity", **header)["nextRecordsUrl"].removeprefix(f"{BASE}/") for _ in range(3)
    )
    assert bench.refusal("GET", first)[:2] == (400, "INVALID_QUERY_LOCATOR")
    assert bench.call("GET", last)[0] == 200
    bench.clock.go_on(3601)
    assert bench.refusal("GET", last)[1] == "INVALID_QUERY_LOCATOR"
    assert bench.refusal("GET", "query/nonsense")[1] == "INVALID_QUERY_LOCATOR"
