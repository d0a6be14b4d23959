"""Decides when nothing needs planning: the record is dismissed and unchanged, or an open operation plans the same."""

from typing import Literal, get_args

from sync.core.documents.documents import same
from sync.core.types import Decision, Operation

# What a person is asked about where a deal stands, whatever is mapped of it, and only while it stands there.
Question = Literal["", "no_longer_won", "taken_out", "no_route", "moved_company"]
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
