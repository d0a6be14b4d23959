"""A list that is longer than a page goes on: its page numbers are pressed in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import kept_alive, served
from tests.browser.visit import Visit, click_cell
from tests.dashboard import seed

pytestmark = [pytest.mark.browser, pytest.mark.verify]

COPIES = "range(1, 121) AS r(n)"
# Of every deal, run and held operation a hundred and twenty more.
MANY = (
    "INSERT INTO runs BY NAME SELECT t.* REPLACE (run_id * 1000 + n AS run_id) "
    f"FROM (FROM runs LIMIT 1) AS t, {COPIES}",
    *(
        f"INSERT INTO {table} BY NAME SELECT t.* REPLACE (concat(deal_id, '-', n) AS deal_id) "
        f"FROM {table} AS t, {COPIES} WHERE deal_id <> ''"
        for table in ("deals", "deal_rows", "slices", "bridge")
    ),
    f"INSERT INTO operations BY NAME SELECT t.* REPLACE (operation_no * 1000 + n AS operation_no, "
    f"concat(open_key, '-', n) AS open_key) FROM (FROM operations WHERE state = 'review' LIMIT 1) AS t, {COPIES}",
)


@pytest.fixture(scope="module")
def long_lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("long") / "data"
    seed.altered(seed.full_store(data), *MANY)
    with kept_alive(data), served(data) as address:
        yield address


@pytest.mark.parametrize(
    ("path", "title", "size", "press"),
    [
        ("runs", "Körningar", 50, ""),
        ("records", "Poster", 100, ""),
        ("discounts", "Rabatter", 100, ""),
        ("errors", "Fel & omkörning", 100, "Granskningskö"),
        ("reconciliation", "Avstämning", 100, "row"),
    ],
)
def test_h1_the_second_page_of_a_list_is_shown(
    chromium: Browser, long_lists: str, path: str, title: str, size: int, press: str
) -> None:
    visit = Visit(chromium, long_lists, "light")
    page = visit.open(path, "sv", title)
    if press == "row":
        click_cell(page, 0, row=1, left=12)
    elif press:
        page.get_by_role("radio", name=press).first.click()
    expect(page.get_by_text(re.compile(rf"Visar 1–{size} av \d+")).first).to_be_visible()
    page.get_by_test_id("stPaginationNext").first.click()
    expect(page.get_by_text(re.compile(rf"Visar {size + 1}–\d+ av \d+")).first).to_be_visible()
    visit.settle()
    visit.close()
