"""Systems that let Kvitt in no more: they are asked again now and then, and their flows go on by themselves."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sync.clock import Clock
from sync.connectors.errors import ApiError
from sync.core.types import Event
from sync.log import log
from sync.read.pairing import CompanyLink, Pairing, PairingError
from sync.store.database import Store
from sync.store.tables import runs, trail
from sync.store.tables.runs import Flow

# A wrong secret stays wrong until a person mends it: to ask often would only make the other side suspicious.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=1)


class LostLogins:
    """Looks after the flows that Kvitt paused itself because only a person could mend their connection."""

    def __init__(
        self, store: Store, clock: Clock, pairing: Pairing, crms: Collection[str], companies: Mapping[str, CompanyLink]
    ) -> None:
        self._store = store
        self._clock = clock
        self._pairing = pairing
        self._crms = crms
        self._companies = companies
        self._pauses: dict[str, timedelta] = {}
        self._asked_at: dict[str, datetime] = {}

    async def ask_again(self) -> bool:
        """Ask the systems whose time has come, and return whether a flow goes on again."""
        flows = [flow for flow in runs.flows(self._store) if flow.paused and flow.paused_by == "kvitt"]
        return any([await self._let_go_on(flow) for flow in flows if self._is_due(flow.system)])

    def worked(self, system: str) -> None:
        """A run of a system's flow came to its end: when its login is lost next, it is asked again soon."""
        self._pauses.pop(system, None)
        self._asked_at.pop(system, None)

    def _is_due(self, system: str) -> bool:
        now = self._clock.now()
        asked_at = self._asked_at.setdefault(system, now)
        pause = self._pauses.setdefault(system, FIRST_PAUSE)
        if now < asked_at + pause:
            return False
        self._asked_at[system] = now
        self._pauses[system] = min(pause * 2, LONGEST_PAUSE)
        return True

    async def _let_go_on(self, flow: Flow) -> bool:
        company = self._companies.get(flow.company or "")
        if flow.system not in self._crms and company is None:
            return False
        try:
            with self._pairing.watched(flow.system):
                self._pairing.forget(flow.system)
                await (self._pairing.check_company(company) if company else self._pairing.check_crm(flow.system))
        except (ApiError, PairingError) as error:
            log.info(str(error), action="still_locked_out", flow=flow.name)
            return False
        with self._store.transaction():
            runs.set_paused(self._store, flow.name, False, "", "kvitt")
            event = Event("flow_resumed", company=flow.company, details={"flow": flow.name})
            trail.add_events(self._store, [event], self._clock.now())
        return True
