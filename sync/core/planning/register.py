"""One Fortnox register of a company, customers or articles, as a planner looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.core.planning import matching
from sync.core.types import Action, Decision, Link, Operation, Override, Payload, RecordKey


@dataclass(frozen=True)
class Register:
    """What is linked, what exists, what is on its way.

    By source id: `links`, open creates, open `updates`, what was `decided`, an operator's `overrides`, and the numbers
    the same record has `elsewhere`, in other companies; `gone` are those that were deleted in their system. By action
    and source id: what a person `dismissed`. `names` maps the numbers in use to the name behind them; `index` is set
    for customers, and `there` is what Fortnox has of each, by number; `inactive` are numbers of those that it takes
    no document for; `beside` are the installation's other CRM accounts.
    """

    links: Mapping[str, Link] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, Operation] = field(default_factory=dict)
    updates: Mapping[str, Operation] = field(default_factory=dict)
    decided: Mapping[str, Decision] = field(default_factory=dict)
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    inactive: frozenset[str] = frozenset()
    index: matching.CustomerIndex | None = None
    there: Mapping[str, Payload] = field(default_factory=dict)
    overrides: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    dismissed: Mapping[tuple[Action, str], Operation] = field(default_factory=dict)

    def present(self, action: Action, source: RecordKey) -> Operation | None:
        """Return the open create or update of a record."""
        return (self.open if action == "create" else self.updates).get(source.id)


def number_is_deleted(present: Operation | None) -> bool:
    """Return whether Fortnox said that the number belongs to a record that is no longer there."""
    return present is not None and present.state == "review" and present.error_code == "number_deleted"


def next_generation(present: Operation | None) -> int:
    """Return the generation of the number that a record is made under next."""
    if present is None:
        return 1
    return present.generation + 1 if number_is_deleted(present) else present.generation
