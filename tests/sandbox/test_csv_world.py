"""Worlds from CSV files: what is read, and what is said of files that cannot be read (ARCHITECTURE.md: the worlds)."""

import os
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from sync.sandbox.tables import Tables
from sync.sandbox.upsales.data.seed import seed_upsales
from sync.sandbox.upsales.data.truth import upsales_truth
from sync.sandbox.worlds.countries import country_code, vat_type
from sync.sandbox.worlds.csv_world import read_csv_world
from sync.sandbox.worlds.errors import WorldError
from tests.sandbox.upsales_account import StandingClock

SHARED = Path(os.environ.get("KVITT_SHARED", Path(__file__).parents[2] / "../shared"))
CENT = Decimal("0.01")

FILES = {
    "customers.csv": (
        "customer_id,company_name,address,city,postal_code,country,phone\n"
        'ALFKI,Alfreds,"Obere Str. 57, 2 tr",Berlin,12209,Germany,030-1\n'
        "BERGS,Berglunds,Berguvsvägen 8,Luleå,S-958 22,Sweden,0921-1\n"
        "RATTC,Rattlesnake,,,,USA,\n"
    ),
    "products.csv": "product_id,product_name,unit_price\n11,Queso,21\n42,Mee,9.80000019\n",
    "employees.csv": "employee_id,last_name,first_name,notes\n1,Davolio,Nancy,x\n",
    "orders.csv": (
        "order_id,customer_id,employee_id,order_date\n"
        "10248,ALFKI,1,1996-07-04\n10249,BERGS,1,1996-07-05 00:00:00\n10250,RATTC,1,1996-07-03\n"
    ),
    "order_details.csv": (
        "order_id,product_id,unit_price,quantity,discount\n"
        "10248,11,14,12,0\n10248,42,9.80000019,10,0.150000006\n10249,42,34.7999992,5,0.0500000007\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def changed(folder: Path, file: str, old: str, new: str) -> None:
    content = FILES[file]
    assert old in content
    (folder / file).write_text(content.replace(old, new), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(WorldError) as caught:
        read_csv_world(folder)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


def test_prices_and_discounts_are_the_two_decimal_numbers_they_mean(folder: Path) -> None:
    world = read_csv_world(folder)
    first, second, _ = world.deals

    assert [row.list_price for row in first.rows] == [Decimal("14.00"), Decimal("9.80")]
    assert [row.price for row in first.rows] == [Decimal(14), Decimal("8.33")]
    assert second.rows[0].price == Decimal("33.06")
    assert world.products[1].list_price == Decimal("9.80")


def test_a_world_is_in_kronor_with_one_company_and_an_accountant_who_books(folder: Path) -> None:
    world = read_csv_world(folder)

    assert (world.name, world.accountant) == (folder.name, "books")
    assert [(one.key, one.go_live) for one in world.companies] == [("main", date(1996, 7, 3))]
    assert [(one.code, one.sek) for one in world.currencies] == [("SEK", 1)]
    assert {(deal.state, deal.company, deal.currency) for deal in world.deals} == {("won", "main", "SEK")}
    assert world.deals[1].day == date(1996, 7, 5)
    assert world.sellers[0].name == "Nancy Davolio"


def test_customers_keep_their_keys_and_get_country_codes_and_vat_types(folder: Path) -> None:
    facts = [(one.key, one.country_code, one.vat_type) for one in read_csv_world(folder).customers]

    assert facts == [("ALFKI", "DE", "EUVAT"), ("BERGS", "SE", "SEVAT"), ("RATTC", "US", "EXPORT")]
    assert read_csv_world(folder).customers[0].address == "Obere Str. 57, 2 tr"


def test_an_order_without_rows_is_a_deal_that_has_to_be_held(folder: Path) -> None:
    assert [deal.flaw for deal in read_csv_world(folder).deals] == ["", "", "rows"]


def test_semicolons_byte_order_marks_capitals_and_blank_lines_are_read(folder: Path) -> None:
    text = FILES["products.csv"].replace(",", ";").replace("product_id", "Product_ID ") + "\n;;\n"
    (folder / "products.csv").write_text("\ufeff" + text, encoding="utf-8")

    assert [one.name for one in read_csv_world(folder).products] == ["Queso", "Mee"]


def test_missing_files_are_all_named(folder: Path) -> None:
    (folder / "orders.csv").unlink()
    (folder / "employees.csv").unlink()

    assert problems(folder) == [
        f"employees.csv is missing in {folder}; put it there.",
        f"orders.csv is missing in {folder}; put it there.",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "orders.csv",
            "order_date",
            "date",
            "line 1: the column order_date is missing; add it to the first line.",
        ),
        (
            "products.csv",
            "9.80000019",
            "dyrt",
            "line 3, column unit_price: 'dyrt' is not a number; write it as 12.50.",
        ),
        (
            "products.csv",
            "9.80000019",
            '"9,80"',
            "line 3, column unit_price: '9,80' is not a number; write it as 12.50.",
        ),
        (
            "products.csv",
            "9.80000019",
            "9.805",
            "line 3, column unit_price: 9.805 has more than two decimals; round it to two.",
        ),
        (
            "products.csv",
            "9.80000019",
            "NaN",
            "line 3, column unit_price: 'NaN' is not a number; write it as 12.50.",
        ),
        (
            "products.csv",
            "9.80000019",
            "-1",
            "line 3, column unit_price: -1.00 is below 0; a price is 0 or more.",
        ),
        (
            "products.csv",
            "\n42,",
            "\n11,",
            "line 3, column product_id: 11 is already on line 2; give each row its own.",
        ),
        (
            "products.csv",
            "Queso",
            "",
            "line 2, column product_name: the cell is empty; fill it in or remove the row.",
        ),
        (
            "customers.csv",
            "USA",
            "Narnia",
            "line 4, column country: Narnia is no country's English name; write its two-letter ISO code.",
        ),
        (
            "orders.csv",
            "RATTC",
            "WHO",
            "line 4, column customer_id: WHO is not in customers.csv; add it there or correct it.",
        ),
        (
            "orders.csv",
            "ALFKI,1",
            "ALFKI,9",
            "line 2, column employee_id: 9 is not in employees.csv; add it there or correct it.",
        ),
        (
            "orders.csv",
            "1996-07-04",
            "4/7/1996",
            "line 2, column order_date: '4/7/1996' is not a date; write it as YYYY-MM-DD.",
        ),
        (
            "orders.csv",
            "1996-07-04",
            "1996-02-30",
            "line 2, column order_date: '1996-02-30' is not a date; write it as YYYY-MM-DD.",
        ),
        (
            "order_details.csv",
            "10248,11",
            "1,11",
            "line 2, column order_id: 1 is not in orders.csv; add it there or correct it.",
        ),
        (
            "order_details.csv",
            "10248,11",
            "10248,9",
            "line 2, column product_id: 9 is not in products.csv; add it there or correct it.",
        ),
        (
            "order_details.csv",
            "14,12,0",
            "14,0,0",
            "line 2, column quantity: 0.00 is not above 0; remove the row or correct it.",
        ),
        (
            "order_details.csv",
            "14,12,0",
            "14,12,15",
            "line 2, column discount: 15.00 is not between 0 and 1; write 15 % as 0.15.",
        ),
        (
            "order_details.csv",
            "14,12,0\n",
            "14,12,0,9\n",
            "line 2, column discount: the row has 6 cells, the first line 5; quote texts that hold commas.",
        ),
    ],
)
def test_one_sentence_names_file_line_column_and_what_to_do(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    changed(folder, file, old, new)

    assert problems(folder) == [f"{file}, {says}"]


def test_a_line_number_counts_lines_inside_quoted_texts(folder: Path) -> None:
    changed(folder, "customers.csv", "57, 2 tr", "57\n2 tr")
    (folder / "orders.csv").write_text(FILES["orders.csv"], encoding="utf-8")
    content = (folder / "customers.csv").read_text(encoding="utf-8").replace("USA", "Narnia")
    (folder / "customers.csv").write_text(content, encoding="utf-8")

    assert problems(folder)[0].startswith("customers.csv, line 5, column country: ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "orders.csv is empty; export the data again."),
        (" \n\n", "orders.csv is empty; export the data again."),
        (
            "order_id,customer_id,employee_id,order_date\n",
            "orders.csv has no rows below its first line; export the data again.",
        ),
    ],
)
def test_an_empty_file_is_said_to_be_empty(folder: Path, content: str, says: str) -> None:
    (folder / "orders.csv").write_text(content, encoding="utf-8")

    assert problems(folder) == [says]


def test_c6_text_that_is_utf_8_but_for_a_byte_is_damaged_and_named_with_its_place(folder: Path) -> None:
    whole = FILES["customers.csv"].encode()
    (folder / "customers.csv").write_bytes(whole.replace(b"Sweden", b"Swed\xffn"))

    assert problems(folder) == ["customers.csv, line 3, character 53: not UTF-8 text; save the file as UTF-8."]


def test_a_file_that_is_no_csv_is_said_to_be_none(folder: Path) -> None:
    changed(folder, "products.csv", "Queso", "x" * 200000)

    assert problems(folder)[0].startswith("products.csv, line 2: not readable as CSV (")


def test_all_problems_of_a_file_are_told_up_to_twenty(folder: Path) -> None:
    lines = "".join(f"{number},ALFKI,1,snart\n" for number in range(25))
    few = "".join(f"{number},NEJ,1,snart\n" for number in range(3))
    header = "order_id,customer_id,employee_id,order_date\n"
    (folder / "orders.csv").write_text(header + few, encoding="utf-8")
    assert len(problems(folder)) == 6

    (folder / "orders.csv").write_text(header + lines, encoding="utf-8")
    found = problems(folder)
    assert len(found) == 21
    assert found[-1] == "orders.csv may have more problems; correct these first."


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UK", "GB"), ("usa", "US"), ("Sweden", "SE"), ("se", "SE"), ("Türkiye", "TR"), ("Turkey", "TR"),
        ("Czech Republic", "CZ"), ("Côte d'Ivoire", "CI"), ("Holland", "NL"), ("South Korea", "KR"),
        ("Trinidad and Tobago", "TT"), ("EU", ""), ("XX", ""), ("", ""), ("Narnia", ""),
    ],
)  # fmt: skip
def test_country_names_and_codes_are_known(name: str, code: str) -> None:
    assert country_code(name) == code


def test_vat_types_follow_the_country() -> None:
    assert [vat_type(code) for code in ("SE", "FI", "GR", "GB", "NO", "")] == [
        "SEVAT", "EUVAT", "EUVAT", "EXPORT", "EXPORT", "EXPORT",
    ]  # fmt: skip


@pytest.mark.shared
def test_northwind_gives_the_published_figures() -> None:
    folder = SHARED / "data" / "northwind"
    if not folder.is_dir():
        pytest.skip("the Northwind files are not beside this checkout (set KVITT_SHARED to their folder)")
    world, tables = read_csv_world(folder), Tables()
    seed_upsales(tables, world, StandingClock())
    truth = upsales_truth(tables)
    rows = [row for deal in world.deals for row in deal.rows]
    rounded = [(row.quantity * row.price).quantize(CENT, ROUND_HALF_UP) for row in rows]
    figures = [str(truth[name].quantize(CENT, ROUND_HALF_UP)) for name in ("gross", "discount", "net")]

    assert (len(world.customers), len(world.products), len(rows)) == (91, 77, 2155)
    assert truth["deals"] == 830
    assert figures == ["1354458.59", "88665.55", "1265793.04"]
    assert sum(rounded) == Decimal("1265793.29")
    assert sum(row.price != row.list_price for row in rows) == 838
