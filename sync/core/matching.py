"""Adopt an existing Fortnox record before making one: exact keys first, doubt goes to a person.

The ladder (mission.md S0-35): stored link, customer number in the CRM, organisation number, e-mail. An equal
name alone never links: it is shown to a person.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mappings import Problem
from sync.core.types import Payload

_NAME_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Match:
    """A Fortnox customer that is this one, and the rung that says so."""

    number: str
    rung: str


@dataclass(frozen=True)
class CustomerIndex:
    """A company's Fortnox customers by everything they can be matched on."""

    numbers: frozenset[str]
    by_organisation_number: Mapping[str, tuple[str, ...]]
    by_email: Mapping[str, tuple[str, ...]]
    by_name: Mapping[str, tuple[str, ...]]


def index_customers(rows: Iterable[Payload]) -> CustomerIndex:
    """Index Fortnox customer list rows (CustomerNumber, OrganisationNumber, Email, Name)."""
    numbers: set[str] = set()
    tables: tuple[dict[str, list[str]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
    for row in rows:
        number = str(row["CustomerNumber"])
        numbers.add(number)
        keys = (
            organisation_digits(row.get("OrganisationNumber")),
            email_key(row.get("Email")),
            name_key(row.get("Name")),
        )
        for table, key in zip(tables, keys, strict=True):
            if key:
                table[key].append(number)
    frozen = [{key: tuple(found) for key, found in table.items()} for table in tables]
    return CustomerIndex(frozenset(numbers), *frozen)


def match_customer(draft: Payload, crm_number: str | None, index: CustomerIndex) -> Match | Problem | None:
    """Return the one customer that is meant, a problem for a person, or None when a new one is to be made."""
    if crm_number:
        if crm_number in index.numbers:
            return Match(crm_number, "crm_number")
        return Problem("unknown_customer_number", "CustomerNumber", params={"value": crm_number})
    rungs = (
        ("organisation_number", index.by_organisation_number, organisation_digits(draft.get("OrganisationNumber"))),
        ("email", index.by_email, email_key(draft.get("Email"))),
    )
    for rung, table, key in rungs:
        found = table.get(key, ()) if key else ()
        if len(found) == 1:
            return Match(found[0], rung)
        if found:
            return Problem("ambiguous_customer", params={"rung": rung, "numbers": ", ".join(found)})
    same = index.by_name.get(name_key(draft.get("Name")), ())
    if same:
        return Problem("same_name", "Name", params={"numbers": ", ".join(same)})
    return None


def organisation_digits(value: object) -> str:
    """Return an organisation number's digits without hyphen and century (Fortnox sheet 9.4.4)."""
    digits = re.sub(r"\D", "", str(value or ""))
    if len(digits) == 12 and digits[:2] in {"16", "19", "20"}:
        return digits[2:]
    return digits


def email_key(value: object) -> str:
    """Return an e-mail address as compared: trimmed, lower case."""
    return str(value or "").strip().lower()


def name_key(value: object) -> str:
    """Return a company name as compared: lower case, letters and digits only, without a trailing AB."""
    words = _NAME_NOISE.sub(" ", str(value or "").lower()).split()
    return " ".join(word for word in words if word not in {"ab", "aktiebolag", "publ"})
