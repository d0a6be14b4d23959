"""Payments of invoices (fortnox/FACTS.md 7.7 and 7.10)."""

from decimal import Decimal

from tests.sandbox.fortnox_bench import Bench, row

LOCKED = (400, 2003125)


def pay(bench: Bench, number: str, amount: object, **more: object) -> dict:
    fields = {"InvoiceNumber": int(number), "Amount": amount, "ModeOfPayment": "BG", **more}
    payment = bench.post("invoicepayments", "InvoicePayment", **fields)
    return bench.put(f"invoicepayments/{payment['Number']}/bookkeep")["InvoicePayment"]


def test_a_payment_counts_when_it_is_booked() -> None:
    bench = Bench()
    number = bench.booked(row(1, 800))["DocumentNumber"]
    payment = bench.post(
        "invoicepayments", "InvoicePayment", InvoiceNumber=number, Amount=400, PaymentDate="2025-03-03"
    )
    assert (payment["Booked"], payment["ModeOfPaymentAccount"]) == (False, None)
    assert bench.get(f"invoices/{number}")["Invoice"]["Balance"] == 1000
    bench.put(f"invoicepayments/{payment['Number']}/bookkeep")
    invoice = bench.get(f"invoices/{number}")["Invoice"]
    assert (invoice["Balance"], invoice["FinalPayDate"]) == (600, None)


def test_the_last_payment_sets_the_final_pay_date() -> None:
    bench = Bench()
    number = bench.booked(row(1, 800), InvoiceDate="2025-02-01")["DocumentNumber"]
    pay(bench, number, 400, PaymentDate="2025-02-10")
    booked = pay(bench, number, 600, PaymentDate="2025-02-20")
    invoice = bench.get(f"invoices/{number}")["Invoice"]
    assert (invoice["Balance"], invoice["FinalPayDate"]) == (0, "2025-02-20")
    assert (booked["VoucherSeries"], booked["VoucherNumber"], booked["ModeOfPaymentAccount"]) == (
        "C",
        2,
        1930,
    )
    again = {"InvoicePayment": {"InvoiceNumber": number, "Amount": 1}}
    assert bench.refusal("POST", "invoicepayments", again) == (400, 2003055)


def test_a_payment_needs_a_booked_invoice_and_a_date_that_is_not_before_it() -> None:
    bench = Bench()
    draft = bench.invoice(row())["DocumentNumber"]
    assert bench.refusal("POST", "invoicepayments", {"InvoicePayment": {"InvoiceNumber": draft, "Amount": 1}}) == LOCKED
    number = bench.booked(row())["DocumentNumber"]
    early = {"InvoicePayment": {"InvoiceNumber": number, "Amount": 1, "PaymentDate": "2025-03-02"}}
    assert bench.refusal("POST", "invoicepayments", early) == LOCKED
    lost = {"InvoicePayment": {"InvoiceNumber": 99, "Amount": 1}}
    assert bench.refusal("POST", "invoicepayments", lost) == (400, 2000434)


def test_a_foreign_payment_names_both_amounts() -> None:
    bench = Bench()
    bench.post("currencies", "Currency", Code="EUR", Description="Euro", SellRate=11)
    number = bench.booked(row(1, 100), CustomerNumber="2", Currency="EUR")["DocumentNumber"]
    only_sek = {"InvoicePayment": {"InvoiceNumber": number, "Amount": 1100}}
    assert bench.refusal("POST", "invoicepayments", only_sek) == (400, 2000108)
    paid = bench.post("invoicepayments", "InvoicePayment", InvoiceNumber=number, AmountCurrency=Decimal("60.50"))
    assert (paid["Amount"], paid["Currency"]) == (Decimal("665.50"), "EUR")
    bench.put(f"invoicepayments/{paid['Number']}/bookkeep")
    assert bench.get(f"invoices/{number}")["Invoice"]["Balance"] == Decimal("39.50")


def test_a_write_off_closes_the_rest() -> None:
    bench = Bench()
    number = bench.booked(row(1, 800))["DocumentNumber"]
    pay(bench, number, 998, WriteOffs=[{"Amount": 2, "AccountNumber": 3740}])
    assert bench.get(f"invoices/{number}")["Invoice"]["Balance"] == 0
    assert bench.get("invoicepayments", invoicenumber=number)["InvoicePayments"][0]["WriteOffExist"] is True


def test_only_unbooked_payments_can_be_changed_or_deleted() -> None:
    bench = Bench()
    number = bench.booked(row(1, 800))["DocumentNumber"]
    payment = bench.post("invoicepayments", "InvoicePayment", InvoiceNumber=number, Amount=1)["Number"]
    assert bench.put(f"invoicepayments/{payment}", "InvoicePayment", Amount=7)["InvoicePayment"]["AmountCurrency"] == 7
    assert bench.answer("DELETE", f"invoicepayments/{payment}").status == 204
    booked = pay(bench, number, 5)["Number"]
    assert bench.refusal("DELETE", f"invoicepayments/{booked}") == LOCKED
    assert bench.refusal("PUT", f"invoicepayments/{booked}", {"InvoicePayment": {"Amount": 6}}) == LOCKED


def test_a_payment_does_not_touch_the_invoices_lastmodified_unless_the_company_does() -> None:
    for touches in (False, True):
        bench = Bench(payment_touches=touches)
        number = bench.booked(row(1, 800))["DocumentNumber"]
        bench.clock.advance(3000)
        pay(bench, number, 1)
        # 09:00 UTC is 10:00 in Stockholm in March.
        changed = bench.get("invoices", lastmodified="2025-03-03 10:30")["Invoices"]
        assert bool(changed) is touches
