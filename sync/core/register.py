"""One Fortnox register of a company, customers or articles, as a planner looks at it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mappings.organisation_numbers import organisation_digits
from sync.core import matching
from sync.core.types import Action, Decision, Link, Operation, Override, RecordKey


@dataclass(frozen=True)
class Register:
    """What is linked, what exists, what is on its way.

    By source id: `links`, open creates, open `updates`, what was `decided`, an operator's `overrides`, and the numbers
    the same record has `elsewhere`, in other companies. By action and source id: what a person `dismissed`. `names`
    maps the numbers in use to the name behind them; `index` is set for customers.
    """

    links: Mapping[str, Link] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, Operation] = field(default_factory=dict)
    updates: Mapping[str, Operation] = field(default_factory=dict)
    decided: Mapping[str, Decision] = field(default_factory=dict)
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
    index: matching.CustomerIndex | None = None
    overrides: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    dismissed: Mapping[tuple[Action, str], Operation] = field(default_factory=dict)

    def present(self, action: Action, source: RecordKey) -> Operation | None:
        """Return the open create or update of a record."""
        return (self.open if action == "create" else self.updates).get(source.id)

    def claimant(self, number: str, besides: RecordKey) -> Link | None:
        """Return the link by which another record has a number."""
        others = (link for link in self.links.values() if link.target_id == number and link.source != besides)
        return next(others, None)

    def being_made(self, digits: str) -> Iterator[str]:
        """Yield the accounts whose customer with an organisation number is planned, sent or in doubt already."""
        for key, one in self.open.items():
            given = (one.payload or {}).get("OrganisationNumber")
            if one.state != "review" and digits == organisation_digits(given):
                yield key
