"""Remote records: landing pages with their cursor, keeping every version, reading them back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from mappings.kinds import DocumentKind
from sync.core.documents.listing import row_agrees
from sync.core.identity import digest
from sync.core.types import Payload, Record, RecordKey
from sync.store.database import Store, arrow, aware, naive
from sync.store.jsontext import from_json, to_json

# A longer time between two passes leaves too much unseen: what was touched meanwhile is read again in any case.
LONG_UNSEEN = timedelta(minutes=15)


@dataclass(frozen=True)
class Arrival:
    """A record that came in. `whole` is False for a list row whose record has more to tell.

    `touched_since` is set where the system says that the record changed then or later, whatever its list row says.
    `deleted` tells that the system lists it as gone: that is a new version, of which the content stays what it was.
    """

    key: RecordKey
    payload: Payload
    modified_at: datetime | None = None
    whole: bool = True
    touched_since: datetime | None = None
    deleted: bool = False


@dataclass(frozen=True)
class _Known:
    version: int
    digest: str
    listed: str | None
    detail_due: bool
    deleted: bool
    read_at: datetime | None
    # What it holds, where that is asked for: to read it is most of the work.
    payload: str = ""


@dataclass(frozen=True)
class _Change:
    arrival: Arrival
    version: int
    digest: str
    payload: str
    listed: str | None
    detail_due: bool
    new_version: bool


def land(store: Store, arrivals: Sequence[Arrival], now: datetime, run_id: int | None) -> list[RecordKey]:
    """Store what is new or changed and return the keys of new versions. Call inside a transaction."""
    arrivals = list({arrival.key: arrival for arrival in arrivals}.values())
    known = _known(store, arrivals)
    changes = [change for arrival in arrivals if (change := _change(arrival, known.get(arrival.key), now)) is not None]
    if changes:
        _write(store, changes, known, now, run_id)
    return [change.arrival.key for change in changes if change.new_version]


def save_cursor(
    store: Store, system: str, stream: str, position: Mapping[str, Any], complete: bool, now: datetime
) -> None:
    """Remember where a stream has been read to; in the transaction of the page it covers."""
    values = {
        "system": system,
        "stream": stream,
        "position": to_json(position),
        "now": naive(now),
        "complete": complete,
    }
    if store.one("next_cursor", values) is None:
        store.run("first_cursor", values)


def cursor(store: Store, system: str, stream: str) -> tuple[Mapping[str, Any] | None, datetime | None]:
    """Return a stream's position and when a pass ended there: None while one goes on, both None before the first."""
    for position, ended_at in store.rows("get_cursor", {"system": system, "stream": stream}):
        return from_json(position), aware(ended_at)
    return None, None


def at_version(store: Store, key: RecordKey, version: int) -> Payload | None:
    """Return what a record held in one of its versions, None when that is not kept."""
    found = store.one("record_version", {**key._asdict(), "version": version})
    return None if found is None else from_json(found)


def first_named(store: Store, system: str, kind: DocumentKind, ids: Iterable[str]) -> dict[str, Payload]:
    """Return by id how documents of a kind looked when they were first read whole under the name that they bear now."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    about = {"system": system, "kind": kind.name, "path": f"$.{kind.reference}", "ids": wanted}
    rows = store.rows("first_under_its_name", about)
    return {row[0]: from_json(row[1]) for row in rows}


def load(store: Store, system: str, kind: str, ids: Iterable[str] | None = None) -> dict[str, Record]:
    """Return the newest versions of a kind by id; `ids` None means all."""
    wanted = None if ids is None else sorted(set(ids))
    rows = store.rows("load_records", {"system": system, "kind": kind, "ids": wanted})
    return {row[0]: _record(RecordKey(system, kind, row[0]), row[1:]) for row in rows}


def due_details(store: Store, system: str, kind: str, limit: int) -> list[str]:
    """Return ids whose whole record is still to be read, newest first."""
    found = store.kept("due_details", {"system": system, "kind": kind, "limit": limit})
    return [row["record_id"] for row in found]


def ask_details(store: Store, system: str, kind: str, ids: Iterable[str]) -> None:
    """Mark records whose whole body must be read again."""
    store.run("ask_details", {"system": system, "kind": kind, "ids": sorted(set(ids))})


def mark_deleted(store: Store, key: RecordKey, now: datetime) -> None:
    """Remember that the system says a record is gone; its last version stays."""
    store.run("mark_deleted", {"system": key.system, "kind": key.kind, "id": key.id, "now": naive(now)})


def _record(key: RecordKey, row: tuple[Any, ...]) -> Record:
    payload, version, modified_at, deleted_at = row
    return Record(key, from_json(payload), version, aware(modified_at), deleted_at is not None)


def _known(store: Store, arrivals: Sequence[Arrival]) -> dict[RecordKey, _Known]:
    """Return what is known of the records that came in; what they hold only where an arrival does not say it whole."""
    found: dict[RecordKey, _Known] = {}
    for (system, kind), own in _by_kind(arrivals).items():
        about = {"system": system, "kind": kind}
        rows = store.rows("known_records", {**about, "ids": [one.key.id for one in own]})
        known = {row[0]: _known_from(row) for row in rows}
        asked = [one.key.id for one in own if one.key.id in known and _needs_payload(one, known[one.key.id])]
        held = dict(store.rows("payloads", {**about, "ids": asked})) if asked else {}
        found |= {RecordKey(system, kind, key): replace(one, payload=held.get(key, "")) for key, one in known.items()}
    return found


def _known_from(row: tuple[Any, ...]) -> _Known:
    _, version, mark, listed, detail_due, deleted_at, read_at = row
    return _Known(version, mark, listed, detail_due, deleted_at is not None, aware(read_at))


def _by_kind(arrivals: Sequence[Arrival]) -> dict[tuple[str, str], list[Arrival]]:
    found: dict[tuple[str, str], list[Arrival]] = {}
    for arrival in arrivals:
        found.setdefault((arrival.key.system, arrival.key.kind), []).append(arrival)
    return found


def _needs_payload(arrival: Arrival, known: _Known) -> bool:
    """A deletion is a version of the same content; a list row that says something new is held against the whole."""
    return arrival.deleted or not (arrival.whole or known.version == 0 or _was_listed(known, arrival))


def _was_listed(known: _Known, arrival: Arrival) -> bool:
    """Return whether a list row is the one that was seen last."""
    text = to_json(arrival.payload)
    return known.listed == text or (
        known.listed is not None and digest(from_json(known.listed)) == digest(arrival.payload)
    )


def _change(arrival: Arrival, known: _Known | None, now: datetime) -> _Change | None:
    if arrival.deleted:
        return _deletion(arrival, known)
    text = to_json(arrival.payload) or "{}"
    if arrival.whole:
        mark = digest(arrival.payload)
        if known is not None and known.digest == mark and not known.deleted:
            listed = known.listed
            return _Change(arrival, known.version, mark, text, listed, False, False) if known.detail_due else None
        listed = known.listed if known else None
        return _Change(arrival, (known.version if known else 0) + 1, mark, text, listed, False, True)
    return _listed_change(arrival, known, text, now)


def _deletion(arrival: Arrival, known: _Known | None) -> _Change | None:
    """A record that was never seen, or is known to be gone, tells nothing new."""
    if known is None or known.deleted:
        return None
    return _Change(arrival, known.version + 1, known.digest, known.payload, known.listed, False, True)


def _listed_change(arrival: Arrival, known: _Known | None, text: str, now: datetime) -> _Change | None:
    """A list row: the whole record is due unless we already have one that says the same."""
    if known is None:
        return _Change(arrival, 0, "", text, text, True, False)
    seen = _was_listed(known, arrival)
    agrees = seen or (known.version > 0 and row_agrees(arrival.key.kind, arrival.payload, from_json(known.payload)))
    touched = _may_hide_an_edit(arrival.touched_since, known.read_at, now)
    due = known.detail_due or known.deleted or touched or not agrees
    if seen and not known.deleted and due == known.detail_due:
        return None
    return _Change(arrival, known.version, known.digest, "", text, due, False)


def _may_hide_an_edit(touched_since: datetime | None, read_at: datetime | None, now: datetime) -> bool:
    """Return whether a row that looks as before may stand for a record that was edited since it was read.

    Lists leave much out and tell no time (fortnox/FACTS.md 3.6), so our own write and a later edit look the same until
    a pass asks only for what came after the write. An edit of a draft within that pass's minute, of what no list
    shows, is thus seen at the next edit, before the next change or when the document is booked: to read every
    document again that was just written would double the calls.
    """
    if touched_since is None:
        return False
    return read_at is None or read_at < touched_since or not timedelta(0) <= now - read_at <= LONG_UNSEEN


def _write(
    store: Store, changes: Sequence[_Change], known: Collection[RecordKey], now: datetime, run_id: int | None
) -> None:
    fresh = [change for change in changes if change.arrival.key not in known]
    other = [change for change in changes if change.arrival.key in known]
    listed = [change for change in other if not change.arrival.whole and not change.arrival.deleted]
    whole = [change for change in other if change.arrival.whole or change.arrival.deleted]
    versions = [change for change in changes if change.new_version]
    if fresh:
        store.run_with("land_new_records", _table(fresh), {"now": naive(now)})
    if listed:
        store.run_with("land_list_rows", _table(listed))
    if whole:
        store.run_with("land_known_records", _table(whole), {"now": naive(now)})
    if versions:
        store.run_with("land_versions", _table(versions), {"now": naive(now), "run_id": run_id})


def _table(changes: Sequence[_Change]) -> pa.Table:
    return arrow(
        {
            "system": (pa.string(), [change.arrival.key.system for change in changes]),
            "kind": (pa.string(), [change.arrival.key.kind for change in changes]),
            "record_id": (pa.string(), [change.arrival.key.id for change in changes]),
            "version": (pa.int32(), [change.version for change in changes]),
            "payload": (pa.string(), [change.payload for change in changes]),
            "digest": (pa.string(), [change.digest for change in changes]),
            "listed": (pa.string(), [change.listed for change in changes]),
            "detail_due": (pa.bool_(), [change.detail_due for change in changes]),
            "new_version": (pa.bool_(), [change.new_version for change in changes]),
            "whole": (pa.bool_(), [change.arrival.whole for change in changes]),
            "gone": (pa.bool_(), [change.arrival.deleted for change in changes]),
            "modified_at": (pa.timestamp("us"), [naive(change.arrival.modified_at) for change in changes]),
        }
    )
