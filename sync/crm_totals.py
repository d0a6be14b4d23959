"""The CRM's own count and sum of won deals, held against our copy: what we miss, or what is gone, shows there."""

from datetime import datetime, timedelta
from decimal import Decimal

from sync.clock import Clock
from sync.connectors.base import CrmConnector
from sync.store import facts
from sync.store.database import Store

# What the CRM says of itself is asked for as seldom as what is gone there.
EVERY = timedelta(minutes=30)


class CrmTotals:
    """Asks one CRM now and then; `stated_sum` is where a deal states its own sum."""

    def __init__(self, store: Store, clock: Clock, crm: CrmConnector, stated_sum: str) -> None:
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
        self._asked_at = now
        theirs = {(one.month, one.currency): (one.count, one.amount) for one in await self._crm.won_totals()}
        ours = facts.own_totals(self._store, self._crm.system, self._stated_sum)
        rows = [
            facts.CrmTotal(*key, *theirs.get(key, (0, Decimal(0))), *ours.get(key, (0, Decimal(0))))
            for key in sorted({*theirs, *ours})
        ]
        with self._store.transaction():
            facts.put_crm_totals(self._store, self._crm.system, rows, now)
