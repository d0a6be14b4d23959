"""The simulated accountant: deterministic per document, finite, restartable."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sync.sandbox.accountant import Accountant
from sync.sandbox.tables import Tables
from tests.sandbox.fortnox_bench import Bench, row


def office(bench: Bench, mode: Any = "everything", seed: int = 1) -> Accountant:
    return Accountant(bench.app.companies, bench.clock, mode, seed)


def fill(bench: Bench, count: int, **head: Any) -> None:
    for number in range(count):
        bench.invoice(
            row(2, 400),
            row(1, 50),
            ExternalInvoiceReference1=f"KVITT-{number}",
            InvoiceDate="2025-01-10",
            **head,
        )
        if bench.clock.moment.minute > 40:
            bench.token = bench.new_token()


def run_dry(accountant: Accountant, bench: Bench) -> int:
    """Go from one due moment to the next until she is done; return how many stops it took."""
    stops = 0
    while (due := accountant.next_due()) is not None:
        bench.clock.moment = max(bench.clock.moment, due)
        accountant.step(bench.clock.moment)
        stops += 1
    return stops


def states(bench: Bench) -> dict[str, tuple[Any, ...]]:
    names = ("Booked", "Cancelled", "Sent", "Balance", "FinalPayDate", "Credit")
    rows = bench.tenant.tables.rows("invoices")
    return {one["ExternalInvoiceReference1"] + one["Credit"]: tuple(one[name] for name in names) for one in rows}


def test_her_shares_are_as_promised_and_all_is_over_within_twenty_minutes() -> None:
    bench = Bench()
    accountant = office(bench)
    bench.pace = 0.2
    fill(bench, 600)
    last_created = bench.clock.moment
    run_dry(accountant, bench)
    assert accountant.last_action is not None
    assert accountant.last_action <= last_created + timedelta(minutes=20)
    rows = bench.tenant.tables.rows("invoices")
    originals = [one for one in rows if one["Credit"] == "false"]
    count = Counter(
        {
            "booked": sum(one["Booked"] for one in originals),
            "cancelled": sum(one["Cancelled"] for one in originals),
            "sent": sum(one["Sent"] for one in originals),
            "paid": sum(one["Balance"] == 0 and one["Booked"] for one in originals),
            "part": sum(0 < one["Balance"] < one["Total"] for one in originals),
            "credited": sum(one["CreditInvoiceReference"] != "0" for one in originals),
            "altered": sum((one["Net"], one["Freight"]) != (850, 0) for one in originals),
        }
    )
    assert 500 < count["booked"] < 556
    assert 8 < count["altered"] < 45
    assert 15 < count["cancelled"] < 60
    assert count["sent"] > 0.8 * count["booked"]
    assert 0.5 < count["paid"] / count["booked"] < 0.7
    assert 0.04 < count["part"] / count["booked"] < 0.12
    assert 0.02 < count["credited"] / count["booked"] < 0.09
    assert all(one["Booked"] for one in rows if one["Credit"] == "true")


def test_h11_some_documents_are_dated_in_the_month_after_and_a_few_in_the_month_before() -> None:
    bench = Bench()
    accountant = office(bench)
    bench.pace = 0.2
    fill(bench, 200)
    run_dry(accountant, bench)
    rows = [one for one in bench.tenant.tables.rows("invoices") if one["Credit"] == "false"]
    days = Counter(str(one["InvoiceDate"]) for one in rows)
    assert days["2025-01-10"] > 160
    assert 6 < days["2025-02-03"] < 30, "the first working day of February"
    assert 0 < days["2024-12-31"] < 12, "the last working day of the month before"
    assert set(days) == {"2025-01-10", "2025-02-03", "2024-12-31"}


def test_what_she_does_depends_on_the_seed_and_the_reference_only() -> None:
    results = []
    for seed, delay in ((1, 0), (1, 300), (2, 0)):
        bench = Bench()
        accountant = office(bench, seed=seed)
        bench.clock.advance(delay)
        fill(bench, 60)
        run_dry(accountant, bench)
        results.append({ref: state[:4] for ref, state in states(bench).items()})
    assert results[0] == results[1]
    assert results[0] != results[2]


def test_payments_are_dated_on_weekdays_from_the_invoice_date_to_today() -> None:
    bench = Bench()
    accountant = office(bench)
    fill(bench, 100)
    run_dry(accountant, bench)
    days = [date.fromisoformat(one["PaymentDate"]) for one in bench.tenant.tables.rows("invoicepayments")]
    assert len(days) > 40
    assert all(date(2025, 1, 10) <= day <= date(2025, 3, 3) and day.weekday() < 5 for day in days)


def test_a_foreign_payment_has_its_amount_in_sek_too() -> None:
    bench = Bench()
    bench.post("currencies", "Currency", Code="EUR", Description="Euro", SellRate=Decimal("11.5"))
    accountant = office(bench)
    fill(bench, 30, Currency="EUR", CustomerNumber="2")
    run_dry(accountant, bench)
    whole = [one for one in bench.tenant.tables.rows("invoicepayments") if one["AmountCurrency"] == 850]
    assert whole
    rates = {one["DocumentNumber"]: Decimal(one["CurrencyRate"]) for one in bench.tenant.tables.rows("invoices")}
    assert all(one["Amount"] == 850 * rates[str(one["InvoiceNumber"])] for one in whole)


def test_who_only_books_books_everything_and_nothing_else() -> None:
    bench = Bench()
    accountant = office(bench, mode="books")
    fill(bench, 40)
    run_dry(accountant, bench)
    assert {state[:3] for state in states(bench).values()} == {(True, False, False)}
    assert bench.tenant.tables.count("invoicepayments") == 0


def test_a_restart_goes_on_where_she_was(tmp_path: Path) -> None:
    def life(stop_half_way: bool) -> dict[str, tuple[Any, ...]]:
        path = tmp_path / f"{stop_half_way}.jsonl"
        bench = Bench(Tables(path))
        accountant = office(bench)
        fill(bench, 60)
        if stop_half_way:
            bench.clock.advance(240)
            accountant.step(bench.clock.moment)
            moment = bench.clock.moment
            bench.tenant.tables.close()
            bench = Bench(Tables(path))
            bench.clock.moment = moment
            accountant = office(bench)
            assert accountant.last_action is not None
        run_dry(accountant, bench)
        found = states(bench)
        assert office(bench).next_due() is None
        bench.tenant.tables.close()
        return found

    assert life(stop_half_way=False) == life(stop_half_way=True)


def test_documents_made_by_hand_are_not_hers() -> None:
    bench = Bench()
    bench.tenant.actor = "hand"
    fill(bench, 3)
    assert office(bench).next_due() is None


def test_a_document_that_changed_under_her_hands_is_left_alone() -> None:
    bench = Bench()
    accountant = office(bench, mode="books")
    fill(bench, 3)
    bench.put("invoices/1/cancel")
    bench.put("invoices/2", "Invoice", NotCompleted=True)
    run_dry(accountant, bench)
    assert [one["Booked"] for one in bench.tenant.tables.rows("invoices")] == [False, False, True]


def test_booking_all_books_every_live_document_at_once_and_leaves_nothing_due_when_she_only_books() -> None:
    bench = Bench()
    accountant = office(bench, mode="books")
    fill(bench, 5)
    bench.put("invoices/1/cancel")
    assert accountant.book_all() == 4
    assert accountant.book_all() == 0
    assert accountant.next_due() is None
    assert office(bench, mode="books").next_due() is None


def test_credits_in_part_leave_the_rest() -> None:
    bench = Bench()
    accountant = office(bench)
    number = bench.booked(row(2, 400), row(1, 50))["DocumentNumber"]
    accountant._credit_part(bench.tenant, bench.tenant.get("invoices", number))
    note = bench.get("invoices/2")["Invoice"]
    assert (note["Net"], note["Booked"], note["Credit"]) == (-800, True, "true")
