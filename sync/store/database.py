"""The one connection to the database file: opening, schema, transactions, checkpoint."""

import contextlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sync.store import form
from sync.store.folder import (
    FILE,
    StoreError,
    fault_sentence,
    opening_error,
    own,
    reason_of,
)
from sync.store.ours import is_empty, version_of
from sync.store.room import refuse_full_disk
from sync.store.statements import named_queries, read_tables, written_tables

_FOLDER = Path(__file__).parent
SCHEMA_VERSION = 11
# What DuckDB says when the disk fails it; of these, what it says once it serves a connection no longer.
_GIVEN_UP = (duckdb.FatalException, duckdb.ConnectionException)
_INVALIDATED = "has been invalidated"
_DISK_FAULTS = (*_GIVEN_UP, OSError, duckdb.IOException, duckdb.TransactionException)


class Store:
    """The database, owned by this process alone. Statements are named; see `queries`."""

    def __init__(self, data: Path) -> None:
        self.path = data / FILE
        self._lock: int | None = None
        self._queries = named_queries("queries")
        self._reads_of = read_tables("queries")
        self._writes_of = written_tables("queries")
        self._written: Counter[str] = Counter()
        self._kept: dict[tuple[str, str], tuple[int, list[dict[str, Any]]]] = {}
        self.in_transaction = False
        self.changed = False
        self.fault = ""
        # What a person should know of the opening.
        self.notice = ""
        self.reopened = 0
        try:
            data.mkdir(parents=True, exist_ok=True)
            data.chmod(0o700)
            self._lock = own(data)
            self._connection = self._connect()
            if form.is_older(self._connection):
                self._rewrite()
        except (OSError, duckdb.Error) as error:
            self._let_go()
            raise opening_error(data, reason_of(error)) from None
        try:
            self._create()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Checkpoint and let go of the file and the folder."""
        self._connection.close()
        self._let_go()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is committed together or not at all. Nothing may be awaited inside.

        Raises StoreError when it cannot be stored, as on a full disk; then nothing of it is, and the store
        can be used again.
        """
        if self.in_transaction:
            raise RuntimeError("a transaction is already open")
        with self._guarded():
            self._refuse_another_file()
            refuse_full_disk(self.path)
            self._connection.execute("BEGIN")
        self.in_transaction = True
        try:
            yield
        except BaseException:
            self.in_transaction = False
            self._roll_back()
            raise
        self.in_transaction = False
        with self._guarded(at_commit=True):
            self._connection.execute("COMMIT")
        self.changed = True
        self.fault = ""

    def joined(self) -> AbstractContextManager[None]:
        """Return what makes a block part of the open transaction, or a transaction of its own where none is open."""
        return nullcontext() if self.in_transaction else self.transaction()

    def rows(self, name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a named query."""
        with self._guarded():
            return self._execute(name, parameters).fetchall()

    def dicts(self, name: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return all rows of a named query by column name."""
        with self._guarded():
            result = self._execute(name, parameters)
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def kept(self, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what `dicts` does; the database is asked only if a table the query reads was written to since.

        For queries that are asked in every run with the same few parameters: each answer stays in memory.
        """
        question, writes = (name, repr(parameters)), self.writes_to(self._reads_of[name])
        known = self._kept.get(question)
        if known is None or known[0] != writes:
            known = self._kept[question] = writes, self.dicts(name, dict(parameters))
        return [*known[1]]

    def one(self, name: str, parameters: dict[str, Any] | None = None) -> Any:
        """Return the first value of the first row, None when there is none."""
        with self._guarded():
            row = self._execute(name, parameters).fetchone()
        return None if row is None else row[0]

    def run(self, name: str, parameters: dict[str, Any] | None = None) -> None:
        """Execute a named statement that gives nothing back."""
        with self._guarded():
            self._execute(name, parameters)

    def run_with(self, name: str, table: pa.Table, parameters: dict[str, Any] | None = None) -> None:
        """Execute a named statement that reads the rows of `table` under the name `incoming`."""
        with self._guarded():
            self._execute(name, parameters, table.__arrow_c_stream__())

    def rows_with(self, name: str, table: pa.Table) -> list[tuple[Any, ...]]:
        """Return all rows of a named query that reads the rows of `table` under the name `incoming`."""
        with self._guarded():
            return self._execute(name, None, table.__arrow_c_stream__()).fetchall()

    def writes_to(self, tables: Iterable[str]) -> int:
        """Return how many statements have written to some tables since the start: it rises when they may differ."""
        return sum(self._written[table] for table in tables)

    def _execute(
        self, name: str, parameters: dict[str, Any] | None, incoming: object = None
    ) -> duckdb.DuckDBPyConnection:
        """Execute a named statement; DuckDB finds the local variable `incoming` by its name.

        It is the bare stream of a table: of a table itself DuckDB makes a pyarrow dataset first, with threads, which
        costs a small statement more than all the rest of it.
        """
        self._written.update(self._writes_of[name])
        return self._connection.execute(self._queries[name], parameters or {})

    def checkpoint(self) -> None:
        """Bring everything committed into the database file itself. Raises StoreError, as on a full disk."""
        with self._guarded():
            self._connection.execute("CHECKPOINT")

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = form.connect(self.path)
        self._file = _identity(self.path)
        return connection

    def _rewrite(self) -> None:
        self._connection.execute("CHECKPOINT")
        self._connection.close()
        self.notice = form.rewrite(self.path)
        self._connection = self._connect()

    def _refuse_another_file(self) -> None:
        """Store nothing, and so send nothing, when the file in the folder is not the one that is written to.

        What is written to a file that was removed or replaced is on no disk: an intent there is none.
        """
        if _identity(self.path) != self._file:
            raise OSError(0, "it was removed or replaced while Kvitt was running. Stop Kvitt and put it back")

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @contextmanager
    def _guarded(self, at_commit: bool = False) -> Iterator[None]:
        """Say in a sentence what the disk refused, and leave a connection that works as soon as the disk does."""
        try:
            yield
        except _DISK_FAULTS as error:
            self.fault = fault_sentence(self.path, reason_of(error))
            if at_commit or isinstance(error, _GIVEN_UP) or _INVALIDATED in str(error):
                self._reopen()
            raise StoreError(self.fault) from None

    def _reopen(self) -> None:
        """Open the database anew, as it is on the disk.

        After a failed checkpoint DuckDB serves nothing any more, and after a failed commit its indexes in memory
        cannot be trusted: neither may be written out when the old connection goes.
        """
        with contextlib.suppress(duckdb.Error):
            self._connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        self._connection.close()
        self._kept.clear()
        with contextlib.suppress(duckdb.Error):
            self._connection = self._connect()
            self.reopened += 1

    def _roll_back(self) -> None:
        self._kept.clear()
        # A transaction that the disk has ended already, or that went with its connection, cannot be rolled back.
        with contextlib.suppress(duckdb.Error):
            self._connection.execute("ROLLBACK")

    def _create(self) -> None:
        with self._guarded():
            is_new = is_empty(self._connection)
            version = version_of(self._connection)
        if version is not None:
            self._migrate(version)
            return
        if not is_new:
            raise StoreError(
                f"{self.path} is a database that Kvitt did not make. Nothing in it was changed; "
                "move it away, or choose another data folder."
            )
        with self.transaction():
            self._connection.execute((_FOLDER / "schema.sql").read_text(encoding="utf-8"))
            self.run("put_meta", {"name": "schema_version", "content": str(SCHEMA_VERSION)})

    def _migrate(self, version: int) -> None:
        """Bring an older database to this version, step by step; each step is taken whole or not at all."""
        if not 1 <= version <= SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} has schema version {version}; this Kvitt knows {SCHEMA_VERSION} and older ones. "
                "Use the Kvitt that made it, or an empty data folder."
            )
        for step in range(version + 1, SCHEMA_VERSION + 1):
            with self.transaction():
                self._connection.execute((_FOLDER / "migrations" / f"{step}.sql").read_text(encoding="utf-8"))
                self.run("put_meta", {"name": "schema_version", "content": str(step)})


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from every other one, None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def naive(moment: datetime | None) -> datetime | None:
    """Return a UTC time as the tables keep it: without zone."""
    return None if moment is None else moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime | None) -> datetime | None:
    """Return a stored time as the code uses it: aware UTC."""
    return None if moment is None else moment.replace(tzinfo=UTC)


def arrow(columns: Mapping[str, tuple[pa.DataType, Sequence[Any]]]) -> pa.Table:
    """Return a typed table for `run_with`."""
    return pa.table({name: pa.array(values, type=kind) for name, (kind, values) in columns.items()})
