"""Payments of invoices: created unbooked, then booked (FACTS.md 7.10)."""

from collections.abc import Callable
from decimal import Decimal

from sync.sandbox.fortnox.documents.arithmetic import in_sek
from sync.sandbox.fortnox.documents.invoice_actions import locked
from sync.sandbox.fortnox.documents.vouchers import next_number, voucher_of_payment
from sync.sandbox.fortnox.errors import FortnoxError, missing_reference, no_identifier, wrong_parameter
from sync.sandbox.fortnox.fields import (
    FortnoxField,
    code,
    computed,
    day,
    integer,
    number,
    read_object,
    skeleton,
    text,
)
from sync.sandbox.fortnox.listing import ListRules, answer_list
from sync.sandbox.fortnox.registers.register import unwrap, url
from sync.sandbox.fortnox.tenant import META, Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json, plain

_WRITE_OFF: dict[str, FortnoxField] = {
    "AccountNumber": integer(None),
    "Amount": number(),
    "CostCenter": code("costcenters"),
    "Currency": text(3),
    "Description": text(),
    "Project": code("projects"),
    "TransactionInformation": text(),
}
PAYMENT: dict[str, FortnoxField] = {
    "Amount": number(),
    "AmountCurrency": number(None),
    "Booked": computed(unset=False),
    "Currency": computed("SEK"),
    "CurrencyRate": number(1, 6),
    "CurrencyUnit": computed(1),
    "ExternalInvoiceReference1": computed(""),
    "ExternalInvoiceReference2": computed(""),
    "InvoiceCustomerName": computed(""),
    "InvoiceCustomerNumber": computed(""),
    "InvoiceNumber": integer(None),
    "InvoiceDueDate": computed(None),
    "InvoiceOCR": computed(""),
    "InvoiceTotal": computed(""),
    "ModeOfPayment": code("modesofpayments"),
    "ModeOfPaymentAccount": integer(None),
    "Number": computed(""),
    "PaymentDate": day(),
    "Source": computed("direct"),
    "VoucherNumber": computed(None),
    "VoucherSeries": computed(None),
    "VoucherYear": computed(None),
    "WriteOffs": FortnoxField("list", [], fields=_WRITE_OFF),
}
_LIST = (
    *("Amount", "Booked", "Currency", "CurrencyRate", "CurrencyUnit", "InvoiceNumber", "Number"),
    *("PaymentDate", "Source"),
)


class Payments:
    """Answers /3/invoicepayments."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the answer to a call to invoice payments."""
        rest = call.parts[1:]
        if not rest:
            return self._answer_all(call, tenant)
        row = tenant.get("invoicepayments", rest[0])
        if rest[1:] == ("bookkeep",) and call.method == "PUT":
            return _reply(book_payment(tenant, row), tenant)
        if len(rest) == 1 and call.method in _SINGLE:
            return _SINGLE[call.method](call, tenant, row)
        raise wrong_parameter()

    def _answer_all(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        if call.method == "GET":
            return answer_list(call, tenant, LISTING)
        if call.method == "POST":
            return _reply(create_payment(tenant, unwrap(call.body, "InvoicePayment")), tenant, 201)
        raise no_identifier()


def create_payment(tenant: Tenant, sent: Json) -> Json:
    """Check and store an unbooked payment of a booked invoice; raises FortnoxError."""
    fields = read_object(sent, PAYMENT, tenant.quirks, creating=True)
    invoice = tenant.find("invoices", str(fields.get("InvoiceNumber") or ""))
    if invoice is None:
        raise missing_reference("invoices")
    tenant.check_references(fields, PAYMENT)
    fields.setdefault("PaymentDate", tenant.today())
    _check_payable(tenant, invoice, fields)
    row = skeleton(PAYMENT) | fields | _from_invoice(invoice)
    row["Number"] = tenant.next_number("invoicepayments")
    row["CurrencyRate"] = fields.get("CurrencyRate", invoice["CurrencyRate"])
    row |= _both_amounts(row, fields, is_sek=invoice["Currency"] == "SEK")
    row["ModeOfPaymentAccount"] = row["ModeOfPaymentAccount"] or _account(tenant, row["ModeOfPayment"])
    return tenant.save("invoicepayments", row["Number"], row)


def book_payment(tenant: Tenant, row: Json) -> Json:
    """Book a payment: the invoice's balance falls, and a paid invoice gets its FinalPayDate (FACTS.md 7.7)."""
    if row["Booked"]:
        raise locked(tenant, "Inbetalningen är redan bokförd.")
    invoice = tenant.get("invoices", str(row["InvoiceNumber"]))
    _check_payable(tenant, invoice, row)
    year = tenant.check_open(row["PaymentDate"])
    left = Decimal(invoice["Balance"]) - Decimal(row["AmountCurrency"]) - _written_off(row)
    paid = invoice | {"Balance": plain(left), "FinalPayDate": row["PaymentDate"] if left == 0 else None}
    tenant.save("invoices", invoice["DocumentNumber"], paid, touch=tenant.quirks.payment_touches)
    booked = row | {
        "Booked": True,
        "VoucherSeries": "C",
        "VoucherNumber": next_number(tenant, "C", year["Id"]),
        "VoucherYear": year["Id"],
    }
    voucher_of_payment(tenant, booked)
    return tenant.save("invoicepayments", row["Number"], booked)


def _change(call: FortnoxCall, tenant: Tenant, row: Json) -> FortnoxReply:
    _check_unbooked(tenant, row)
    fields = read_object(unwrap(call.body, "InvoicePayment"), PAYMENT, tenant.quirks, creating=False)
    fields.pop("InvoiceNumber", None)
    if row["Currency"] == "SEK" and "Amount" in fields:
        fields.setdefault("AmountCurrency", fields["Amount"])
    _check_payable(tenant, tenant.get("invoices", str(row["InvoiceNumber"])), row | fields)
    return _reply(tenant.save("invoicepayments", row["Number"], row | fields), tenant)


def _remove(call: FortnoxCall, tenant: Tenant, row: Json) -> FortnoxReply:
    _check_unbooked(tenant, row)
    tenant.delete("invoicepayments", row["Number"])
    tenant.spend("invoicepayments", row["Number"])
    return FortnoxReply(204, raw=b"")


_SINGLE: dict[str, Callable[[FortnoxCall, Tenant, Json], FortnoxReply]] = {
    "GET": lambda call, tenant, row: _reply(row, tenant),
    "PUT": _change,
    "DELETE": _remove,
}


def _check_unbooked(tenant: Tenant, row: Json) -> None:
    if row["Booked"]:
        raise locked(tenant, "En bokförd inbetalning kan inte ändras eller tas bort.")


def _check_payable(tenant: Tenant, invoice: Json, fields: Json) -> None:
    if not invoice["Booked"] or invoice["Cancelled"]:
        raise locked(tenant, "Fakturan måste vara bokförd innan den kan betalas.")
    if invoice["Balance"] == 0:
        raise FortnoxError(2003055, "Fakturan är redan slutbetald.")
    if fields["PaymentDate"] < invoice["InvoiceDate"]:
        raise locked(tenant, "Betalningsdatum får inte vara före fakturadatum.")
    tenant.check_open(fields["PaymentDate"])
    if invoice["Currency"] != "SEK" and fields.get("AmountCurrency") is None:
        raise FortnoxError(2000108, "AmountCurrency måste anges för en faktura i utländsk valuta.")
    amount = fields.get("AmountCurrency", fields.get("Amount"))
    if not amount:
        raise FortnoxError(2000108, "Värdet måste vara numeriskt (Amount)")


def _from_invoice(invoice: Json) -> Json:
    return {
        "Currency": invoice["Currency"],
        "CurrencyUnit": invoice["CurrencyUnit"],
        "ExternalInvoiceReference1": invoice["ExternalInvoiceReference1"],
        "ExternalInvoiceReference2": invoice["ExternalInvoiceReference2"],
        "InvoiceCustomerName": invoice["CustomerName"],
        "InvoiceCustomerNumber": invoice["CustomerNumber"],
        "InvoiceDueDate": invoice["DueDate"],
        "InvoiceOCR": invoice["OCR"],
        "InvoiceTotal": str(invoice["Total"]),
    }


def _both_amounts(row: Json, fields: Json, *, is_sek: bool) -> Json:
    """Return the amount in SEK and in the invoice's currency, the missing one from the other."""
    if is_sek:
        amount = fields.get("Amount", fields.get("AmountCurrency"))
        return {"Amount": amount, "AmountCurrency": amount}
    foreign = Decimal(fields["AmountCurrency"])
    sek = in_sek(foreign, Decimal(row["CurrencyRate"]), Decimal(row["CurrencyUnit"]))
    return {"Amount": fields.get("Amount", plain(sek)), "AmountCurrency": fields["AmountCurrency"]}


def _account(tenant: Tenant, mode: str) -> int | None:
    found = tenant.find("modesofpayments", mode)
    return int(found["AccountNumber"]) if found else None


def _written_off(row: Json) -> Decimal:
    return sum((Decimal(one.get("Amount", 0)) for one in row["WriteOffs"]), Decimal(0))


def _reply(row: Json, tenant: Tenant, status: int = 200) -> FortnoxReply:
    headers = (("location", "invoicepayments"),) if status == 201 else ()
    shown = {name: value for name, value in row.items() if name != META}
    body = {"@url": url(tenant, "invoicepayments", row["Number"])} | shown
    return FortnoxReply(status, {"InvoicePayment": body}, headers=headers)


def _show(row: Json, tenant: Tenant) -> Json:
    shown = {"@url": url(tenant, "invoicepayments", row["Number"])} | {name: row[name] for name in _LIST}
    return shown | {"WriteOffExist": bool(row["WriteOffs"])}


def _is_of_invoice(row: Json, wanted: str, tenant: Tenant) -> bool:
    return str(row["InvoiceNumber"]) == wanted


LISTING = ListRules(
    "invoicepayments",
    "InvoicePayments",
    _show,
    search={"invoicenumber": _is_of_invoice},
    sorts={"paymentdate": "PaymentDate"},
)
