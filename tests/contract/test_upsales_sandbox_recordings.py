"""The Upsales sandbox answers recorded requests as Upsales did.

For each recording an account is seeded from the recorded answer, the recorded request is sent, and status,
envelope, keys and JSON types are compared. Where years differ, the recordings from real traffic (2025-26)
decide: of a vendor example from 2018 only the keys are wanted that still exist.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import pytest
import simplejson

from sync.clock import ScaledClock
from sync.sandbox.upsales.app import UpsalesApp
from sync.sandbox.upsales.data.figures import COMPUTED
from tests.contract.conftest import Count
from tests.contract.upsales_recordings import Recording, Row, prepare, read_recordings, rows_of

WHOLE = ("accounts", "orders", "opportunities", "orderstages", "products")
READ_ONLY = ("agreements",)

pytestmark = pytest.mark.shared


@dataclass
class Known:
    """What today's recordings say of each place in a document: its keys, and where null occurs."""

    keys: dict[str, set[str]] = field(default_factory=dict)
    nullable: set[str] = field(default_factory=set)

    def learn(self, value: Any, place: str) -> None:
        if value is None:
            self.nullable.add(place)
        elif isinstance(value, dict):
            self.keys.setdefault(place, set()).update(value)
            for key, part in value.items():
                self.learn(part, f"{place}.{key}")
        elif isinstance(value, list):
            for part in value:
                self.learn(part, f"{place}[]")


def place_of(recording: Recording) -> str:
    """Return the name under which documents of the same shape are known."""
    if recording.resource == "master/users":
        return "master"
    return "field" if recording.kind.startswith("field:") else recording.kind


def replayed(recording: Recording) -> httpx.Response:
    app = UpsalesApp(prepare(recording), ScaledClock())

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return await client.request(
                recording.method,
                recording.path,
                params=recording.query,
                content=None if recording.sent is None else simplejson.dumps(recording.sent),
                headers={"Cookie": "token=demo"},
            )

    return asyncio.run(send())


def differences(recording: Recording, known: Known) -> list[str]:
    response = replayed(recording)
    if response.status_code != recording.status:
        return [f"status {response.status_code}, recorded {recording.status}: {response.text[:200]}"]
    served = simplejson.loads(response.text, use_decimal=True)
    found = list(_envelope(recording, served))
    pairs = zip(rows_by_id(recording), rows_by_id(recording, served), strict=False)
    for was, now in pairs:
        found += _compare(was, now, place_of(recording), recording, known)
    if recording.method == "GET" and recording.recent and recording.kind == "order":
        found += _figures(recording, served)
    return found


def rows_by_id(recording: Recording, answer: Any = None) -> list[Row]:
    rows = rows_of(recording.answer if answer is None else answer)
    return sorted(rows, key=lambda row: (str(row.get("id", "")).zfill(12), str(row.get("iso", ""))))


def _envelope(recording: Recording, served: Row) -> Iterator[str]:
    if set(served) != set(recording.answer):
        yield f"envelope {sorted(served)}, recorded {sorted(recording.answer)}"
        return
    recorded = recording.answer.get("metadata")
    if isinstance(recorded, dict) and recorded.keys() != served["metadata"].keys():
        yield f"metadata {sorted(served['metadata'])}, recorded {sorted(recorded)}"
    if isinstance(recorded, dict) and served["metadata"]["limit"] != recorded["limit"]:
        yield f"limit {served['metadata']['limit']}, recorded {recorded['limit']}"
    was, now = rows_of(recording.answer), rows_of(served)
    if len(was) != len(now):
        yield f"{len(now)} rows, recorded {len(was)}"


def _compare(was: Any, now: Any, place: str, recording: Recording, known: Known) -> Iterator[str]:
    if was is None or now is None:
        if (was is None) != (now is None) and place not in known.nullable:
            yield f"{place} is {now!r}, recorded {was!r}"
    elif _type(was) != _type(now):
        yield f"{place} is {now!r}, recorded {was!r}"
    elif isinstance(was, dict):
        wanted = set(was)
        if not recording.recent and place in known.keys:
            wanted &= known.keys[place]
        for key in sorted(wanted - set(now)):
            yield f"{place}.{key} is missing"
        for key in sorted(wanted & set(now)):
            yield from _compare(was[key], now[key], f"{place}.{key}", recording, known)
    elif isinstance(was, list):
        if recording.method == "GET" and len(was) != len(now):
            yield f"{place} has {len(now)} parts, recorded {len(was)}"
        for left, right in zip(was, now, strict=False):
            yield from _compare(left, right, f"{place}[]", recording, known)


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, (int, Decimal)) else type(value).__name__


def _figures(recording: Recording, served: Row) -> Iterator[str]:
    """Compare the computed sums themselves: they were not seeded."""
    for was, now in zip(rows_by_id(recording), rows_by_id(recording, served), strict=True):
        for name in COMPUTED:
            if abs(Decimal(was[name]) - Decimal(now[name])) > Decimal("1e-9"):
                yield f"order {was['id']}: {name} is {now[name]}, recorded {was[name]}"


def learnt(recordings: list[Recording]) -> Known:
    known = Known()
    for recording in recordings:
        for row in rows_of(recording.answer):
            if recording.recent:
                known.learn(row, place_of(recording))
            else:
                _learn_nulls(known, row, place_of(recording))
    return known


def _learn_nulls(known: Known, row: Row, place: str) -> None:
    old = Known()
    old.learn(row, place)
    known.nullable |= old.nullable


def test_the_sandbox_answers_every_recorded_request_as_upsales_did(
    count: Count,
) -> None:
    recordings = [one for one in read_recordings() if one.status == 200]
    known = learnt(recordings)
    recorded, served, found = Counter[str](), Counter[str](), list[str]()
    for recording in recordings:
        if recording.resource in READ_ONLY and recording.method != "GET":
            continue
        recorded[recording.resource] += 1
        wrong = differences(recording, known)
        served[recording.resource] += not wrong
        count(f"Upsales, seeded rows, {recording.resource}", not wrong)
        found += [f"{recording.method} {recording.path} {recording.query}: {one}" for one in wrong]
    assert all(recorded[name] for name in WHOLE)
    assert served == recorded, "\n".join(found)


def test_paths_closed_to_keys_and_unknown_paths_are_refused_as_recorded() -> None:
    refused = [one for one in read_recordings() if one.status != 200]

    assert refused
    for recording in refused:
        response = replayed(recording)
        served = response.json() if isinstance(recording.answer, dict) else response.text
        assert (response.status_code, served) == (recording.status, recording.answer)
