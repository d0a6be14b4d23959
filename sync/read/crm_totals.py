"""The CRM's own count and sum of won deals, held against our copy: what we miss, or what is gone, shows there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from sync.clock import Clock
from sync.connectors.base import CrmConnector
from sync.store.database import Store
from sync.store.tables import facts

# What the CRM says of itself is asked for as seldom as what is gone there.
EVERY = timedelta(minutes=30)


class CrmTotals:
    """Asks one CRM now and then; `stated_sum` is where a deal states its own sum.

    `refresh` brings our own figures up to date with what was read. A deal may change between the reading and the
    count: a difference is told when it is met twice, and asked about in every run until it is gone.
    """

    def __init__(
        self, store: Store, clock: Clock, crm: CrmConnector, stated_sum: str, refresh: Callable[[], object]
    ) -> None:
        self._refresh = refresh
        self._doubted = False
        self._store = store
        self._clock = clock
        self._crm = crm
        self._stated_sum = stated_sum
        self._asked_at: datetime | None = None

    async def compare(self) -> None:
        """Store what the CRM counts beside what our copy adds up to, just after it was read. Raises ApiError."""
        now = self._clock.now()
        if self._asked_at is None:
            self._asked_at = now
        if now - self._asked_at < EVERY:
            return
        self._refresh()
        theirs = {(one.month, one.currency): (one.count, one.amount) for one in await self._crm.won_totals()}
        ours = facts.own_totals(self._store, self._crm.system, self._stated_sum)
        rows = [
            facts.CrmTotal(*key, *theirs.get(key, (0, Decimal(0))), *ours.get(key, (0, Decimal(0))))
            for key in sorted({*theirs, *ours})
        ]
        differs = any(row.differs for row in rows)
        is_certain, self._doubted = self._doubted or not differs, differs
        if not differs:
            self._asked_at = now
        if is_certain:
            with self._store.transaction():
                facts.put_crm_totals(self._store, self._crm.system, rows, now)
