"""The stored bridge: steps replaced deal by deal, and the gaps that are left counted month by month."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from mappings.kinds import INVOICE, revenue_kinds
from sync.connectors.upsales.deals import upsales_deal
from sync.core.bridge.bridge import Bridge, Slice, Step, WonDeal, bridge
from sync.core.bridge.causes import explaining
from sync.core.bridge.measures import DocumentName, fortnox_document
from sync.core.types import Decision, RecordKey
from sync.store.database import Store
from sync.store.tables import bridges, facts, links
from tests.store.stores import NOW, UPSALES, count, within
from tests.unit.making import WON, invoice, order

D = Decimal
DEAL = RecordKey(UPSALES, "order", "1")
NAME = (UPSALES, "1")
DAY = date(2026, 5, 4)


def step(company: str, cause: str, amount: str, number: str = "41") -> Step:
    return Step(company, cause, "booked", D(amount), document=DocumentName("invoice", number), booked_day=DAY)


def put(store: Store, made: Bridge, *documents: str) -> None:
    bases = {("nord", DocumentName("invoice", each)): "now" for each in documents}
    within(store, lambda: bridges.replace(store, made, {NAME: "now"}, bases))


def booked(store: Store, net: str = "180.25", day: date = DAY) -> Bridge:
    """Store a deal for 180 won in May and its document, and return their bridge."""
    sold = upsales_deal(order(1), WON)
    made = fortnox_document(INVOICE, invoice("41", Booked=True, Net=D(net), InvoiceDate=day.isoformat()))

    def write() -> None:
        facts.put_deals(store, {DEAL: (sold, 1)})
        facts.put_documents(store, "nord", [(made, 1)], NOW)
        links.decide(store, [Decision(DEAL, "invoice", "linked", 1, "c", "m", "nord")], NOW)
        store.run("route_deals", {"revenue": revenue_kinds()})

    within(store, write)
    return bridge([WonDeal(DEAL, "nord", sold, (made,), "linked")], [])


def test_a_deal_stands_once_where_its_revenue_stands(store: Store) -> None:
    booked(store)
    offer = Decision(DEAL, "toynote", "review", 1, "c", "m", "syd")
    within(store, lambda: links.decide(store, [offer], NOW + timedelta(seconds=9)))
    (found,) = store.dicts("changed_deal_bases", {"rules": "1", "revenue": revenue_kinds()})
    assert (found["outcome"], found["company"]) == ("linked", "nord")


def test_the_steps_of_a_deal_take_the_place_of_its_old_ones_and_leave_others_alone(store: Store) -> None:
    put(store, Bridge([replace(step("nord", "V4", "9"), deal=DEAL), step("nord", "I51", "5", "7")]), "7")
    put(store, Bridge([replace(step("nord", "V7", "0.25"), deal=DEAL)]))
    assert store.rows("bridge_totals") == [("I51", D(5)), ("V7", D("0.25"))]
    assert count(store, "bridge_bases") == 2
    within(store, lambda: bridges.replace(store, Bridge(), {}, {}, [NAME], [("nord", DocumentName("invoice", "7"))]))
    assert [count(store, table) for table in ("bridge", "bridge_bases", "slices")] == [0, 0, 0]


def test_a_whole_bridge_leaves_no_gap_and_a_missing_step_does(store: Store) -> None:
    made = booked(store)
    put(store, made)
    assert store.one("bridge_closes") == 0
    assert store.one("unclassified", {"explaining": explaining()}) == D("0.25"), (
        "a document's own difference of 25 öre is not rounding"
    )
    put(store, Bridge([], made.slices))
    assert store.one("bridge_closes") == D("0.25")


def test_what_is_booked_in_another_month_is_timing_at_the_value_of_the_deal(store: Store) -> None:
    made = booked(store, "180", date(2026, 6, 1))
    put(store, made)
    assert store.one("bridge_closes") == 0
    wrong = [replace(each, crm_sek=each.crm_sek + 1) for each in made.slices]
    put(store, Bridge(made.steps, wrong))
    assert store.one("bridge_closes") == 2


@pytest.mark.parametrize(
    ("day", "left", "arrived"), [(date(2026, 6, 1), "O21", "I11"), (date(2026, 4, 30), "O22", "I12")]
)
def test_timing_leaves_the_month_of_the_deal_and_arrives_in_the_month_of_the_document(
    store: Store, day: date, left: str, arrived: str
) -> None:
    put(store, booked(store, "180", day))
    assert (month_of(store, DAY), month_of(store, day)) == ([(left, D(-180))], [(arrived, D(180))])


def month_of(store: Store, day: date) -> list[tuple[str, Decimal]]:
    """Return the causes of the month of a day with their sums."""
    since, till = day.replace(day=1), day.replace(day=28) + timedelta(days=4)
    till -= timedelta(days=till.day)
    sql = "SELECT cause, sum(amount_sek) FROM bridge_of($since, $till) GROUP BY cause ORDER BY cause"
    return store._connection.execute(sql, {"since": since, "till": till}).fetchall()


def test_gaps_of_two_companies_do_not_cancel_each_other(store: Store) -> None:
    put(store, Bridge([step("nord", "V7", "1"), step("syd", "V7", "-1")]))
    assert store.one("bridge_closes") == 2


def test_what_a_draft_differs_by_is_kept_but_not_counted(store: Store) -> None:
    put(store, Bridge([replace(step("nord", "X3", "9"), side="draft", booked_day=None)]))
    assert [
        store.one("bridge_closes"),
        store.one("unclassified", {"explaining": explaining()}),
        count(store, "bridge"),
    ] == [0, 0, 1]


def test_a_slice_keeps_both_sides(store: Store) -> None:
    part = Slice("nord", DEAL, 1, DAY, DocumentName("invoice", "41"), 2, None, D("1.000001"), D(2))
    put(store, Bridge([], [part]))
    assert store._connection.execute(
        "SELECT deal_row, document_row, crm_sek, document_sek, booked_day FROM slices"
    ).fetchall() == [(1, 2, D("1.000001"), D(2), None)]
