"""A world told as an Upsales account, and the account's own truth (ARCHITECTURE.md: the worlds)."""

from decimal import Decimal
from pathlib import Path

from sync.sandbox.tables import Tables
from sync.sandbox.upsales.app import UpsalesApp
from sync.sandbox.upsales.data.seed import seed_upsales, upsales_info
from sync.sandbox.upsales.data.truth import upsales_truth
from tests.sandbox.upsales_account import Account, StandingClock, small_world


def test_customers_of_the_crm_become_accounts_with_their_own_fields() -> None:
    account = Account()
    first, second, third = account.get("/accounts", sort="id")
    names = {one["id"]: one["alias"] for one in account.get("/customFields/account")}
    custom = {names[one["fieldId"]]: one["value"] for one in first["custom"]}

    assert custom == {"EMAIL": "ake@ri.example", "VAT_TYPE": "SE", "CUSTOMER_KEY": "c1"}
    assert (first["orgNo"], first["phone"], first["journeyStep"]) == (
        "5599000022",
        "08-465 004 01",
        "customer",
    )
    assert (first["mailAddress"]["city"], first["mailAddress"]["country"]) == ("Ort", "SE")
    assert (second["currency"], second["mailAddress"]["country"], second["orgNo"]) == ("EUR", "FI", None)
    assert third["journeyStep"] == "lead"


def test_deals_become_orders_with_stage_company_and_history() -> None:
    account = Account()
    won, still_open, lost, *_ = account.get("/orders", sort="id")
    legal = account.field("order", "LEGAL_ENTITY")

    assert (won["stage"]["id"], won["probability"], won["closeDate"]) == (12, 100, "2026-05-04")
    assert (lost["stage"]["id"], lost["probability"], lost["closeDate"]) == (7, 0, "2026-05-06")
    assert 0 < still_open["probability"] < 100
    assert still_open["closeDate"] is None
    assert won["custom"] == [{"value": "nord", "valueArray": ["nord"], "fieldId": legal}]
    assert won["regDate"] < won["modDate"] < "2026-05-05"
    assert won["user"]["name"] == account.get(f"/orders/{won['id']}")["regBy"]["name"] == "Alva Ek"


def test_no_time_lies_in_the_future() -> None:
    world, tables = small_world(), Tables()
    clock = StandingClock(StandingClock().now().replace(year=2020))
    seed_upsales(tables, world, clock)

    assert all(row["modDate"] <= "2020-07-01T10:00:00.000Z" for row in tables.rows("order"))


def test_field_numbers_differ_between_accounts_and_are_lasting() -> None:
    def numbers(name: str) -> dict[str, int]:
        tables = Tables()
        world = small_world()
        seed_upsales(tables, type(world)(**{**vars(world), "name": name}), StandingClock())
        return {row["alias"]: row["id"] for row in tables.rows("field:order")}

    assert numbers("ett") == numbers("ett")
    assert numbers("ett") != numbers("två")


def test_the_stages_are_those_of_a_real_account() -> None:
    stages = {one["id"]: one for one in Account().get("/orderstages")}

    assert (stages[12]["probability"], stages[7]["probability"]) == (100, 0)
    assert (stages[14]["name"], stages[14]["probability"]) == ("Order (ej fortnox)", 100)


def test_info_says_what_a_connection_needs() -> None:
    account = Account()
    info = upsales_info(account.tables)
    users = {one["id"]: one["name"] for one in account.get("/users")}

    assert sorted(info) == ["account", "lost_stage_id", "reference_user_id", "won_stage_id"]
    assert (info["won_stage_id"], info["lost_stage_id"]) == (12, 7)
    assert users[info["reference_user_id"]] == "Kvitt Referens"


def test_truth_sums_the_won_deals_in_kronor() -> None:
    truth = upsales_truth(Account().tables)

    assert (truth["deals"], truth["gross"], truth["discount"], truth["net"]) == (3, 575, 95, 480)
    assert truth["won"] == [
        {"id": 1, "company": "nord", "day": "2026-05-04", "flaw": ""},
        {"id": 4, "company": "syd", "day": "2026-06-01", "flaw": ""},
        {"id": 5, "company": "nord", "day": "2026-06-02", "flaw": "rows"},
    ]


def test_truth_follows_what_people_do_in_the_crm() -> None:
    account = Account()
    account.put("/orders/4", stage={"id": 14})
    row = {"product": {"id": 1}, "price": Decimal("33.3333333333333333"), "listPrice": 50}
    legal = account.field("order", "LEGAL_ENTITY")
    custom = [{"fieldId": legal, "value": "syd"}]
    account.new_order(stage={"id": 12}, probability=100, orderRow=[row], custom=custom)
    account.new_order(stage={"id": 12}, probability=25)
    truth = upsales_truth(account.tables)

    assert truth["net"] == Decimal("180") + Decimal("33.3333333333333333") + 80
    assert [(one["company"], one["day"]) for one in truth["won"][-2:]] == [
        ("syd", "2026-07-01"),
        ("", "2026-06-30"),
    ]


def test_the_only_company_need_not_be_named() -> None:
    world, tables = small_world(), Tables()
    only = type(world)(**{**vars(world), "companies": world.companies[:1]})
    seed_upsales(tables, only, StandingClock())

    assert {one["company"] for one in upsales_truth(tables)["won"]} == {"nord"}
    assert all(row["custom"] == [] for row in tables.rows("order"))


def test_an_account_started_again_on_its_journal_is_the_same(tmp_path: Path) -> None:
    tables, clock = Tables(tmp_path / "upsales.jsonl"), StandingClock()
    seed_upsales(tables, small_world(), clock)
    account = Account()
    account.tables, account.app = tables, UpsalesApp(tables, clock, "nyckel")
    made = account.new_order(orderRow=[{"product": {"id": 1}, "price": Decimal("8.333333333333334")}])
    tables.close()
    again = Tables(tmp_path / "upsales.jsonl")
    account.tables, account.app = again, UpsalesApp(again, clock, "nyckel")

    assert account.get(f"/orders/{made['id']}")["orderRow"] == made["orderRow"]
    assert account.new_order()["id"] == made["id"] + 1
    again.close()
