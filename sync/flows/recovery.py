"""Waits, reads again and adopts when the store may be older than what was sent (ARCHITECTURE.md: recovery).

An empty store is such a store: the folder may have been lost, with a send of a minute ago still on its way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sync.clock import Clock
from sync.core import lifecycle
from sync.core.types import Event
from sync.log import log
from sync.quarantine import Quarantine
from sync.store.database import Store
from sync.store.publish import recovery_note
from sync.store.publish.high_water import HighWater, last_intent
from sync.store.tables import links, operations, trail
from sync.store.tables.operations import Move

Reason = Literal["new", "behind"]
INTERRUPTED = "The process stopped between sending and hearing the answer."
ROLLED_BACK = "The store is older than what was sent: whether this was sent is not known."


@dataclass(frozen=True)
class _Wait:
    """Why and until when (monotonic seconds) nothing is sent."""

    reason: Reason
    until: float


class Recovery:
    """Compares the store with its high-water mark at a start and keeps sending shut until it is safe."""

    def __init__(self, store: Store, high_water: HighWater, clock: Clock, quarantine: Quarantine) -> None:
        self._store = store
        self._high_water = high_water
        self._clock = clock
        self._quarantine = quarantine
        self._wait: _Wait | None = None
        self._begun = False

    @property
    def on(self) -> bool:
        """Return whether recovery is going on: nothing may be sent."""
        return self._wait is not None

    @property
    def waiting(self) -> bool:
        """Return whether a send from before the start may still take effect."""
        return self._wait is not None and self._clock.monotonic() < self._wait.until

    def lets_plan(self, *, all_read: bool) -> bool:
        """Return whether anything may be planned: in a recovery only after the wait, with every company read."""
        return not self.on or (all_read and not self.waiting)

    def reread(self) -> bool:
        """Return whether the mirrors must be read again before anything is planned: the wait has just ended."""
        return self.on and not self.waiting

    @property
    def until(self) -> datetime | None:
        """Return when the wait is over, None when there is none."""
        return recovery_note.until(self._store) if self._wait else None

    async def over(self) -> None:
        """Wait until `waiting` is over."""
        if self._wait is not None:
            await self._clock.sleep(self._wait.until - self._clock.monotonic())

    def begin(self) -> None:
        """At a start, before anything else: find out whether the store can be trusted, and settle what a crash left.

        The same after a run that broke off; what was in doubt before that rests no longer than it would have.
        """
        self.settle_interrupted()
        if self._wait is not None:
            return  # Nothing was sent since it began: it need not begin again.
        at_a_start, self._begun = not self._begun, True
        mark = self._high_water.read()
        if mark is not None and mark.number <= last_intent(self._store):
            with self._store.transaction():
                recovery_note.clear(self._store)
                # A folder that was put back with its mark tells nothing: what waits is held against the mirrors anew.
                self._store.run("replan_open")
            if at_a_start:
                self._quarantine.begin(one.number for one in operations.in_state(self._store, "unknown"))
            return
        reason: Reason = "behind" if mark is not None or operations.count(self._store) else "new"
        now = self._clock.now()
        self._wait = _Wait(reason, self._clock.monotonic() + self._quarantine.length.total_seconds())
        with self._store.transaction():
            forgotten = self._doubt_everything(now)
            recovery_note.write(self._store, reason, now, now + self._quarantine.length)
            details = {"reason": reason, "mark": mark.number if mark else None, "operations": forgotten}
            trail.add_events(self._store, [Event("recovery_began", details=details)], now)
        log.warning("The store may be older than what was sent.", action="recovery_began", reason=reason)

    def end(self, run_id: int, adopted: int) -> None:
        """The mirrors were read after the wait and everything was planned against them: sending may go on."""
        assert self._wait is not None
        now = self._clock.now()
        with self._store.transaction():
            recovery_note.clear(self._store)
            details = {"reason": self._wait.reason, "adopted": adopted}
            trail.add_events(self._store, [Event("recovery_ended", details=details)], now, run_id)
        self._high_water.raise_to(last_intent(self._store), now)
        log.info("The store is trusted again.", action="recovery_ended", adopted=adopted)
        self._wait = None

    def settle_interrupted(self) -> int:
        """Turn what was left in `sending` into `unknown`; returns how many there were."""
        left = operations.in_state(self._store, "sending")
        if left:
            self._quarantine.begin(one.number for one in left)
            now = self._clock.now()
            until = now + self._quarantine.length
            values = {"not_before": until, "error_class": "unknown", "error_sentence": INTERRUPTED}
            with self._store.transaction():
                operations.move(self._store, [Move(lifecycle.moved(o, "unknown", **values)) for o in left], now)
            log.info("Writes without an outcome are looked up.", action="interrupted", operations=len(left))
        return len(left)

    def _doubt_everything(self, now: datetime) -> int:
        """What was planned may have been sent: it is planned again after the mirrors; what was in doubt rests anew."""
        doubtful = operations.in_state(self._store, "unknown")
        self._quarantine.begin(one.number for one in doubtful)
        values = {"not_before": now + self._quarantine.length, "error_sentence": ROLLED_BACK}
        operations.move(self._store, [Move(lifecycle.moved(o, "unknown", **values)) for o in doubtful], now)
        planned = [*operations.in_state(self._store, "planned"), *operations.in_state(self._store, "retry")]
        operations.cancel(self._store, planned, now)
        for customer in {one.decided for one in planned if one.target_kind == "customer"}:
            links.replan(self._store, customer)
        self._store.run("forget_open_decisions")
        self._store.run("forget_write_back_bases")
        return len(doubtful) + len(planned)
