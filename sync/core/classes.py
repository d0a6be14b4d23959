"""Files problems of ours and providers' answers under one list of classes (ARCHITECTURE.md: the error classes)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sync.core.types import ErrorClass, Outcome

_PROBLEMS: Mapping[str, ErrorClass] = {
    "ambiguous_customer": "match",
    "same_name": "match",
    "unknown_customer_number": "match",
    "shared_email": "match",
    "customer_claimed": "match",
    "inactive_customer": "match",
    "number_taken": "match",
    "number_deleted": "match",
    "customer_waits": "match",
    "article_waits": "match",
    "several_documents": "match",
    "no_route": "rule",
    "moved_company": "rule",
    "same_deal": "rule",
    "too_many_rows": "rule",
    "no_longer_won": "rule",
    "taken_out": "rule",
    "fault": "rule",
    "both_changed": "rule",
    "further_documents": "rule",
    "adopted_otherwise": "rule",
    "money_otherwise": "rule",
    "no_financial_year": "closed",
    "period_locked": "closed",
    "document_booked": "closed",
    "document_cancelled": "closed",
    "booked_otherwise": "closed",
}

# fortnox/FACTS.md 9.2; codes not named here are faults in the data. A CRM's connector files its own.
_FORTNOX: Mapping[str, ErrorClass] = {
    **dict.fromkeys(("2000310", "2000311", "2000663", "2001101", "2001103", "2003275", "2004054", "2001393"), "login"),
    **dict.fromkeys(("2000401",), "closed"),
    **dict.fromkeys(("2000637", "2000013"), "match"),
}


def of_problems(problems: Iterable[Mapping[str, Any]]) -> ErrorClass:
    """Return the class of the first problem: they are listed with the hardest first."""
    first = next(iter(problems), None)
    return "data" if first is None else _PROBLEMS.get(first["code"], "data")


def of_outcome(outcome: Outcome) -> ErrorClass:
    """Return the class of a write that did not end well."""
    if outcome.kind in {"throttled", "retry"}:
        return "temporary"
    if outcome.kind == "unknown":
        return "unknown"
    if outcome.kind == "login":
        return "login"
    return outcome.error_class or _FORTNOX.get(outcome.code, "data")
