"""The bridge made piece by piece is the bridge made as a whole; an edit by hand has a name and an exact amount."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.core.bridge.bridge import Bridge, LooseDocument, WonDeal, bridge
from sync.core.bridge.causes import explaining
from sync.explain import bridging
from sync.sandbox.world import HandInvoice
from sync.store.reader import reconciliation as reader_reconciliation
from sync.store.reader import records as reader_records
from sync.store.reader.published import Paging, Scope
from sync.store.reader.records import Key
from tests.acceptance.bench import Bench
from tests.acceptance.desk import Desk
from tests.acceptance.readers import newest
from tests.acceptance.troubles import troubled
from tests.acceptance.worlds import BOLT, NAILS, SAW, deal, row, world

D = Decimal

HAPPENINGS: dict[str, Callable[[Bench], None]] = {
    "nothing": lambda bench: None,
    "booked": lambda bench: bench.press("D1", "bookkeep"),
    "paid": lambda bench: bench.pay("D1"),
    "edited": lambda bench: bench.row_edit("D2", 0, quantity=4),
    "cancelled": lambda bench: bench.press("D3", "cancel"),
    "lost": lambda bench: bench.edit_deal("D2", probability=0),
    "booked by hand": lambda bench: bench.edit_invoice("D2", action="bookkeep"),
    "held": lambda bench: bench.row_edit("D1", 0, quantity=9),
    "unreachable": lambda bench: bench.fault("status_500_before", "/3/customers", method="GET", times=10),
    "restarted": lambda bench: bench.stop(),
}
TABLES = ("bridge", "slices", "bridge_bases")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    by_hand = HandInvoice("nord", "bolt", date(2026, 2, 2), (row(),))
    bolt = replace(BOLT, fortnox_numbers={"nord": "7"})
    deals = [deal(f"D{number}", customer=bolt) for number in range(1, 5)]
    made = Bench(tmp_path, world(*deals, customers=(bolt,), hand_invoices=(by_hand,)))
    made.settle()
    return made


def stored(bench: Bench) -> list[list[tuple[Any, ...]]]:
    return [sorted(bench.rows(f"SELECT * FROM {table}"), key=str) for table in TABLES]


def made_anew(bench: Bench) -> list[list[tuple[Any, ...]]]:
    store, reconciler = bench.app.store, bench.app.engine._reconciler
    with store.transaction():
        for table in TABLES:
            store._connection.execute(f"DELETE FROM {table}")
        bridging.renew(store, reconciler._readers)
    return stored(bench)


def test_after_every_happening_the_bridge_is_as_if_it_were_made_anew(bench: Bench) -> None:
    with bench:
        for name, happens in HAPPENINGS.items():
            happens(bench)
            bench.run()
            assert stored(bench) == made_anew(bench), name
            assert bench.app.store.one("bridge_closes") == 0, name
            assert bench.app.store.one("unclassified", {"explaining": explaining()}) == 0, name


def test_only_what_has_changed_is_made_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(won: list[WonDeal], loose: list[LooseDocument]) -> Bridge:
        made.extend([each.key.id for each in won] + [each.document.number for each in loose])
        return bridge(won, loose)

    monkeypatch.setattr(bridging, "bridge", counted)
    with bench:
        bench.run()
        assert made == []
        bench.press("D3", "bookkeep")
        bench.run()
        assert made == [str(bench.deal_id("D3"))]


def steps(bench: Bench, key: str) -> dict[str, Decimal]:
    """Return the counted steps of a deal: cause and origin with their sum."""
    found = bench.rows(
        "SELECT concat_ws('.', cause, nullif(origin, '')), sum(amount_sek) FROM bridge"
        f" WHERE deal_id = '{bench.deal_id(key)}' AND side <> 'draft' GROUP BY ALL"
    )
    return {cause: amount for cause, amount in found if amount}


def reasons(bench: Bench) -> dict[str, tuple[str, str]]:
    """Return the cause of every deal that is not booked, with the code of what its sentence tells."""
    found = bench.rows(
        "SELECT d.title, b.cause, b.why->>'$.code' FROM bridge AS b JOIN deals AS d USING (deal_id)"
        " WHERE d.system = b.deal_system AND b.side = 'crm'"
    )
    return {title: (cause, code or "") for title, cause, code in found}


def test_h4_a_deal_has_the_true_reason_of_the_customer_or_article_that_it_waits_for(tmp_path: Path) -> None:
    with troubled(tmp_path) as bench:
        found = reasons(bench)
        assert {key: found[key] for key in ("D5", "D6", "D7", "D8")} == {
            "D5": ("O52", "same_name"),
            "D6": ("O53", "organisation_number"),
            "D7": ("O53", "characters"),
            "D8": ("O55", "no_route"),
        }


def test_h9_a_deal_whose_customer_was_refused_is_not_on_its_way(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        refusal = {"system": "fortnox", "fault": "refuse", "method": "POST", "path": "/3/customers", "times": 1}
        bench.control("POST", "faults", [{**refusal, "code": 2000359, "message": "Felaktigt värde."}])
        bench.settle()
        assert bench.rows("SELECT target_kind, state FROM operations WHERE open_key IS NOT NULL ORDER BY 1")[0] == (
            "customer",
            "review",
        )
        assert reasons(bench)["D1"][0] == "O56"
        (why,) = bench.rows("SELECT why->>'$.error_sentence' FROM bridge WHERE cause = 'O56'")[0]
        assert "Felaktigt värde." in why
        assert bench.rows("SELECT outcome FROM decisions WHERE kind = 'order'") == [("review",)]


def test_h9_a_deal_that_fortnox_refused_is_not_on_its_way(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW)))) as bench:
        refusal = {"system": "fortnox", "fault": "refuse", "method": "POST", "path": "/3/invoices", "times": 1}
        bench.control("POST", "faults", [{**refusal, "code": 2000359, "message": "Felaktigt värde."}])
        bench.settle()
        assert reasons(bench)["D1"][0] == "O56"


def edit_row(bench: Bench, key: str, **fields: Any) -> None:
    """Change the first row of a deal's draft by hand in Fortnox."""
    first, *others = [{"RowId": one["RowId"]} for one in bench.invoice_of(key)["InvoiceRows"]]
    bench.edit_invoice(key, InvoiceRows=[{**first, **fields}, *others])


def add_row(bench: Bench) -> None:
    """Add nails to a deal's draft by hand in Fortnox."""
    rows = [{"RowId": one["RowId"]} for one in bench.invoice_of("D1")["InvoiceRows"]]
    added = {"ArticleNumber": "A2", "DeliveredQuantity": 2, "Price": 5}
    bench.edit_invoice("D1", InvoiceRows=[*rows, added])


SOLD = (row(SAW, "4", "10"), row(NAILS, "100"))
BY_HAND: dict[str, tuple[Callable[[Bench], None], dict[str, Decimal]]] = {
    "quantity": (lambda bench: edit_row(bench, "D1", DeliveredQuantity=3), {"V1.e": D("-1125.45")}),
    "price": (lambda bench: edit_row(bench, "D1", Price=1300), {"V4.e": D("178.20")}),
    "discount": (lambda bench: edit_row(bench, "D1", Discount=12), {"V5.e": D("-100.04")}),
    "discount in kronor": (
        lambda bench: edit_row(bench, "D1", Discount=100, DiscountType="AMOUNT"), {"V5.e": D("400.20")},
    ),
    "freight": (lambda bench: bench.edit_invoice("D1", Freight=95), {"I81": D(95)}),
    "a row more": (add_row, {"I41.e": D(10)}),
    "a row less": (
        lambda bench: bench.edit_invoice(
            "D1", InvoiceRows=[{"RowId": bench.invoice_of("D1")["InvoiceRows"][0]["RowId"]}]
        ),
        {"V1.e": D(-99)},
    ),
    "two edits": (
        lambda bench: edit_row(bench, "D1", DeliveredQuantity=5, Price=1000),
        {"V1.e": D("1125.45"), "V4.e": D("-1127.25")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_a_hand_edit_is_its_own_cause_with_its_origin_and_exact_amount(tmp_path: Path, name: str) -> None:
    edit, expected = BY_HAND[name]
    with Bench(tmp_path, world(deal("D1", *SOLD))) as bench:
        bench.settle()
        edit(bench)
        bench.run()
        assert steps(bench, "D1") == {"O33": -D("4600.80")}
        bench.press("D1", "bookkeep")
        bench.run()
        assert steps(bench, "D1") == expected
        assert bench.rows("SELECT name, found FROM checks WHERE NOT ok") == []


def test_a_rate_edited_by_hand_is_its_own_cause_with_its_exact_amount(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW, "4", "20"), currency="EUR"))) as bench:
        bench.settle()
        sent = D(bench.invoice_of("D1")["CurrencyRate"])
        bench.edit_invoice("D1", CurrencyRate=11.5)
        bench.press("D1", "bookkeep")
        bench.run()
        found = steps(bench, "D1")
        assert found.pop("V6.e") == round(D("4001.60") * (D("11.5") - sent), 6)
        assert all(abs(amount) < D("0.01") for amount in found.values()), "the rest is rounding"


def test_a_deal_that_is_edited_after_it_was_booked_is_a_cause_of_the_crm(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", *SOLD))) as bench:
        bench.settle()
        bench.press("D1", "bookkeep")
        bench.run()
        bench.row_edit("D1", 0, quantity=6)
        bench.run()
        assert steps(bench, "D1") == {"V1.a": D("-2250.90")}


def test_two_who_changed_it_have_each_their_share(tmp_path: Path) -> None:
    """The deal was raised after it was sent, the invoice lowered by hand."""
    with Bench(tmp_path, world(deal("D1", *SOLD))) as bench:
        bench.settle()
        edit_row(bench, "D1", Discount=20)
        bench.press("D1", "bookkeep")
        bench.run()
        bench.row_edit("D1", 1, quantity=200)
        bench.run()
        assert steps(bench, "D1") == {"V5.e": D("-500.20"), "V1.a": D(-99)}


def test_what_an_operator_changed_in_a_held_deal_is_the_operators(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", *SOLD))) as bench:
        bench.set_custom("D1", REFERENCE="Bygge 🙂")
        bench.settle()
        desk = Desk(bench)
        edit = desk.edit(desk.look(), YourOrderNumber="Bygge", rows_1_Price="1200", rows_2_DeliveredQuantity="90")
        assert edit[:2] == (True, "accepted")
        bench.settle()
        edit_row(bench, "D1", DeliveredQuantity=3)
        bench.press("D1", "bookkeep")
        bench.run()
        assert steps(bench, "D1") == {"V4.c": D("-181.80"), "V1.c": D("-9.90"), "V1.e": D(-1080)}


def test_h2_deal_invoice_and_credit_are_one_family_with_one_sum(tmp_path: Path) -> None:
    with Bench(tmp_path, world(deal("D1", row(SAW, "4", "10")), deal("D2", row(SAW)))) as bench:
        bench.settle()
        bench.press("D1", "bookkeep")
        invoice = bench.invoice_of("D1")["DocumentNumber"]
        bench.press("D1", "credit")
        (credit,) = [one for one in bench.invoices() if one["Credit"] == "true"]
        bench.press_number(credit["DocumentNumber"], "bookkeep")
        bench.settle()
        held = bench.rows("SELECT sum(amount_sek) FROM bridge WHERE cause = 'I21'")
        bench.app.publisher.publish()
        reader, day = newest(bench.data), bench.clock.now().date()
        deal_key = Key(bench.app.crms[0].system, "order", str(bench.deal_id("D1")))
        pages = [deal_key, *(Key("fortnox:nord", "invoice", number) for number in (invoice, credit["DocumentNumber"]))]
        for page in pages:
            keys = reader_records.family(reader, Scope(), page)
            assert set(keys) == set(pages)
            (sold,) = reader_records.deals(reader, Scope("nord"), keys)
            papers = reader_records.documents(reader, Scope(), keys, day)
            causes = reader_records.causes(reader, Scope(), keys)
            assert sum(one.net_sek for one in papers) - sold.net_sek == held[0][0] == -D("4501.80")
            assert sum(one.amount_sek for one in causes) == held[0][0]
        month = Scope.of("nord", sold.day.isoformat()[:7] if sold.day else "")
        (credited, _) = sorted(reader_reconciliation.won_deals(reader, month, Paging(5)), key=lambda one: one.deal_id)
        assert (credited.booked, credited.causes) == (0, "I21")
        assert credited.documents.split(", ") == sorted([invoice, credit["DocumentNumber"]])
        booked = reader_reconciliation.booked_documents(reader, Scope.of("nord", day.isoformat()[:7]), day, Paging(5))
        assert {one.deals for one in booked} == {deal_key.record_id}
