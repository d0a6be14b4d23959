"""Fields that Fortnox adds or derives: prices, VAT of accounts, answers to a credit (fortnox/FACTS.md 5.2, 7)."""

from sync.sandbox.fortnox.hand import edit_by_hand
from tests.sandbox.fortnox_bench import Bench, row


def test_i_only_the_answer_of_a_post_has_the_sales_account_as_a_number() -> None:
    bench = Bench()
    made = bench.post("customers", "Customer", Name="Ny", SalesAccount="3001")
    assert made["SalesAccount"] == 3001
    path = f"customers/{made['CustomerNumber']}"
    assert bench.get(path)["Customer"]["SalesAccount"] == "3001"
    assert bench.put(path, "Customer", SalesAccount=3002)["Customer"]["SalesAccount"] == "3002"
    assert bench.post("customers", "Customer", Name="Utan")["SalesAccount"] is None


def test_i_an_articles_vat_follows_its_account() -> None:
    bench = Bench()
    bench.post("accounts", "Account", Number=1250, Description="Datorer")
    bench.post("accounts", "Account", Number=3012, Description="Egen, 12 %", VATCode="MP2")
    found = {
        account: bench.post("articles", "Article", Description="Vara", SalesAccount=account)
        for account in (1250, 3001, 3003, 3012)
    }
    assert {account: article["VAT"] for account, article in found.items()} == {1250: 0, 3001: 25, 3003: 6, 3012: 12}
    path = f"articles/{found[1250]['ArticleNumber']}"
    assert bench.put(path, "Article", SalesAccount=3012)["Article"]["VAT"] == 12
    assert bench.put(path, "Article", SalesAccount=3001, VAT=6)["Article"]["VAT"] == 6
    assert bench.put(path, "Article", Description="Samma")["Article"]["VAT"] == 6
    line = bench.invoice({"Description": "Text", "AccountNumber": 1250, "DeliveredQuantity": 1, "Price": 100})
    assert line["InvoiceRows"][0]["VAT"] == 0


def test_i_all_prices_are_listed() -> None:
    bench = Bench()
    article = bench.post("articles", "Article", Description="Vara")["ArticleNumber"]
    for quantity, price in ((0, 100), (10, 90)):
        bench.post("prices", "Price", ArticleNumber=article, PriceList="A", FromQuantity=quantity, Price=price)
    listed = bench.get("prices")
    mine = [(one["FromQuantity"], one["Price"]) for one in listed["Prices"] if one["ArticleNumber"] == article]
    assert mine == [(0, 100), (10, 90)]
    assert listed["MetaInformation"]["@TotalResources"] == len(listed["Prices"])
    assert len(bench.get("prices", limit="1")["Prices"]) == 1


def test_i_the_answer_to_a_credit_is_the_original_that_names_its_note() -> None:
    bench = Bench()
    original = bench.booked(row())
    answer = bench.put(f"invoices/{original['DocumentNumber']}/credit")["Invoice"]
    assert (answer["DocumentNumber"], answer["Total"]) == (original["DocumentNumber"], original["Total"])
    note = bench.get(f"invoices/{answer['CreditInvoiceReference']}")["Invoice"]
    assert (note["InvoiceReference"], note["Total"]) == (original["DocumentNumber"], -original["Total"])


def test_i_fields_of_the_specification_are_there() -> None:
    bench = Bench()
    assert bench.invoice(row())["InvoicePeriodReference"] == ""
    order = bench.post("orders", "Order", CustomerNumber="1", OrderRows=[row()])
    assert order["OrderRows"][0]["VATCode"] is None
    account = bench.post("accounts", "Account", Number=4010, Description="Inköp", QuantityUnit="kg")
    assert (account["QuantitySettings"], account["QuantityUnit"]) == ("ALLOWED", "kg")


def line(**more: object) -> dict[str, object]:
    return {"Description": "Arbete", "Quantity": "2", "Price": 100, "VAT": 25} | more


def test_i_an_offer_becomes_an_order_or_an_invoice_once() -> None:
    bench = Bench()
    made = bench.post("offers", "Offer", CustomerNumber="1", YourReferenceNumber="Q-1", OfferRows=[line()])
    assert (made["Net"], made["TotalVAT"], made["OfferRows"][0]["Quantity"]) == (200, 50, "2")
    assert "DeliveredQuantity" not in made["OfferRows"][0]
    path = f"offers/{made['DocumentNumber']}"
    changed = bench.put(path, "Offer", OfferRows=[{"Quantity": "3"}])["Offer"]
    assert (changed["Net"], bench.get("offers")["Offers"][0]["Total"]) == (300, 375)
    order = bench.put(f"{path}/createorder")["Order"]
    assert (order["Net"], order["OfferReference"]) == (300, made["DocumentNumber"])
    assert bench.get(path)["Offer"]["OrderReference"] == order["DocumentNumber"]
    assert bench.refusal("PUT", f"{path}/createorder") == (400, 2003125)
    other = bench.post("offers", "Offer", CustomerNumber="1", OfferRows=[line()])
    invoice = bench.put(f"offers/{other['DocumentNumber']}/createinvoice")["Invoice"]
    assert (invoice["Net"], invoice["OfferReference"]) == (200, other["DocumentNumber"])
    assert bench.refusal("POST", "offers", {"Offer": {"CustomerNumber": "1", "OfferRows": [{"DeliveredQuantity": 1}]}})
    dead = bench.post("offers", "Offer", CustomerNumber="1")["DocumentNumber"]
    assert bench.put(f"offers/{dead}/cancel")["Offer"]["Cancelled"] is True
    assert [one["DocumentNumber"] for one in bench.get("offers", filter="cancelled")["Offers"]] == [dead]


def test_i_a_contract_makes_invoices_until_it_is_finished() -> None:
    bench = Bench()
    rows = [{"Description": "Avgift", "DeliveredQuantity": "1", "Price": 100, "VAT": 25}]
    made = bench.post("contracts", "Contract", CustomerNumber="1", PeriodEnd="2025-12-31", InvoiceRows=rows)
    path = f"contracts/{made['DocumentNumber']}"
    assert (made["Total"], made["VatIncluded"], made["Active"]) == (125, False, True)
    for _ in range(2):
        invoice = bench.put(f"{path}/createinvoice")["Invoice"]
        assert (invoice["Total"], invoice["ContractReference"]) == (125, made["DocumentNumber"])
    assert bench.put(f"{path}/finish")["Contract"]["Active"] is False
    assert bench.refusal("PUT", f"{path}/createinvoice") == (400, 2003125)
    assert bench.get("contracts", filter="inactive")["Contracts"][0]["Status"] == "INACTIVE"
    assert bench.refusal("POST", "contracts", {"Contract": {"CustomerNumber": "1"}})[0] == 400


def test_i_labels_have_no_address_of_their_own() -> None:
    bench = Bench()
    made = bench.post("labels", "Label", Description="Viktig")
    assert made == {"Description": "Viktig", "Id": 1}
    assert bench.put("labels/1", "Label", Description="Viktigare")["Label"]["Description"] == "Viktigare"
    assert bench.get("labels")["Labels"] == [{"Description": "Viktigare", "Id": 1}]
    assert bench.refusal("GET", "labels/1")[0] == 400
    assert bench.answer("DELETE", "labels/1").status == 204


def test_i_what_is_booked_has_a_balanced_voucher_in_its_series() -> None:
    bench = Bench()
    invoice = bench.booked(row(2, 100), {"Description": "Mat", "DeliveredQuantity": 1, "Price": 50, "VAT": 12})
    number = invoice["VoucherNumber"]
    voucher = bench.get(f"vouchers/B/{number}", financialyear=str(invoice["VoucherYear"]))["Voucher"]
    amounts = {one["Account"]: one["Debit"] - one["Credit"] for one in voucher["VoucherRows"]}
    assert amounts == {1510: 306, 3001: -200, 2611: -50, 3002: -50, 2621: -6}
    assert (voucher["ReferenceNumber"], voucher["ReferenceType"]) == (invoice["DocumentNumber"], "INVOICE")
    assert bench.get("voucherseries/B")["VoucherSeries"]["NextVoucherNumber"] == number + 1
    assert [one["Code"] for one in bench.get("voucherseries")["VoucherSeriesCollection"]] == ["A", "B", "C"]


def test_i_a_voucher_entered_as_such_must_balance() -> None:
    bench = Bench()
    rows = [{"Account": 1930, "Debit": 10}, {"Account": 3740, "Credit": 10}]
    fields = {"Description": "Rättelse", "TransactionDate": "2025-05-01", "VoucherSeries": "A", "VoucherRows": rows}
    made = bench.post("vouchers", "Voucher", **fields)
    assert (made["VoucherSeries"], made["VoucherNumber"]) == ("A", 1)
    assert [one["Description"] for one in bench.get("vouchers/sublist/A")["Vouchers"]] == ["Rättelse"]
    for wrong in ({"VoucherRows": rows[:1]}, {"VoucherSeries": "X"}, {"TransactionDate": ""}):
        assert bench.refusal("POST", "vouchers", {"Voucher": fields | wrong})[0] == 400


def test_i_a_bundle_article_alone_is_enough_in_a_new_document() -> None:
    bench = Bench()
    main, part, other = (bench.post("articles", "Article", Description=name)["ArticleNumber"] for name in "ABC")
    parts = [{"ArticleNumber": part, "Quantity": 2}, {"ArticleNumber": other}]
    edit_by_hand(bench.tenant, "bundles", main, {"Parts": parts})
    alone = bench.invoice({"ArticleNumber": main, "DeliveredQuantity": 3, "Price": 100})
    rows = [(one["ArticleNumber"], one["DeliveredQuantity"], one["Total"]) for one in alone["InvoiceRows"]]
    assert rows == [(main, "3", 300), (part, "6", 0), (other, "3", 0)]
    sent = [{"ArticleNumber": one, "DeliveredQuantity": 1, "Price": 10} for one in (main, part, other)]
    assert len(bench.invoice(*sent)["InvoiceRows"]) == 3
