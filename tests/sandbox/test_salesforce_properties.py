"""What holds for any condition, batch or series of writes in the sandboxed org."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.salesforce_org import BASE, Bench

BENCH = Bench(smallest_batch=1)
ROWS = BENCH.records("SELECT Name, Amount, IsWon, CloseDate, Account.Name FROM Opportunity")

NAMES = st.sampled_from(["bänk", "Alster", "CYKEL", "Euro", "none"])
AMOUNTS = st.sampled_from(["24", "50.0", "99.99", "100", "180"])
DAYS = st.sampled_from(["2026-05-04", "2026-05-05", "2026-06-01", "2027-01-01"])
SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def compared(found: Any, sign: str, wanted: Any) -> bool:
    """Say what SOQL should: nulls differ from everything and are ordered before nothing."""
    if found is None:
        return sign == "!="
    outcomes = {
        "=": found == wanted,
        "!=": found != wanted,
        "<": found < wanted,
        "<=": found <= wanted,
        ">": found > wanted,
        ">=": found >= wanted,
    }
    return bool(outcomes[sign])


Condition = tuple[str, frozenset[str]]


def condition(text: str, keeps: Any) -> Condition:
    return text, frozenset(row["Name"] for row in ROWS if keeps(row))


def by_name(sign: str, name: str) -> Condition:
    return condition(f"Name {sign} '{name}'", lambda row: compared(row["Name"].casefold(), sign, name.casefold()))


def by_amount(sign: str, amount: str) -> Condition:
    return condition(f"Amount {sign} {amount}", lambda row: compared(row["Amount"], sign, Decimal(amount)))


def by_day(sign: str, day: str) -> Condition:
    return condition(f"CloseDate {sign} {day}", lambda row: compared(row["CloseDate"], sign, day))


def by_account(names: list[str]) -> Condition:
    listed = ", ".join(f"'{name}'" for name in names)
    return condition(f"Account.Name IN ({listed})", lambda row: row["Account"]["Name"] in names)


def joined(left: Condition, right: Condition, word: str) -> Condition:
    names = left[1] & right[1] if word == "AND" else left[1] | right[1]
    return f"({left[0]}) {word} ({right[0]})", names


def opposite(inner: Condition) -> Condition:
    return f"NOT ({inner[0]})", frozenset(row["Name"] for row in ROWS) - inner[1]


SIMPLE = st.one_of(
    st.builds(by_name, SIGNS, NAMES),
    st.builds(by_amount, SIGNS, AMOUNTS),
    st.builds(by_day, SIGNS, DAYS),
    st.builds(by_account, st.lists(st.sampled_from(["Åkeriet AB", "Bageriet Oy", "x"]), min_size=1)),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(joined, inner, inner, st.sampled_from(["AND", "OR"])), st.builds(opposite, inner)
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(CONDITIONS)
def test_any_condition_finds_what_it_says(made: Condition) -> None:
    text, names = made
    assert set(BENCH.column(f"SELECT Name FROM Opportunity WHERE {text}")) == names


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 7), st.booleans())
def test_pages_of_any_size_bring_every_record_once(size: int, children: bool) -> None:
    inner = ", (SELECT Id FROM OpportunityLineItems)" if children else ""
    statement = f"SELECT Name{inner} FROM Opportunity ORDER BY CloseDate"
    page = BENCH.query(statement, **{"Sforce-Query-Options": f"batchSize={size}"})
    names = [row["Name"] for row in page["records"]]
    while not page["done"]:
        status, page = BENCH.call("GET", page["nextRecordsUrl"].removeprefix(f"{BASE}/"))
        assert status == 200
        names += [row["Name"] for row in page["records"]]
    assert names == ["Bänk", "Alster", "cykel", "Euro", "Utan rader"]


PRICES = st.decimals("0.01", "99999.99", places=2)
PERCENTS = st.decimals("0", "100", places=2)
CHANGES = st.one_of(
    st.fixed_dictionaries({"UnitPrice": PRICES}),
    st.fixed_dictionaries({"Discount": PERCENTS}),
    st.fixed_dictionaries({"Quantity": st.integers(1, 999), "UnitPrice": PRICES}),
    st.fixed_dictionaries({"Quantity": st.integers(1, 999), "UnitPrice": PRICES, "Discount": PERCENTS}),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHANGES, min_size=1, max_size=4))
def test_totals_follow_the_prices_and_the_amount_is_their_sum(changes: list[dict[str, Any]]) -> None:
    bench = Bench()
    for sent in changes:
        bench.change("OpportunityLineItem", bench.line()["Id"], **sent)
        row = bench.line()
        whole = Decimal(row["UnitPrice"]) * (100 - Decimal(row["Discount"] or 0)) / 100 * Decimal(row["Quantity"])
        assert row["TotalPrice"] == whole.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert bench.deal()["Amount"] == row["TotalPrice"]
