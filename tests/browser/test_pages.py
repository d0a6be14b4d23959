"""Each page in a real browser: light and dark, Swedish and English; nothing foreign, no errors, no tracebacks."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sync.store.publish import copies as publish
from tests.browser.conftest import ROOT
from tests.browser.visit import TITLES, Scheme, Visit, click_cell
from tests.dashboard.seed_deals import NOW

pytestmark = pytest.mark.browser
LONGER = pytest.mark.verify
BOTH_SCHEMES = pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=LONGER)])

README_PICTURES = ROOT / "dashboard" / "static" / "screenshots"
LANGUAGES = ("sv", "en")


@pytest.mark.parametrize(("lang", "scheme"), [("sv", "light"), pytest.param("en", "dark", marks=LONGER)])
def test_every_page_is_drawn(chromium: Browser, full: str, lang: str, scheme: Scheme) -> None:
    visit = Visit(chromium, full, scheme)
    for name, titles in TITLES.items():
        path = "" if name == "overview" else name
        visit.open(path, lang, titles[LANGUAGES.index(lang)])
        visit.picture(f"{name}-{lang}-{scheme}")
    visit.close()


@BOTH_SCHEMES
def test_a_deal_is_shown_with_both_sides(chromium: Browser, full: str, scheme: Scheme) -> None:
    visit = Visit(chromium, full, scheme)
    visit.open("records?record=upsales:94/order/705", "sv", "Affär")
    visit.picture(f"record-{scheme}")
    visit.open("records?record=upsales:94/order/743", "sv", "Affär")
    assert visit.page.locator("script:has-text('alert(1)')").count() == 0
    assert visit.page.locator("strong:has-text('fet')").count() == 0
    visit.picture(f"record-hostile-{scheme}")
    visit.open("records?record=upsales:94/order/742", "sv", "Affär")
    visit.picture(f"record-review-{scheme}")
    visit.close()


@LONGER
def test_a_search_finds_what_the_url_says(chromium: Browser, full: str) -> None:
    visit = Visit(chromium, full, "light")
    visit.open("records?q=Sk%C3%A5nska", "sv", "Poster")
    visit.picture("records-search")
    visit.close()


@LONGER
def test_selecting_a_month_shows_its_rows_and_a_row_leads_to_the_record(chromium: Browser, full: str) -> None:
    visit = Visit(chromium, full, "light")
    page = visit.open("reconciliation", "sv", "Avstämning")
    page.get_by_text("Månader", exact=True).click()
    expect(page.get_by_text("Per månad och bolag")).to_be_visible(timeout=60_000)
    visit.settle()
    click_cell(page, 0, row=3, left=12)
    expect(page.get_by_text("Vunna affärer").first).to_be_visible(timeout=60_000)
    visit.settle()
    visit.picture("reconciliation-month")
    click_cell(page, 1, row=1, left=31)
    expect(page.locator("h1").filter(has_text="Affär")).to_be_visible(timeout=60_000)
    assert "record=upsales" in page.url
    visit.close()


@BOTH_SCHEMES
def test_a_bar_opens_to_rows_with_reasons_and_a_row_leads_to_the_record(
    chromium: Browser, full: str, scheme: Scheme
) -> None:
    visit = Visit(chromium, full, scheme)
    page = visit.open("reconciliation", "sv", "Avstämning")
    click_cell(page, 0, row=1, left=12)
    expect(page.get_by_text("Hämta som CSV").first).to_be_visible(timeout=60_000)
    visit.settle()
    visit.picture(f"reconciliation-bar-{scheme}")
    click_cell(page, 1, row=1, left=31)
    expect(page.locator("h1").filter(has_text="Affär")).to_be_visible(timeout=60_000)
    assert "record=upsales" in page.url
    visit.close()


@LONGER
def test_the_header_follows_from_page_to_page(chromium: Browser, full: str) -> None:
    visit = Visit(chromium, full, "light")
    page = visit.open("?company=syd&period=2026-05", "en", "Overview")
    page.locator("[data-testid=stSidebarNav]").get_by_text("Runs").click()
    expect(page.locator("h1").filter(has_text="Runs")).to_be_visible(timeout=60_000)
    visit.settle()
    for part in ("company=syd", "period=2026-05", "lang=en"):
        assert part in page.url
    visit.close()


@LONGER
def test_a_wish_is_said_to_be_asked_at_once(chromium: Browser, full: str) -> None:
    visit = Visit(chromium, full, "light")
    page = visit.open("runs", "sv", "Körningar")
    page.get_by_role("button", name="Kör nu").first.click()
    expect(page.get_by_text("Begärt: kör nu").first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Ändra schema").first.click()
    expect(page.get_by_text("Spara schema").first).to_be_visible(timeout=60_000)
    visit.picture("runs-schedule")
    visit.close()


@LONGER
def test_what_is_being_typed_survives_the_pages_own_renewal(chromium: Browser, full: str, full_data: Path) -> None:
    publish.publish(full_data / "sync.duckdb", full_data, 2, NOW)
    visit = Visit(chromium, full, "light")
    page = visit.open("runs", "sv", "Körningar")
    page.get_by_role("button", name="Pausa").first.click()
    field = page.get_by_role("textbox", name="Skäl till pausen").first
    field.press_sequentially("boksl")
    chip = page.get_by_text("Data till").first
    before = chip.inner_text()
    expect(chip).not_to_have_text(before, timeout=60_000)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    field.press_sequentially("ut")
    expect(field).to_have_value("bokslut")
    visit.close()


@LONGER
@BOTH_SCHEMES
def test_a_stopped_sync_is_announced(chromium: Browser, stopped: str, scheme: Scheme) -> None:
    visit = Visit(chromium, stopped, scheme)
    page = visit.open("", "sv", "Översikt")
    expect(page.get_by_text("Synken är stoppad.").first).to_be_visible(timeout=60_000)
    visit.picture(f"stopped-{scheme}")
    visit.close()


@LONGER
def test_a_first_run_and_an_empty_folder_are_explained(chromium: Browser, first_run: str, nothing: str) -> None:
    for name, address, title in (
        ("first-run", first_run, "Första körningen pågår"),
        ("nothing", nothing, "Inga data än"),
    ):
        visit = Visit(chromium, address, "light")
        visit.open("", "sv", title)
        visit.picture(name)
        visit.close()


@pytest.mark.skipif(not os.environ.get("KVITT_README_SCREENSHOTS"), reason="only when README pictures are renewed")
def test_the_readme_pictures_are_renewed(chromium: Browser, full: str) -> None:
    README_PICTURES.mkdir(parents=True, exist_ok=True)
    visit = Visit(chromium, full, "light")
    for name, titles in TITLES.items():
        page = visit.open("" if name == "overview" else name, "en", titles[1])
        page.screenshot(path=README_PICTURES / f"{name}.png")
    visit.close()
