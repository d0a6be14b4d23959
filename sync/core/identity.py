"""Every deterministic name in one place: the same wish has the same name, for ever."""

import hashlib
import re
from collections.abc import Collection
from typing import Any

from mappings.compile import canonical
from mappings.values.characters import seen
from sync.core.types import RecordKey

_LEGAL_NUMBER = re.compile(r"[0-9A-Za-z\-–+/._]{1,50}")
# The same for a person to read.
PERMITTED_IN_NUMBERS = "A–Z a–z 0–9 - – + / . _"


def document_reference(source: RecordKey, target_kind: str, generation: int) -> str:
    """Return the name that a document of a kind carries (at most 80 characters, fortnox/FACTS.md 7.4)."""
    return f"{source.system}:{source.kind}:{source.id}:{target_kind}:g{generation}"


def first_name(reference: str) -> str:
    """Return the name of the first generation: what all documents of one deal have in common."""
    stem, mark, number = reference.rpartition(":g")
    return f"{stem}:g1" if mark and number.isdigit() else reference


def generation_of(reference: str) -> int:
    """Return the generation in a document's name; 1 where there is none."""
    number = reference.rpartition(":g")[2]
    return int(number) if number.isdigit() else 1


def own_customer_number(source: RecordKey, generation: int = 1, beside: Collection[str] = ()) -> str:
    """Return the customer number we give a customer that we create: a second create is refused, then adopted.

    The generation rises when the number before it belongs to a deleted customer: Fortnox never gives it out
    again. `beside` are the other CRM accounts of the installation.
    """
    number = f"{_prefix(source.system, beside)}-{source.id}"
    return number if generation == 1 else f"{number}-g{generation}"


def article_number(given: str | None) -> str:
    """Return an article number as it is compared: without what cannot be seen and without spaces around it."""
    return seen(given or "").strip()


def own_article_number(source: RecordKey, given: str | None, beside: Collection[str] = ()) -> str:
    """Return the CRM's article number where Fortnox takes it, else a number of our own; `beside` as for a customer."""
    number = article_number(given)
    if _LEGAL_NUMBER.fullmatch(number):
        return number
    return f"{_prefix(source.system, beside)}P-{source.id}"


def external_reference(source: RecordKey) -> str:
    """Return the text that says, on a customer we made, which record it was made from."""
    return f"{source.system}:{source.kind}:{source.id}"


def correlation_id(source: RecordKey, version: int) -> str:
    """Return the id of one source change, carried through everything that follows from it."""
    return _hash(f"{'|'.join(source)}|{version}")[:12]


def digest(payload: Any) -> str:
    """Return a text that is equal exactly for equal payloads, whatever their key order."""
    return _hash(canonical(payload))[:32]


def _prefix(system: str, beside: Collection[str]) -> str:
    """Return the CRM's first letter, or its account in full where another of the installation has that letter too."""
    letter = system[:1].upper()
    is_shared = any(other[:1].upper() == letter for other in beside if other != system)
    return system.replace(":", ".") if is_shared else letter


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
