"""What Fortnox adds, derives and lists beside documents: prices, VAT of accounts, credit answers (sheet 5.2, 7)."""

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
