"""A record's number in each company, where several keep books: which fields of the CRM are whose.

A field rule that is made from `numbers.<company>` tells that company's number and belongs to it; one that is made from
`number` belongs to no company.
"""

from collections.abc import Collection, Iterator

from mappings.spec import EntityRule, FieldRule, listed
from mappings.vocabulary import paths_of

_EACH = "numbers."


def company_of(rule: FieldRule) -> str:
    """Return the company whose number a field is told, '' where it is told any."""
    return next((path.removeprefix(_EACH) for path in paths_of(rule) if path.startswith(_EACH)), "")


def told_of(companies: Collection[str]) -> frozenset[str]:
    """Return the paths by which each company's number is told."""
    return frozenset(_EACH + company for company in companies)


def complaints(rule: EntityRule, connected: Collection[str] | None) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with where an entity's number is kept, below `number`: whose, and what to do about it.

    `connected` are the companies of the settings, None where they are not known.
    """
    if not isinstance(rule.number, dict):
        return
    kept: dict[str, str] = {}
    for company, given in rule.number.items():
        if connected is not None and company not in connected:
            named = ", ".join(sorted(connected)) or "none"
            yield (company,), f"the settings have no company {company}. They have {named}."
        for path in listed(given):
            if path in kept:
                yield (company,), f"{path} is {kept[path]}'s already. Name a field for each company."
            kept[path] = company


def rule_complaint(rule: FieldRule) -> str:
    """Return what is wrong with whose number a field is told, '' for nothing."""
    whose = {path.partition(".")[2] for path in paths_of(rule)}
    return "a field is told one company's number. Write a field for each company." if len(whose) > 1 else ""
