"""Invoices: rows, states, locks, snapshots, numbering (fortnox/FACTS.md 5, 6, 7)."""

from decimal import Decimal

import pytest

from tests.sandbox.fortnox_bench import Bench, row

LOCKED = (400, 2003125)


def rows_of(invoice: dict) -> list[tuple]:
    return [(line["Description"], line["DeliveredQuantity"], line["Price"]) for line in invoice["InvoiceRows"]]


def test_every_update_gives_rows_new_ids() -> None:
    bench = Bench()
    made = bench.invoice(row(), row())
    changed = bench.put(f"invoices/{made['DocumentNumber']}", "Invoice", Comments="Hej")["Invoice"]
    before = {line["RowId"] for line in made["InvoiceRows"]}
    assert before.isdisjoint(line["RowId"] for line in changed["InvoiceRows"])
    assert rows_of(changed) == rows_of(made)


def test_rows_without_ids_are_mapped_by_position_and_missing_ones_disappear() -> None:
    bench = Bench()
    number = bench.invoice(row(1, 10, Description="First"), row(2, 20, Description="Second"))["DocumentNumber"]
    changed = bench.put(f"invoices/{number}", "Invoice", InvoiceRows=[{"Price": 99}])["Invoice"]
    assert rows_of(changed) == [("First", "1", 99)]
    assert changed["Net"] == 99


def test_rows_with_ids_keep_only_those_mentioned_and_add_the_new() -> None:
    bench = Bench()
    made = bench.invoice(row(1, 10, Description="First"), row(2, 20, Description="Second"))
    second = made["InvoiceRows"][1]["RowId"]
    rows = [{"RowId": second}, row(3, 30, Description="Third")]
    changed = bench.put(f"invoices/{made['DocumentNumber']}", "Invoice", InvoiceRows=rows)["Invoice"]
    assert rows_of(changed) == [("Second", "2", 20), ("Third", "3", 30)]


def test_an_empty_row_list_removes_all_rows() -> None:
    bench = Bench()
    number = bench.invoice(row())["DocumentNumber"]
    assert bench.put(f"invoices/{number}", "Invoice", InvoiceRows=[])["Invoice"]["Total"] == 0


def test_a_document_keeps_the_customers_name_of_its_day() -> None:
    bench = Bench()
    number = bench.invoice(row())["DocumentNumber"]
    bench.put("customers/1", "Customer", Name="New name")
    invoice = bench.get(f"invoices/{number}")["Invoice"]
    assert (invoice["CustomerName"], invoice["City"], invoice["Country"]) == ("Acme AB", "Lund", "Sverige")


def test_empty_text_and_null_change_nothing_and_api_blank_clears() -> None:
    bench = Bench()
    number = bench.invoice(row(), Comments="Keep", YourReference="Eva")["DocumentNumber"]
    kept = bench.put(f"invoices/{number}", "Invoice", Comments="", YourReference=None)["Invoice"]
    assert (kept["Comments"], kept["YourReference"]) == ("Keep", "Eva")
    cleared = bench.put(f"invoices/{number}", "Invoice", Comments="API_BLANK")["Invoice"]
    assert cleared["Comments"] == ""


def test_the_due_date_follows_the_terms_and_lower_case_terms_are_understood() -> None:
    bench = Bench()
    bench.post("termsofpayments", "TermsOfPayment", Code="14days", Description="14 dagar")
    invoice = bench.invoice(row(), InvoiceDate="2025-01-31", TermsOfPayment="14days")
    assert (invoice["TermsOfPayment"], invoice["DueDate"]) == ("14DAYS", "2025-02-14")
    assert bench.invoice(row())["DueDate"] == "2025-04-02"


def test_booking_makes_a_voucher_of_series_b_in_the_dates_year() -> None:
    bench = Bench()
    first = bench.booked(row(), InvoiceDate="2025-02-01")
    other_year = bench.booked(row(), InvoiceDate="2024-02-01")
    assert (first["Booked"], first["VoucherSeries"], first["VoucherNumber"], first["VoucherYear"]) == (
        True,
        "B",
        1,
        2,
    )
    assert (other_year["VoucherNumber"], other_year["VoucherYear"]) == (1, 1)
    assert first["FinalPayDate"] is None


def test_a_booked_document_of_nothing_is_paid_at_once() -> None:
    invoice = Bench().booked()
    assert (invoice["Balance"], invoice["FinalPayDate"]) == (0, "2025-03-03")


@pytest.mark.parametrize("field", ["CustomerName", "InvoiceDate", "Freight", "Currency", "InvoiceRows"])
def test_a_booked_document_cannot_be_changed(field: str) -> None:
    bench = Bench()
    bench.post("currencies", "Currency", Code="EUR", Description="Euro")
    values = {
        "CustomerName": "X",
        "InvoiceDate": "2025-01-01",
        "Freight": 5,
        "Currency": "EUR",
        "InvoiceRows": [],
    }
    number = bench.booked(row())["DocumentNumber"]
    assert bench.refusal("PUT", f"invoices/{number}", {"Invoice": {field: values[field]}}) == LOCKED
    assert bench.put(f"invoices/{number}", "Invoice", Comments="Still")["Invoice"]["Comments"] == "Still"


def test_booked_is_one_way_and_a_cancelled_document_is_dead() -> None:
    bench = Bench()
    booked = bench.booked(row())["DocumentNumber"]
    assert bench.refusal("PUT", f"invoices/{booked}/cancel") == LOCKED
    assert bench.refusal("PUT", f"invoices/{booked}/bookkeep") == LOCKED
    draft = bench.invoice(row())["DocumentNumber"]
    cancelled = bench.put(f"invoices/{draft}/cancel")["Invoice"]
    assert (cancelled["Cancelled"], cancelled["Balance"]) == (True, 0)
    assert bench.refusal("PUT", f"invoices/{draft}", {"Invoice": {"Comments": "x"}}) == LOCKED
    assert bench.refusal("PUT", f"invoices/{draft}/bookkeep") == LOCKED


def test_an_unfinished_document_cannot_be_booked() -> None:
    bench = Bench()
    number = bench.invoice(row(), NotCompleted=True)["DocumentNumber"]
    assert bench.refusal("PUT", f"invoices/{number}/bookkeep") == LOCKED


def test_a_credit_note_mirrors_its_original_and_the_two_refer_to_each_other() -> None:
    bench = Bench()
    original = bench.booked(row(2, Decimal("162.50")), Freight=95)
    note = bench.credited(original["DocumentNumber"])
    for name in ("Net", "TotalVAT", "RoundOff", "Total", "Freight", "FreightVAT"):
        assert note[name] == -original[name]
    assert (note["Credit"], note["Booked"], note["Balance"]) == ("true", False, -original["Total"])
    assert note["InvoiceReference"] == original["DocumentNumber"]
    again = bench.get(f"invoices/{original['DocumentNumber']}")["Invoice"]
    assert (again["CreditInvoiceReference"], again["Credit"]) == (note["DocumentNumber"], "false")
    assert bench.refusal("PUT", f"invoices/{original['DocumentNumber']}/credit") == LOCKED


def test_a_draft_cannot_be_credited() -> None:
    bench = Bench()
    number = bench.invoice(row())["DocumentNumber"]
    assert bench.refusal("PUT", f"invoices/{number}/credit") == LOCKED


def test_a_get_of_print_or_email_sends_and_a_preview_does_not() -> None:
    bench = Bench()
    number = bench.invoice(row())["DocumentNumber"]
    assert bench.answer("GET", f"invoices/{number}/preview").body.startswith(b"%PDF")
    assert bench.get(f"invoices/{number}")["Invoice"]["Sent"] is False
    assert bench.refusal("GET", f"invoices/{number}/email")[0] == 400
    bench.put("customers/1", "Customer", EmailInvoice="faktura@example.com")
    assert bench.get(f"invoices/{number}/email")["Invoice"]["Sent"] is True
    assert bench.tenant.tables.count("sent") == 1


def test_a_locked_period_and_a_missing_year_stop_documents() -> None:
    bench = Bench()
    draft = bench.invoice(row(), InvoiceDate="2025-01-15")["DocumentNumber"]
    bench.tenant.save("lockedperiod", "1", {"EndDate": "2025-01-31"})
    assert bench.get("settings/lockedperiod") == {"LockedPeriod": {"EndDate": "2025-01-31"}}
    assert bench.refusal("PUT", f"invoices/{draft}/bookkeep") == (400, 2000401)
    late = {"Invoice": {"CustomerNumber": "1", "InvoiceDate": "2025-01-31"}}
    assert bench.refusal("POST", "invoices", late) == (400, 2000401)
    early = {"Invoice": {"CustomerNumber": "1", "InvoiceDate": "2019-01-31"}}
    assert bench.refusal("POST", "invoices", early)[0] == 400


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"CustomerNumber": "77"}, 2000204),
        ({"CustomerNumber": "1", "Currency": "XYZ"}, 2000427),
        ({"CustomerNumber": "1", "InvoiceRows": [{"ArticleNumber": "nope"}]}, 2001302),
        ({"CustomerNumber": "1", "InvoiceRows": [{"AccountNumber": 9999}]}, 2001304),
        ({"CustomerNumber": "1", "InvoiceRows": [{"DeliveredQuantity": 1}]}, 2003977),
        ({"CustomerNumber": "1", "InvoiceRows": ["text"]}, 2002649),
        ({"CustomerNumber": "1", "InvoiceRows": "text"}, 2002649),
        ({"CustomerNumber": "1", "InvoiceRows": [{"Total": 5}]}, 2001399),
        ({"CustomerNumber": "1", "TotalToPay": 5}, 2001399),
        ({"CustomerNumber": "1", "customername": "x"}, 2001399),
        ({"CustomerNumber": "1", "Freight": "much"}, 2000108),
        ({"CustomerNumber": "1", "VATIncluded": "maybe"}, 2000134),
        ({"CustomerNumber": "1", "ExternalInvoiceReference1": "x" * 81}, 2000107),
        ({"CustomerNumber": "1", "Comments": 'a "quoted" word'}, 2000359),
        ({"CustomerNumber": "1", "Comments": "smile 😀"}, 2000359),
        ({"CustomerNumber": "1", "Country": "South Korea"}, 2000919),
        ({"CustomerNumber": "1", "InvoiceRows": [row(Discount=101)]}, 2000108),
        ({"CustomerNumber": "1", "TermsOfPayment": "99X"}, 2000429),
    ],
)
def test_a_wrong_document_is_refused_with_fortnox_code(fields: dict, code: int) -> None:
    assert Bench().refusal("POST", "invoices", {"Invoice": fields}) == (400, code)


def test_refusals_leave_nothing_behind() -> None:
    bench = Bench()
    bench.refusal("POST", "invoices", {"Invoice": {"CustomerNumber": "1", "InvoiceRows": [row(Discount=101)]}})
    assert bench.invoice(row())["DocumentNumber"] == "1"


def test_computed_fields_may_be_let_through_without_effect() -> None:
    invoice = Bench(refuse_computed_fields=False).invoice(row(), Total=5, Booked=True)
    assert (invoice["Total"], invoice["Booked"]) == (125, False)


def test_an_order_becomes_one_invoice_whose_rows_are_locked() -> None:
    bench = Bench()
    order = bench.post(
        "orders",
        "Order",
        CustomerNumber="1",
        OrderRows=[{"ArticleNumber": "A1", "OrderedQuantity": 2}, row(3, 10, OrderedQuantity=3)],
    )
    assert order["Total"] == 38  # only what is delivered counts: 30 + 25 %, rounded
    invoice = bench.put(f"orders/{order['DocumentNumber']}/createinvoice")["Invoice"]
    assert (invoice["OrderReference"], invoice["Total"]) == (order["DocumentNumber"], 38)
    assert bench.refusal("PUT", f"orders/{order['DocumentNumber']}/createinvoice") == LOCKED
    body = {"Invoice": {"InvoiceRows": []}}
    assert bench.refusal("PUT", f"invoices/{invoice['DocumentNumber']}", body) == LOCKED


def test_a_refused_document_leaves_no_gap_in_the_numbers() -> None:
    bench = Bench()
    bench.refusal("POST", "invoices", {"Invoice": {"CustomerNumber": "1", "InvoiceRows": [{"DeliveredQuantity": 1}]}})
    assert bench.invoice(row())["DocumentNumber"] == "1"


def test_a_given_document_number_and_ocr_are_kept() -> None:
    bench = Bench()
    made = bench.invoice(DocumentNumber="500", OCR="426523791")
    assert (made["DocumentNumber"], made["OCR"]) == ("500", "426523791")
    assert bench.refusal("POST", "invoices", {"Invoice": {"CustomerNumber": "1", "DocumentNumber": "500"}})[0] == 400


def test_what_is_inside_email_information_is_merged_also_when_booked() -> None:
    bench = Bench()
    number = bench.booked(row())["DocumentNumber"]
    sent = {"EmailAddressTo": "a@example.com"}
    mail = bench.put(f"invoices/{number}", "Invoice", EmailInformation=sent)["Invoice"]["EmailInformation"]
    assert (mail["EmailAddressTo"], mail["EmailBody"]) == ("a@example.com", " ")


def test_another_customer_or_currency_brings_its_own_snapshot_and_rate() -> None:
    bench = Bench()
    bench.post("currencies", "Currency", Code="EUR", Description="Euro", SellRate=11)
    number = bench.invoice(row(1, 100))["DocumentNumber"]
    moved = bench.put(f"invoices/{number}", "Invoice", CustomerNumber="2", Currency="EUR")["Invoice"]
    assert (moved["CustomerName"], moved["CurrencyRate"], moved["TotalVAT"]) == ("Oslo AS", 11, 0)
    assert bench.refusal("PUT", f"invoices/{number}", {"Invoice": {"CustomerNumber": "99"}}) == (400, 2000204)


def test_a_customers_fees_and_remark_come_along_unless_the_document_says_otherwise() -> None:
    bench = Bench()
    defaults = {"InvoiceFreight": "95", "InvoiceAdministrationFee": "29.50", "InvoiceRemark": "Tack"}
    bench.put("customers/1", "Customer", **defaults)
    made = bench.invoice(row())
    assert (made["Freight"], made["AdministrationFee"], made["Remarks"]) == (95, Decimal("29.5"), "Tack")
    assert bench.invoice(row(), Freight=0)["Freight"] == 0


def test_a_credit_note_settles_its_original_only_where_the_company_does_so() -> None:
    for settles, balances in ((False, (125, -125)), (True, (0, 0))):
        bench = Bench(credit_settles_original=settles)
        original = bench.booked(row())["DocumentNumber"]
        note = bench.credited(original)["DocumentNumber"]
        bench.put(f"invoices/{note}/bookkeep")
        assert tuple(bench.get(f"invoices/{one}")["Invoice"]["Balance"] for one in (original, note)) == balances


def test_a_credit_note_keeps_the_reference_unless_the_company_drops_it() -> None:
    for copies in (True, False):
        bench = Bench(credit_copies_references=copies)
        original = bench.booked(row(), ExternalInvoiceReference1="K-1")["DocumentNumber"]
        note = bench.credited(original)
        assert note["ExternalInvoiceReference1"] == ("K-1" if copies else "")


def test_an_unpaid_invoice_can_be_reminded_of() -> None:
    bench = Bench()
    number = bench.booked(row())["DocumentNumber"]
    assert bench.answer("GET", f"invoices/{number}/printreminder").status == 200
    invoice = bench.get(f"invoices/{number}")["Invoice"]
    assert (invoice["Reminders"], invoice["LastRemindDate"]) == (1, "2025-03-03")
    draft = bench.invoice(row())["DocumentNumber"]
    assert bench.refusal("GET", f"invoices/{draft}/printreminder") == LOCKED


def test_a_test_company_cannot_send_mail_and_a_cancelled_document_is_never_sent() -> None:
    bench = Bench(mail_works=False)
    number = bench.invoice(row())["DocumentNumber"]
    assert bench.refusal("GET", f"invoices/{number}/email")[0] == 400
    bench.put(f"invoices/{number}/cancel")
    assert bench.refusal("PUT", f"invoices/{number}/externalprint") == LOCKED


def test_a_row_id_that_does_not_exist_is_refused() -> None:
    bench = Bench()
    number = bench.invoice(row())["DocumentNumber"]
    body = {"Invoice": {"InvoiceRows": [{"RowId": 999}]}}
    assert bench.refusal("PUT", f"invoices/{number}", body) == (400, 2000729)


def test_unknown_actions_and_verbs_are_refused() -> None:
    bench = Bench()
    number = bench.invoice(row())["DocumentNumber"]
    for method, path in (("PUT", f"invoices/{number}/explode"), ("DELETE", f"invoices/{number}")):
        assert bench.refusal(method, path) == (400, 2000588)
    assert bench.refusal("PUT", "invoices", {"Invoice": {}}) == (400, 2000729)


def test_a_cancelled_order_is_left_out_of_what_is_not_invoiced() -> None:
    bench = Bench()
    for _ in range(3):
        bench.post("orders", "Order", CustomerNumber="1", OrderRows=[row()])
    bench.put("orders/1/cancel")
    bench.put("orders/2/createinvoice")
    bench.put("orders/3/externalprint")
    found = {
        name: [one["DocumentNumber"] for one in bench.get("orders", filter=name)["Orders"]]
        for name in ("cancelled", "invoicecreated", "invoicenotcreated")
    }
    assert found == {"cancelled": ["1"], "invoicecreated": ["2"], "invoicenotcreated": ["3"]}
    assert bench.refusal("PUT", "orders/1", {"Order": {"Comments": "x"}}) == LOCKED
    assert bench.put("orders/3", "Order", Comments="x")["Order"]["Sent"] is True
