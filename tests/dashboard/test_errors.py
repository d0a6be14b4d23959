"""The page of errors on what a real sync ran into: groups, queue, form, what is asked for."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import simplejson
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from sync.store import inbox
from sync.store.tables import operations
from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.troubles import record_id, troubled
from tests.dashboard.test_views import APP, words

REASON = {"sv": "Skäl (visas i spåret)", "en": "Reason (shown in the trail)"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = troubled(tmp_path_factory.mktemp("troubled"))
    with made:
        publish(made)
        yield made


@pytest.fixture
def data(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the published folder: what a page asks for stays out of the bench's inbox."""
    shutil.copytree(bench.data, tmp_path / "data", ignore=shutil.ignore_patterns("sync.duckdb*", "sync.lock"))
    monkeypatch.setenv("KVITT_DATA", str(tmp_path / "data"))
    config.set_option("server.address", "127.0.0.1")
    st.cache_data.clear()
    st.cache_resource.clear()
    yield tmp_path / "data"
    st.cache_data.clear()
    st.cache_resource.clear()


def publish(bench: Bench) -> None:
    bench.app.publisher.publish()
    bench.app.publisher.beat("running")


def number(bench: Bench, kind: str, key: str) -> int:
    return Desk(bench).operation(kind, record_id(bench, kind, key)).number


def page(lang: str = "sv", **query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=30)
    for name, value in {"lang": lang, **query}.items():
        app.query_params[name] = value
    app.switch_page("views/errors.py")
    return app.run()


def field(app: AppTest, label: str) -> Any:
    return next(one for one in app.text_input if one.label == label)


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


def asked(data: Path) -> list[tuple[str, dict[str, Any]]]:
    return [(one.name, dict(one.arguments)) for one in inbox.take(data) if isinstance(one, inbox.Command)]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("sv", ("Perioden är låst i Fortnox", "Samma namn finns i Fortnox", "Ert ordernummer", "tyst ändring")),
        (
            "en",
            ("The period is locked in Fortnox", "The same name is in Fortnox", "Your order number", "silent change"),
        ),
    ],
)
def test_issues_are_grouped_with_count_and_kronor(data: Path, lang: str, said: tuple[str, ...]) -> None:
    app = page(lang)
    assert not app.exception
    for phrase in said:
        assert phrase in words(app)
    table = app.dataframe[0].value
    assert sorted(table["records"])[-1] == 2, "two deals wait for their customers"


def test_h9_the_causes_to_solve_stand_first_with_the_kronor_that_wait_for_them(data: Path) -> None:
    table = page().dataframe[0].value
    amounts = dict(zip(table["what"], table["amount"], strict=True))
    places = {what: place for place, what in enumerate(table["what"])}
    waiting = places["Kunden väntar på granskning"]
    for cause in ("Samma namn finns i Fortnox", "Fel organisationsnummer"):
        assert places[cause] < waiting
        assert amounts[cause] == 159, "the net of the deal that waits for it"
    assert amounts["Kunden väntar på granskning"] == 318


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_h9_what_fortnox_answered_is_quoted_in_every_language(data: Path, lang: str) -> None:
    app = page(lang)
    app.session_state["e_view"] = "queue"
    assert "Företaget har låst perioden." in words(app.run())


def test_h9_a_failing_deal_is_in_review_and_leads_to_where_it_is_solved(data: Path, bench: Bench) -> None:
    app = AppTest.from_file(APP, default_timeout=30)
    app.query_params["record"] = f"{bench.app.crms[0].system}/order/{bench.deal_id('D3')}"
    app.switch_page("views/records.py").run()
    assert "på väg" not in words(app)
    assert "Företaget har låst perioden." in words(app)
    button(app, "Lös felet").click().run()
    assert "Det här stoppar posten" in words(app)


def test_a_chosen_issue_says_what_to_do_and_leads_to_its_records(data: Path) -> None:
    app = page()
    row = list(app.dataframe[0].value["what"]).index("Perioden är låst i Fortnox")
    app.session_state["issues"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    app.run()
    assert "Fråga ekonomi om perioden ska öppnas" in words(app)
    app.button(key="show_records").click().run()
    assert len(app.dataframe[0].value) == 1
    assert "Perioden är låst i Fortnox" in words(app)


def queue(app: AppTest, *rows: int) -> AppTest:
    app.session_state["e_view"] = "queue"
    app.run()
    app.session_state[app.session_state["queue_key"]] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return app.run()


def test_many_are_replayed_after_a_preview_in_kronor(data: Path) -> None:
    app = queue(page(), 0, 1)
    assert "Kör om 2 poster" in words(app)
    button(app, "Ja, kör om 2").click().run()
    ((name, arguments),) = asked(data)
    assert name == "replay"
    assert len(arguments["operations"]) == 2
    assert all(one["version"] >= 1 for one in arguments["operations"])
    assert "Väntar på synkens svar" in " ".join(str(one.value) for one in app.get("markdown")) + words(app)


def test_nothing_is_dismissed_without_a_reason(data: Path) -> None:
    app = queue(page(), 0)
    button(app, "Avfärda").click().run()
    assert "Skriv ett skäl först." in words(app)
    assert asked(data) == []
    app.text_input(key="dismiss_many_why").input("Testaffär")
    button(app, "Avfärda").click().run()
    ((name, arguments),) = asked(data)
    assert (name, arguments["reason"]) == ("dismiss", "Testaffär")


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_form_says_the_rule_at_the_field_and_sends_only_what_is_right(bench: Bench, data: Path, lang: str) -> None:
    label, save = {"sv": ("Ert ordernummer", "Spara och kör om"), "en": ("Your order number", "Save and replay")}[lang]
    app = page(lang, op=str(number(bench, "order", "D1")))
    assert not app.exception
    assert button(app, save).disabled
    field(app, label).input("<x>").run()
    field(app, REASON[lang]).input("för kort").run()
    assert "< >" in words(app)
    assert button(app, save).disabled
    field(app, label).input("Bygge").run()
    assert not button(app, save).disabled
    button(app, save).click().run()
    ((name, arguments),) = asked(data)
    assert name == "edit"
    assert (arguments["changes"], arguments["reason"]) == ({"YourOrderNumber": "Bygge"}, "för kort")


def test_the_form_says_what_a_changed_row_does_to_the_net(bench: Bench, data: Path) -> None:
    one = number(bench, "order", "D1")
    version = operations.version(bench.app.store, one)
    app = page(op=str(one))
    app.session_state[f"rows_{one}_{version}"] = {
        "edited_rows": {0: {"Price": "1000"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    app.run()
    assert "2\u00a0501,00\u00a0kr → 2\u00a0000,00\u00a0kr, ändring \u2212501,00\u00a0kr" in words(app)


def test_a_customer_is_chosen_among_those_that_fit(bench: Bench, data: Path) -> None:
    app = page(op=str(number(bench, "account", "bolt")))
    chooser = next(one for one in app.selectbox if one.label == "Vilken kund i Fortnox är det?")
    own = f"U-{bench.account_id('bolt')}"
    assert any("700" in option for option in chooser.options)
    assert f"Ny kund {own}" in chooser.options
    chooser.select_index(next(index for index, text in enumerate(chooser.options) if "700" in text)).run()
    field(app, REASON["sv"]).input("samma bolag").run()
    button(app, "Spara och kör om").click().run()
    ((_, arguments),) = asked(data)
    assert arguments["changes"] == {"CustomerNumber": "700"}


def test_a_deal_that_waits_for_its_article_leads_there(bench: Bench, data: Path) -> None:
    app = page(op=str(number(bench, "order", "D7")))
    app.button(key=f"open_{number(bench, 'product', 'party')}").click().run()
    assert [one.value for one in app.title] == ["Artikel"]
    assert field(app, "Benämning").value == "Kampanj 🎉"


def test_a_silent_change_is_shown_and_accepted_with_a_reason(bench: Bench, data: Path) -> None:
    ((flagged,),) = bench.rows("SELECT operation_no FROM silent_changes")
    app = page(op=str(flagged))
    assert "Fortnox svarade annat än vi skickade" in words(app)
    assert "49" in words(app)
    app.text_input(key=f"accept_why_{flagged}").input("avtalad frakt")
    button(app, "Godkänn skillnaden").click().run()
    assert asked(data) == [("accept", {"operations": [flagged], "reason": "avtalad frakt"})]


def test_a_record_that_changed_while_it_was_open_asks_which_holds(bench: Bench, data: Path) -> None:
    one = number(bench, "order", "D1")
    app = page(op=str(one))
    app.session_state[f"seen_{one}"] = 0
    app.run()
    assert "Posten har ändrats sedan du öppnade den" in words(app)
    assert not [each for each in app.button if each.label == "Spara och kör om"]
    button(app, "Visa den nya versionen").click().run()
    assert [each for each in app.button if each.label == "Spara och kör om"]


@pytest.mark.parametrize("query", ["abc", "999999", "-1", "9" * 30])
def test_an_operation_that_is_not_there_is_said_plainly(data: Path, query: str) -> None:
    app = page(op=query)
    assert not app.exception


def test_another_companys_operation_is_not_shown(bench: Bench, data: Path) -> None:
    app = page(op=str(number(bench, "order", "D1")), company="syd")
    assert "hör till ett annat bolag" in words(app)


def test_what_solved_itself_and_what_a_person_did_is_listed(bench: Bench, data: Path) -> None:
    app = page()
    app.session_state["e_view"] = "resolved"
    app.run()
    assert "D4" in words(app)
    assert "av sig själv" in words(app)


def test_a_repaired_record_shows_who_changed_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVITT_DATA", str(tmp_path / "data"))
    config.set_option("server.address", "127.0.0.1")
    st.cache_data.clear()
    st.cache_resource.clear()
    made = troubled(tmp_path)
    with made:
        desk = Desk(made)
        one = number(made, "order", "D1")
        desk.edit(desk.look("order", record_id(made, "order", "D1")), YourOrderNumber="Bygge", reason="teckenfel")
        made.settle()
        publish(made)
        app = page(op=str(one))
        assert any("Löst: faktura" in str(each.value) for each in app.success)
        assert "Bygge" in words(app)
        source = f"{made.app.crms[0].system}/order/{record_id(made, 'order', 'D1')}"
        record = AppTest.from_file(APP, default_timeout=30)
        record.query_params["record"] = source
        record.switch_page("views/records.py").run()
        assert "teckenfel" in words(record)
        assert "Ert ordernummer: Bygge 🙂 → Bygge" in words(record)


def test_no_errors_is_said_with_what_solved_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.acceptance.test_repair import FACTS

    monkeypatch.setenv("KVITT_DATA", str(tmp_path / "data"))
    config.set_option("server.address", "127.0.0.1")
    st.cache_data.clear()
    st.cache_resource.clear()
    with Bench(tmp_path, FACTS) as made:
        made.settle()
        publish(made)
        app = page("en")
        assert "No open errors" in simplejson.dumps([str(one.value) for one in app.get("markdown")]) + words(app)
        assert "What cannot be sent comes here" in words(app)
