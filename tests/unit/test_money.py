"""Amounts: Fortnox's row net is the CRM's row net, to the öre, wherever its two decimals let it."""

from decimal import Decimal

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mappings.values.money import SOLD, PricedRow, adding_up, decimal, micro, misses, ore, priced_row, row_net, sek_rate
from sync.sandbox.fortnox.documents.arithmetic import row_sum
from sync.sandbox.fortnox.fields import half_up

D = Decimal
PRICES = st.decimals(D("-100000"), D("100000"), places=4, allow_nan=False)
FINE_PRICES = st.one_of(PRICES, st.fractions(0, 10000).map(lambda f: D(f.numerator) / D(f.denominator)))
QUANTITIES = st.decimals(D("-1000"), D("1000"), places=2, allow_nan=False)
SHARES = st.decimals(D(0), D(1), places=12)


def _cannot_be_said(row: PricedRow, quantity: D, list_price: D, net_price: D) -> bool:
    """Two decimals of price and quantity make another row than agreed, and we say so.

    Where they make it less no discount can raise it; where no discount was agreed, none may be made up.
    """
    less = abs(ore(ore(quantity) * ore(list_price))) <= abs(ore(quantity * net_price))
    return (less or list_price == net_price) and row.discount == 0 and misses(quantity, net_price, row) != 0


@settings(max_examples=400)
@given(FINE_PRICES, SHARES, QUANTITIES)
@example(D("833.3333333333334"), D(1), D(3))
@example(D("0.2450"), D("0.0000500000010000"), D("231.18"))
@example(D("833.3333333333334"), D("0.9"), D(7))
@example(D("100"), D("0.6667"), D(1))
@example(D("129"), D("0.6666666666"), D(13))
@example(D("49.90"), D(0), D(12))
@example(D("0.01"), D("0.5"), D("0.5"))
def test_a_discounted_row_has_the_same_net_in_fortnox_to_the_ore(list_price: D, share: D, quantity: D) -> None:
    net_price = list_price * share
    row = priced_row(quantity, list_price, net_price)
    made = row_net(quantity, row.price, row.discount, row.discount_type)
    assert made == ore(quantity * net_price) or _cannot_be_said(row, quantity, list_price, net_price)


@settings(max_examples=300)
@given(PRICES, PRICES, QUANTITIES)
def test_any_row_at_all_is_within_half_an_ore_a_unit(list_price: D, net_price: D, quantity: D) -> None:
    """Above the list price there is nothing to take off: Fortnox's two decimals of a unit price are the bound."""
    row = priced_row(quantity, list_price, net_price)
    made = row_net(quantity, row.price, row.discount, row.discount_type)
    assert abs(made - ore(quantity * net_price)) <= abs(quantity) * D("0.005") + D("0.01")


@settings(max_examples=200)
@given(PRICES, SHARES, st.decimals(D("-1000"), D("1000"), places=5))
def test_a_discounted_row_of_a_fine_quantity_is_exact_too(list_price: D, share: D, quantity: D) -> None:
    """Fortnox keeps two decimals of a quantity (fortnox/FACTS.md 5.1): what it rounds away goes into the discount."""
    row = priced_row(quantity, list_price, list_price * share)
    wanted = ore(quantity * list_price * share)
    assume(list_price != 0)
    made = row_net(quantity, row.price, row.discount, row.discount_type)
    assert made == wanted or _cannot_be_said(row, quantity, list_price, list_price * share)


@given(PRICES, PRICES, st.integers(-1000, 1000).map(D))
def test_prices_of_two_decimals_are_always_exact(list_price: D, net_price: D, quantity: D) -> None:
    list_price, net_price = ore(list_price), ore(net_price)
    row = priced_row(quantity, list_price, net_price)
    assert row_net(quantity, row.price, row.discount, row.discount_type) == quantity * net_price


@given(PRICES, SHARES, QUANTITIES)
def test_a_percentage_is_between_nothing_and_everything_with_two_decimals(price: D, share: D, quantity: D) -> None:
    row = priced_row(quantity, price, price * share)
    assume(row.discount_type == "PERCENT")
    assert 0 <= row.discount <= 100
    assert row.discount == ore(row.discount)


@settings(max_examples=300)
@given(FINE_PRICES, SHARES, st.decimals(D("0.01"), D("1000"), places=2))
def test_the_sandbox_makes_the_same_row_of_it(list_price: D, share: D, quantity: D) -> None:
    """Two people wrote the arithmetic from the same sheet; positive values, as recorded there."""
    assume(list_price > 0)
    row = priced_row(quantity, list_price, list_price * share)
    made = row_sum(
        quantity=half_up(quantity),
        price=half_up(row.price),
        discount=half_up(row.discount),
        is_percent=row.discount_type == "PERCENT",
        vat=D(25),
    )
    assert made.total == row_net(quantity, row.price, row.discount, row.discount_type)


@pytest.mark.parametrize(
    ("quantity", "list_price", "net_price", "price", "discount", "kind"),
    [
        ("2", "100", "90", "100", "10", "PERCENT"),
        ("1", "100", "66.67", "100", "33.33", "PERCENT"),
        ("12", "49.90", "0", "49.90", "100", "PERCENT"),
        ("3", "100", "100", "100", "0", "PERCENT"),
        ("1", "80", "100", "100", "0", "PERCENT"),
        ("5", "0", "0", "0", "0", "PERCENT"),
        ("5", "0", "12.50", "12.50", "0", "PERCENT"),
        ("1", "100", "-20", "-20", "0", "PERCENT"),
        ("-2", "100", "75", "100", "25", "PERCENT"),
        ("1000", "1000", "666.6667", "1000", "333333.30", "AMOUNT"),
        ("-1000", "1000", "666.6667", "1000", "-333333.30", "AMOUNT"),
    ],
)
def test_a_row_is_said_as_list_price_and_discount_where_that_can_be(
    quantity: str, list_price: str, net_price: str, price: str, discount: str, kind: str
) -> None:
    row = priced_row(D(quantity), D(list_price), D(net_price))
    assert (row.price, str(row.discount), row.discount_type) == (D(price), discount, kind)


@given(FINE_PRICES, st.decimals(D("-1000"), D("1000"), places=5))
@example(D("0.005"), D(10000))
@example(D("100"), D("7.125"))
def test_a8_no_discount_is_made_up_where_none_was_given(price: D, quantity: D) -> None:
    row = priced_row(quantity, price, price)
    assert (row.price, row.discount) == (price, 0)


@pytest.mark.parametrize("quantity", ["1000", "-1000"])
def test_a8_no_discount_is_less_than_nothing(quantity: str) -> None:
    """Two decimals of 0.014 are less than what it was sold for: what is missing is no discount."""
    row = priced_row(D(quantity), D("0.014"), D("0.0139"))
    assert (row.price, row.discount, row.discount_type) == (D("0.0139"), 0, "PERCENT")


def test_a_quantity_of_three_decimals_is_counted_as_fortnox_rounds_it() -> None:
    """Fortnox keeps two decimals of a quantity (fortnox/FACTS.md 5.1: 1.125 becomes 1.13)."""
    row = priced_row(D("1.125"), D("100"), D("80"))
    assert row_net(D("1.125"), row.price, row.discount, row.discount_type) == D("90.00")
    assert row_net(D("1.13"), row.price, row.discount, row.discount_type) == D("90.00")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, "7"), (D("1.50"), "1.5"), ("9.2412", "9.2412"), ("1 234,50", "1234.5"), ("1\u00a0234,50", "1234.5"),
        (" 3 ", "3"), ("-0", "0"), (0, "0"), ("1E+2", "100"),
        ("", None), (None, None), (True, None), ("API_NORIGHT", None), ("NaN", None), ("Infinity", None), ([], None),
        ({}, None), (0.1, None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_providers_write_them_and_nothing_else_is_a_number(value: object, number: str) -> None:
    assert decimal(value) == (None if number is None else D(number))


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("1.125", "1.13"), ("1.1249", "1.12")]
)
def test_ore_are_rounded_half_away_from_zero(amount: str, rounded: str) -> None:
    assert ore(D(amount)) == D(rounded)


def test_six_decimals_are_kept_in_the_store() -> None:
    assert micro(D("1.0000005")) == D("1.000001")


def test_a_rate_of_upsales_is_turned_round_and_given_six_decimals() -> None:
    assert sek_rate(D("0.0889")) == D("11.248594")
    assert sek_rate(D(1)) == 1


def test_a_line_that_lacks_one_of_its_figures_is_shown_as_it_is() -> None:
    line = {"discount": None, "gross": Decimal("1.005"), "net": Decimal(1)}
    assert adding_up(line, [SOLD]) == line
