"""Numbers in tables are sorted by what they are worth, not by how they are written."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import Visit, click_cell

pytestmark = pytest.mark.browser

AMOUNT = 3


def test_h10_a_table_is_sorted_by_what_amounts_are_worth(chromium: Browser, full: str) -> None:
    visit = Visit(chromium, full, "light", locale="en-US")
    page = visit.open("reconciliation", "sv", "Avstämning")
    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    assert box
    first = page.locator("[data-testid=stDataFrame]").first.locator("canvas tbody tr").first.locator("td").nth(AMOUNT)
    for smallest_then_largest in ("-269306.4", "12000"):
        click_cell(page, 0, row=0, left=int(box["width"]) - 60)
        expect(first).to_have_text(smallest_then_largest)
    visit.close()
