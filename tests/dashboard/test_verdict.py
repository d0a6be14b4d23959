"""What is said of all figures together: never better than the worst check, and nothing of what was never read."""

from decimal import Decimal
from pathlib import Path

import pytest

from sync.explain.invariants import NUMBERS
from tests.dashboard import seed
from tests.dashboard.pages import Open, words

ALL_WELL = (
    "UPDATE checks SET found = 0, ok = TRUE",
    "UPDATE connections SET status = 'ok', status_sentence = ''",
)
WRONG_KEY = """UPDATE connections SET status = 'needs_person', last_success_at = NULL,
    status_sentence = 'Upsales refused the key: Invalid token.' WHERE system = 'upsales:94'"""
SILENT = """UPDATE connections SET status = 'unreachable', status_sentence = 'Fortnox did not answer in time.'
    WHERE system = 'fortnox:nord'"""
COUNTED_OTHERWISE = """INSERT INTO crm_totals VALUES
    ('upsales:94', '2026-03', 'SEK', 9, 120000, 8, 100000.50, TIMESTAMP '2026-06-18 12:00:00'),
    ('upsales:94', '2026-04', 'SEK', 3, 5000, 3, 5000, TIMESTAMP '2026-06-18 12:00:00')"""
PAGES = ("overview", "reconciliation")
EXPLAINED, EXPLAINED_IN_ENGLISH = "Varje krona är förklarad", "Every krona is explained"


@pytest.mark.parametrize("view", PAGES)
def test_h6_every_krona_is_explained_when_every_check_is_kept(open_app: Open, tmp_path: Path, view: str) -> None:
    seed.altered(seed.full_store(tmp_path), *ALL_WELL)
    assert EXPLAINED in words(open_app(view))


@pytest.mark.parametrize("view", PAGES)
@pytest.mark.parametrize("check", sorted(NUMBERS))
def test_h6_a_check_that_is_not_kept_is_the_verdict(open_app: Open, tmp_path: Path, view: str, check: str) -> None:
    broken = f"INSERT OR REPLACE INTO checks VALUES ('{check}', 24, TIMESTAMP '2026-06-18 12:00:00', 1, FALSE)"
    seed.altered(seed.full_store(tmp_path), *ALL_WELL, broken)
    page = words(open_app(view))
    assert EXPLAINED not in page
    assert "Kontroller som inte håller (1)" in page


@pytest.mark.parametrize("view", PAGES)
@pytest.mark.parametrize("company", ["all", "syd"])
def test_h6_deals_that_belong_to_no_company_are_part_of_the_verdict(
    open_app: Open, tmp_path: Path, view: str, company: str
) -> None:
    seed.altered(seed.full_store(tmp_path), *ALL_WELL, "UPDATE deals SET company = NULL WHERE deal_id = '705'")
    page = words(open_app(view, company=company))
    assert EXPLAINED not in page
    assert "Vunna affärer utan bolag: 1" in page


def test_h6_months_that_the_crm_counts_otherwise_are_shown_with_both_numbers(open_app: Open, tmp_path: Path) -> None:
    broken = "INSERT INTO checks VALUES ('crm_total', 24, TIMESTAMP '2026-06-18 12:00:00', 1, FALSE)"
    seed.altered(seed.full_store(tmp_path), *ALL_WELL, COUNTED_OTHERWISE, broken)
    table = open_app("reconciliation").dataframe[0].value
    assert table["month"].tolist() == ["2026-03"]
    assert [table[name][0] for name in ("crm_count", "own_count")] == [9, 8]
    assert table["difference"][0] == Decimal("19999.50")


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_h3_what_was_never_read_has_no_figure_and_no_check(open_app: Open, tmp_path: Path, lang: str) -> None:
    seed.altered(seed.full_store(tmp_path), *ALL_WELL, WRONG_KEY)
    app = open_app(lang=lang)
    figures = {metric.label: metric.value for metric in app.metric}
    assert [value == "–" for value in figures.values()] == [True, True, False, False, True, True, True]
    page = words(app)
    assert "KVITT_UPSALES__…" in page
    assert "Upsales refused the key: Invalid token." in page
    assert page.count("ej gjord" if lang == "sv" else "not made") == 12
    assert EXPLAINED not in page
    assert EXPLAINED_IN_ENGLISH not in page


@pytest.mark.parametrize("view", PAGES)
def test_h3_a_silent_system_is_said_in_the_verdict(open_app: Open, tmp_path: Path, view: str) -> None:
    seed.altered(seed.full_store(tmp_path), *ALL_WELL, SILENT)
    page = words(open_app(view))
    assert EXPLAINED not in page
    assert "Nord Maskin AB svarar inte" in page


def test_h3_money_in_doubt_is_a_figure(open_app: Open, tmp_path: Path) -> None:
    in_doubt = "UPDATE operations SET amount_sek = 100 WHERE state IN ('unknown', 'retry')"
    seed.altered(seed.full_store(tmp_path), in_doubt)
    figures = {metric.label: metric.value for metric in open_app().metric}
    assert figures["Ej avgjort"] == "200\u00a0kr"
