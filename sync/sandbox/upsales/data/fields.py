"""Creating, changing and deleting custom field definitions (FACTS.md 1.8)."""

from typing import Any

from sync.sandbox.upsales.coerce import trimmed
from sync.sandbox.upsales.data.customs import DEFINITION_COLUMNS, blank_definition
from sync.sandbox.upsales.errors import failed_validation
from sync.sandbox.upsales.data.state import State, field_kind

Row = dict[str, Any]

_HOLDERS = {
    "account": "account",
    "contact": "contact",
    "order": "order",
    "product": "product",
    "user": "user",
}


def create_field(state: State, entity: str, body: Row) -> Row:
    """Add a field definition; name and datatype are required."""
    sent = _sent(body)
    for key in ("name", "datatype"):
        if not sent.get(key):
            raise failed_validation(f"Missing required attribute: {key}")
    kind = field_kind(entity)
    blank = blank_definition(entity)
    row = {**blank, **{key: value for key, value in sent.items() if key in blank}}
    row["id"] = state.next_id(kind)
    state.save(kind, row)
    return row


def update_field(state: State, entity: str, identity: int, body: Row) -> Row:
    """Merge a body into a field definition."""
    kind = field_kind(entity)
    before = state.need(kind, identity)
    row = {**before, **{key: value for key, value in _sent(body).items() if key in before}}
    state.save(kind, row)
    return row


def delete_field(state: State, entity: str, identity: int) -> None:
    """Remove a field definition and, with it, every stored value (FACTS.md 1.6)."""
    kind = field_kind(entity)
    state.need(kind, identity)
    state.tables.delete(kind, str(identity))
    if entity == "orderrow":
        _drop_from_rows(state, identity)
    elif entity in _HOLDERS:
        for row in state.rows(_HOLDERS[entity]):
            kept = _without(row["custom"], identity)
            if len(kept) != len(row["custom"]):
                state.save(_HOLDERS[entity], {**row, "custom": kept})


def _drop_from_rows(state: State, identity: int) -> None:
    for order in state.rows("order"):
        rows = [{**row, "custom": _without(row["custom"], identity)} for row in order["orderRow"]]
        if rows != order["orderRow"]:
            state.save("order", {**order, "orderRow": rows})


def _without(values: list[Row], identity: int) -> list[Row]:
    return [value for value in values if value["fieldId"] != identity]


def _sent(body: Row) -> Row:
    clean = trimmed(body)
    return {key: fit(clean[key]) for key, fit in DEFINITION_COLUMNS.items() if key in clean}
