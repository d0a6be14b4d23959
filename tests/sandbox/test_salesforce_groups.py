"""Groups of SOQL on the sandboxed org: date functions, sums over currencies, and what is refused."""

from decimal import Decimal

import pytest

from tests.sandbox.salesforce_org import Bench

BENCH = Bench()
PARTS = {
    "CALENDAR_YEAR": 2026,
    "CALENDAR_QUARTER": 2,
    "CALENDAR_MONTH": 5,
    "FISCAL_YEAR": 2026,
    "FISCAL_QUARTER": 2,
    "FISCAL_MONTH": 5,
    "DAY_IN_YEAR": 124,
    "DAY_IN_MONTH": 4,
    "DAY_IN_WEEK": 2,
    "WEEK_IN_YEAR": 18,
    "WEEK_IN_MONTH": 1,
}


def test_i_won_deals_are_counted_and_summed_by_month_and_currency() -> None:
    month = "CALENDAR_YEAR(CloseDate), CALENDAR_MONTH(CloseDate), CurrencyIsoCode"
    answer = BENCH.query(
        "SELECT CALENDAR_YEAR(CloseDate) year, CALENDAR_MONTH(CloseDate) month, CurrencyIsoCode, "
        "COUNT(Id) deals, SUM(Amount) amount FROM Opportunity WHERE IsWon = true AND IsClosed = true "
        f"GROUP BY {month} ORDER BY {month}"
    )
    group = {"attributes": {"type": "AggregateResult"}, "year": 2026}
    assert answer["records"] == [
        group | {"month": 5, "CurrencyIsoCode": "SEK", "deals": 1, "amount": Decimal(180)},
        group | {"month": 6, "CurrencyIsoCode": "EUR", "deals": 1, "amount": Decimal(300)},
        group | {"month": 6, "CurrencyIsoCode": "SEK", "deals": 1, "amount": None},
    ]
    assert (answer["totalSize"], answer["done"]) == (3, True)


def test_i_numbers_of_groups_are_json_numbers() -> None:
    statement = (
        "SELECT CALENDAR_YEAR(CloseDate) year, SUM(Amount) amount FROM Opportunity GROUP BY CALENDAR_YEAR(CloseDate)"
    )
    text = BENCH.raw("GET", "/services/data/v66.0/query", params={"q": statement}).text
    assert '"year": 2026, "amount": 630.0' in text


@pytest.mark.parametrize("function", PARTS)
def test_i_a_date_function_selects_groups_filters_and_sorts(function: str) -> None:
    asked = f"{function}(CloseDate)"
    assert BENCH.column(f"SELECT {asked} FROM Opportunity WHERE Name = 'Bänk' GROUP BY {asked}") == [PARTS[function]]
    assert "Bänk" in BENCH.column(f"SELECT Name FROM Opportunity WHERE {asked} = {PARTS[function]}")
    assert "Bänk" not in BENCH.column(f"SELECT Name FROM Opportunity WHERE {asked} < {PARTS[function]}")
    assert "Bänk" in BENCH.column(f"SELECT Name FROM Opportunity ORDER BY {asked} LIMIT 4")


def test_i_a_moment_is_read_in_utc_or_in_the_users_zone() -> None:
    bench = Bench()
    deal = bench.deal()
    bench.org.put(
        "Opportunity", bench.org.find("Opportunity", deal["Id"]) | {"CreatedDate": "2026-05-31T22:30:00.000+0000"}
    )
    for asked, found in (
        ("CALENDAR_MONTH(CreatedDate)", 5),
        ("CALENDAR_MONTH(convertTimezone(CreatedDate))", 6),
        ("DAY_ONLY(CreatedDate)", "2026-05-31"),
        ("DAY_ONLY(convertTimezone(CreatedDate))", "2026-06-01"),
        ("HOUR_IN_DAY(CreatedDate)", 22),
        ("HOUR_IN_DAY(convertTimezone(CreatedDate))", 0),
    ):
        assert bench.column(f"SELECT {asked} FROM Opportunity WHERE Name = 'Bänk' GROUP BY {asked}") == [found], asked
    assert bench.column("SELECT Name FROM Opportunity WHERE DAY_ONLY(CreatedDate) = 2026-05-31") == ["Bänk"]


def test_i_groups_are_sorted_and_kept_by_what_is_counted() -> None:
    counted = "SELECT Account.Name who, COUNT(Id) n FROM Opportunity GROUP BY Account.Name"
    assert [row["who"] for row in BENCH.records(f"{counted} ORDER BY COUNT(Id) DESC, Account.Name")] == [
        "Bageriet Oy",
        "Åkeriet AB",
        "ceriet AB",
    ]
    assert BENCH.records(f"{counted} HAVING COUNT(Id) < 2") == [{"who": "ceriet AB", "n": 1}]
    assert BENCH.records(f"{counted} HAVING Account.Name LIKE 'b%' AND COUNT(Id) > 1") == [
        {"who": "Bageriet Oy", "n": 2}
    ]
    assert BENCH.records(f"{counted} HAVING MAX(CloseDate) = 2026-06-01 LIMIT 1") == [{"who": "Åkeriet AB", "n": 2}]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT CALENDAR_YEAR(CloseDate) FROM Opportunity", "must be grouped"),
        (
            "SELECT CALENDAR_YEAR(CloseDate), COUNT(Id) FROM Opportunity GROUP BY CALENDAR_MONTH(CloseDate)",
            "be grouped",
        ),
        ("SELECT Name n FROM Opportunity", "only aggregate expressions use field aliasing"),
        ("SELECT COUNT(Id) n, SUM(Amount) n FROM Opportunity", "duplicate alias: n"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY Amount", "can not be grouped"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY CreatedDate", "can not be grouped"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY SUM(Amount)", "unexpected token: 'SUM'"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY CALENDAR_YEAR(Name)", "can not be used"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY DAY_ONLY(CloseDate)", "can not be used"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY IsWon HAVING Name = 'x'", "must be grouped"),
        ("SELECT COUNT(Id) FROM Opportunity HAVING COUNT(Id) > 1", "unexpected token: 'HAVING'"),
        ("SELECT Id FROM Opportunity WHERE COUNT(Id) > 1", "not allowed here: COUNT"),
        ("SELECT Id FROM Opportunity WHERE CALENDAR_YEAR(CloseDate) = THIS_YEAR", "must be of type int"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY CALENDAR_YEAR(CloseDate", "unexpected end of query"),
    ],
)
def test_i_a_broken_group_is_refused(statement: str, says: str) -> None:
    assert says in BENCH.refused(statement)[2]


def test_i_rollup_and_cube_add_subtotals_that_grouping_tells_apart() -> None:
    keys = "IsWon, Account.Name"
    asked = f"SELECT {keys}, GROUPING(IsWon) w, GROUPING(Account.Name) a, COUNT(Id) n FROM Opportunity GROUP BY "
    rolled = BENCH.records(f"{asked}ROLLUP({keys})")
    assert [row["n"] for row in rolled if (row["w"], row["a"]) == (1, 1)] == [5]
    assert {(row["IsWon"], row["n"]) for row in rolled if (row["w"], row["a"]) == (0, 1)} == {(True, 3), (False, 2)}
    assert not [row for row in rolled if (row["w"], row["a"]) == (1, 0)]
    cubed = BENCH.records(f"{asked}CUBE({keys}) HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC")
    assert [row["n"] for row in cubed] == [5, 3, 2, 2, 2, 2]
    by_account = {row["Name"]: row["n"] for row in cubed if (row["w"], row["a"]) == (1, 0)}
    assert by_account == {"Åkeriet AB": 2, "Bageriet Oy": 2}


def test_i_fields_are_shown_as_labels_in_local_formats_and_in_the_users_currency() -> None:
    row = BENCH.one(
        "SELECT toLabel(StageName), convertCurrency(Amount), FORMAT(Amount) own, FORMAT(CloseDate) day, "
        "FORMAT(convertCurrency(Amount)) krona, Account.Name, toLabel(Account.Type) FROM Opportunity "
        "WHERE Name = 'Euro'"
    )
    assert (row["StageName"], row["Amount"], row["day"]) == ("Closed Won", Decimal(300), "2026-06-01")
    assert (row["own"], row["krona"]) == ("EUR 24,00", "SEK 300,00")
    assert (row["Account"]["Name"], row["Account"]["Type"]) == ("Åkeriet AB", "Customer")
    grouped = "SELECT toLabel(StageName) stage, FORMAT(SUM(Amount)) won FROM Opportunity WHERE IsWon = true "
    assert BENCH.records(f"{grouped} GROUP BY StageName") == [{"stage": "Closed Won", "won": "SEK 480,00"}]
    assert BENCH.column("SELECT Name FROM Opportunity WHERE toLabel(StageName) = 'closed won' AND Amount = 24") == [
        "Euro"
    ]


def test_i_a_scope_keeps_everything_or_the_users_own() -> None:
    assert len(BENCH.records("SELECT Id FROM Opportunity USING SCOPE everything WHERE IsWon = true")) == 3
    assert BENCH.records("SELECT Id FROM Opportunity o USING SCOPE mine") == []
    bench = Bench()
    bench.change("Opportunity", bench.deal()["Id"], OwnerId=bench.org.user())
    assert bench.column("SELECT Name FROM Opportunity USING SCOPE Mine") == ["Bänk"]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT toLabel(Amount) FROM Opportunity", "can not be used with the function TOLABEL"),
        ("SELECT FORMAT(Name) FROM Opportunity", "can not be used with the function FORMAT"),
        ("SELECT convertCurrency(Probability) FROM Opportunity", "can not be used with the function CONVERTCURRENCY"),
        ("SELECT convertTimezone(CreatedDate) FROM Opportunity", "can not be used with the function CONVERTTIMEZONE"),
        ("SELECT Id FROM Opportunity WHERE convertCurrency(Amount) > 1", "not allowed here"),
        ("SELECT convertCurrency(SUM(Amount)) FROM Opportunity", "can not be used with the function"),
        ("SELECT GROUPING(IsWon) FROM Opportunity", "can not be used"),
        ("SELECT Id FROM User USING SCOPE mine", "Invalid scope: mine"),
        ("SELECT Id FROM Opportunity USING SCOPE team", "Invalid scope: team"),
        ("SELECT Id FROM Opportunity USING WHERE", "expecting SCOPE"),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY ROLLUP(IsWon", "unexpected end of query"),
    ],
)
def test_i_a_function_where_it_cannot_stand_is_refused(statement: str, says: str) -> None:
    assert says in BENCH.refused(statement)[2]
