"""Pausing flows that only a person can let go on."""

from typing import Literal

from sync.clock import Clock
from sync.core.types import Event
from sync.store.database import Store
from sync.store.tables import runs, trail

# Who paused: Kvitt by itself, until the system answers as it should, or until a person has chosen.
PausedBy = Literal["kvitt", "choice"]


class Pauses:
    """A connection that only a person can mend pauses its flow; records are not failed one by one."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def paused(self) -> set[str]:
        """Return the names of the flows that are paused, by whomever."""
        return {flow.name for flow in runs.flows(self._store) if flow.paused}

    def is_paused(self, system: str) -> bool:
        """Return whether a flow of a system is paused."""
        return any(flow.paused for flow in runs.flows(self._store) if flow.system == system)

    def pause(self, flow: str, company: str | None, sentence: str, by: PausedBy = "kvitt") -> None:
        """Pause a flow and say why."""
        with self._store.transaction():
            runs.set_paused(self._store, flow, True, sentence, by)
            event = Event("flow_paused", company=company, details={"flow": flow, "reason": sentence})
            trail.add_events(self._store, [event], self._clock.now())

    def pause_system(self, system: str, sentence: str, by: PausedBy = "kvitt") -> None:
        """Pause the flows of a system: of that one alone, whichever flow has met what is wrong with it."""
        for flow in runs.flows(self._store):
            if flow.system == system and not flow.paused:
                self.pause(flow.name, flow.company, sentence, by)
