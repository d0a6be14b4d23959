"""Computes an invoice's OCR and due date from its number, date and term (FACTS.md 7.4)."""

from datetime import timedelta

from sync.sandbox.fortnox.tenant import as_date
from sync.sandbox.fortnox.wire import Json


def due_date(row: Json) -> str:
    """Return InvoiceDate plus the days of the term; a term without a number is due at once."""
    digits = "".join(sign for sign in row["TermsOfPayment"] if sign.isdigit())
    return (as_date(row["InvoiceDate"]) + timedelta(days=int(digits or 0))).isoformat()


def ocr(number: str) -> str:
    """Return number + length digit + Luhn digit: 18 gives 1842, 203 gives 20354 (FACTS.md 7.4)."""
    digits = "".join(sign for sign in number if sign.isdigit()) or "0"
    body = f"{digits}{(len(digits) + 2) % 10}"
    total = 0
    for place, sign in enumerate(reversed(body)):
        doubled = int(sign) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{body}{-total % 10}"
