"""Faults as data: their names, where each can strike, and how often each took effect.

A plan is a tuple of (boundary number, fault name). A fault strikes at the first boundary from its number on where
it can; one boundary suffers one fault. A name with a star strikes every reading once; `crash@answer POST
/3/invoices` strikes only there.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Plan = tuple[tuple[int, str], ...]
Kind = Literal["send", "answer", "commit", "file"]
Sort = tuple[str, ...]
EVERY_READ, PLACE = "*", "@"
WRITES = frozenset({"POST", "PUT", "PATCH"})
LOGINS = ("/oauth", "/services/oauth2")
SALESFORCE = "/services/data"
NO_CONTENT = 204
_LISTS = re.compile(
    r"/3/(invoices|customers|articles|invoicepayments|currencies|financialyears)"
    r"|/api/v2/(orders|accounts|products|orderstages|users|pricelists)|/services/data/v[\d.]+/query(All)?"
)
# What tells records apart in a path: numbers, and the identifiers of Salesforce.
NUMBER = re.compile(r"\b00[0-9A-Za-z]{16}\b|\d+")


@dataclass(frozen=True)
class Boundary:
    """A place where a process can be hit: before a request leaves, before an answer is heard, before a commit or a
    change of a file's name. `what` names it; `status` is an answer's.
    """

    number: int
    kind: Kind
    what: str
    method: str = ""
    path: str = ""
    status: int = 0

    @property
    def sort(self) -> Sort:
        """Return what kind of boundary this is, whichever record it is about."""
        return self.kind, NUMBER.sub("#", self.what), str(self.status)

    @property
    def is_login(self) -> bool:
        return self.path.startswith(LOGINS)

    @property
    def is_fortnox(self) -> bool:
        return self.path.startswith("/3/")

    @property
    def is_salesforce(self) -> bool:
        return self.path.startswith(SALESFORCE)

    @property
    def system(self) -> str:
        """Return which kind of system the request is for."""
        return "fortnox" if self.is_fortnox else "salesforce" if self.is_salesforce else "upsales"

    @property
    def is_write(self) -> bool:
        return self.method in WRITES and not self.is_login


Fits = Callable[[Boundary], bool]


def _anywhere(_boundary: Boundary) -> bool:
    return True


def _send(boundary: Boundary) -> bool:
    return boundary.kind == "send"


def _call(boundary: Boundary) -> bool:
    return boundary.kind == "send" and not boundary.is_login


def _write(boundary: Boundary) -> bool:
    return boundary.kind == "send" and boundary.is_write


def _fortnox(boundary: Boundary) -> bool:
    return boundary.kind == "send" and boundary.is_fortnox


def _salesforce(boundary: Boundary) -> bool:
    return boundary.kind == "send" and boundary.is_salesforce


def _with_token(boundary: Boundary) -> bool:
    return _fortnox(boundary) or _salesforce(boundary)


def _good_answer(boundary: Boundary) -> bool:
    return boundary.kind == "answer" and 200 <= boundary.status < 300


def _good_body(boundary: Boundary) -> bool:
    return _good_answer(boundary) and boundary.status != NO_CONTENT


def _list_answer(boundary: Boundary) -> bool:
    return _good_body(boundary) and boundary.method == "GET" and bool(_LISTS.fullmatch(boundary.path))


FITS: Mapping[str, Fits] = {
    "crash": _anywhere,
    "refused": _send,
    "timeout_before": _send,
    "status_500_before": _call,
    "html_200": _send,
    "late_commit": _write,
    "throttled": _call,
    "throttled_retry_after": _call,
    "throttled_storm": _fortnox,
    "outage": _fortnox,
    "expired_token": _with_token,
    "token_invalidated": _with_token,
    "token_endpoint_500": lambda boundary: boundary.kind == "send" and boundary.is_login,
    "edit_during_send": lambda boundary: _write(boundary) and boundary.path == "/3/invoices",
    "timeout_after": _good_answer,
    "status_500_after": _good_answer,
    "cut_body": _good_body,
    "cut_connection": _good_answer,
    "wrong_content_type": _good_body,
    "hollow_body": _good_body,
    "empty_list": _list_answer,
    "foreign_refusal": _good_answer,
    "clock_jump_forward": _anywhere,
    "clock_jump_back": _anywhere,
    "day_spent": _salesforce,
    "row_locked": lambda boundary: _write(boundary) and boundary.is_salesforce,
}
OF_SALESFORCE = ("day_spent", "row_locked")
OFF_THE_WIRE = ("crash", "clock_jump_forward", "clock_jump_back")
ON_THE_WIRE = tuple(name for name in FITS if not name.startswith(OFF_THE_WIRE))


def fits(name: str, boundary: Boundary) -> bool:
    """Return whether a fault can strike at a boundary."""
    fault, _, place = name.partition(PLACE)
    kind, _, what = place.partition(" ")
    return FITS[fault](boundary) and (not place or (boundary.kind == kind and what in boundary.what))


class Faults:
    """The faults still to come, and what came of those that struck."""

    def __init__(self, plan: Plan) -> None:
        self._left = sorted(plan)
        self._reread: set[str] = set()
        self.struck: set[tuple[str, Sort]] = set()
        self.taken: Counter[str] = Counter()

    def due(self, boundary: Boundary) -> str | None:
        """Return the fault that strikes here, and take it off the plan."""
        fault = self._due(boundary)
        if fault is not None:
            self.struck.add((fault, boundary.sort))
        return fault

    def _due(self, boundary: Boundary) -> str | None:
        for place, (number, name) in enumerate(self._left):
            if number > boundary.number:
                return None
            if name.endswith(EVERY_READ):
                if self._strikes_reading(name, boundary):
                    return name.removesuffix(EVERY_READ)
            elif fits(name, boundary):
                del self._left[place]
                return name.partition(PLACE)[0]
        return None

    def _strikes_reading(self, name: str, boundary: Boundary) -> bool:
        """Return whether a reading is struck: each once, then it is left alone until it has got through."""
        if boundary.is_write:
            return False
        if boundary.what in self._reread:
            if boundary.kind == "answer" and 200 <= boundary.status < 300:
                self._reread.remove(boundary.what)
            return False
        if not FITS[name.removesuffix(EVERY_READ)](boundary):
            return False
        self._reread.add(boundary.what)
        return True

    def add(self, number: int, name: str) -> None:
        """Put one more fault on the plan."""
        self._left = sorted([*self._left, (number, name)])

    def is_left(self, number: int, name: str) -> bool:
        """Return whether a fault on the plan has yet to strike."""
        return (number, name) in self._left

    def took(self, name: str) -> None:
        """Count that a fault had its effect."""
        self.taken[name] += 1

    def stop(self) -> None:
        """From now on nothing goes wrong."""
        self._left.clear()
