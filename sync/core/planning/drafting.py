"""The draft of a deal's document: its customer and articles resolved, an operator's edits in it, what it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass

from mappings import Draft, Problem
from mappings.compile import EntityMapping
from mappings.edits import standing
from sync.core.planning import overrides
from sync.core.planning.masters import Masters
from sync.core.planning.overrides import Edited
from sync.core.planning.verdicts import Need
from sync.core.types import Override, Payload, Record


@dataclass(frozen=True)
class Drafted:
    """What a deal becomes in one company.

    `made` is the document as far as it could be made, `problems` are all that stand in its way; `needs` are the
    customer and the articles that it names.
    """

    made: Edited
    problems: tuple[Problem, ...]
    needs: tuple[Need, ...]

    @property
    def draft(self) -> Draft | None:
        """Return the document to send, None when something stands in its way."""
        return None if self.problems else self.made.draft


class _Needs:
    """Looks up what a draft names, and keeps what was found."""

    def __init__(self, masters: Masters, sources: Mapping[str, Mapping[str, Record]]) -> None:
        self._masters = masters
        self._sources = sources
        self.found: dict[tuple[str, str], Need] = {}

    def number(self, kind: str, key: str) -> str | None:
        need = self.found[kind, key] = self._masters.resolve(kind, key, self._sources[kind].get(key))
        return None if isinstance(need.found, Problem) else need.found.number

    @property
    def problems(self) -> list[Problem]:
        """Return what a person must answer first, each once."""
        told: list[Problem] = []
        for need in self.found.values():
            if isinstance(need.found, Problem) and need.found not in told:
                told.append(need.found)
        return told


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
    return Drafted(made, tuple(problems), tuple(needs.found.values()))


def _is_told(problem: Problem, asked: list[Problem]) -> bool:
    """A customer that waits or is not there says already that its number is missing."""
    waits = any(one.code in {"customer_waits", "no_customer"} for one in asked)
    return waits and problem.code == "missing" and problem.field == "CustomerNumber"
