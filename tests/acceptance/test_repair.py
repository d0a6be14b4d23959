"""Edit, replay, dismiss: a wrong edit is refused with its rule, a right one is sent once and lasts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sync.sandbox.world import Customer
from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.worlds import ACME, BOLT, HAMMER, SAW, deal, row, world

EMOJI = "Bygge 🙂"
FACTS = world(deal("D1", row(SAW, "2")))
OTHER_YEAR = date(2027, 2, 1)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, FACTS)


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench)


def held_by_a_sign(bench: Bench) -> None:
    """The deal's reference holds a sign that Fortnox refuses."""
    bench.set_custom("D1", REFERENCE=EMOJI)
    bench.settle()
    assert bench.held() == {("order", "1"): ("data", "characters")}


def test_a_wrong_edit_is_refused_with_every_rule_it_breaks_and_calls_nobody(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        bench.writes_of()
        accepted, code, params = desk.edit(
            desk.look(), YourOrderNumber="x" * 76, InvoiceDate="1999-01-01", rows_1_Price="1,234", Currency="USD"
        )
        assert (accepted, code) == (False, "edit_refused")
        found = {(one["code"], one["field"], one["row"]) for one in params["problems"]}
        assert found == {
            ("too_long", "YourOrderNumber", None),
            ("no_financial_year", "InvoiceDate", None),
            ("too_many_decimals", "Price", 1),
            ("currency", "Currency", None),
            ("no_rate", "CurrencyRate", None),
        }
        bench.settle()
        assert bench.writes_of() == []
        assert bench.rows("SELECT count(*) FROM overrides") == [(0,)]


def test_the_right_edit_is_sent_once_and_the_trail_says_who_changed_what(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        bench.writes_of()
        assert desk.edit(desk.look(), YourOrderNumber="Bygge", reason="teckenfel")[:2] == (True, "accepted")
        bench.settle()
        created = [one for one in bench.writes_of() if one.path == "/3/invoices"]
        assert [one.body["YourOrderNumber"] for one in created] == ["Bygge"]
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Bygge"
        assert bench.held() == {}
        told = bench.rows(
            "SELECT actor, details->>'$.reason', details->>'$.changes[0].path', details->>'$.changes[0].before',"
            " details->>'$.changes[0].after' FROM events WHERE action = 'edited'"
        )
        assert told == [("Åsa", "teckenfel", "YourOrderNumber", EMOJI, "Bygge")]
        stored = bench.rows(
            "SELECT payload->>'$.YourOrderNumber', edited->>'$.YourOrderNumber', sent->>'$.YourOrderNumber'"
            " FROM operations WHERE target_kind = 'invoice'"
        )
        assert stored == [(EMOJI, "Bygge", "Bygge")]
        assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []


def test_three_runs_after_an_edited_replay_write_nothing(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        desk.edit(desk.look(), YourOrderNumber="Bygge", rows_1_Price="1000")
        bench.settle()
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_an_edit_lasts_through_a_change_of_another_field_and_ends_with_its_own(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        desk.edit(desk.look(), YourOrderNumber="Bygge", rows_1_Discount="10")
        bench.settle()
        bench.writes_of()
        bench.row_edit("D1", 0, quantity=3)
        bench.edit_deal("D1", value=Decimal("3751.50"))
        bench.settle()
        (update,) = [one for one in bench.writes_of() if one.system == "fortnox"]
        assert update.method == "PUT"
        assert set(update.body) == {"InvoiceRows"}, "the edited reference is not sent again"
        (sent,) = update.body["InvoiceRows"]
        assert (Decimal(sent["DeliveredQuantity"]), Decimal(sent["Discount"])) == (3, 10)
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Bygge"
        bench.set_custom("D1", REFERENCE="Nytt bygge")
        bench.settle()
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Nytt bygge"
        ended = bench.rows("SELECT path, ended_why FROM overrides WHERE ended_at IS NOT NULL")
        assert ended == [("YourOrderNumber", "source_changed")]
        assert bench.rows("SELECT count(*) FROM events WHERE action = 'edit_ended'") == [(1,)]
        assert bench.held() == {}
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_an_accountants_edit_of_an_edited_draft_is_left_alone(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        desk.edit(desk.look(), YourOrderNumber="Bygge")
        bench.settle()
        bench.edit_invoice("D1", YourReference="Ekonomi")
        bench.settle()
        bench.row_edit("D1", 0, quantity=3)
        bench.edit_deal("D1", value=Decimal("3751.50"))
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "both_changed")}


def test_two_people_who_replay_the_same_record_make_one_send(bench: Bench, desk: Desk) -> None:
    with bench:
        bench.fault("refuse", "/3/invoices")
        bench.settle()
        other = Desk(bench, "Bo")
        mine, theirs = desk.look(), other.look()
        bench.writes_of()
        assert desk.replay(mine)[:2] == (True, "accepted")
        assert other.replay(theirs)[:2] == (False, "already_replayed")
        bench.settle()
        assert other.replay(theirs)[:2] == (False, "already_replayed")
        bench.settle()
        assert len([one for one in bench.writes_of() if one.path == "/3/invoices"]) == 1
        assert bench.truth()["duplicates"] == 0


def test_two_people_who_edit_the_same_record_the_second_is_told(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        other = Desk(bench, "Bo")
        mine, theirs = desk.look(), other.look()
        assert desk.edit(mine, YourOrderNumber="Bygge")[1] == "accepted"
        assert other.edit(theirs, YourOrderNumber="Annat") == (False, "already_replayed", {"actor": "Åsa"})
        bench.settle()
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Bygge"


def test_a_source_that_changed_since_asks_which_one_holds(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        seen = desk.look()
        bench.set_custom("D1", REFERENCE=EMOJI, REMARKS="Ring först")
        bench.settle()
        assert desk.edit(seen, YourOrderNumber="Bygge")[:2] == (False, "stale")
        assert desk.edit(seen, "edited", YourOrderNumber="Bygge")[:2] == (True, "accepted")
        bench.settle()
        invoice = bench.invoice_of("D1")
        assert (invoice["YourOrderNumber"], invoice["Remarks"]) == ("Bygge", "Ring först")


def test_the_current_source_may_hold_instead_of_the_edit(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        desk.edit(desk.look(), YourOrderNumber="Bygge")
        bench.fault("refuse", "/3/invoices")
        bench.settle()
        seen = desk.look()
        bench.set_custom("D1", REFERENCE="Bygge 7")
        bench.app  # noqa: B018 - the sync is there; the change is read by the next run
        assert desk.replay(seen, choice="current")[:2] == (True, "accepted")
        bench.settle()
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Bygge 7"
        assert bench.rows("SELECT count(*) FROM overrides WHERE ended_at IS NULL") == [(0,)]


def test_an_edit_of_a_booked_document_is_refused(bench: Bench, desk: Desk) -> None:
    with bench:
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.row_edit("D1", 0, quantity=3)
        bench.edit_deal("D1", value=Decimal("3751.50"))
        bench.settle()
        assert bench.held() == {("order", "1"): ("closed", "document_booked")}
        number = bench.invoice_of("D1")["DocumentNumber"]
        bench.writes_of()
        assert desk.edit(desk.look(), YourReference="Ny") == (False, "document_booked", {"number": number})
        assert desk.replay(desk.look())[:2] == (False, "document_booked")
        bench.settle()
        assert bench.writes_of() == []


def test_a_dismissed_loss_stays_so_while_the_accountant_goes_on(bench: Bench, desk: Desk) -> None:
    with bench:
        bench.settle()
        bench.edit_deal("D1", probability=0)
        bench.settle()
        assert bench.held() == {("order", "1"): ("rule", "no_longer_won")}
        desk.dismiss(desk.look())
        bench.press("D1", "bookkeep")
        bench.settle()
        bench.pay("D1")
        bench.settle()
        assert bench.held() == {}
        bench.edit_deal("D1", probability=100)
        bench.settle()
        assert bench.rows("SELECT outcome FROM decisions WHERE kind = 'order'") == [("linked",)]


def test_a_dismissed_deal_stays_so_until_it_changes(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        seen = desk.look()
        assert desk.dismiss(seen)[:2] == (True, "accepted")
        assert desk.dismiss(seen)[:2] == (False, "nothing_to_dismiss")
        bench.settle()
        assert bench.held() == {}
        assert bench.rows("SELECT cause FROM bridge") == [("O59",)]
        assert bench.rows("SELECT name FROM checks WHERE NOT ok") == []
        bench.edit_deal("D1", notes="oviktigt")
        bench.settle()
        assert bench.held() == {}, "a field that is not mapped wakes nothing"
        bench.set_custom("D1", REFERENCE="Bygge")
        bench.settle()
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Bygge"


def test_a_dismissed_customer_does_not_come_back_by_itself(tmp_path: Path) -> None:
    wrong = replace(BOLT, organisation_number="5598000008")
    facts = world(deal("D1", row(HAMMER), customer=wrong), customers=(ACME, wrong))
    with Bench(tmp_path, facts) as bench:
        desk = Desk(bench)
        bench.settle()
        account = bench.account_id("bolt")
        assert bench.held()[("account", str(account))] == ("data", "organisation_number")
        assert desk.dismiss(desk.look("account", account), desk.look())[:2] == (True, "accepted")
        bench.settle()
        bench.run(times=2)
        assert bench.held() == {}


def test_an_edited_customer_is_made_and_keeps_the_edit(tmp_path: Path) -> None:
    wrong = replace(BOLT, organisation_number="5598000008")
    facts = world(deal("D1", row(HAMMER), customer=wrong), customers=(ACME, wrong))
    with Bench(tmp_path, facts) as bench:
        desk = Desk(bench)
        bench.settle()
        account = bench.account_id("bolt")
        seen = desk.look("account", account)
        assert desk.edit(seen, OrganisationNumber="5598000009")[1] == "edit_refused"
        assert desk.edit(seen, OrganisationNumber="5598000015")[1] == "accepted"
        bench.settle()
        made = bench.customer(f"U-{account}")
        assert made["OrganisationNumber"].replace("-", "") == "5598000015"
        assert bench.invoice_of("D1")["CustomerNumber"] == f"U-{account}"
        bench.edit_account("bolt", phone="08-465 004 02")
        bench.settle()
        made = bench.customer(f"U-{account}")
        assert made["OrganisationNumber"].replace("-", "") == "5598000015"
        assert made["Phone1"] == "08-465 004 02"
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def twin(number: str, name: str = "Bolt & Mutter AB") -> Customer:
    return Customer(f"t{number}", name, "SE", in_crm=False, fortnox_numbers={"nord": number})


def test_a_person_says_which_customer_is_meant(tmp_path: Path) -> None:
    facts = world(deal("D1", row(HAMMER), customer=BOLT), customers=(ACME, BOLT, twin("700")))
    with Bench(tmp_path, facts) as bench:
        desk = Desk(bench)
        bench.settle()
        account = bench.account_id("bolt")
        assert bench.held()[("account", str(account))] == ("match", "same_name")
        seen = desk.look("account", account)
        assert desk.edit(seen, CustomerNumber="999")[1] == "edit_refused"
        assert desk.edit(seen, CustomerNumber="700")[:2] == (True, "accepted")
        bench.settle()
        assert bench.invoice_of("D1")["CustomerNumber"] == "700"
        assert bench.rows("SELECT rung FROM links WHERE target_kind = 'customer'") == [("person",)]
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_a_person_says_that_a_customer_is_a_new_one(tmp_path: Path) -> None:
    facts = world(deal("D1", row(HAMMER), customer=BOLT), customers=(ACME, BOLT, twin("700")))
    with Bench(tmp_path, facts) as bench:
        desk = Desk(bench)
        bench.settle()
        account = bench.account_id("bolt")
        assert desk.edit(desk.look("account", account), CustomerNumber=f"U-{account}")[:2] == (True, "accepted")
        bench.settle()
        assert bench.invoice_of("D1")["CustomerNumber"] == f"U-{account}"
        assert bench.held() == {}


def test_a_date_in_a_locked_period_is_moved_by_an_edit(tmp_path: Path) -> None:
    with Bench(tmp_path, FACTS) as bench:
        desk = Desk(bench)
        bench.control("POST", "edit", {"system": "fortnox", "company": "nord", "kind": "lockedperiod", "id": "1",
                                       "fields": {"EndDate": "2026-03-10"}})  # fmt: skip
        bench.settle()
        assert bench.held() == {("order", "1"): ("closed", "period_locked")}
        assert desk.edit(desk.look(), InvoiceDate="2026-03-09")[1] == "edit_refused"
        assert desk.edit(desk.look(), InvoiceDate="2026-03-12")[1] == "accepted"
        bench.settle()
        assert bench.invoice_of("D1")["InvoiceDate"] == "2026-03-12"


def test_an_answer_that_differs_is_flagged_and_accepted(bench: Bench, desk: Desk) -> None:
    with bench:
        bench.alter("/3/invoices", Freight=49)
        bench.settle()
        ((number, *found),) = bench.rows("SELECT operation_no, field, row_no, sent, answered FROM silent_changes")
        assert found == ["Freight", None, "0", "49"]
        assert desk.accept(number) == (True, "accepted", {"count": 1})
        assert desk.accept(number)[:2] == (False, "nothing_to_accept")
        assert bench.rows("SELECT accepted_by, accepted_reason FROM silent_changes") == [("Åsa", "känt")]
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []


def test_an_edited_create_whose_answer_is_lost_is_adopted(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        desk.edit(desk.look(), YourOrderNumber="Bygge")
        bench.fault("timeout_after", "/3/invoices")
        bench.settle()
        assert bench.faults_taken() == [1]
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Bygge"
        bench.writes_of()
        bench.run(times=3)
        assert bench.writes_of() == []
        assert bench.truth()["duplicates"] == 0


def test_an_edit_outlives_a_sync_that_is_killed_before_it_runs(bench: Bench, desk: Desk) -> None:
    with bench:
        held_by_a_sign(bench)
        desk.edit(desk.look(), YourOrderNumber="Bygge")
        bench.stop()
        bench.settle()
        assert bench.invoice_of("D1")["YourOrderNumber"] == "Bygge"
        assert bench.truth()["duplicates"] == 0
