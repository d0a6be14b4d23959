"""The draft of a deal's document: its customer and articles resolved, an operator's edits in it, what it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass

from mappings import Draft, Problem
from mappings.compile import EntityMapping
from mappings.edits import standing
from sync.core.planning import overrides
from sync.core.planning.masters import Masters
from sync.core.planning.overrides import Edited
from sync.core.types import Override, Payload, Record


@dataclass(frozen=True)
class Drafted:
    """What a deal becomes in one company.

    `made` is the document as far as it could be made, `problems` are all that stand in its way; `waits_on` are
    subjects of the operations that must be done first.
    """

    made: Edited
    problems: tuple[Problem, ...]
    waits_on: tuple[str, ...]

    @property
    def draft(self) -> Draft | None:
        """Return the document to send, None when something stands in its way."""
        return None if self.problems else self.made.draft


class _Needs:
    """Resolves what a draft names, and keeps what has to come first or from a person."""

    def __init__(self, masters: Masters, sources: Mapping[str, Mapping[str, Record]]) -> None:
        self._masters = masters
        self._sources = sources
        self.problems: list[Problem] = []
        self.waits_on: set[str] = set()

    def number(self, kind: str, key: str) -> str | None:
        found = self._masters.resolve(kind, key, self._sources[kind].get(key))
        if isinstance(found, Problem):
            if found not in self.problems:
                self.problems.append(found)
            return None
        if found.waits_on:
            self.waits_on.add(found.waits_on)
        return found.number


def drafted(
    entity: EntityMapping,
    view: Payload,
    masters: Masters,
    sources: Mapping[str, Mapping[str, Record]],
    edits: tuple[Override, ...],
) -> Drafted:
    """Return the draft of a deal's document for the company of `masters`; `sources` are CRM records by kind and id."""
    needs = _Needs(masters, sources)
    made = overrides.edited(entity, view, needs.number, edits)
    asked = standing(needs.problems, [one.path for one in edits if one not in made.ended])
    problems = [*asked, *(problem for problem in made.problems if not _is_told(problem, asked))]
    if not entity.linked("customer", view):
        problems = [problem for problem in problems if problem.field != "CustomerNumber"] + [Problem("no_customer")]
    return Drafted(made, tuple(problems), tuple(sorted(needs.waits_on)))


def _is_told(problem: Problem, asked: list[Problem]) -> bool:
    """A customer that waits or is not there says already that its number is missing."""
    waits = any(one.code in {"customer_waits", "no_customer"} for one in asked)
    return waits and problem.code == "missing" and problem.field == "CustomerNumber"
