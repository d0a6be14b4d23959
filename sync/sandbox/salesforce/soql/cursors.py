"""Pages of query results: locators, children's own locators, and how both end (FACTS.md 3.3)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sync.sandbox.salesforce.data.ids import make_id
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.values import shown
from sync.sandbox.salesforce.errors import SalesforceError
from sync.sandbox.salesforce.soql.run import RowShape, SoqlFound
from sync.sandbox.tables import Row

LARGEST_BATCH = 2_000


@dataclass
class _Cursor:
    rows: list[Row]
    shape: RowShape
    batch: int
    until: datetime
    parent: str = ""
    children: set[str] = field(default_factory=set)


class Cursors:
    """The open locators of the org's integration user; they do not outlive the sandbox."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._open: dict[str, _Cursor] = {}
        self._made = 0

    def first_page(self, found: SoqlFound, base: str, batch: int) -> Row:
        """Return the first answer of a statement; `base` is /services/data/vNN.0."""
        if found.counted is not None:
            return {"totalSize": found.counted, "done": True, "records": []}
        if found.aggregates is not None:
            return {"totalSize": len(found.aggregates), "done": True, "records": found.aggregates}
        cursor = _Cursor(found.rows, found.shape, self._batch(batch), self._until())
        identity = self._next_id()
        page = self._page(identity, cursor, 0, base)
        if not page["done"]:
            self._keep(identity, cursor)
        return page

    def next_page(self, locator: str, base: str) -> Row:
        """Return a further page; raises INVALID_QUERY_LOCATOR for one that has ended."""
        identity, _, place = locator.partition("-")
        cursor = self._open.get(identity)
        if cursor is None or not place.isdecimal() or cursor.until <= self._org.clock.now():
            self._open.pop(identity, None)
            raise SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        for child in cursor.children:
            self._open.pop(child, None)
        cursor.children.clear()
        return self._page(identity, cursor, int(place), base)

    def _page(self, identity: str, cursor: _Cursor, start: int, base: str) -> Row:
        records: list[Row] = []
        used = 0
        for row in cursor.rows[start:]:
            record, size = self._record(row, cursor, identity, base)
            if records and used + size > cursor.batch:
                break
            records.append(record)
            used += size
        end = start + len(records)
        done = end >= len(cursor.rows)
        more = {} if done else {"nextRecordsUrl": f"{base}/query/{identity}-{end}"}
        return {"totalSize": len(cursor.rows), "done": done, **more, "records": records}

    def _record(self, row: Row, cursor: _Cursor, identity: str, base: str) -> tuple[Row, int]:
        """Return a record and how many rows it brings, its children's among them."""
        record = self.render(row, cursor.shape, base)
        size = 1
        for name, found in cursor.shape.children.items():
            own = found.by_parent.get(row["Id"], [])
            size += min(len(own), self._org.quirks.child_batch)
            record[name] = self._children(own, found.shape, cursor, identity, base) if own else None
        return {name: record[name] for name in ("attributes", *cursor.shape.order)}, size

    def _children(self, rows: list[Row], shape: RowShape, parent: _Cursor, identity: str, base: str) -> Row:
        cursor = _Cursor(rows, shape, self._org.quirks.child_batch, self._until(), parent=identity)
        own = self._next_id()
        page = self._page(own, cursor, 0, base)
        if not page["done"]:
            parent.children.add(own)
            self._open[own] = cursor
        return page

    def render(self, row: Row, shape: RowShape, base: str) -> Row:
        """Return a record as the statement asks, without its children."""
        made: Row = {"attributes": attributes(shape.sobject.name, row["Id"], base)}
        for name in shape.order:
            if name in shape.fields:
                made[name] = shown(shape.fields[name], shape.readers[name](row))
            elif name in shape.parents:
                reference, inner = shape.parents[name]
                parent = self._org.find(reference.target, row.get(reference.name) or "")
                made[name] = self.render(parent, inner, base) if parent else None
        return made

    def _keep(self, identity: str, cursor: _Cursor) -> None:
        """Open a locator; too many evict the oldest."""
        self._open[identity] = cursor
        own = [key for key, one in self._open.items() if not one.parent]
        for key in own[: -self._org.quirks.open_cursors]:
            for child in self._open.pop(key).children:
                self._open.pop(child, None)

    def _batch(self, wanted: int) -> int:
        return min(max(wanted, self._org.quirks.smallest_batch), LARGEST_BATCH)

    def _until(self) -> datetime:
        return self._org.clock.now() + timedelta(hours=self._org.quirks.cursor_hours)

    def _next_id(self) -> str:
        self._made += 1
        return make_id("01g", self._made)


def attributes(sobject: str, identity: str, base: str) -> Row:
    """Return what every record says of itself."""
    return {"type": sobject, "url": f"{base}/sobjects/{sobject}/{identity}"}


def batch_size(options: str) -> int:
    """Return the batch size of a Sforce-Query-Options header, 2000 where it names none (FACTS.md 3)."""
    for part in options.replace(";", ",").split(","):
        name, _, value = part.partition("=")
        if name.strip().lower() == "batchsize" and value.strip().isdecimal():
            return int(value)
    return LARGEST_BATCH
