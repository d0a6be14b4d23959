"""A failed record: a wrong edit is refused with its rule, the right one replayed; the trail says who did what."""

import getpass
import re
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page, expect

from sync.store.publish import copies as publish
from tests.acceptance.processes import wait_for
from tests.browser.conftest import served
from tests.browser.test_live import syncing

pytestmark = [pytest.mark.browser, pytest.mark.process]

ANSWERED_MILLISECONDS = 60_000
HELD_ARTICLE = """SELECT operation_no, source_system, source_id FROM operations
    WHERE state = 'review' AND target_kind = 'article' ORDER BY operation_no LIMIT 1"""


def held_article(data: Path) -> tuple[int, str, str] | None:
    """Return an article whose name Fortnox refuses, once the sync holds one: its number, its CRM and its id there."""
    newest = publish.newest(data)
    if newest is None:
        return None
    with closing(duckdb.connect(str(newest.path), read_only=True)) as copy:
        return copy.execute(HELD_ARTICLE).fetchone()


def write(page: Page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=True).first
    box.fill(text)
    box.press("Enter")


def told(page: Page) -> str:
    """Return everything the page says, tables too: they are drawn, but readable beside the drawing."""
    return " ".join([*page.locator("canvas td").all_inner_texts(), page.locator("body").inner_text()])


def test_a_failed_record_is_edited_replayed_and_resolved(chromium: Browser, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with syncing(data), served(data) as address:
        number, system, source = wait_for("a held article", lambda: held_article(data))
        page = chromium.new_context(locale="sv-SE").new_page()
        page.goto(f"{address}/errors?lang=sv&op={number}")
        expect(page.get_by_text("Det här stoppar posten")).to_be_visible(timeout=60_000)
        save = page.get_by_role("button", name="Spara och kör om")

        write(page, "Benämning", "Paket <nytt>")
        rule = page.locator(".stMarkdownBadge").filter(has_text="Tecken som Fortnox inte tar")
        expect(rule).to_be_visible(timeout=60_000)
        expect(save).to_be_disabled()

        write(page, "Benämning", "Paket nytt")
        write(page, "Skäl (visas i spåret)", "tecken bort")
        expect(save).to_be_enabled(timeout=60_000)
        save.click()

        resolved = page.get_by_text(re.compile("Löst: artikel"))
        expect(resolved).to_be_visible(timeout=ANSWERED_MILLISECONDS)
        assert page.locator("[data-testid=stException]").count() == 0

        page.goto(f"{address}/records?lang=sv&record={system}/product/{source}")
        expect(page.get_by_role("heading", name="Tidslinje")).to_be_visible(timeout=60_000)
        said = ("Ändrad av en person", getpass.getuser(), "→ Paket nytt; tecken bort")
        wait_for("the trail", lambda: all(words in told(page) for words in said) or None)
