"""What every handler of a command is given, and what it returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from mappings import MappingSet
from sync.clock import Clock
from sync.store.database import Store
from sync.store.tables.runs import Flow


@dataclass(frozen=True)
class CommandContext:
    """What handlers work with.

    `mappings` are those of the CRM accounts, by system. `run_now` starts a flow at once and returns False where it runs
    already; `reschedule` makes the scheduler follow a flow's stored schedule or pause.
    """

    store: Store
    clock: Clock
    mappings: Mapping[str, MappingSet]
    run_now: Callable[[Flow], bool]
    reschedule: Callable[[Flow], None]


@dataclass(frozen=True)
class CommandAnswer:
    """What a command is answered: a code with its parameters, which the dashboard has the words for.

    `flows` names the flows that should run now; the loop starts those of commands that wake a run.
    """

    accepted: bool
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    flows: tuple[str, ...] = ()

    @classmethod
    def yes(cls, **params: Any) -> Self:
        """Return that a command was carried out."""
        return cls(True, "accepted", params)

    @classmethod
    def no(cls, code: str, **params: Any) -> Self:
        """Return why a command was not carried out."""
        return cls(False, code, params)
