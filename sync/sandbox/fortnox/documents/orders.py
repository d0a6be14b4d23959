"""Orders, as far as recordings and a CRM sync need them: list, create, change, cancel, invoice (7.8)."""

from sync.sandbox.fortnox.documents.document_fields import INVOICE, INVOICE_ROW, ORDER, ORDER_ROW
from sync.sandbox.fortnox.documents.documents import (
    ServedKind,
    changed_document,
    new_document,
    read_document,
    single_document,
)
from sync.sandbox.fortnox.documents.invoice_actions import locked
from sync.sandbox.fortnox.documents.invoices import insert_invoice
from sync.sandbox.fortnox.documents.invoices import reply as invoice_reply
from sync.sandbox.fortnox.errors import FortnoxError, no_identifier, wrong_parameter
from sync.sandbox.fortnox.listing import ListRules, answer_list, contains, is_flag, not_after, not_before
from sync.sandbox.fortnox.registers.register import unwrap, url
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json

KIND = ServedKind("orders", "Order", "OrderRows", "OrderDate", ORDER, ORDER_ROW)
_LIST = (
    *("Cancelled", "Currency", "CustomerName", "CustomerNumber", "DeliveryDate", "DocumentNumber"),
    *("ExternalInvoiceReference1", "ExternalInvoiceReference2", "OrderDate", "OrderType", "Project"),
    *("Sent", "Total"),
)
_REFERENCES = ("ExternalInvoiceReference1", "ExternalInvoiceReference2", "YourOrderNumber")
_NOT_COPIED = frozenset({"DocumentNumber", "OutboundDate", "PrintTemplate", "@url", "@urlTaxReductionList"})


class Orders:
    """Answers /3/orders."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the answer to a call to orders."""
        rest = call.parts[1:]
        if not rest:
            return self._answer_all(call, tenant)
        row = tenant.get("orders", rest[0])
        if call.method == "GET" and len(rest) == 1:
            return reply(row, tenant)
        if call.method == "PUT" and len(rest) == 1:
            return reply(change_order(tenant, row, unwrap(call.body, "Order")), tenant)
        if call.method == "PUT" and rest[1:] == ("cancel",):
            _check_open(tenant, row)
            return reply(tenant.save("orders", rest[0], row | {"Cancelled": True}), tenant)
        if call.method == "PUT" and rest[1:] == ("externalprint",):
            return reply(tenant.save("orders", rest[0], row | {"Sent": True}), tenant)
        if call.method == "PUT" and rest[1:] == ("createinvoice",):
            return invoice_reply(make_invoice(tenant, row), tenant)
        raise wrong_parameter()

    def _answer_all(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        if call.method == "GET":
            return answer_list(call, tenant, LISTING)
        if call.method == "POST":
            return reply(create_order(tenant, unwrap(call.body, "Order")), tenant, 201)
        raise no_identifier()


def create_order(tenant: Tenant, sent: Json) -> Json:
    """Check and store a new order; raises FortnoxError."""
    fields = read_document(KIND, sent, tenant, creating=True)
    if "CustomerNumber" not in fields:
        raise FortnoxError(2000204, "Kunde inte hitta kund.")
    row = new_document(KIND, fields, tenant)
    return tenant.save("orders", row["DocumentNumber"], row)


def change_order(tenant: Tenant, row: Json, sent: Json) -> Json:
    """Check and store a partial update of an open order."""
    fields = read_document(KIND, sent, tenant, creating=False)
    _check_open(tenant, row)
    return tenant.save("orders", row["DocumentNumber"], changed_document(KIND, row, fields, tenant))


def make_invoice(tenant: Tenant, row: Json) -> Json:
    """Create the order's invoice and link the two; a second time is refused (FACTS.md 7.8)."""
    _check_open(tenant, row)
    names = (INVOICE.keys() & ORDER.keys()) - _NOT_COPIED
    fields = {name: row[name] for name in names if INVOICE[name].write == "yes"}
    if not tenant.quirks.order_references_copied:
        fields |= dict.fromkeys(_REFERENCES, "")
    lines = [{name: line[name] for name in INVOICE_ROW if name in line} for line in row["OrderRows"]]
    invoice = insert_invoice(tenant, fields | {"InvoiceRows": lines})
    number = invoice["DocumentNumber"]
    tenant.save("orders", row["DocumentNumber"], row | {"InvoiceReference": number})
    return tenant.save("invoices", number, invoice | {"OrderReference": row["DocumentNumber"]})


def _check_open(tenant: Tenant, row: Json) -> None:
    if row["Cancelled"] or row["InvoiceReference"] != "0":
        raise locked(tenant, "Ordern är makulerad eller fakturerad och kan inte ändras.")


def reply(row: Json, tenant: Tenant, status: int = 200) -> FortnoxReply:
    """Return an order as the single object of an answer."""
    headers = (("location", "orders"),) if status == 201 else ()
    return FortnoxReply(status, {"Order": single_document(KIND, row, tenant)}, headers=headers)


def _show(row: Json, tenant: Tenant) -> Json:
    return {"@url": url(tenant, "orders", row["DocumentNumber"])} | {name: row[name] for name in _LIST}


_TEXT_SEARCH = {
    "customername": "CustomerName",
    "customernumber": "CustomerNumber",
    "documentnumber": "DocumentNumber",
    "externalinvoicereference1": "ExternalInvoiceReference1",
    "externalinvoicereference2": "ExternalInvoiceReference2",
    "costcenter": "CostCenter",
    "project": "Project",
    "ourreference": "OurReference",
    "yourreference": "YourReference",
    "ordertype": "OrderType",
}

LISTING = ListRules(
    "orders",
    "Orders",
    _show,
    search={
        **{word: contains(name) for word, name in _TEXT_SEARCH.items()},
        "fromdate": not_before("OrderDate"),
        "todate": not_after("OrderDate"),
        "sent": is_flag("Sent"),
        "notcompleted": is_flag("NotCompleted"),
    },
    # Cancelled orders are left out of the other filters (FACTS.md 3.5).
    filters={
        "cancelled": lambda row, tenant: bool(row["Cancelled"]),
        "invoicecreated": lambda row, tenant: row["InvoiceReference"] != "0" and not row["Cancelled"],
        "invoicenotcreated": lambda row, tenant: row["InvoiceReference"] == "0" and not row["Cancelled"],
        "expired": lambda row, tenant: False,
    },
    sorts={
        "customername": "CustomerName",
        "customernumber": "CustomerNumber",
        "orderdate": "OrderDate",
        "documentnumber": "DocumentNumber",
        "total": "Total",
    },
)
