"""Invoices: create, change, read, list (FACTS.md 7.4 to 7.7 and 3.4 to 3.6)."""

from collections.abc import Mapping
from decimal import Decimal

from sync.sandbox.fortnox.documents.document_fields import INVOICE, INVOICE_ROW
from sync.sandbox.fortnox.documents.documents import (
    ServedKind,
    changed_document,
    merged_fields,
    new_document,
    read_document,
    single_document,
)
from sync.sandbox.fortnox.documents.invoice_actions import GET_ACTIONS, PUT_ACTIONS, locked
from sync.sandbox.fortnox.documents.invoice_terms import due_date, ocr
from sync.sandbox.fortnox.errors import FortnoxError, no_identifier, wrong_parameter
from sync.sandbox.fortnox.listing import (
    ListRules,
    Test,
    answer_list,
    contains,
    is_flag,
    not_after,
    not_before,
)
from sync.sandbox.fortnox.registers.register import unwrap, url
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json, as_text

KIND = ServedKind("invoices", "Invoice", "InvoiceRows", "InvoiceDate", INVOICE, INVOICE_ROW)
_LIST = (
    *("Balance", "Booked", "Cancelled", "CostCenter", "Currency", "CurrencyRate", "CurrencyUnit"),
    *("CustomerName", "CustomerNumber", "DocumentNumber", "DueDate", "ExternalInvoiceReference1"),
    *("ExternalInvoiceReference2", "InvoiceDate", "InvoiceType", "NoxFinans", "OCR", "VoucherNumber"),
    *("VoucherSeries", "VoucherYear", "WayOfDelivery", "TermsOfPayment", "Project", "Sent", "Total"),
    "FinalPayDate",
)


class Invoices:
    """Answers /3/invoices."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the answer to a call to invoices."""
        rest = call.parts[1:]
        if not rest:
            return self._answer_all(call, tenant)
        number = rest[0]
        if len(rest) == 2:
            return self._act(call, tenant, number, rest[1])
        if call.method == "GET" and len(rest) == 1:
            return reply(tenant.get("invoices", number), tenant)
        if call.method == "PUT" and len(rest) == 1:
            return reply(change_invoice(tenant, number, unwrap(call.body, "Invoice")), tenant)
        raise wrong_parameter()

    def _answer_all(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        if call.method == "GET":
            return answer_list(call, tenant, LISTING)
        if call.method == "POST":
            return reply(create_invoice(tenant, unwrap(call.body, "Invoice")), tenant, 201)
        raise no_identifier()

    def _act(self, call: FortnoxCall, tenant: Tenant, number: str, action: str) -> FortnoxReply:
        actions = {"PUT": PUT_ACTIONS, "GET": GET_ACTIONS}.get(call.method, {})
        if action not in actions:
            raise wrong_parameter()
        row = actions[action](tenant, tenant.get("invoices", number))
        if action in ("print", "preview", "printreminder"):
            return FortnoxReply(raw=b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
        return reply(row, tenant)


def create_invoice(tenant: Tenant, sent: Json) -> Json:
    """Check and store a new, unbooked invoice; raises FortnoxError."""
    return insert_invoice(tenant, read_document(KIND, sent, tenant, creating=True))


def insert_invoice(tenant: Tenant, fields: Json) -> Json:
    """Store a new invoice of checked fields."""
    if "CustomerNumber" not in fields:
        raise FortnoxError(2000204, "Kunde inte hitta kund.")
    year = tenant.check_open(fields.get("InvoiceDate") or tenant.today())
    row = new_document(KIND, fields, tenant) | {"AccountingMethod": year["AccountingMethod"]}
    row["DueDate"] = fields.get("DueDate") or due_date(row)
    row["OCR"] = fields.get("OCR") or ocr(row["DocumentNumber"])
    row["Balance"] = row["Total"]
    return tenant.save("invoices", row["DocumentNumber"], row)


def change_invoice(tenant: Tenant, number: str, sent: Json) -> Json:
    """Check and store a partial update; raises FortnoxError where the document's state forbids it."""
    old = tenant.get("invoices", number)
    fields = read_document(KIND, sent, tenant, creating=False)
    _check_editable(old, fields, tenant)
    if "InvoiceDate" in fields:
        tenant.check_open(fields["InvoiceDate"])
    if old["Booked"]:
        return tenant.save("invoices", number, merged_fields(old, fields))
    row = changed_document(KIND, old, fields, tenant)
    if "DueDate" not in fields and {"InvoiceDate", "TermsOfPayment"} & fields.keys():
        row["DueDate"] = due_date(row)
    row["Balance"] = row["Total"]
    return tenant.save("invoices", number, row)


def reply(row: Json, tenant: Tenant, status: int = 200) -> FortnoxReply:
    """Return an invoice as the single object of an answer."""
    headers = (("location", "invoices"),) if status == 201 else ()
    return FortnoxReply(status, {"Invoice": single_document(KIND, row, tenant)}, headers=headers)


def _check_editable(old: Json, fields: Json, tenant: Tenant) -> None:
    """Raise where a cancelled or booked document, or rows from an order, would change (FACTS.md 7.7)."""
    if old["Cancelled"]:
        raise locked(tenant, "Fakturan är makulerad och kan inte ändras.")
    if old["OrderReference"] != "0" and "InvoiceRows" in fields:
        raise locked(tenant, "En eller flera rader har koppling till en order.")
    if not old["Booked"]:
        return
    for name, value in fields.items():
        if name not in tenant.quirks.editable_when_booked and (name == "InvoiceRows" or old[name] != value):
            raise locked(tenant, f"Fakturan är bokförd: {name} kan inte ändras.")


def _show(row: Json, tenant: Tenant) -> Json:
    """Return a list row; CurrencyRate is a string there (FACTS.md 5.2)."""
    shown = {"@url": url(tenant, "invoices", row["DocumentNumber"])} | {name: row[name] for name in _LIST}
    shown["CurrencyRate"] = as_text(Decimal(row["CurrencyRate"]))
    return shown


def _candidates(query: Mapping[str, str], tenant: Tenant) -> list[str] | None:
    """Narrow a search by reference through the index, so that a probe does not read every invoice."""
    wanted = query.get("externalinvoicereference1")
    return tenant.numbers_referring(wanted) if wanted else None


def _is_unpaid(row: Json, tenant: Tenant) -> bool:
    """Booked, not cancelled, balance not 0; credit notes included, unbooked ones not (FACTS.md 3.5)."""
    return bool(row["Booked"] and not row["Cancelled"] and row["Balance"] != 0)


def _in_rows(name: str) -> Test:
    inside = contains(name)

    def test(row: Json, wanted: str, tenant: Tenant) -> bool:
        return any(inside(line, wanted, tenant) for line in row["InvoiceRows"])

    return test


def _account(*, low: bool) -> Test:
    def test(row: Json, wanted: str, tenant: Tenant) -> bool:
        numbers = [line["AccountNumber"] or 0 for line in row["InvoiceRows"]]
        return any(number >= int(wanted) if low else number <= int(wanted) for number in numbers)

    return test


_TEXT_SEARCH = {
    "costcenter": "CostCenter",
    "customername": "CustomerName",
    "customernumber": "CustomerNumber",
    "documentnumber": "DocumentNumber",
    "ocr": "OCR",
    "ourreference": "OurReference",
    "project": "Project",
    "externalinvoicereference1": "ExternalInvoiceReference1",
    "externalinvoicereference2": "ExternalInvoiceReference2",
    "yourreference": "YourReference",
    "invoicetype": "InvoiceType",
    "currency": "Currency",
    "yourordernumber": "YourOrderNumber",
}

LISTING = ListRules(
    "invoices",
    "Invoices",
    _show,
    search={
        **{word: contains(name) for word, name in _TEXT_SEARCH.items()},
        "fromdate": not_before("InvoiceDate"),
        "todate": not_after("InvoiceDate"),
        "fromfinalpaydate": not_before("FinalPayDate"),
        "tofinalpaydate": not_after("FinalPayDate"),
        "notcompleted": is_flag("NotCompleted"),
        "sent": is_flag("Sent"),
        "credit": is_flag("Credit"),
        "label": lambda row, wanted, tenant: any(str(one.get("Id")) == wanted for one in row["Labels"]),
        "articlenumber": _in_rows("ArticleNumber"),
        "articledescription": _in_rows("Description"),
        "accountnumberfrom": _account(low=True),
        "accountnumberto": _account(low=False),
    },
    filters={
        "cancelled": lambda row, tenant: bool(row["Cancelled"]),
        "fullypaid": lambda row, tenant: bool(row["Booked"] and row["Balance"] == 0),
        "unpaid": _is_unpaid,
        "unpaidoverdue": lambda row, tenant: _is_unpaid(row, tenant) and row["DueDate"] < tenant.today(),
        "unbooked": lambda row, tenant: not row["Booked"] and not row["Cancelled"],
    },
    sorts={
        "customername": "CustomerName",
        "customernumber": "CustomerNumber",
        "documentnumber": "DocumentNumber",
        "invoicedate": "InvoiceDate",
        "ocr": "OCR",
        "total": "Total",
    },
    candidates=_candidates,
)
