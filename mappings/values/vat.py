"""Which kind of VAT a customer has, in Fortnox's words, for a seller in Sweden.

Sweden SEVAT; another EU country with a VAT number EUREVERSEDVAT (the buyer reckons the VAT), without one EUVAT; the
rest EXPORT. Domestic reverse charge (SEREVERSEDVAT) follows from what is sold: only a person can say it.
"""

import re
import unicodedata

from mappings.values.countries import in_the_rest_of_the_eu

HOME = "SE"
TYPES = ("SEVAT", "SEREVERSEDVAT", "EUVAT", "EUREVERSEDVAT", "EXPORT")
# As VIES takes them: two letters and two to twelve signs, one at least a digit; in a CRM the letters are often missing.
_VAT_NUMBER = re.compile(r"(?=.*\d)([A-Z]{2})?[0-9A-Z+*]{2,12}")


def vat_type(country: str, vat_number: str) -> str | None:
    """Return the kind of VAT of a customer in a country (ISO code), None where its VAT number leaves that in doubt.

    In doubt is what is no VAT number, and a Swedish one abroad.
    """
    if country == HOME:
        return "SEVAT"
    if not in_the_rest_of_the_eu(country):
        return "EXPORT"
    written = _compact(vat_number)
    if not written:
        return "EUVAT"
    if not _VAT_NUMBER.fullmatch(written) or written.startswith(HOME):
        return None
    return "EUREVERSEDVAT"


def _compact(text: str) -> str:
    """Return a VAT number without what people put between its signs."""
    kept = (sign for sign in text.upper() if unicodedata.category(sign)[0] not in "CZ")
    return "".join(sign for sign in kept if sign not in ".-–/")
