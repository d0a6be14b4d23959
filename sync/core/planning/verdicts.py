"""What a planner says of a deal: one verdict, which `conclusions.py` turns into operations, links and a decision."""

from dataclasses import dataclass

from mappings import Problem
from sync.core.planning.drafting import Drafted
from sync.core.planning.overrides import Edited
from sync.core.planning.plans import Target
from sync.core.types import Link, Payload


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is said of one deal; `links` are documents that are known to be its own from now on."""

    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Send(Verdict):
    """Its document is sent: new under its name, or changed in `fields`."""

    target: Target
    drafted: Drafted
    fields: Payload


@dataclass(frozen=True)
class Hold(Verdict):
    """A person must answer; `made` is what the deal would become, as far as that is known: it can be edited."""

    target: Target
    problems: tuple[Problem, ...]
    made: Edited | None = None


@dataclass(frozen=True)
class Leave(Verdict):
    """Its document in a company says what the deal says."""

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
