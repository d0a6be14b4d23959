"""Adopt an existing Fortnox record before making one: exact keys first, doubt goes to a person.

The ladder (mission.md S0-35): stored link, customer number in the CRM, organisation number, e-mail. An equal
name alone never links: it is shown to a person. The CRM has one field for the number, whichever company's customer
it names: where that is not plain, something else must say the same.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mappings import Problem
from mappings.characters import seen
from mappings.organisation_numbers import organisation_digits
from sync.core.types import Payload

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
    """A company's Fortnox customers by everything they can be matched on."""

    keys: Mapping[str, CustomerKeys]
    by_organisation_number: Mapping[str, tuple[str, ...]]
    by_email: Mapping[str, tuple[str, ...]]
    by_name: Mapping[str, tuple[str, ...]]


def index_customers(rows: Iterable[Payload]) -> CustomerIndex:
    """Index Fortnox customer list rows (CustomerNumber, OrganisationNumber, Email, Name)."""
    known: dict[str, CustomerKeys] = {}
    tables: tuple[dict[str, list[str]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
    for row in rows:
        number = str(row["CustomerNumber"])
        known[number] = keys = customer_keys(row)
        for table, key in zip(tables, (keys.organisation_number, keys.email, keys.name), strict=True):
            if key:
                table[key].append(number)
    frozen = [{key: tuple(found) for key, found in table.items()} for table in tables]
    return CustomerIndex(known, *frozen)


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
    there, elsewhere = index.keys.get(crm_number), is_elsewhere(crm_number)
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
    there = index.keys[number]
    return Match(number, "adopted") if _agree(there, customer_keys(draft)) else _taken(number, there)


def _by_keys(wanted: CustomerKeys, index: CustomerIndex) -> Match | Problem | None:
    rungs = (
        ("organisation_number", index.by_organisation_number, wanted.organisation_number),
        ("email", index.by_email, wanted.email),
    )
    for rung, table, key in rungs:
        bearing = table.get(key, ()) if key else ()
        found = [number for number in bearing if not _is_another(index.keys[number], wanted)]
        if len(found) == 1:
            return Match(found[0], rung)
        if found:
            return Problem("ambiguous_customer", params={"rung": rung, "numbers": ", ".join(found)})
    same = index.by_name.get(wanted.name, ())
    if same:
        return Problem("same_name", "Name", params={"numbers": ", ".join(same)})
    return None


def _is_another(there: CustomerKeys, wanted: CustomerKeys) -> bool:
    """Two organisation numbers are two customers."""
    return bool(
        there.organisation_number
        and wanted.organisation_number
        and there.organisation_number != wanted.organisation_number
    )


def _agree(there: CustomerKeys, wanted: CustomerKeys) -> bool:
    """Return whether a customer is also otherwise known as the one that is wanted."""
    if there.organisation_number and wanted.organisation_number:
        return there.organisation_number == wanted.organisation_number
    return bool(wanted.email and there.email == wanted.email) or bool(wanted.name and there.name == wanted.name)


def _taken(number: str, there: CustomerKeys) -> Problem:
    return Problem("number_taken", "CustomerNumber", params={"value": number, "other": there.title})


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
