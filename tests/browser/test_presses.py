"""Presses in a real browser do what they say: there a press in a part of a page redraws that part alone."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visit import Visit, click_cell

pytestmark = pytest.mark.browser


def test_h1_the_records_of_a_group_are_shown_and_one_of_them_opened(chromium: Browser, full: str) -> None:
    visit = Visit(chromium, full, "light")
    page = visit.open("errors", "sv", "Fel & omkörning")
    click_cell(page, 0, row=1, left=12)
    page.get_by_role("button", name=re.compile("Visa posterna")).click()
    expect(page.get_by_text("Filter:")).to_be_visible(timeout=60_000)
    visit.settle()
    click_cell(page, 0, row=1, left=12)
    page.get_by_role("button", name="Öppna", exact=False).click()
    expect(page.get_by_text("Det här stoppar posten")).to_be_visible(timeout=60_000)
    assert "op=" in page.url
    visit.close()
