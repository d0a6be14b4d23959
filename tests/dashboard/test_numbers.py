"""Numbers in tables are written by us, the Swedish way in both languages: no browser writes them its own way."""

import re
from decimal import Decimal
from numbers import Integral
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import format as form
from dashboard.blocks.tables import Column, _written, frame
from dashboard.export import csv_file
from tests.dashboard import seed
from tests.dashboard.pages import VIEWS, Open

PAGES = {**VIEWS, "a record": {"view": "records", "record": "upsales:94/order/705"}}


# As a Swedish reader writes a number: no-break spaces between thousands, a decimal comma, perhaps a unit.
SWEDISH = re.compile(r"(\u2212?\d{1,3}(?:\u00a0\d{3})*(?:,\d{2}|,\d{1,6})?)(?:\u00a0(?:%|kr|[A-Z]{3}))?")


def numbers(app: AppTest) -> list[tuple[Decimal, Decimal | str]]:
    """Return every number of every table as it is, and as it is written; a text that is no Swedish number as text."""
    found: list[tuple[Decimal, Decimal | str]] = []
    for table in app.dataframe:
        written = table.proto.arrow_data.styler.display_values
        shown = pa.ipc.open_stream(written).read_pandas() if written else None
        for place, name in enumerate(table.value.columns):
            for row, value in enumerate(table.value[name]):
                if isinstance(value, Decimal | Integral):
                    text = "the browser's" if shown is None else str(shown.iloc[row, place])
                    found.append((Decimal(str(value)), _read(text)))
    return found


def _read(text: str) -> Decimal | str:
    found = SWEDISH.fullmatch(text)
    plain = str.maketrans({"\u00a0": "", ",": ".", form.MINUS: "-"})
    return Decimal(found[1].translate(plain)) if found else text


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_h10_numbers_in_tables_are_written_the_swedish_way(
    open_app: Open, tmp_path: Path, page: str, lang: str
) -> None:
    seed.full_store(tmp_path)
    app = open_app(lang=lang, **{"view": page, **PAGES[page]})
    found = numbers(app)
    assert found
    assert [pair for pair in found if pair[0] != pair[1]] == []


def test_h10_quantities_prices_and_percentages_are_numbers_that_sort_by_value() -> None:
    columns = [
        Column("price", "À-pris", "money", unit="unit"),
        Column("share", "Rabatt", "percent"),
        Column("pieces", "Antal", "quantity"),
    ]
    rows: list[dict[str, object]] = [
        {"price": Decimal("9850"), "unit": "kr", "share": Decimal("10"), "pieces": Decimal("2.5")},
        {"price": Decimal("-12.5"), "unit": "EUR", "share": None, "pieces": Decimal("1200")},
    ]
    content = frame(rows, columns)
    assert content["price"].tolist() == [Decimal("9850"), Decimal("-12.5")]
    assert content["pieces"].sort_values().tolist() == [Decimal("2.5"), Decimal("1200")]
    shown = _written(content, columns, rows)._translate(False, False)["body"]
    assert [[cell["display_value"] for cell in line[1:]] for line in shown] == [
        ["9\u00a0850,00\u00a0kr", "10,00\u00a0%", "2,5"],
        ["\u221212,50\u00a0EUR", "–", "1\u00a0200"],
    ]
    assert csv_file(rows, columns).decode("utf-8-sig").splitlines() == [
        "À-pris;À-pris, enhet;Rabatt;Antal",
        "9850,00;kr;10,00;2,5",
        "-12,50;EUR;;1200",
    ]
