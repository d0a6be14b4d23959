"""Checks the promises at the end of every run, on what is stored (ARCHITECTURE.md: the promises).

The simulator checks the same promises from outside, on the remote systems' own tables.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from mappings.kinds import DOCUMENT_KINDS
from sync.clock import Clock
from sync.core.bridge.causes import explaining
from sync.core.lifecycle import ARROWS
from sync.store.database import Store, naive
from sync.store.tables import facts

# Each is counted by the statement of its name in store/queries/checks.sql; 0 is a kept promise.
NUMBERS: Mapping[str, str] = {
    "duplicates": "I1",
    "lost": "I2",
    "crm_total": "I2",
    "missing": "I3",
    "unread": "I3",
    "cursors_ahead": "I3",
    "sent_twice": "I4",
    "misplaced": "I5",
    "bridge_closes": "I6",
    "unclassified": "I6",
    "foreign_at_par": "I6",
    "illegal_moves": "I7",
    "secrets": "I8",
    "open_too_long": "I9",
    "throttled": "I10",
}
# Broken by time, or by what is called and read: in a run, too, that writes nothing which the others rest on.
_IN_ANY_RUN = ("cursors_ahead", "open_too_long", "secrets", "throttled")
_ARROWS = [f"{before} {after}" for before, following in ARROWS.items() for after in following] + [
    " planned",
    " review",
]
# A shorter text would be found in innocent places.
_SHORTEST_SECRET = 8


class Invariants:
    """Counts what breaks a promise and stores the counts; `deal_kinds` says what each CRM calls its deals."""

    def __init__(self, store: Store, clock: Clock, deal_kinds: Mapping[str, str], secrets: Sequence[str]) -> None:
        self._store = store
        self._deals = [f"{system}/{kind}" for system, kind in deal_kinds.items()]
        self._clock = clock
        self._secrets = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]

    def check(self, run_id: int) -> None:
        """Check everything. Call inside a transaction."""
        self._put(NUMBERS, run_id)

    def still_hold(self, run_id: int) -> None:
        """Count again only what may be broken although nothing was written since. Call inside a transaction."""
        self._store.run("touch_checks", {"run_id": run_id, "now": naive(self._clock.now())})
        self._put(_IN_ANY_RUN, run_id)

    def _put(self, names: Iterable[str], run_id: int) -> None:
        now = self._clock.now()
        facts.put_checks(self._store, {name: self._count(name, run_id, now) for name in names}, run_id, now)

    def _count(self, name: str, run_id: int, now: datetime) -> Decimal:
        parameters: dict[str, dict[str, object]] = {
            "illegal_moves": {"arrows": _ARROWS},
            "secrets": {"secrets": self._secrets, "run_id": run_id},
            "open_too_long": {"now": naive(now)},
            "throttled": {"now": naive(now)},
            "missing": {"deals": self._deals, "document_kinds": list(DOCUMENT_KINDS)},
            "unclassified": {"explaining": explaining()},
        }
        return Decimal(self._store.one(name, parameters.get(name)))
