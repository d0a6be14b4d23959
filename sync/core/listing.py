"""Whether a list row tells anything that the whole record does not say already."""

from mappings.compile import canonical
from mappings.money import decimal
from sync.core.types import Payload


def row_agrees(row: Payload, whole: Payload) -> bool:
    """Return whether every field of a list row is in the record with the same meaning.

    Lists write some numbers as text and unset text as '' where the record has null (Fortnox sheet 3.6, 5.2).
    """
    return all(_means(row[name]) == _means(whole.get(name)) for name in row if not name.startswith("@"))


def _means(value: object) -> str:
    if value is None or value == "":
        return ""
    number = decimal(value)
    return canonical(value if number is None else number)
