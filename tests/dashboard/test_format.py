"""Numbers, dates and durations look the same for everybody."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import format as form
from dashboard.access import on_loopback
from dashboard.blocks.bridge.chart import SHOWN, steps
from dashboard.blocks.record.history import changes_of, differences, pretty
from dashboard.blocks.tables import Column, frame, neutral
from dashboard.charts import Bar, added_up, axis_floor, labels, waterfall
from dashboard.export import csv_file
from sync.store.reader.bridge import CauseTotal


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1234567.89", "1\u00a0234\u00a0567,89\u00a0kr"),
        ("-4560", "\u22124\u00a0560,00\u00a0kr"),
        ("0", "0,00\u00a0kr"),
        ("-0.004", "0,00\u00a0kr"),
        ("0.005", "0,01\u00a0kr"),
        ("-0.005", "\u22120,01\u00a0kr"),
        ("99999999999999999.995", "100\u00a0000\u00a0000\u00a0000\u00a0000\u00a0000,00\u00a0kr"),
    ],
)
def test_kronor_have_grouped_digits_two_decimals_and_a_real_minus(amount: str, words: str) -> None:
    assert form.kr(Decimal(amount)) == words


def test_other_currencies_keep_their_code() -> None:
    assert form.money(Decimal("1234.5"), "EUR") == "1\u00a0234,50\u00a0EUR"


@pytest.mark.parametrize(("amount", "words"), [("1", "1"), ("2.5", "2,5"), ("100", "100"), ("0", "0")])
def test_quantities_have_no_needless_decimals(amount: str, words: str) -> None:
    assert form.trimmed(Decimal(amount)) == words


def test_dates_are_iso_and_a_missing_date_is_a_dash() -> None:
    assert form.day(date(2026, 6, 18)) == "2026-06-18"
    assert form.day(None) == form.stamp(None) == "–"


def utc(*parts: int) -> datetime:
    """Return a moment as the store holds it: UTC without a zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc, arg-type]


def test_times_are_swedish_summer_and_winter() -> None:
    assert form.stamp(utc(2026, 6, 18, 12, 32)) == "2026-06-18 14:32:00"
    assert form.stamp(utc(2026, 12, 31, 23, 30)) == "2027-01-01 00:30:00"


def test_a_time_of_another_day_says_its_day() -> None:
    now = datetime(2026, 6, 18, 21, 0, tzinfo=UTC)
    assert form.clock(utc(2026, 6, 18, 12, 32), now) == "14:32"
    assert form.clock(utc(2026, 6, 17, 12, 32), now) == "2026-06-17 14:32"
    assert form.clock(utc(2026, 6, 18, 22, 30), now) == "2026-06-19 00:30"


@pytest.mark.parametrize(
    ("seconds", "swedish"), [(-5, "0\u00a0s"), (3, "3\u00a0s"), (300, "5\u00a0min"), (7200, "2\u00a0tim")]
)
def test_ages_are_rough_and_never_negative(seconds: int, swedish: str) -> None:
    assert form.age(timedelta(seconds=seconds), "sv") == swedish


def test_durations_are_exact_enough() -> None:
    spans = [timedelta(seconds=seconds) for seconds in (4, 125, 3720)]
    assert [form.duration(span) for span in spans] == [
        "4\u00a0s",
        "2\u00a0min\u00a005\u00a0s",
        "1\u00a0h\u00a002\u00a0min",
    ]


def test_intervals_use_the_largest_whole_unit() -> None:
    words = [form.interval(seconds, "sv") for seconds in (300, 3600, 90, 86400)]
    assert words == ["5 minuter", "1 timme", "90 sekunder", "1 dygn"]
    assert form.interval(300, "en") == "5 minutes"


@pytest.mark.parametrize("text", ["=1+1", "+46 8", "-1", "@x", "\t=1", "＝1", "\0"])
def test_no_cell_can_become_a_formula(text: str) -> None:
    assert neutral(text) == f"'{text}"


def test_harmless_text_is_left_alone() -> None:
    assert neutral("Åre Fastighets AB") == "Åre Fastighets AB"


def test_money_in_tables_stays_decimal_and_missing_money_is_missing() -> None:
    content = frame([{"net": Decimal("10.005")}, {"net": None}], [Column("net", "Netto", "money")])
    assert content["net"][0] == Decimal("10.01")
    assert content["net"].isna().tolist() == [False, True]


def test_a_change_names_the_field_with_both_values() -> None:
    before = {"value": Decimal("10.50"), "stage": {"name": "Open"}, "rows": [{"price": 1}]}
    after = {"value": Decimal("11.50"), "stage": {"name": "Open"}, "rows": [{"price": 1}, {"price": 2}]}
    assert differences(before, after) == [("value", "10.50", "11.50"), ("rows.2.price", "–", "2")]
    assert differences(after, before) == [("value", "11.50", "10.50"), ("rows.2.price", "2", "–")]


def test_h8_a_short_answer_empties_no_field_and_the_next_whole_one_is_compared_with_the_last_whole_one() -> None:
    whole = {"Name": "Åre AB", "Country": "Sverige", "Delivery": {"City": "Åre", "Zip": "83013"}}
    short = {"Name": "Åre Bygg AB", "Delivery": {"City": "Åre"}}
    emptied = {"Name": "Åre Bygg AB", "Country": "", "Delivery": {"City": "Duved", "Zip": None}}
    assert changes_of([whole, short, emptied]) == [
        [],
        [("Name", "Åre AB", "Åre Bygg AB")],
        [("Country", "Sverige", ""), ("Delivery.City", "Åre", "Duved"), ("Delivery.Zip", "83013", "")],
    ]


def test_a_cut_body_is_shown_as_it_is_and_numbers_are_not_changed() -> None:
    assert pretty('{"Price": 10.50, "na') == '{"Price": 10.50, "na'
    assert '"Price": 10.50' in pretty('{"Price": 10.50}')


def test_the_axis_is_cut_only_when_the_steps_would_drown() -> None:
    assert axis_floor(Decimal(1_000_000), [Decimal(-900_000)]) == 0
    assert axis_floor(Decimal(1_000_000), [Decimal(-10_000)]) > 0
    assert axis_floor(Decimal(1_000), [Decimal(-3_000)]) == -2_000


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        (None, False),
        ("example.org", False),
    ],
)
def test_only_loopback_is_local(address: str | None, local: bool) -> None:
    assert on_loopback(address) is local


def test_an_exported_table_has_numbers_as_numbers_and_no_formulas() -> None:
    columns = [Column("name", "Kund"), Column("net", "Netto", "money"), Column("items", "Antal", "count")]
    rows: list[dict[str, object]] = [
        {"name": "=1+1;x", "net": Decimal("-1234.505"), "items": 2},
        {"name": "Åre", "net": None, "items": 0},
    ]
    text = csv_file(rows, columns).decode("utf-8-sig")
    assert text == 'Kund;Netto;Antal\r\n"\'=1+1;x";-1234,51;2\r\nÅre;;0\r\n'


@given(st.lists(st.decimals(-10_000, 10_000, places=6), max_size=20))
def test_rounded_parts_add_up_to_the_rounded_whole(amounts: list[Decimal]) -> None:
    rounded = form.to_ore(amounts)
    assert sum(rounded) == sum(amounts, Decimal(0)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert all(abs(part - amount) < Decimal("0.01") for part, amount in zip(rounded, amounts, strict=True))


def test_what_no_cause_explains_is_a_bar_of_its_own() -> None:
    causes = [CauseTotal(f"O{number}", 1, Decimal(-number)) for number in range(33, 45)]
    found = steps(causes, Decimal(10_000), Decimal(9_000))
    assert len(found) == SHOWN + 1
    assert sum(step.amount for step in found) == -1_000
    assert found[-1].amount == -1_000 - sum(cause.amount_sek for cause in causes)


def test_a12_the_figures_of_a_line_add_up_as_shown() -> None:
    sold = {
        "gross_sek": Decimal("2157910.0149"),
        "discount_sek": Decimal("213649.835"),
        "net_sek": Decimal("1944260.1799"),
        "day": None,
    }
    shown = form.adding_up(sold)
    assert (shown["gross_sek"], shown["net_sek"]) == (Decimal("2157910.01"), Decimal("1944260.18"))
    assert shown["gross_sek"] - shown["discount_sek"] == shown["net_sek"]


def test_a12_a_month_adds_up_from_won_to_booked() -> None:
    figures = {
        "gross": "110.005",
        "discount": "10.001",
        "net": "100.004",
        "booked": "90",
        "difference": "-10.004",
        "causes": "-4.0025",
        "moved": "-6.0015",
        "unexplained": "0",
    }
    parts = {name: Decimal(figure) for name, figure in figures.items()}
    shown = form.adding_up(parts)
    assert shown["booked"] - shown["net"] == shown["difference"]
    assert shown["causes"] + shown["moved"] + shown["unexplained"] == shown["difference"]
    assert shown["gross"] - shown["discount"] == shown["net"]


def test_a12_what_does_not_add_up_is_not_made_to() -> None:
    shown = form.adding_up(
        {"gross_sek": Decimal("100.00"), "discount_sek": Decimal("10.00"), "net_sek": Decimal("95.00")}
    )
    assert shown["discount_sek"] == Decimal("10.00")


def test_a12_a_row_without_a_document_has_nothing_to_add_up() -> None:
    row = {"net_sek": Decimal("95.004"), "document_net_sek": None, "difference_sek": None}
    assert form.adding_up(row)["difference_sek"] is None


@given(st.lists(st.tuples(st.decimals(-(10**7), 10**7, places=6), st.booleans()), max_size=14))
def test_h10_the_bars_of_a_waterfall_add_up_as_they_are_written(steps: list[tuple[Decimal, bool]]) -> None:
    amounts = [Decimal("1234567.891"), *(amount for amount, _ in steps), Decimal(0)]
    on_axis = [True, *(total for _, total in steps), True]
    shown = added_up(amounts, on_axis, Decimal(100))
    level = shown[0]
    for total, amount, one in zip(on_axis[1:], amounts[1:], shown[1:], strict=True):
        if total:
            assert one == level
        else:
            assert abs(one - amount) < 100
            level += one


def test_h10_the_labels_of_a_waterfall_have_equally_many_decimals_and_hide_nothing() -> None:
    amounts = [Decimal("1000049.99"), Decimal("-0.04"), Decimal("-250000.50"), Decimal("750049.45")]
    assert labels(amounts, [True, False, False, True]) == ["1\u00a0000,0", "≈\u00a00", "\u2212250,0", "750,0"]
    assert labels([Decimal(0), Decimal(0)], [True, True]) == ["0,00", "0,00"]


def test_h10_no_label_of_a_waterfall_stands_on_another_or_in_a_bar() -> None:
    steps = [Bar(f"En orsak med ett långt namn {place}", "O71", Decimal(-place)) for place in range(1, 13)]
    figure = waterfall(Bar("Vunnet netto", "M3", Decimal(9000)), steps, Bar("Bokfört netto", "M7", Decimal(8922)))
    written = [note for note in figure.layout.annotations if note.xanchor == "right" and note.yref != "paper"]
    assert [note.y for note in written] == list(range(14)), "one line each"
    assert {(note.x, note.xref) for note in written} == {(1, "paper")}, "beside the bars, in the margin"
    assert all(
        line <= 22 for text in figure.layout.yaxis.ticktext for line in map(len, text.split(" <")[0].split("<br>"))
    )
