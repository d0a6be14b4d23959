"""What a planner says of a record: one verdict, which `conclusions.py` turns into operations, links and a decision."""

from dataclasses import dataclass

from mappings import Problem
from sync.core.planning.overrides import Edited
from sync.core.planning.plans import Subject, Target
from sync.core.types import Link, Operation, Override, Payload


@dataclass(frozen=True)
class Resolved:
    """The number of a customer or an article, and the subject of the operation that must be done first (or '')."""

    number: str
    waits_on: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is said of one record.

    `links` are documents, customers and articles that are known to be its own from now on; `ended` are edits that hold
    no longer, and why; `given_up` are operations that nobody wants any more; `needs` are the customers and articles
    that were looked up for its draft.
    """

    links: tuple[Link, ...] = ()
    ended: tuple[tuple[Override, str], ...] = ()
    given_up: tuple[Operation, ...] = ()
    needs: "tuple[Need, ...]" = ()


@dataclass(frozen=True)
class Need:
    """A customer or an article that a draft names, in one company: what is said of it, and its number, if there is one.

    `subject` is None for a record that is not there: nothing is sent or held of it.
    """

    company: str
    kind: str
    record_id: str
    subject: Subject | None
    verdict: Verdict
    found: Resolved | Problem

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what the same need has in every draft."""
        return self.company, self.kind, self.record_id


@dataclass(frozen=True)
class Send(Verdict):
    """It is sent: new, or changed in `fields`; `names` are the fields by which what is made is known again."""

    target: Target
    made: Edited
    fields: Payload
    names: Payload


@dataclass(frozen=True)
class Hold(Verdict):
    """A person must answer; `made` is what it would become, as far as that is known: it can be edited."""

    target: Target
    problems: tuple[Problem, ...]
    made: Edited | None = None
    names: Payload | None = None


@dataclass(frozen=True)
class Leave(Verdict):
    """What it has become in a company says what it says, or is left as it is."""

    company: str


@dataclass(frozen=True)
class Exclude(Verdict):
    """It is left out, for a reason that has its code."""

    company: str | None
    code: str


@dataclass(frozen=True)
class NotConcerned(Verdict):
    """It is not won, and nothing that counts was made of it."""

    company: str | None


@dataclass(frozen=True)
class StayDismissed(Verdict):
    """A person wanted nothing of it, and nothing has changed since."""

    company: str | None
    code: str


@dataclass(frozen=True)
class Wait(Verdict):
    """Nothing can be said of it now: a company is out of sight."""
