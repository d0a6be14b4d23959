"""A small, consistent store: two companies, four months, every state a controller meets; published as usual."""

import atexit
import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from sync.clock import wall_now
from sync.store.publish import copies as publish
from tests.dashboard.inserts import insert, naive, record
from tests.dashboard.seed_deals import NOW, UPSALES, deals

CANCELLED = "711"
SCHEMA = Path(__file__).parents[2] / "sync" / "store" / "schema.sql"


@dataclass(frozen=True)
class Store:
    """Where the data folder is, and the database that was published."""

    data: Path
    database: Path


def empty_store(data: Path, *, running: bool = True) -> Store:
    """Write a store with the schema only, and publish it."""
    return _publish(data, _create(data), running=running)


def first_run_store(data: Path) -> Store:
    """Write a store whose first run is under way: records are read, nothing is decided."""
    store = _create(data)
    with duckdb.connect(str(store.database)) as db:
        _connections(db)
        _flows(db)
        start = naive(NOW - timedelta(seconds=40))
        insert(
            db,
            "runs",
            flow=f"{UPSALES}/deals",
            reason="start",
            started_at=start,
            state="running",
            records_read=240,
            calls=9,
        )
        db.execute("UPDATE flows SET running_since = ? WHERE flow = ?", [start, f"{UPSALES}/deals"])
        for number in range(240):
            record(db, UPSALES, "account", str(number + 1), {"id": number + 1, "name": f"Kund {number + 1}"}, start)
    return _publish(data, store, running=True)


def full_store(data: Path, *, running: bool = True) -> Store:
    """Write the whole store, and publish it."""
    data.mkdir(parents=True, exist_ok=True)
    return _publish(data, Store(data, Path(shutil.copy(_full_database(), data))), running=running)


@cache
def _full_database() -> Path:
    """Return the database of the whole store, written once for each process of tests."""
    folder = Path(tempfile.mkdtemp(prefix="kvitt-seed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    store = _create(folder)
    with duckdb.connect(str(store.database)) as db:
        _connections(db)
        _flows(db)
        _runs(db)
        deals(db)
        _troubles(db)
        _checks(db)
        _answers(db)
    return store.database


def recovering(store: Store, reason: str) -> None:
    """Let a recovery be going on, and publish again."""
    content = {"reason": reason, "since": NOW.isoformat(), "until": (NOW + timedelta(minutes=2)).isoformat()}
    with duckdb.connect(str(store.database)) as db:
        insert(db, "meta", name="recovery", content=json.dumps(content))
    _publish(store.data, store, running=True, number=3)


def altered(store: Store, *statements: str) -> Store:
    """Change rows of a store, and publish again."""
    with duckdb.connect(str(store.database)) as db:
        for statement in statements:
            db.execute(statement)
    return _publish(store.data, store, running=True, number=3)


def unclassified(store: Store) -> None:
    """Let no rule classify the invoice made by hand, and publish again."""
    altered(store, "UPDATE bridge SET cause = 'X2' WHERE cause = 'I51'")


def answer(store: Store, command_id: str, name: str, flow: str, code: str, **params: Any) -> None:
    """Answer a wish as the sync would, and publish again."""
    with duckdb.connect(str(store.database)) as db:
        insert(
            db,
            "commands",
            command_id=command_id,
            name=name,
            arguments=json.dumps({"flow": flow}),
            actor="eva",
            asked_at=naive(NOW),
            answered_at=naive(NOW),
            accepted=code == "accepted",
            answer_code=code,
            answer_params=json.dumps(params),
        )
    _publish(store.data, store, running=True, number=2)


def _create(data: Path) -> Store:
    data.mkdir(parents=True, exist_ok=True)
    database = data / "sync.duckdb"
    with duckdb.connect(str(database)) as db:
        db.execute(SCHEMA.read_text(encoding="utf-8"))
    return Store(data, database)


def _publish(data: Path, store: Store, *, running: bool, number: int = 1) -> Store:
    publish.publish(store.database, data, number, NOW)
    beat(data, state="running" if running else "stopped")
    return store


def beat(data: Path, *, state: str = "running", age: float = 0.0, sentence: str = "") -> None:
    """Write a heartbeat that is `age` seconds old."""
    publish.beat(data, publish.Heartbeat(wall_now() - timedelta(seconds=age), 4711, state, sentence, NOW, 1.0))


def _connections(db: duckdb.DuckDBPyConnection) -> None:
    seen = naive(NOW - timedelta(minutes=1))
    common = {"paired_at": naive(NOW - timedelta(days=120)), "last_success_at": seen, "status": "ok"}
    insert(db, "connections", system=UPSALES, title="Nordgruppen (Upsales)", remote_identity="94", **common)
    for key, title, number, identity in (
        ("nord", "Nord Maskin AB", "556036-0793", "100201"),
        ("syd", "Syd Maskin AB", "556012-5790", "100202"),
    ):
        insert(
            db,
            "connections",
            system=f"fortnox:{key}",
            company=key,
            title=title,
            organisation_number=number,
            remote_identity=identity,
            go_live=date(2026, 3, 1),
            **common,
        )


def _flows(db: duckdb.DuckDBPyConnection) -> None:
    soon = naive(NOW + timedelta(minutes=4))
    insert(
        db,
        "flows",
        flow=f"{UPSALES}/deals",
        title="Upsales: deals",
        kind="deals",
        system=UPSALES,
        interval_seconds=300,
        next_run_at=soon,
    )
    for key, title in (("nord", "Nord Maskin AB"), ("syd", "Syd Maskin AB")):
        insert(
            db,
            "flows",
            flow=f"fortnox:{key}/documents",
            title=f"Fortnox {title}: documents",
            kind="documents",
            system=f"fortnox:{key}",
            company=key,
            cron=None if key == "nord" else "*/10 6-20 * * *",
            interval_seconds=300 if key == "nord" else None,
            next_run_at=soon,
        )


def _runs(db: duckdb.DuckDBPyConnection) -> None:
    for index in range(24):
        start = naive(NOW - timedelta(minutes=5 * (24 - index)))
        flow = (f"{UPSALES}/deals", "fortnox:nord/documents", "fortnox:syd/documents")[index % 3]
        failed = index == 16
        insert(
            db,
            "runs",
            flow=flow,
            reason="person" if index == 5 else "schedule",
            started_at=start,
            finished_at=start + timedelta(seconds=3 + index * 7 % 41),
            state="failed" if failed else "done",
            sentence="fortnox:nord answered 503 to GET." if failed else "",
            records_read=1200 if index < 3 else index * 3 % 17,
            records_changed=index * 3 % 7,
            planned=index % 5,
            sent=index % 4,
            adopted=index % 2,
            held=1 if index == 12 else 0,
            failed=2 if failed else 0,
            calls=30 + index,
        )


def _troubles(db: duckdb.DuckDBPyConnection) -> None:
    db.execute(
        "UPDATE flows SET paused = TRUE, paused_reason = ? WHERE flow = 'fortnox:syd/documents'", ["**Bokslut** pågår"]
    )
    db.execute(
        "UPDATE connections SET status = 'needs_person', status_sentence = ? WHERE system = 'fortnox:syd'",
        ["Fortnox refused: Kan inte logga in, access-token saknas. (code 2000311)."],
    )


def _checks(db: duckdb.DuckDBPyConnection) -> None:
    for name in (
        "duplicates",
        "lost",
        "bridge_closes",
        "throttled",
        "cursors_ahead",
        "sent_twice",
        "misplaced",
        "illegal_moves",
        "secrets",
        "unread",
        "unclassified",
    ):
        insert(db, "checks", name=name, run_id=24, checked_at=naive(NOW), found=0, ok=True)
    insert(db, "checks", name="open_too_long", run_id=24, checked_at=naive(NOW), found=2, ok=False)


def _answers(db: duckdb.DuckDBPyConnection) -> None:
    insert(
        db,
        "commands",
        command_id="0" * 32,
        name="pause",
        arguments=json.dumps({"flow": "fortnox:syd/documents"}),
        actor="eva",
        asked_at=naive(NOW - timedelta(hours=1)),
        answered_at=naive(NOW - timedelta(hours=1)),
        accepted=True,
        answer_code="accepted",
    )
