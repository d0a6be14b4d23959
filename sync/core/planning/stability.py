"""Decides when nothing needs planning: the record is dismissed and unchanged, or an open operation plans the same."""

from dataclasses import replace
from typing import Literal, get_args

from sync.core.documents.documents import same
from sync.core.types import Decision, Operation

# What a person is asked about where a deal stands, whatever is mapped of it, and only while it stands there.
Question = Literal["", "no_longer_won", "taken_out", "no_route", "moved_company"]
# An open operation that waits: it may be planned again, or given up.
REPLANNABLE = frozenset({"planned", "retry", "review"})
_WHILE_SO = frozenset(get_args(Question))


def stays_dismissed(before: Decision | None, now: Decision, asked: Question) -> bool:
    """Return whether a deal that a person dismissed stays dismissed: it does until a mapped field of it changes.

    `asked` is the question that the deal raises as it stands now.
    """
    if before is None or before.outcome != "dismissed":
        return False
    then = before.code if before.code in _WHILE_SO else ""
    if before.version == now.version:
        return then in {"", asked}
    unchanged = before.mapping_version == now.mapping_version and before.fingerprint == now.fingerprint
    return unchanged and asked == then


def stands(present: Operation, wanted: Operation, blocked: frozenset[int] = frozenset()) -> bool:
    """Return whether an open operation is left alone: it must not be touched, or says already what is wanted now.

    What is `blocked` is planned anew: what it waited for was given up, as its record turned out to be there.
    """
    says_it = says_the_same(present, wanted) and present.number not in blocked
    return says_it or present.state not in REPLANNABLE


def in_place_of(present: Operation | None, wanted: Operation) -> Operation:
    """Return what is wanted as the open operation of its subject, where there is one."""
    return wanted if present is None else replace(wanted, number=present.number)


def says(present: Operation, wanted: Operation) -> bool:
    """Return whether an operation sends what is wanted, as mapped and as edited."""
    return same(present.payload, wanted.payload) and same(present.edited, wanted.edited)


def was_refused(present: Operation | None, dismissed: Operation | None, wanted: Operation) -> bool:
    """Return whether Fortnox refused exactly this, or a person wants nothing of it: it would be refused again.

    `present` is the open operation of the same, `dismissed` what a person dismissed before, where nothing is open.
    """
    before = present or dismissed
    if before is None or before.fingerprint != wanted.fingerprint or not same(before.edited, wanted.edited):
        return False
    return present is None or (present.state == "review" and not present.problems)


def says_the_same(present: Operation, wanted: Operation) -> bool:
    """Return whether an open operation already plans what is wanted now, so that it is left alone.

    An operation that Fortnox refused is not planned again unless a problem explains the refusal by now.
    """
    if not same(present.edited, wanted.edited):
        return False
    if present.state == "review" and not present.problems and not wanted.problems:
        return present.fingerprint == wanted.fingerprint and present.mapping_version == wanted.mapping_version
    if wanted.problems or present.problems:
        known = (present.payload is None) == (wanted.payload is None)
        return present.problems == wanted.problems and present.fingerprint == wanted.fingerprint and known
    return same(present.payload, wanted.payload)
