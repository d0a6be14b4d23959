"""Every page in both languages, through Streamlit's own test harness."""

import getpass
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from dashboard.data import Status
from dashboard.text import WORDS
from sync.store import inbox
from sync.store.publish.copies import Heartbeat
from tests.dashboard import seed
from tests.dashboard.pages import Open, words
from tests.dashboard.seed_deals import HOSTILE

APP = str(Path(__file__).parents[2] / "dashboard" / "app.py")
VIEWS = ("overview", "reconciliation", "discounts", "records", "runs", "errors")
BARE_KEY = re.compile(rf"\b({'|'.join(sorted({re.escape(key) for key in WORDS if not key.startswith('unit')}))})\b")


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_page_opens_in_either_language_without_a_bare_key(
    open_app: Open, tmp_path: Path, view: str, lang: str
) -> None:
    seed.full_store(tmp_path)
    app = open_app(view, lang)
    assert not app.exception
    assert [title.value for title in app.title] == [WORDS[f"page.{view}"][lang == "en"]]
    assert not BARE_KEY.search(words(app))


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize(
    "record", ["upsales:94/order/705", "upsales:94/order/742", "fortnox:nord/invoice/41099", "upsales:94/account/501"]
)
def test_a_record_opens_in_either_language_without_a_bare_key(
    open_app: Open, tmp_path: Path, record: str, lang: str
) -> None:
    seed.full_store(tmp_path)
    app = open_app("records", lang, record=record)
    assert not app.exception
    assert not BARE_KEY.search(words(app))


@pytest.mark.parametrize("view", VIEWS)
def test_a_store_without_rows_is_a_calm_page(open_app: Open, tmp_path: Path, view: str) -> None:
    seed.empty_store(tmp_path)
    app = open_app(view)
    assert not app.exception
    assert not app.error
    assert "Inget flöde har körts än" in words(app)


@pytest.mark.parametrize("view", VIEWS)
def test_a_missing_data_folder_is_explained(open_app: Open, tmp_path: Path, view: str) -> None:
    app = open_app(view, "en", data=tmp_path / "not there")
    assert not app.exception
    assert "The sync has never run on this data folder" in words(app)
    assert not (tmp_path / "not there").exists()


def test_a_living_sync_without_a_copy_asks_to_wait(open_app: Open, tmp_path: Path) -> None:
    seed.beat(tmp_path)
    assert "The sync is running but has not published" in words(open_app(lang="en"))


def test_the_first_run_shows_how_far_it_has_come(open_app: Open, tmp_path: Path) -> None:
    seed.first_run_store(tmp_path)
    app = open_app()
    assert [title.value for title in app.title] == ["Första körningen pågår"]
    assert app.metric[0].value == "240"


@pytest.mark.parametrize("view", VIEWS)
def test_a_stopped_sync_is_announced_on_every_page(open_app: Open, tmp_path: Path, view: str) -> None:
    seed.full_store(tmp_path, running=False)
    assert "Synken är stoppad." in open_app(view).error[0].value


def test_a_silent_sync_counts_as_stopped_and_a_living_one_does_not(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    assert not open_app().error
    seed.beat(tmp_path, age=16)
    assert "The sync is stopped." in open_app(lang="en").error[0].value


def test_paused_flows_and_lost_connections_are_announced(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    page = words(open_app("records", "en"))
    assert "Paused; resume on the page Runs" in page
    assert "Fortnox refused: “Kan inte logga in, access-token saknas.” (code 2000311)" in page
    assert "Kan inte logga in" not in words(open_app("records", "en", company="nord"))


def test_amounts_are_written_the_swedish_way_in_both_languages(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    cards = [[metric.value for metric in open_app(lang=lang).metric] for lang in ("sv", "en")]
    assert cards[0] == cards[1]
    assert cards[0][2] == "1\u00a0941\u00a0075\u00a0kr"


def months_of(app: AppTest) -> AppTest:
    """Return the reconciliation with its months shown."""
    app.session_state["rec_view"] = "months"
    return app.run()


def test_the_company_and_the_period_of_the_url_limit_the_page(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = months_of(open_app("reconciliation", company="syd", period="2026-04"))
    table = app.dataframe[0].value
    assert table["company"].tolist() == ["Syd Maskin AB"]
    assert table["month"].tolist() == ["2026-04"]
    assert table["net"][0] == Decimal("334959.80")


def test_nonsense_in_the_url_falls_back_to_all(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app("reconciliation", "xx", company="'; DROP TABLE deals", period="2026-99")
    assert not app.exception
    assert app.selectbox(key="company").value == app.selectbox(key="period").value == "all"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("period", ["2031-01", "2026-99", "juni"])
def test_h7_a_month_that_is_not_here_is_said_until_another_is_chosen(
    open_app: Open, tmp_path: Path, view: str, period: str
) -> None:
    seed.full_store(tmp_path)
    app = open_app(view, period=period)
    for _ in range(2):
        assert "Länkens period finns inte här" in words(app)
        assert period in words(app)
        app.run()
    app.selectbox(key="period").select("2026-05").run()
    assert "Länkens period finns inte här" not in words(app)


def test_h7_a_company_that_is_not_here_is_said(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    assert "Länkens bolag finns inte här" in words(open_app(company="vast"))


def test_h7_the_period_applies_to_the_bridge_and_where_it_does_not_apply_that_is_said(
    open_app: Open, tmp_path: Path
) -> None:
    seed.full_store(tmp_path)
    every, month = (words(open_app(period=period)) for period in ("all", "2026-05"))
    assert "Från CRM till bokfört, alla perioder" in every
    assert "Från CRM till bokfört, 2026-05" in month
    for page, said in ((every, 0), (month, 2), (words(open_app("errors", period="2026-05")), 1)):
        assert page.count("Gäller nu, oavsett vald period") == said


def test_changing_the_period_is_kept_for_the_next_page(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app()
    app.selectbox(key="period").select("2026-05").run()
    months_of(app.switch_page("views/reconciliation.py"))
    assert set(app.dataframe[0].value["month"]) == {"2026-05"}
    assert app.query_params["period"] == "2026-05"


def test_selecting_a_month_shows_the_rows_behind_it(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = months_of(open_app("reconciliation"))
    app.session_state["months"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    month, deals = app.dataframe[0].value, app.dataframe[1].value
    assert sum(deals["net_sek"]) == month["net"][0]
    app.session_state["rec_part"] = "booked_documents"
    app.run()
    assert not app.exception
    assert len(app.dataframe) == 2


def test_a_search_by_correlation_id_finds_the_whole_story(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app("records")
    app.text_input(key="q").set_value("000005c0ffee").run()
    assert set(app.dataframe[0].value["record_id"]) == {"705", "41005"}
    app.text_input(key="q").set_value("ingenting alls").run()
    assert "Inget hittades" in words(app)


def test_a_record_tells_what_was_decided_for_each_company_and_kind(open_app: Open, tmp_path: Path) -> None:
    statements = (
        f"INSERT INTO decisions SELECT * REPLACE ('{company}' AS company, 'order' AS target_kind) FROM decisions"
        " WHERE record_id = '705' AND target_kind = 'invoice'"
        for company in ("syd", "")
    )
    seed.altered(seed.full_store(tmp_path), *statements)
    page = words(open_app("records", "en", record="upsales:94/order/705"))
    assert "Decision on invoice in Nord Maskin AB: " in page
    assert "Decision on order in Syd Maskin AB: " in page
    assert "Decision on order, no company: " in page
    one = words(open_app("records", "en", company="nord", record="upsales:94/order/705"))
    assert "Decision on invoice in Nord Maskin AB: " in one
    assert "Syd Maskin AB" not in one


def test_hostile_names_are_only_text(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app("records", record="upsales:94/order/743")
    assert any(HOSTILE in str(text.value) for text in app.text)
    assert all("evil" not in str(markdown.value) for markdown in app.markdown)
    listed = open_app("records", company="nord").dataframe[0].value
    assert f"'{HOSTILE}" in listed["title"].tolist()


def test_a_record_of_another_company_is_not_shown(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app("records", company="syd", record="fortnox:nord/invoice/41099")
    assert "hör till ett annat bolag" in words(app)


@pytest.mark.parametrize(("balance", "shown"), [("-374", True), ("-0.5", False), ("0", False)])
def test_a10_what_was_paid_too_much_is_shown_on_the_invoices_page(
    open_app: Open, tmp_path: Path, balance: str, shown: bool
) -> None:
    overpaid = f"UPDATE documents SET state = 'paid', balance = {balance} WHERE number = '41099'"
    seed.altered(seed.full_store(tmp_path), overpaid)
    page = words(open_app("records", record="fortnox:nord/invoice/41099"))
    assert ("Överbetalt" in page) is shown
    assert ("\n374,00\u00a0kr" in page) is shown


def test_g4_a_heartbeat_that_is_ahead_of_the_wall_takes_no_time_away() -> None:
    wall = datetime(2026, 6, 18, 12, tzinfo=UTC)
    ahead = Heartbeat(wall + timedelta(days=60_000), 17, "running", "", wall, 10_000)
    assert Status(ahead, None, wall).now == wall


def test_an_unknown_record_is_said_to_be_unknown(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    for record in ("upsales:94/order/99999", "x/y/z"):
        assert "Posten finns inte i kopian" in words(open_app("records", record=record))


def test_run_now_is_asked_at_once_and_answered_when_published(open_app: Open, tmp_path: Path) -> None:
    store = seed.full_store(tmp_path)
    app = open_app("runs", "en")
    app.button(key="now_upsales:94/deals").click().run()
    assert "Asked: run now. Waiting for the sync's answer." in words(app)
    (command,) = inbox.take(tmp_path)
    assert isinstance(command, inbox.Command)
    assert (command.name, command.arguments) == ("run_now", {"flow": "upsales:94/deals"})
    assert command.actor == getpass.getuser()
    seed.answer(store, command.command_id, "run_now", "upsales:94/deals", "already_running")
    app.run()
    assert "run now: the flow is already running" in words(app)


def test_a_pause_needs_a_reason(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    app = open_app("runs")
    flow = "upsales:94/deals"
    submit = next(button for button in app.button if button.label == "Pausa" and flow in str(button.form_id))
    submit.click().run()
    assert inbox.take(tmp_path) == []
    assert "Skriv ett skäl" in words(app)
    app.text_input(key=f"reason_{flow}").set_value("bokslut")
    submit = next(button for button in app.button if button.label == "Pausa" and flow in str(button.form_id))
    submit.click().run()
    (command,) = inbox.take(tmp_path)
    assert isinstance(command, inbox.Command)
    assert command.arguments == {"flow": flow, "reason": "bokslut"}


def test_a_schedule_is_asked_for_and_the_syncs_answer_shown(open_app: Open, tmp_path: Path) -> None:
    store = seed.full_store(tmp_path)
    app = open_app("runs", "en")
    flow = "fortnox:syd/documents"
    app.text_input(key=f"cron_{flow}").set_value("0 25 * * *")
    next(button for button in app.button if button.label == "Save schedule" and flow in str(button.form_id)).click()
    app.run()
    (command,) = inbox.take(tmp_path)
    assert isinstance(command, inbox.Command)
    assert command.arguments == {"flow": flow, "cron": "0 25 * * *"}
    seed.answer(store, command.command_id, "schedule", flow, "accepted", next_run_at="2026-06-18T13:00:00+00:00")
    app.run()
    assert "change schedule: accepted, next run 2026-06-18 15:00" in words(app)


def test_a_server_that_others_can_reach_refuses(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    config.set_option("server.address", "0.0.0.0")
    app = open_app(lang="en")
    assert "may only listen on this machine" in app.error[0].value
    assert not app.metric


def test_a_damaged_copy_is_told_in_a_sentence(open_app: Open, tmp_path: Path) -> None:
    seed.full_store(tmp_path)
    for copy in (tmp_path / "published").glob("sync-*.duckdb"):
        copy.write_text("not a database")
    app = open_app(lang="en")
    assert not app.exception
    assert "could not be read" in app.error[0].value


def test_a_new_copy_is_seen_at_once(open_app: Open, tmp_path: Path) -> None:
    store = seed.full_store(tmp_path)
    app = open_app("runs", "en")
    seed.answer(store, "1" * 32, "resume", "fortnox:syd/documents", "not_paused")
    app.run()
    assert "the flow is not paused" in words(app)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("reason", "said"), [("new", "empty memory"), ("behind", "older than what was sent")])
def test_a_recovery_is_announced_on_every_page(
    open_app: Open, tmp_path: Path, view: str, reason: str, said: str
) -> None:
    store = seed.full_store(tmp_path)
    assert said not in words(open_app(view, "en"))
    seed.recovering(store, reason)
    assert said in words(open_app(view, "en"))


def test_another_document_is_offered_only_where_the_earlier_one_no_longer_counts(
    open_app: Open, tmp_path: Path
) -> None:
    seed.full_store(tmp_path)
    counting = open_app("records", "en", record=f"{seed.UPSALES}/order/705")
    assert "another_document" not in {one.key for one in counting.button}
    app = open_app("records", "en", record=f"{seed.UPSALES}/order/{seed.CANCELLED}")
    app.button(key="another_document").click().run()
    assert "Asked: allow another invoice." in words(app)
    (command,) = inbox.take(tmp_path)
    assert isinstance(command, inbox.Command)
    assert command.arguments["record_id"] == seed.CANCELLED


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("state", ["cannot_store", "cannot_publish"])
def test_a_full_disk_is_announced_on_every_page(open_app: Open, tmp_path: Path, view: str, state: str) -> None:
    seed.full_store(tmp_path)
    seed.beat(tmp_path, state=state, sentence="No space left on device")
    app = open_app(view, "en")
    assert any("disk" in error.value for error in app.error)
    assert "No space left on device" in words(app)


@pytest.mark.parametrize("view", VIEWS)
def test_a_large_piece_of_work_is_announced_and_is_no_stop(open_app: Open, tmp_path: Path, view: str) -> None:
    seed.full_store(tmp_path)
    seed.beat(tmp_path, state="working", sentence="Upsales → Fortnox")
    app = open_app(view, "en")
    assert any("busy with one large piece of work" in info.value for info in app.info)
    assert "Upsales → Fortnox" in words(app)
    assert not any("is stopped" in error.value for error in app.error)
