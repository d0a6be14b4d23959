"""The rows of one remote system, kept in memory and in an append-only journal.

A sandbox that is stopped in any way and started again on the same journal meets the same world.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import simplejson

Row = dict[str, Any]


class Tables:
    """Rows by kind and id, in insertion order, and counters by name.

    Rows are plain JSON values; numbers with decimals are `Decimal`. A row must not be changed in place:
    `put` the new version, so that the journal has it.
    """

    def __init__(self, journal: Path | None = None) -> None:
        self._rows: dict[str, dict[str, Row]] = {}
        self._counters: dict[str, int] = {}
        self._file: TextIO | None = None
        if journal is not None:
            self._open(journal)

    def put(self, kind: str, key: str, row: Row) -> None:
        """Store a new version of a row."""
        self._rows.setdefault(kind, {})[key] = row
        self._log({"kind": kind, "key": key, "row": row})

    def get(self, kind: str, key: str) -> Row | None:
        """Return a row, or None where there is none."""
        return self._rows.get(kind, {}).get(key)

    def delete(self, kind: str, key: str) -> None:
        """Remove a row; removing one that is not there changes nothing."""
        if self._rows.get(kind, {}).pop(key, None) is not None:
            self._log({"kind": kind, "key": key, "row": None})

    def rows(self, kind: str) -> list[Row]:
        """Return all rows of a kind in insertion order."""
        return list(self._rows.get(kind, {}).values())

    def items(self, kind: str) -> Iterator[tuple[str, Row]]:
        """Yield (key, row) of a kind in insertion order."""
        yield from list(self._rows.get(kind, {}).items())

    def count(self, kind: str) -> int:
        """Return how many rows a kind has."""
        return len(self._rows.get(kind, {}))

    def counter(self, name: str) -> int:
        """Return a counter's present value, 0 when it was never raised."""
        return self._counters.get(name, 0)

    def raise_counter(self, name: str, by: int = 1) -> int:
        """Raise a counter and return its new value."""
        value = self._counters.get(name, 0) + by
        self._counters[name] = value
        self._log({"counter": name, "value": value})
        return value

    def flush(self) -> None:
        """Hand what was journalled to the operating system; called once per answered request."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Flush and close the journal."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _log(self, entry: Row) -> None:
        if self._file is not None:
            self._file.write(simplejson.dumps(entry, use_decimal=True, ensure_ascii=False) + "\n")

    def _open(self, journal: Path) -> None:
        journal.parent.mkdir(parents=True, exist_ok=True)
        if journal.exists():
            self._replay(journal)
        self._file = journal.open("a", encoding="utf-8")

    def _replay(self, journal: Path) -> None:
        """Read a journal back; a torn last line (the process was killed while writing) is cut off."""
        whole = 0
        with journal.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self._apply(simplejson.loads(line, use_decimal=True))
                whole += len(line)
        with journal.open("ab") as tail:
            tail.truncate(whole)

    def _apply(self, entry: Row) -> None:
        if "counter" in entry:
            self._counters[entry["counter"]] = entry["value"]
        elif entry["row"] is None:
            self._rows.get(entry["kind"], {}).pop(entry["key"], None)
        else:
            self._rows.setdefault(entry["kind"], {})[entry["key"]] = entry["row"]
