"""Invoices by the ten thousand, put straight into the sandbox's tables."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from sync.sandbox.fortnox.tenant import META, Tenant

Row = dict[str, Any]
LONG_AGO = datetime(2026, 1, 15, 12, tzinfo=UTC)


def copies(tenant: Tenant, template: Row, count: int, change: Callable[[int], Row], at: datetime) -> None:
    """Store a company's invoice so many times under numbers of their own; `change` says what else differs,
    `at` when they were last changed."""
    first = max((int(number) for number in tenant.ordered("invoices")), default=0) + 1
    kept = {name: value for name, value in template.items() if name != META}
    for place in range(count):
        number = str(first + place)
        tenant.save("invoices", number, {**kept, "DocumentNumber": number, "OCR": number, **change(place)}, at=at)
    tenant.tables.raise_counter("invoices", first + count - 1 - tenant.tables.counter("invoices"))


def only(found: Iterable[Row]) -> Row:
    """Return the one row that there is."""
    (row,) = found
    return row
