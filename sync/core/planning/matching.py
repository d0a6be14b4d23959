"""Adopt an existing Fortnox record before making one: exact keys first, doubt goes to a person.

The ladder: stored link, customer number in the CRM, organisation number, e-mail. Many companies share an address, that
of a bureau or of their owner: it links only where the name does not say otherwise. An equal name alone never links: it
is shown to a person. The CRM may have one field for the number, whichever company's customer it names: where that is
not plain, something else must say the same.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from mappings import Problem
from mappings.values.characters import seen
from mappings.values.organisation_numbers import organisation_digits
from sync.core.types import Payload

_RUNGS = ("organisation_number", "email", "name")
_NAME_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Match:
    """A Fortnox customer that is this one, and the rung that says so."""

    number: str
    rung: str


@dataclass(frozen=True)
class CustomerKeys:
    """What a customer is known by, as compared, "" for what is not known; and the name as it is written."""

    organisation_number: str
    email: str
    name: str
    title: str


@dataclass(frozen=True)
class CustomerIndex:
    """A company's customers by everything they can be matched on: those in Fortnox, and those that are being made.

    `hidden` is the number of one that is not looked at; those `inactive` are passed over for one that is active.
    """

    keys: dict[str, CustomerKeys] = field(default_factory=dict)
    bearers: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    hidden: str = ""
    inactive: frozenset[str] = frozenset()

    def add(self, number: str, keys: CustomerKeys) -> None:
        """Count a customer in; one that is counted in already is known by these from now on."""
        before = self.keys.get(number)
        self.keys[number] = keys
        for rung in _RUNGS:
            if before is not None:
                known = rung, getattr(before, rung)
                self.bearers[known] = tuple(one for one in self.bearers.get(known, ()) if one != number)
            known = rung, getattr(keys, rung)
            if known[1]:
                self.bearers[known] = (*self.bearers.get(known, ()), number)

    def copy(self, inactive: frozenset[str]) -> "CustomerIndex":
        """Return an index of the same customers, some of them inactive, to which others can be added."""
        return CustomerIndex(dict(self.keys), dict(self.bearers), inactive=inactive)

    def without(self, number: str) -> "CustomerIndex":
        """Return this index as it is for whom a number is his own wish."""
        return replace(self, hidden=number)

    def known_as(self, number: str) -> CustomerKeys | None:
        """Return what a customer is known by, None where there is none of that number."""
        return None if number == self.hidden else self.keys.get(number)

    def bearing(self, rung: str, wanted: CustomerKeys) -> list[str]:
        """Return the numbers of the customers with the same organisation number, e-mail or name."""
        bearers = self.bearers.get((rung, getattr(wanted, rung)), ())
        found = [number for number in bearers if number != self.hidden]
        return [number for number in found if number not in self.inactive] or found


def index_customers(rows: Iterable[Payload]) -> CustomerIndex:
    """Index Fortnox customer list rows (CustomerNumber, OrganisationNumber, Email, Name)."""
    index = CustomerIndex()
    for row in rows:
        index.add(str(row["CustomerNumber"]), customer_keys(row))
    return index


def match_customer(
    draft: Payload, crm_number: str | None, index: CustomerIndex, is_elsewhere: Callable[[str], bool | None]
) -> Match | Problem | None:
    """Return the one customer that is meant, a problem for a person, or None when a new one is to be made.

    `is_elsewhere` says of a number whether another connected company has a customer with it, None where that cannot
    be seen now.
    """
    wanted = customer_keys(draft)
    if not crm_number:
        return _by_keys(wanted, index)
    there, elsewhere = index.known_as(crm_number), is_elsewhere(crm_number)
    if there is None:
        if elsewhere:
            return _by_keys(wanted, index)
        return Problem("unknown_customer_number", "CustomerNumber", params={"value": crm_number})
    another = _is_another(there, wanted)
    if _agree(there, wanted) or (elsewhere is False and not another):
        return Match(crm_number, "crm_number")
    if elsewhere is False:
        return _taken(crm_number, there)
    found = _by_keys(wanted, index)
    return found or (None if elsewhere and another else _taken(crm_number, there))


def own_customer(draft: Payload, number: str, index: CustomerIndex) -> Match | Problem:
    """Return the customer that bears our own number, renamed or not, or the problem that it is somebody else's."""
    there, wanted = index.keys[number], customer_keys(draft)
    is_ours = _agree(there, wanted) or (_has_its_email(there, wanted) and not _is_another(there, wanted))
    return Match(number, "adopted") if is_ours else _taken(number, there)


def _by_keys(wanted: CustomerKeys, index: CustomerIndex) -> Match | Problem | None:
    return _by_organisation_number(wanted, index) or _by_email(wanted, index) or _by_name(wanted, index)


def _by_organisation_number(wanted: CustomerKeys, index: CustomerIndex) -> Match | Problem | None:
    return _only(index.bearing("organisation_number", wanted), "organisation_number")


def _by_email(wanted: CustomerKeys, index: CustomerIndex) -> Match | Problem | None:
    """An address overrules neither another organisation number nor another name."""
    sharing = [number for number in index.bearing("email", wanted) if not _is_another(index.keys[number], wanted)]
    found = _only([number for number in sharing if not _is_named_otherwise(index.keys[number], wanted)], "email")
    if found is None and sharing:
        return Problem("shared_email", "Email", params={"numbers": ", ".join(sharing)})
    return found


def _by_name(wanted: CustomerKeys, index: CustomerIndex) -> Problem | None:
    same = index.bearing("name", wanted)
    return Problem("same_name", "Name", params={"numbers": ", ".join(same)}) if same else None


def _only(found: list[str], rung: str) -> Match | Problem | None:
    if len(found) > 1:
        return Problem("ambiguous_customer", params={"rung": rung, "numbers": ", ".join(found)})
    return Match(found[0], rung) if found else None


def _is_another(there: CustomerKeys, wanted: CustomerKeys) -> bool:
    """Two organisation numbers are two customers."""
    return bool(
        there.organisation_number
        and wanted.organisation_number
        and there.organisation_number != wanted.organisation_number
    )


def _is_named_otherwise(there: CustomerKeys, wanted: CustomerKeys) -> bool:
    return bool(there.name and wanted.name and there.name != wanted.name)


def _has_its_email(there: CustomerKeys, wanted: CustomerKeys) -> bool:
    return bool(wanted.email and there.email == wanted.email)


def _agree(there: CustomerKeys, wanted: CustomerKeys) -> bool:
    """Return whether a customer is also otherwise known as the one that is wanted."""
    if there.organisation_number and wanted.organisation_number:
        return there.organisation_number == wanted.organisation_number
    has_its_email = _has_its_email(there, wanted) and not _is_named_otherwise(there, wanted)
    return has_its_email or bool(wanted.name and there.name == wanted.name)


def _taken(number: str, there: CustomerKeys) -> Problem:
    return Problem("number_taken", "CustomerNumber", params={"value": number, "other": there.title})


def inactive_customer(number: str) -> Problem:
    """Return the problem that Fortnox takes no new document for a customer."""
    return Problem("inactive_customer", "CustomerNumber", params={"value": number})


def customer_keys(fields: Payload) -> CustomerKeys:
    """Return what a customer is known by, from Fortnox's fields or a draft's."""
    return CustomerKeys(
        organisation_digits(fields.get("OrganisationNumber")),
        email_key(fields.get("Email")),
        name_key(fields.get("Name")),
        str(fields.get("Name") or ""),
    )


def email_key(value: object) -> str:
    """Return an e-mail address as compared: trimmed, lower case."""
    return seen(str(value or "")).strip().lower()


def name_key(value: object) -> str:
    """Return a company name as compared: lower case, letters and digits only, without a trailing AB."""
    words = _NAME_NOISE.sub(" ", seen(unicodedata.normalize("NFC", str(value or ""))).lower()).split()
    return " ".join(word for word in words if word not in {"ab", "aktiebolag", "publ"})
