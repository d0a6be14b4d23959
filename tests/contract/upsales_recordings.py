"""The recorded Upsales traffic, and accounts seeded from it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import simplejson

from sync.clock import ScaledClock
from sync.sandbox.tables import Tables
from sync.sandbox.upsales.data.customs import blank_definition
from sync.sandbox.upsales.data.resources import RESOURCES, route
from sync.sandbox.upsales.data.state import ACCOUNT_INFO, State
from sync.sandbox.upsales.data.templates import TEMPLATES, blank, blank_order_row
from sync.sandbox.upsales.quirks import UpsalesQuirks

SHARED = Path(os.environ.get("KVITT_SHARED", Path(__file__).parents[2] / "../shared"))
RECORDINGS = SHARED / "recordings" / "upsales.jsonl"
REFERENCES = {
    "client": "account",
    "clientConnection": "account",
    "parent": "account",
    "user": "user",
    "users": "user",
    "regBy": "user",
    "contact": "contact",
    "stage": "stage",
    "product": "product",
    "category": "category",
    "role": "role",
    "roles": "role",
}
PAGES = ("self", "metadata")
KEY_USER = 900
BEFORE = ("client", "user", "stage", "date", "regDate")

Row = dict[str, Any]


@dataclass
class Recording:
    """One recorded pair: where it is from, what was sent, what came back."""

    recent: bool
    method: str
    path: str
    query: Any
    sent: Row | None
    status: int
    answer: Any
    resource: str
    kind: str


def read_recordings(*, pages: bool = False) -> list[Recording]:
    """Return what was recorded of rows, with `pages` also what the account says of itself."""
    if not RECORDINGS.exists():
        pytest.skip("the recordings are not beside this checkout (set KVITT_SHARED to their folder)")
    with RECORDINGS.open(encoding="utf-8") as lines:
        known = {*RESOURCES, "customfields", "currencies", *(PAGES if pages else ())}
        found = [_recording(simplejson.loads(line, use_decimal=True), known) for line in lines]
    return [one for one in found if one is not None]


def _recording(line: Row, known: set[str]) -> Recording | None:
    request, response = line["request"], line["response"]
    target = route(request["path"])
    refused = response["status"] != 200
    if target is None or not (refused or target.name in known):
        return None
    kind = f"field:{target.entity}" if target.name == "customfields" else "currency"
    return Recording(
        recent="postman" not in line["source"],
        method=request["method"],
        path=request["path"],
        query=request.get("query") or {},
        sent=request.get("body"),
        status=response["status"],
        answer=response["body"],
        resource=target.name,
        kind=RESOURCES[target.name].kind if target.name in RESOURCES else kind,
    )


def rows_of(answer: Any) -> list[Row]:
    data = answer.get("data") if isinstance(answer, dict) else None
    if isinstance(data, list):
        return data
    return [data] if isinstance(data, dict) else []


class Seeder:
    """Turns recorded rows back into stored ones, with everything they refer to."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.state = State(tables, ScaledClock(), UpsalesQuirks())
        self.state.save("user", {**blank("user"), "id": KEY_USER, "name": "Key"})
        self.tables.put(*ACCOUNT_INFO, {"account": 1, "key_user_id": KEY_USER, "seed": 1})
        self.tables.put("currency", "SEK", {"iso": "SEK", "rate": 1, "masterCurrency": True, "active": True})

    def answer(self, recording: Recording) -> None:
        seeded = [self.row(recording.kind, row) for row in rows_of(recording.answer)]
        for key, row in self.tables.items(recording.kind):
            if row not in seeded:
                self.tables.delete(recording.kind, key)
        hidden = _missing_from_page(recording)
        for number in range(hidden):
            self.tables.put(recording.kind, f"hidden{number}", {"id": -number, "name": "", "hidden": True})

    def row(self, kind: str, shown: Row) -> Row:
        if kind == "currency":
            self.tables.put(kind, shown["iso"], shown)
            return shown
        stored = dict(shown)
        if kind in TEMPLATES:
            stored = {key: self.value(kind, key, shown.get(key, default)) for key, default in blank(kind).items()}
            if "language" in shown:
                stored["language"] = shown["language"]
            if "calculatingField" in shown:
                stored["calculatingField"] = shown["calculatingField"]
            if "lastOnlinePower" in shown:
                stored["regDate"] = shown["lastOnlinePower"]
        self.state.save(kind, stored)
        return stored

    def value(self, kind: str, key: str, shown: Any) -> Any:
        if key == "custom":
            return [self.custom(kind, part) for part in shown]
        if key == "orderRow":
            return [self.order_row(part) for part in shown]
        if kind == "product" and key in ("currencies", "tiers"):
            return [{"priceListId": 1, **part} for part in shown]
        if key in REFERENCES and key != "role":
            self.refer(key, shown)
        return shown

    def order_row(self, shown: Row) -> Row:
        given = {key: self.value("orderrow", key, shown[key]) for key in blank_order_row() if key in shown}
        return {**blank_order_row(), **given}

    def custom(self, entity: str, shown: Row) -> Row:
        definition = {**blank_definition(entity), "id": shown["fieldId"]}
        self.tables.put(f"field:{entity}", str(shown["fieldId"]), definition)
        return {"fieldId": shown["fieldId"], "value": shown["value"]}

    def refer(self, key: str, shown: Any) -> None:
        """Make a stored row of every reference that has none yet."""
        kind = REFERENCES[key]
        for part in shown if isinstance(shown, list) else [shown]:
            if not isinstance(part, dict) or self.state.get(kind, part["id"]):
                continue
            if kind == "role":
                self.tables.put(kind, str(part["id"]), part)
            else:
                self.row(kind, {**part, "custom": []})

    def sent(self, value: Any, key: str = "") -> None:
        """Make a stored row of everything a request body refers to."""
        if isinstance(value, list):
            for part in value:
                self.sent(part, key)
        elif isinstance(value, dict):
            if key in REFERENCES and "id" in value:
                self.refer(key, {"id": value["id"], "name": "Recorded"})
            for name, part in value.items():
                self.sent(part, name)


def _missing_from_page(recording: Recording) -> int:
    """Return how many rows a page had that were not shown (upsales/FACTS.md 1.2, apiKeys)."""
    if recording.resource != "apikeys":
        return 0
    metadata = recording.answer["metadata"]
    return int(min(metadata["limit"], metadata["total"]) - len(recording.answer["data"]))


def prepare(recording: Recording) -> Tables:
    tables = Tables()
    seeder = Seeder(tables)
    for row in rows_of(recording.answer):
        seeder.refer("roles", row.get("roles") or [])
    seeder.sent(recording.sent)
    target = route(recording.path)
    assert target is not None
    if recording.method == "GET":
        seeder.answer(recording)
    if target.identity and recording.method in ("PUT", "DELETE"):
        seeder.row(recording.kind, before_write(recording, int(target.identity)))
    if target.identity and recording.method == "GET":
        _under_asked_id(tables, recording, target.identity)
    return tables


def _under_asked_id(tables: Tables, recording: Recording, asked: str) -> None:
    """Put the row under the id in the path: the vendor's examples have a placeholder there."""
    row = tables.get(recording.kind, str(recording.answer["data"]["id"]))
    assert row is not None
    tables.put(recording.kind, asked, row)


def before_write(recording: Recording, identity: int) -> Row:
    """Return a row that has nothing of the recorded answer but what it refers to."""
    if recording.kind.startswith("field:"):
        return {**blank_definition(recording.kind[6:]), "id": identity}
    row: Row = {"id": identity, "name": "Before"}
    shown = recording.answer.get("data") or {}
    return row | {key: shown[key] for key in BEFORE if key in shown}
