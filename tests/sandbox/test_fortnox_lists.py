"""Lists, search, paging, lastmodified; customers, articles, prices (fortnox/FACTS.md 3, 7.1 to 7.3)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.sandbox.fortnox_bench import Bench, row


def numbers(body: dict) -> list[str]:
    return [one["DocumentNumber"] for one in body["Invoices"]]


def many(count: int) -> Bench:
    bench = Bench()
    for number in range(3, count + 1):
        fields = {"CustomerNumber": str(number), "Name": f"Kund {number}", "City": "Lund"}
        bench.post("customers", "Customer", **fields)
    return bench


def test_a_page_is_100_rows_unless_asked_otherwise_and_500_at_most() -> None:
    bench = many(209)
    meta = {"@TotalResources": 209, "@TotalPages": 3, "@CurrentPage": 1}
    first = bench.get("customers")
    assert (len(first["Customers"]), first["MetaInformation"], next(iter(first))) == (
        100,
        meta,
        "MetaInformation",
    )
    assert len(bench.get("customers", page=3)["Customers"]) == 9
    assert len(bench.get("customers", limit=600)["Customers"]) == 209
    assert bench.get("customers", limit=1)["MetaInformation"]["@TotalPages"] == 209


def test_an_offset_does_not_move_the_current_page_and_past_the_end_zeroes_the_totals() -> None:
    bench = many(38)
    assert bench.get("customers", limit=2, offset=2)["MetaInformation"] == {
        "@TotalResources": 38,
        "@TotalPages": 19,
        "@CurrentPage": 1,
    }
    zero = {"@TotalResources": 0, "@TotalPages": 0, "@CurrentPage": 1}
    assert bench.get("customers", offset=10000) == {"MetaInformation": zero, "Customers": []}
    assert bench.refusal("GET", "customers", page="x") == (400, 2000588)


def test_numbers_are_sorted_by_value_and_projects_as_text() -> None:
    bench = Bench()
    for number in ("10", "0001", "9", "0000"):
        bench.post("articles", "Article", ArticleNumber=number, Description="x")
    listed = [one["ArticleNumber"] for one in bench.get("articles")["Articles"]]
    assert listed == ["0000", "0001", "9", "10", "A1", "A2"]
    for number in ("3", "18", "1", "5568"):
        bench.post("projects", "Project", ProjectNumber=number, Description="x")
    assert [one["ProjectNumber"] for one in bench.get("projects")["Projects"]] == ["1", "18", "3", "5568"]
    down = bench.get("articles", sortby="articlenumber", sortorder="descending")["Articles"]
    assert down[0]["ArticleNumber"] == "A2"


def test_search_is_a_substring_in_any_case_and_several_fields_must_all_match() -> None:
    bench = many(12)
    found = bench.get("customers", customernumber="1")["Customers"]
    assert [one["CustomerNumber"] for one in found] == ["1", "10", "11", "12"]
    assert len(bench.get("customers", name="KUND", city="lund")["Customers"]) == 10
    assert bench.get("customers", name="acme", city="Malmö")["Customers"] == []


def test_a_reference_search_finds_what_contains_it_also_after_a_change() -> None:
    bench = Bench()
    for reference in ("KVITT-1", "KVITT-10", "kvitt-2"):
        bench.invoice(row(), ExternalInvoiceReference1=reference)
    assert numbers(bench.get("invoices", externalinvoicereference1="kvitt-1")) == ["1", "2"]
    bench.put("invoices/1", "Invoice", ExternalInvoiceReference1="OTHER")
    assert numbers(bench.get("invoices", externalinvoicereference1="KVITT-1")) == ["2"]
    assert numbers(bench.get("invoices", externalinvoicereference1="other")) == ["1"]


def test_unknown_filters_and_parameters_are_refused() -> None:
    bench = Bench()
    assert bench.refusal("GET", "invoices", filter="everything") == (400, 2000587)
    assert bench.refusal("GET", "customers", externalreference="x") == (400, 2000588)
    assert bench.refusal("GET", "currencies", lastmodified="2025-01-01") == (400, 2000588)
    assert bench.refusal("GET", "customers", sortby="city") == (400, 2000588)


def test_filters_mean_what_was_seen_in_traffic() -> None:
    bench = Bench()
    draft = bench.invoice(row())["DocumentNumber"]
    unpaid = bench.booked(row(), InvoiceDate="2025-01-02")["DocumentNumber"]
    zero = bench.booked()["DocumentNumber"]
    note = bench.credited(unpaid)["DocumentNumber"]
    bench.put(f"invoices/{note}/bookkeep")
    dead = bench.invoice(row())["DocumentNumber"]
    bench.put(f"invoices/{dead}/cancel")
    expected = {"unbooked": [draft], "unpaid": [unpaid, note], "fullypaid": [zero], "cancelled": [dead]}
    for name, found in (expected | {"unpaidoverdue": [unpaid]}).items():
        assert numbers(bench.get("invoices", filter=name)) == found
    assert numbers(bench.get("invoices", credit="true")) == [note]
    assert numbers(bench.get("invoices", todate="2025-01-31")) == [unpaid]


def test_list_rows_lack_rows_and_net_and_give_the_rate_as_text() -> None:
    bench = Bench()
    bench.invoice(row())
    line = bench.get("invoices")["Invoices"][0]
    assert line["CurrencyRate"] == "1"
    assert not {"InvoiceRows", "Net", "TotalVAT", "YourOrderNumber", "Credit"} & line.keys()
    article = bench.get("articles", articlenumber="A1")["Articles"][0]
    assert (article["SalesPrice"], article["VAT"], article["QuantityInStock"]) == ("159", "25", "0")


def test_lastmodified_is_swedish_time_and_counts_the_second_itself() -> None:
    bench = Bench()
    bench.pace = 0
    bench.clock.moment = datetime(2025, 7, 1, 22, 30, 5, 900000, tzinfo=UTC)
    bench.token = bench.new_token()
    number = bench.invoice(row())["DocumentNumber"]
    assert numbers(bench.get("invoices", lastmodified="2025-07-02 00:30:05")) == [number]
    assert numbers(bench.get("invoices", lastmodified="2025-07-02 00:30")) == [number]
    assert numbers(bench.get("invoices", lastmodified="2025-07-02")) == [number]
    assert numbers(bench.get("invoices", lastmodified="2025-07-02 00:30:06")) == []
    assert bench.refusal("GET", "invoices", lastmodified="yesterday") == (400, 2000588)


def test_booking_and_sending_move_lastmodified() -> None:
    bench = Bench()
    number = bench.invoice(row())["DocumentNumber"]
    bench.clock.advance(7200)
    bench.token = bench.new_token()
    since = "2025-03-03 11:30"
    assert numbers(bench.get("invoices", lastmodified=since)) == []
    bench.put(f"invoices/{number}/externalprint")
    assert numbers(bench.get("invoices", lastmodified=since)) == [number]


def test_a_customers_unset_text_is_null_alone_and_empty_in_lists() -> None:
    bench = Bench()
    assert bench.get("customers/2")["Customer"]["Address1"] is None
    assert bench.get("customers", customernumber="2")["Customers"][0]["Address1"] == ""


def test_a_customer_number_is_used_once_for_ever() -> None:
    bench = Bench()
    taken = {"Customer": {"CustomerNumber": "1", "Name": "Again"}}
    assert bench.refusal("POST", "customers", taken) == (400, 2000637)
    assert bench.answer("DELETE", "customers/1").status == 204
    assert bench.refusal("POST", "customers", taken) == (400, 2000637)
    assert bench.refusal("GET", "customers/1") == (404, 2000433)
    assert bench.post("customers", "Customer", Name="Next")["CustomerNumber"] == "3"


def test_a_customer_or_article_on_a_document_cannot_be_deleted() -> None:
    bench = Bench()
    bench.invoice({"ArticleNumber": "A1", "DeliveredQuantity": 1})
    assert bench.refusal("DELETE", "customers/1")[0] == 400
    assert bench.refusal("DELETE", "articles/A1")[0] == 400
    assert bench.answer("DELETE", "articles/A2").status == 204


def test_an_inactive_customer_gets_no_invoice() -> None:
    bench = Bench()
    bench.put("customers/1", "Customer", Active=False)
    assert bench.refusal("POST", "invoices", {"Invoice": {"CustomerNumber": "1"}}) == (400, 2000204)
    assert [one["CustomerNumber"] for one in bench.get("customers", filter="inactive")["Customers"]] == ["1"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Name": "x", "Type": "UNDEFINED"}, 2001200),
        ({"Name": "x", "ZipCode": "12345678901"}, 2000107),
        ({"Name": "x", "GLN": "123"}, 2000107),
        ({"Name": "x", "CountryCode": "ZZ"}, 2000919),
        ({"Name": "x", "Country": "Sverige"}, 2001399),
        ({"Name": "x", "CustomerNumber": "a b"}, 2000359),
        ({"Name": "O'Hara"}, 2000359),
        ({"Name": "x", "Currency": "NOK"}, 2000427),
        ({"City": "Lund"}, 2000729),
    ],
)
def test_a_wrong_customer_is_refused_with_fortnox_code(fields: dict, code: int) -> None:
    assert Bench().refusal("POST", "customers", {"Customer": fields}) == (400, code)


def test_a_number_with_a_slash_is_found_percent_encoded() -> None:
    bench = Bench()
    made = bench.post("customers", "Customer", CustomerNumber="A/1", Name="Slash")
    assert made["@url"].endswith("/customers/A%2F1")
    assert bench.get("customers/A%2F1")["Customer"]["Name"] == "Slash"


def test_articles_refuse_a_taken_number_and_a_written_sales_price() -> None:
    bench = Bench()
    again = {"Article": {"ArticleNumber": "A1", "Description": "x"}}
    assert bench.refusal("POST", "articles", again) == (400, 2000013)
    assert bench.refusal("PUT", "articles/A1", {"Article": {"SalesPrice": 5}}) == (400, 2001399)
    made = bench.post("articles", "Article", Description="x", QuantityInStock=Decimal("-99999999999999.9"))
    assert made["QuantityInStock"] == -100000000000000


def test_prices_have_steps_and_the_first_is_the_sales_price() -> None:
    bench = Bench()
    bench.post("prices", "Price", ArticleNumber="A1", PriceList="A", FromQuantity=10, Price=120)
    line = bench.invoice({"ArticleNumber": "A1", "DeliveredQuantity": 10})["InvoiceRows"][0]
    assert line["Price"] == 120
    assert bench.get("articles/A1")["Article"]["SalesPrice"] == 159
    assert [one["Price"] for one in bench.get("prices/sublist/A/A1")["Prices"]] == [159, 120]
    assert bench.put("prices/A/A1", "Price", Price=160)["Price"]["Price"] == 160
    assert bench.answer("DELETE", "prices/A/A1/10").status == 204
    assert bench.refusal("GET", "prices/A/A1/10") == (404, 2000430)


def test_small_registers_answer_in_their_own_words() -> None:
    bench = Bench()
    assert bench.get("units/f%C3%B6rp")["Unit"]["@url"].endswith("/units/f%C3%B6rp")
    assert bench.refusal("GET", "termsofpayments/30days") == (404, 2000429)
    years = bench.get("financialyears", date="2025-06-01")["FinancialYears"]
    assert [(one["Id"], one["FromDate"]) for one in years] == [(2, "2025-01-01")]
    assert bench.get("accounts/3001")["Account"]["VATCode"] == "MP1"
    assert bench.get("predefinedaccounts/ROUNDOFF")["PreDefinedAccount"]["Account"] == 3740
    assert bench.get("companyinformation")["CompanyInformation"]["DatabaseNumber"] == 1001
    assert bench.get("settings/company")["CompanySettings"]["DatabaseNumber"] == "1001"
    assert bench.get("me")["MeInformation"]["Locale"] == "sv_SE"
    assert bench.refusal("GET", "currencies/NOK") == (404, 2000427)
