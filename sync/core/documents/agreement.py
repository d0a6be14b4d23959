"""What both sides of a link say the same of: the ground on which it is told later who has changed a field."""

from typing import Any

from mappings.kinds import document_kind
from sync.core.documents.documents import matches
from sync.core.types import Payload
from sync.core.values import same


def agreed_fields(kind: str, said: Payload, theirs: Payload | None) -> dict[str, Any]:
    """Return the fields of a draft of a kind that a document, customer or article says too, as the draft says them.

    Of a field that is not shown, as in the row of a list, nothing is known.
    """
    document, shown = document_kind(kind), theirs or {}

    def agrees(name: str, value: Any) -> bool:
        if document is not None:
            return matches(document, shown, {name: value})
        return same(kind, name, value, shown[name])

    return {name: value for name, value in said.items() if name in shown and agrees(name, value)}
