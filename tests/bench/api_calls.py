"""Fortnox calls against the least that could do, and the share of the limit in use (ARCHITECTURE.md: the pace)."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from sync.app import App, run_all_once
from sync.sandbox.world import HandInvoice, SoldRow, World
from tests.bench.figures import Figure, least, most
from tests.bench.seeding import LONG_AGO, copies, only
from tests.bench.track import Arrival, Track, most_in_a_window, pages, passes, share_of_limit
from tests.bench.worlds import COMPANY, FIRST_DAY, busy

STREAMS = 4


def booked_deals(folder: Path, deals: int, customers: int) -> Track:
    """Let won deals become booked invoices, and return the track that it happened on."""
    track = Track(busy(deals, customers), folder, books=True)

    async def until_quiet(app: App) -> int:
        return await passes(app, track.clock)

    track.run(until_quiet)
    booked = [row for tenant in track.tenants for row in tenant.tables.rows("invoices") if row["Booked"]]
    assert len(booked) == deals, f"{len(booked)} of {deals} documents are booked"
    return track


def new_deals(folder: Path, deals: int, customers: int) -> list[Figure]:
    """Return the calls, the share of the limit while customers and invoices are made, and the refusals."""
    track = booked_deals(folder, deals, customers)
    calls = track.calls()
    changed = customers + 2 * deals
    # A booking cannot be taken back: each document is looked at just before.
    looked_at_and_booked = 2 * deals
    bound = deals + customers + looked_at_and_booked + pages(changed)
    size = f"{deals} deals, {customers} customers"
    return [
        most(f"calls ÷ lower bound: {size}, booked later", len(calls) / bound, 1.05, f"{len(calls)} ÷ {bound}"),
        least("share of the rate limit while documents wait", share_of_limit(calls, "POST"), 0.95),
        most("calls refused for pace", track.sandbox.fortnox.throttled, 0),
        most("most calls in any five seconds", most_in_a_window(calls), 25),
    ]


def existing_invoices(folder: Path, invoices: int) -> list[Figure]:
    """Old invoices are taken over from lists; their details follow in the background and are not counted here."""
    track = Track(_one_invoice_by_hand(), folder)
    tenant = only(track.tenants)
    template = only(tenant.tables.rows("invoices"))
    open_or_paid = ({}, *[{"Balance": 0, "FinalPayDate": "2026-02-01"}] * 19)
    copies(tenant, template, invoices - 1, lambda place: open_or_paid[place % 20], at=LONG_AGO)

    async def one_pass(app: App) -> None:
        await run_all_once(app)

    track.run(one_pass)
    calls = _until_all_is_listed(track.calls())
    bound = pages(invoices) + STREAMS - 1
    note = f"{len(calls)} ÷ {bound}"
    return [most(f"calls ÷ lower bound: import of {invoices} invoices", len(calls) / bound, 1.02, note)]


def _one_invoice_by_hand() -> World:
    world = busy(0, 1)
    customer = replace(world.customers[0], fortnox_numbers={COMPANY.key: "1"})
    row = SoldRow(world.products[0].key, Decimal(1), Decimal(100), Decimal(100))
    by_hand = HandInvoice(COMPANY.key, customer.key, FIRST_DAY, (row,))
    return replace(world, customers=(customer,), hand_invoices=(by_hand,))


def _until_all_is_listed(calls: Sequence[Arrival]) -> list[Arrival]:
    """Return the calls up to the list that is read last: payments, of which there are none here."""
    last = next(place for place, one in enumerate(calls) if one.path == "/3/invoicepayments")
    return list(calls[: last + 1])


def figures(folder: Path) -> list[Figure]:
    """Return the figures of the size that the goals speak of."""
    return [*new_deals(folder / "deals", 1000, 200), *existing_invoices(folder / "import", 100_000)]
