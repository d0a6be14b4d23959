"""CSV files as people have them: what Swedish Excel writes is read and said, what cannot be meant is told."""

import csv
import io
import struct
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sync.sandbox.worlds.csv_world import read_csv_world
from sync.sandbox.worlds.errors import WorldError
from tests.sandbox.test_csv_world import CENT, FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def changed(folder: Path, file: str, old: str, new: str) -> None:
    assert old in FILES[file]
    (folder / file).write_text(FILES[file].replace(old, new), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(WorldError) as caught:
        read_csv_world(folder)
    return list(caught.value.problems)


def as_swedish_excel_writes(name: str, delimiter: str = ";") -> str:
    """Return a file with another delimiter, decimal commas in its numbers, and no noise of binary numbers."""
    rows = list(csv.reader(io.StringIO(FILES[name])))
    for row in rows[1:]:
        for place, title in enumerate(rows[0]):
            if title in {"unit_price", "quantity", "discount"}:
                row[place] = f"{Decimal(row[place]).quantize(CENT)}".replace(".", ",")
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return made.getvalue()


@pytest.mark.parametrize(
    ("delimiter", "encoding", "customers", "products"),
    [
        (";", "cp1252", "Windows-1252, semicolons between the cells", "semicolons between the cells"),
        (";", "utf-8-sig", "semicolons between the cells", "semicolons between the cells"),
        ("\t", "utf-16", "UTF-16, tabs between the cells", "UTF-16, tabs between the cells"),
    ],
)
def test_c6_files_as_swedish_excel_writes_them_are_read_and_it_is_said(
    folder: Path, delimiter: str, encoding: str, customers: str, products: str
) -> None:
    usual, said = read_csv_world(folder), list[str]()
    for name in FILES:
        (folder / name).write_bytes(as_swedish_excel_writes(name, delimiter).encode(encoding))

    assert read_csv_world(folder, said.append) == usual
    assert said[:2] == [
        f"customers.csv is read as it seems to be written: {customers}.",
        f"products.csv is read as it seems to be written: {products}, decimal commas.",
    ], "a file without a letter beyond ASCII is the same in either encoding"


def test_c6_of_usual_files_nothing_is_said(folder: Path) -> None:
    said: list[str] = []
    read_csv_world(folder, said.append)
    assert said == []


def test_c6_thousands_are_set_apart_by_spaces_and_never_guessed(folder: Path) -> None:
    header = "product_id;product_name;unit_price\n"
    rows = "11;Queso;1 250,50\n42;Mee;12\u00a0345\n"
    (folder / "products.csv").write_text(header + rows, encoding="utf-8")
    assert [one.list_price for one in read_csv_world(folder).products] == [Decimal("1250.50"), Decimal("12345.00")]

    (folder / "products.csv").write_text(f"{header}11;Queso;1,50\n42;Mee;1.250\n", encoding="utf-8")
    assert problems(folder) == ["products.csv, line 3, column unit_price: '1.250' is not a number; write it as 12,50."]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("9" * 40, f"{'9' * 40} is no amount of a sale; write one of at most twelve digits."),
        ("1e99", "1e99 is no amount of a sale; write one of at most twelve digits."),
        ("42000.125", "42000.125 has more than two decimals; round it to two."),
        ("42000.005", "42000.005 has more than two decimals; round it to two."),
        ("99999.999", "99999.999 has more than two decimals; round it to two."),
        ("\uff11\uff12", "'\uff11\uff12' is not a number; write it as 12.50."),
    ],
)
def test_c6_a_price_that_cannot_be_is_told_with_file_line_and_column(folder: Path, cell: str, says: str) -> None:
    changed(folder, "products.csv", "9.80000019", cell)
    assert problems(folder) == [f"products.csv, line 3, column unit_price: {says}"]


@pytest.mark.parametrize("price", ["42000.13", "98765.43", "123456.78", "0.07", "1999.99"])
def test_c6_what_a_binary_number_made_of_two_decimals_is_left_out(folder: Path, price: str) -> None:
    (single,) = struct.unpack("f", struct.pack("f", Decimal(price)))
    for shown in (f"{single:.9g}", repr(single), repr(float(price)), price):
        changed(folder, "products.csv", "9.80000019", shown)
        assert read_csv_world(folder).products[1].list_price == Decimal(price)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1899-12-31", "2101-01-01"])
def test_c6_a_day_that_is_no_day_of_a_sale_is_told(folder: Path, day: str) -> None:
    changed(folder, "orders.csv", "1996-07-04", day)
    assert problems(folder) == [
        f"orders.csv, line 2, column order_date: {day} is no day of a sale; write one from 1900-01-01 to 2100-12-31."
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1996-07-04T23:30:00Z", date(1996, 7, 5)),
        ("1996-07-04 21:59:59Z", date(1996, 7, 4)),
        ("1996-07-04T23:30:00-05:00", date(1996, 7, 5)),
        ("1996-07-05T00:30:00+09:00", date(1996, 7, 4)),
        ("1996-01-04T22:59:00+00:00", date(1996, 1, 4)),
        ("1996-07-04 23:30:00", date(1996, 7, 4)),
    ],
)
def test_c6_a_time_with_a_zone_is_the_date_in_stockholm(folder: Path, written: str, meant: date) -> None:
    changed(folder, "orders.csv", "1996-07-04", written)
    assert read_csv_world(folder).deals[0].day == meant


@pytest.mark.parametrize("written", ["0001-01-01T00:30:00+09:00", "1996-07-04T25:00:00Z", "1996-07-04T23:30:00+99:00"])
def test_c6_a_time_that_cannot_be_is_no_date(folder: Path, written: str) -> None:
    changed(folder, "orders.csv", "1996-07-04", written)
    assert "is not a date; write it as YYYY-MM-DD." in problems(folder)[0]


def test_c6_two_columns_of_one_name_are_told(folder: Path) -> None:
    changed(
        folder, "products.csv", "product_id,product_name,unit_price", "product_id,product_name,Product_Name ,unit_price"
    )
    assert problems(folder) == ["products.csv, line 1: the column product_name is there twice; remove one of them."]


def test_c6_a_return_is_told_without_advice_that_changes_the_sum(folder: Path) -> None:
    changed(folder, "order_details.csv", "14,12,0", "14,-12,0")
    assert problems(folder) == [
        "order_details.csv, line 2, column quantity: -12.00 is a return, and a world holds sales; "
        "take it off what was sold in that order."
    ]
