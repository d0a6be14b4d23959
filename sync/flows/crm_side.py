"""One CRM account as the engine works with it: read it, plan its deals, tell it of their documents."""

from collections.abc import Callable, Collection, Mapping
from datetime import date

from sync.clock import Clock, stockholm_date
from sync.connectors.crm import ConnectedCrm
from sync.decide.plan import DealPlanning
from sync.flows.crm_mirror import CrmMirror
from sync.flows.recovery import Recovery
from sync.quarantine import Quarantine
from sync.read.pairing import PairedCrm, Pairing
from sync.read.registers import Registers
from sync.send.recorder import Recorder, Stop
from sync.send.write_back import WriteBack
from sync.store.database import Store
from sync.store.tables.runs import Tally

# All tables that planning reads: where none of them was written to, it would come to the same again.
PLANNED_FROM = ("approvals", "deals", "decisions", "documents", "links", "operations", "overrides", "record_versions",
                "records")  # fmt: skip


class CrmSide:
    """Puts together what is done with one account; several stand side by side."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        crm: ConnectedCrm,
        pairing: Pairing,
        recovery: Recovery,
        registers: Registers,
        quarantine: Quarantine,
        recorder: Recorder,
        go_lives: Mapping[str, date],
        progress: Callable[[int, Tally], None],
        refresh: Callable[[], object],
    ) -> None:
        self._store = store
        self._clock = clock
        self._recovery = recovery
        self._planned_on: object = None
        self.connector = crm.connector
        self.planning = DealPlanning(store, clock, crm.mapping, crm.system, crm.read_deal, go_lives)
        self._write_back = WriteBack(store, clock, crm.mapping, crm.connector, quarantine, recorder)
        pairing.add(PairedCrm(crm.connector, crm.account, self._write_back.notice))
        self.mirror = CrmMirror(
            store, clock, crm.connector, pairing, self.planning, recovery, registers, progress, refresh
        )
        self._telling_due = True
        self._told_on: tuple[date, str] | None = None

    @property
    def system(self) -> str:
        """Return the system's name, "upsales:94"."""
        return self.connector.system

    @property
    def may_be_told(self) -> bool:
        """Return whether enough is known to write to the CRM."""
        return self.mirror.has_read and not self._recovery.on

    def plan(self, companies: Collection[str], run_id: int, tally: Tally) -> None:
        """Plan the account's deals for the companies just read, unless nothing has changed since that was done.

        A deal that waits for a person is looked at in every run that brings anything, whatever it is.
        """
        planned_on = self._store.writes_to(PLANNED_FROM), frozenset(companies)
        if planned_on == self._planned_on and not self._recovery.on:
            return
        considered = self.planning.plan(companies, run_id, tally)
        # What the plan itself has written counts as a change: one plan more looks at what came of it.
        self._planned_on = planned_on if considered else None

    def facts_changed(self) -> None:
        """What the CRM is to be told may be something else now."""
        self._telling_due = True

    async def tell(self, run_id: int, tally: Tally) -> Stop | None:
        """Write to the CRM what it should say and does not; returns why that stopped early, or None."""
        # What is overdue is by date, and what may be written is by what the CRM has open.
        told_on = (stockholm_date(self._clock.now()), self.connector.notice())
        if self._telling_due or told_on != self._told_on:
            await self._write_back.plan(run_id, tally)
            self._telling_due, self._told_on = False, told_on
        return await self._write_back.drain(run_id, tally)
