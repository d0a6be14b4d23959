"""Swedish organisation numbers, read in one place, however they are written.

Ten digits, or twelve with the century of a person or 16 for a legal person; with or without a dash; as the VAT number
that is made of one (SE, ten digits, two more). A sole trader's is a personal or a coordination number. The form is
that of lag (1974:174) and folkbokföringslagen (1991:481) 18 §, the check digit Luhn's.
"""

import re
import unicodedata

from stdnum import luhn

_VAT_FORM = re.compile(r"SE(\d{10})\d{2}")
_TEN_OR_TWELVE = re.compile(r"(16|19|20)?(\d{10})")
_BETWEEN = re.compile(r"[\s\-–‐‑‒−+.:]")
# A coordination number is a person's whose day of birth is 60 higher.
_COORDINATION = 60


def swedish_number(value: object) -> str | None:
    """Return the ten digits of a Swedish organisation number, None for what is none."""
    written = _compact(value)
    as_vat = _VAT_FORM.fullmatch(written)
    if as_vat:
        return as_vat[1] if _is_a_number(as_vat[1], None) else None
    found = _TEN_OR_TWELVE.fullmatch(written)
    return found[2] if found and _is_a_number(found[2], found[1]) else None


def organisation_digits(value: object) -> str:
    """Return what an organisation number is compared by: its ten digits, else whatever digits it has."""
    known = swedish_number(value)
    if known is not None:
        return known
    digits = re.sub(r"\D", "", str(value or ""))
    century = _TEN_OR_TWELVE.fullmatch(digits)
    return century[2] if century else digits


def _compact(value: object) -> str:
    text = "" if value is None else str(value)
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return _BETWEEN.sub("", seen).upper()


def _is_a_number(ten: str, century: str | None) -> bool:
    if not ten.isascii() or not luhn.is_valid(ten):
        return False
    person = _is_a_persons(ten)
    # The third digit tells a legal person from the month of a birth.
    legal = ten[0] != "0" and ten[2] >= "2"
    return {"16": legal, None: legal or person}.get(century, person)


def _is_a_persons(ten: str) -> bool:
    month, day = int(ten[2:4]), int(ten[4:6])
    born = day - _COORDINATION if day > _COORDINATION else day
    return 1 <= month <= 12 and 1 <= born <= 31
