"""Whether a list row tells anything that the whole record does not say already."""

from sync.core.types import Payload
from sync.core.values import same


def row_agrees(kind: str, row: Payload, whole: Payload) -> bool:
    """Return whether every field of a list row of a kind is in the record with the same meaning.

    Lists write some numbers as text and unset text as '' where the record has null.
    """
    return all(same(kind, name, row[name], whole.get(name)) for name in row if not name.startswith("@"))
