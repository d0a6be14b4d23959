"""Books, cancels, credits and sends invoices (FACTS.md 7.6 and 7.7)."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from sync.sandbox.fortnox.documents.invoice_terms import due_date, ocr
from sync.sandbox.fortnox.documents.vouchers import next_number, voucher_of_invoice
from sync.sandbox.fortnox.errors import FortnoxError
from sync.sandbox.fortnox.tenant import META, Tenant
from sync.sandbox.fortnox.wire import Json, as_text, plain

Action = Callable[[Tenant, Json], Json]
_NEGATED = (
    *("AdministrationFee", "AdministrationFeeVAT", "ContributionValue", "Freight", "FreightVAT", "Gross"),
    *("Net", "RoundOff", "Total", "TotalToPay", "TotalVAT"),
)


def locked(tenant: Tenant, message: str) -> FortnoxError:
    """Return the refusal of what a document's state forbids; the real code is not established."""
    return FortnoxError(tenant.quirks.locked_code, message)


def bookkeep(tenant: Tenant, row: Json) -> Json:
    """Create the voucher (series B, next number of the year); one way (FACTS.md 7.6)."""
    if row["Booked"] or row["Cancelled"]:
        raise locked(tenant, "Fakturan är redan bokförd eller makulerad.")
    if row["NotCompleted"]:
        raise locked(tenant, "Faktura som bokförs måste vara klarmarkerad.")
    year = tenant.check_open(row["InvoiceDate"])
    booked = row | {
        "Booked": True,
        "VoucherSeries": "B",
        "VoucherNumber": next_number(tenant, "B", year["Id"]),
        # VoucherYear is the financial year's id, not a calendar year (FACTS.md 5.2).
        "VoucherYear": year["Id"],
        # A booked zero-total invoice is paid at once (FACTS.md 7.7).
        "FinalPayDate": tenant.today() if row["Total"] == 0 else None,
    }
    stored = _save(tenant, booked, touch=tenant.quirks.booking_touches)
    voucher_of_invoice(tenant, stored)
    if row["Credit"] == "true" and tenant.quirks.credit_settles_original:
        _settle(tenant, stored)
    return tenant.get("invoices", row["DocumentNumber"])


def cancel(tenant: Tenant, row: Json) -> Json:
    """Cancel an unbooked invoice; its balance is 0 from then on."""
    if row["Booked"] or row["Cancelled"]:
        raise locked(tenant, "Bokförd eller makulerad faktura kan inte makuleras.")
    return _save(tenant, row | {"Cancelled": True, "Balance": 0})


def credit(tenant: Tenant, row: Json) -> Json:
    """Create an unbooked credit note of everything and return it; the two refer to each other (FACTS.md 7.6)."""
    if not row["Booked"] or row["Credit"] == "true":
        raise locked(tenant, "Endast en bokförd faktura kan krediteras.")
    earlier = tenant.find("invoices", str(row["CreditInvoiceReference"]))
    if earlier is not None and not earlier["Cancelled"]:
        raise locked(tenant, "Fakturan är redan krediterad.")
    number = tenant.next_number("invoices")
    note = _credit_note(tenant, row, number)
    tenant.check_open(note["InvoiceDate"])
    _save(tenant, note)
    _save(tenant, row | {"CreditInvoiceReference": number})
    return tenant.get("invoices", number)


def credited(tenant: Tenant, row: Json) -> Json:
    """Credit an invoice and return it: its CreditInvoiceReference names the credit note (Fortnox's specification)."""
    credit(tenant, row)
    return tenant.get("invoices", row["DocumentNumber"])


def send(how: str) -> Action:
    """Return the action that marks an invoice as sent and records the sending (FACTS.md 7.6)."""

    def action(tenant: Tenant, row: Json) -> Json:
        if row["Cancelled"]:
            raise locked(tenant, "Makulerad faktura kan inte skickas.")
        if how in ("email", "einvoice", "eprint"):
            _check_can_send(tenant, row)
        number = str(tenant.tables.raise_counter("sent"))
        event = {"DocumentNumber": row["DocumentNumber"], "How": how, "At": tenant.now().isoformat()}
        tenant.tables.put("sent", number, event)
        return _save(tenant, row | {"Sent": True}, touch=tenant.quirks.sending_touches)

    return action


def remind(tenant: Tenant, row: Json) -> Json:
    """Count a reminder of an unpaid invoice."""
    if not row["Booked"] or row["Balance"] == 0:
        raise locked(tenant, "Endast obetalda bokförda fakturor kan påminnas om.")
    return _save(tenant, row | {"Reminders": row["Reminders"] + 1, "LastRemindDate": tenant.today()})


def make_ready(tenant: Tenant, row: Json) -> Json:
    """Mark an invoice as ready in the warehouse; without that module it always is."""
    return _save(tenant, row | {"WarehouseReady": True})


PUT_ACTIONS: Mapping[str, Action] = {
    "bookkeep": bookkeep,
    "cancel": cancel,
    "credit": credited,
    "externalprint": send("externalprint"),
    "warehouseready": make_ready,
}
GET_ACTIONS: Mapping[str, Action] = {
    "email": send("email"),
    "einvoice": send("einvoice"),
    "eprint": send("eprint"),
    "print": send("print"),
    "printreminder": remind,
    "preview": lambda tenant, row: row,
}


def _save(tenant: Tenant, row: Json, *, touch: bool = True) -> Json:
    return tenant.save("invoices", row["DocumentNumber"], row, touch=touch)


def _credit_note(tenant: Tenant, row: Json, number: str) -> Json:
    note = {name: value for name, value in row.items() if name != META}
    for name in _NEGATED:
        note[name] = plain(-Decimal(note[name]))
    last = tenant.tables.raise_counter("rows", len(row["InvoiceRows"])) if row["InvoiceRows"] else 0
    first = last - len(row["InvoiceRows"]) + 1
    note |= {
        "InvoiceRows": [_negated(line) | {"RowId": first + i} for i, line in enumerate(row["InvoiceRows"])],
        "DocumentNumber": number,
        "InvoiceDate": tenant.today(),
        "Credit": "true",
        "CreditInvoiceReference": "0",
        "InvoiceReference": row["DocumentNumber"],
        "Balance": note["Total"],
        "OCR": ocr(number),
        "Booked": False,
        "Sent": False,
        "Reminders": 0,
        "LastRemindDate": None,
        "FinalPayDate": None,
        "VoucherNumber": None,
        "VoucherSeries": None,
        "VoucherYear": None,
    }
    if not tenant.quirks.credit_copies_references:
        note |= {"ExternalInvoiceReference1": "", "ExternalInvoiceReference2": ""}
    return note | {"DueDate": due_date(note)}


def _negated(line: Json) -> Json:
    """Return a row with its quantity and sums negated: credit rows have negative quantities."""
    return line | {
        "DeliveredQuantity": as_text(-Decimal(line["DeliveredQuantity"])),
        "ContributionValue": as_text(-Decimal(line["ContributionValue"])),
        "Total": plain(-Decimal(line["Total"])),
        "TotalExcludingVAT": plain(-Decimal(line["TotalExcludingVAT"])),
        # An amount of discount is the row's; negated, the row's total stays the mirror image.
        "Discount": plain(-Decimal(line["Discount"])) if line["DiscountType"] == "AMOUNT" else line["Discount"],
    }


def _check_can_send(tenant: Tenant, row: Json) -> None:
    """Raise where a company cannot mail, or the document has nobody to mail to (FACTS.md 7.6)."""
    if not tenant.quirks.mail_works:
        raise FortnoxError(tenant.quirks.no_address_code, "Bankuppgifter saknas")
    customer = tenant.find("customers", row["CustomerNumber"]) or {}
    to = row["EmailInformation"]["EmailAddressTo"] or customer.get("EmailInvoice") or customer.get("Email")
    if not to:
        raise FortnoxError(tenant.quirks.no_address_code, "E-postadress saknas.")


def _settle(tenant: Tenant, note: Json) -> None:
    """Set a booked credit note off against its original, where the company does so by itself."""
    original = tenant.get("invoices", note["InvoiceReference"])
    left = Decimal(original["Balance"]) + Decimal(note["Balance"])
    paid = tenant.today()
    _save(tenant, note | {"Balance": 0, "FinalPayDate": paid})
    _save(tenant, original | {"Balance": plain(left), "FinalPayDate": paid if left == 0 else None})
