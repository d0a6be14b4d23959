"""The demo world: the same each time, and made of what the demo needs to show."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from stdnum.se import orgnr

from sync.sandbox.tables import Tables
from sync.sandbox.upsales.data.seed import seed_upsales
from sync.sandbox.upsales.data.truth import upsales_truth
from sync.sandbox.world import World
from sync.sandbox.worlds.demo_world import demo_world
from tests.sandbox.upsales_account import StandingClock

TODAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world(TODAY)


def test_the_same_day_and_seed_give_the_same_world(world: World) -> None:
    assert demo_world(TODAY) == world
    assert demo_world(TODAY, 2) != world
    assert demo_world(date(2028, 2, 29)).companies[0].go_live == date(2027, 2, 1)


def test_customers_have_unique_names_and_valid_unique_organisation_numbers(world: World) -> None:
    in_crm = [one for one in world.customers if one.in_crm]
    numbers = [one.organisation_number for one in in_crm if one.organisation_number]
    wrong = [number for number in numbers if not orgnr.is_valid(number)]
    flawed = {deal.customer for deal in world.deals if deal.flaw == "customer"}

    assert 190 <= len(in_crm) <= 210
    assert len({one.name.casefold() for one in world.customers}) == len(world.customers)
    assert len({one.key for one in world.customers}) == len(world.customers)
    assert len(set(numbers)) == len(numbers)
    assert {one.organisation_number for one in in_crm if one.key in flawed} == set(wrong)
    assert len(wrong) == 2
    assert all(orgnr.is_valid(one.organisation_number) for one in world.companies)


def test_some_customers_are_abroad(world: World) -> None:
    abroad = Counter((one.country_code, one.vat_type, one.currency) for one in world.customers)

    assert abroad["NO", "EXPORT", "NOK"] and abroad["FI", "EUVAT", "EUR"] and abroad["DE", "EUVAT", "EUR"]
    assert abroad["SE", "SEVAT", "SEK"] > 150


def test_deals_are_won_open_and_lost_over_fourteen_months(world: World) -> None:
    states = Counter(deal.state for deal in world.deals)
    closed = [deal.day for deal in world.deals if deal.state != "open"]

    assert 580 <= len(world.deals) <= 620
    assert 0.60 <= states["won"] / len(world.deals) <= 0.72
    assert states["open"] > 40 and states["lost"] > 80
    assert date(2025, 5, 1) <= min(closed) < date(2025, 5, 20)
    assert max(closed) <= TODAY
    assert all(1 <= len(deal.rows) <= 9 for deal in world.deals if deal.flaw != "rows")


def test_prices_have_discounts_of_every_kind(world: World) -> None:
    rows = [row for deal in world.deals for row in deal.rows]
    cut = [row for row in rows if row.price != row.list_price]

    assert 0.35 <= len(cut) / len(rows) <= 0.45
    assert len([row for row in rows if row.price == 0]) == 1
    assert all(row.price >= row.list_price * Decimal("0.6") for row in rows if row.price)
    assert any(len(row.price.as_tuple().digits) >= 16 for row in rows)


def test_about_an_eighth_is_in_foreign_currency(world: World) -> None:
    foreign = Counter(deal.currency for deal in world.deals)

    assert 0.08 <= 1 - foreign["SEK"] / len(world.deals) <= 0.16
    assert foreign["USD"] == Counter(deal.flaw for deal in world.deals)["currency"] == 2


def test_every_flaw_is_there_once_or_twice_and_after_go_live(world: World) -> None:
    flaws = Counter(deal.flaw for deal in world.deals if deal.flaw)
    held = [deal for deal in world.deals if deal.flaw]

    assert flaws == {
        "match": 10,
        "customer": 2,
        "characters": 2,
        "currency": 2,
        "rows": 1,
        "route": 1,
        "account": 1,
        "closed": 1,
    }
    assert all(deal.state == "won" and deal.day >= world.companies[0].go_live for deal in held)
    assert [deal.company for deal in held if deal.flaw == "route"] == ["ost"]
    assert [deal.rows for deal in held if deal.flaw == "rows"] == [()]


def test_characters_that_fortnox_refuses_are_in_flawed_deals_only(world: World) -> None:
    refused = {one.key for one in world.products if "<" in one.name or not one.name.isprintable() or "🎉" in one.name}
    with_refused = [deal for deal in world.deals if any(row.product in refused for row in deal.rows)]

    assert len(refused) == 2
    assert {deal.flaw for deal in with_refused} == {"characters"}
    assert not any(one.in_fortnox for one in world.products if one.key in refused)


def test_doubtful_customers_have_only_flawed_deals(world: World) -> None:
    known = [one for one in world.customers if "nord" in one.fortnox_numbers]
    twice = Counter(one.organisation_number for one in known if one.organisation_number)
    bare = {one.key for one in known if one.in_crm and not one.organisation_number and not one.email}
    ambiguous = {one.key for one in known if one.in_crm and twice[one.organisation_number] == 2}
    deals = [deal for deal in world.deals if deal.customer in bare | ambiguous]

    assert (len(bare), len(ambiguous)) == (3, 2)
    assert {(deal.flaw, deal.company) for deal in deals} == {("match", "nord")}


def test_a_third_of_the_customers_are_in_fortnox_already(world: World) -> None:
    in_crm = [one for one in world.customers if one.in_crm]
    numbered = [one for one in in_crm if one.fortnox_numbers]
    emails = {one.email for one in world.customers if not one.in_crm and one.email and not one.organisation_number}

    assert 0.25 <= len(numbered) / len(in_crm) <= 0.42
    assert len(emails & {one.email for one in in_crm}) == 4
    for company in ("nord", "syd"):
        numbers = [one.fortnox_numbers[company] for one in world.customers if company in one.fortnox_numbers]
        assert len(set(numbers)) == len(numbers) > 20


def test_half_of_the_sixty_articles_are_in_each_fortnox(world: World) -> None:
    assert len(world.products) == len({one.article_number for one in world.products}) == 60
    assert [sum(key in one.in_fortnox for one in world.products) for key in ("nord", "syd")] == [30, 30]


def test_hand_invoices_are_before_and_after_go_live_for_numbered_customers(world: World) -> None:
    customers = {one.key: one for one in world.customers}
    go_live = world.companies[0].go_live
    after = [one for one in world.hand_invoices if one.day >= go_live]

    assert (len(world.hand_invoices) - len(after), len(after)) == (25, 12)
    assert {customers[one.customer].in_crm for one in after} == {True, False}
    assert all(one.company in customers[one.customer].fortnox_numbers for one in world.hand_invoices)
    assert all(one.day <= TODAY for one in world.hand_invoices)


def test_the_crm_holds_the_world_with_its_flaws(world: World) -> None:
    tables = Tables()
    seed_upsales(tables, world, StandingClock())
    truth = upsales_truth(tables)
    won = [deal for deal in world.deals if deal.state == "won"]

    assert truth["deals"] == len(won)
    assert Counter(one["flaw"] for one in truth["won"]) == Counter(deal.flaw for deal in won)
    assert Counter(one["company"] for one in truth["won"]) == Counter(deal.company for deal in won)
    assert round(truth["gross"] - truth["discount"] - truth["net"], 10) == 0
