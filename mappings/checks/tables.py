"""What is wrong with the code tables and with the rules that say which company a deal goes to."""

from collections.abc import Collection, Iterator

from mappings.checks.files import Complaint, bad_paths, wanted_by
from mappings.checks.values import country_keys_only
from mappings.spec import Codes, Companies, When
from mappings.vocabulary import OTHERWISE, word

# What `otherwise` may say beside the key of a company.
_NO_COMPANY = frozenset({"only", "hold"})


def code_complaints(codes: Codes) -> Iterator[Complaint]:
    """Yield what is wrong with the lookup tables."""
    for name, table in codes.tables.items():
        if not table:
            yield Complaint(("tables", name), "the table has no lines. Add some, or remove it.")
        if OTHERWISE in table and not country_keys_only(table):
            reason = (
                "only a table of two-letter country codes may have it: else a misspelt value would pass. Remove it."
            )
            yield Complaint(("tables", name, OTHERWISE), reason)
        seen: dict[str, str] = {}
        for key, value in table.items():
            if not isinstance(value, str | int) or value == "":
                yield Complaint(("tables", name, key), "it must be one word or number. Correct it.")
            if word(key) in seen and table[seen[word(key)]] != value:
                reason = f"{key} and {seen[word(key)]} are read alike and mean two things. Remove one of them."
                yield Complaint(("tables", name, key), reason)
            seen.setdefault(word(key), key)


def company_complaints(
    companies: Companies, connected: Collection[str] | None, worked_out: frozenset[str]
) -> Iterator[Complaint]:
    """Yield what is wrong with the routing; `connected` are the companies of the settings, None where not known.

    `worked_out` are the paths of a deal that Kvitt fills in itself.
    """
    taken: dict[str, set[str]] = {}
    everything: int | None = None
    asked: list[When] = []
    for number, rule in enumerate(companies.rules):
        if rule.when is not None:
            yield from bad_paths(("rules", number, "when", "field"), [rule.when.field], worked_out)
        if connected is not None and rule.to not in connected:
            yield Complaint(("rules", number, "to"), _unknown(rule.to, connected))
        if everything is not None:
            reason = (
                f"rule {everything + 1} takes every deal before this one. Remove one of them, or change their order."
            )
            yield Complaint(("rules", number), reason)
        elif rule.when is None:
            everything = number
        elif _is_taken(rule.when, taken, asked):
            reason = "the rules above take every deal that this one is for. Remove it, or change their order."
            yield Complaint(("rules", number), reason)
    other = companies.otherwise
    if connected is not None and other not in _NO_COMPANY and other not in connected:
        yield Complaint(("otherwise",), _unknown(other, connected) + " It may also be only or hold.")


def _is_taken(when: When, taken: dict[str, set[str]], asked: list[When]) -> bool:
    """Return whether earlier rules take all that a condition lets through, and remember it for the later ones."""
    wanted = wanted_by(when)
    if wanted is None:
        found = when in asked
    else:
        present = When(field=when.field, present=True)
        found = wanted <= taken.get(when.field, set()) or ("" not in wanted and present in asked)
        taken.setdefault(when.field, set()).update(wanted)
    asked.append(when)
    return found


def _unknown(company: str, connected: Collection[str]) -> str:
    named = ", ".join(sorted(connected)) or "none"
    setting = f"KVITT_COMPANIES__{company.upper()}__…"
    return f"{company} is no company of the settings, which name {named}. Correct it, or add {setting}."
