"""Reads Salesforce's refusals (FACTS.md 5): arrays of errors, and everything else that comes instead."""

from collections.abc import Mapping
from typing import Any

from sync.connectors.errors import ApiError, AuthLost, Busy, NoAnswer, Refused, Throttled
from sync.connectors.http import cut
from sync.core.types import ErrorClass

# The daily limit rolls over 24 hours: to ask again in seconds is useless (FACTS.md 5, 6).
DAILY_PAUSE = 900.0
SHORT_PAUSE = 60.0
LOCATOR_GONE = "INVALID_QUERY_LOCATOR"
GONE = "NOT_FOUND"
NOT_SETTABLE = frozenset({"INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_FIELD"})
# Not executed, and likely to pass by itself.
_PASSING = frozenset(
    {
        "UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG", "ENTITY_IS_LOCKED",
        "RECORD_IN_USE_BY_WORKFLOW", "ALREADY_IN_PROCESS", "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
    }
)  # fmt: skip
# What a refusal is filed under (FACTS.md 5); codes not named here are faults in the data.
CLASSES: Mapping[str, ErrorClass] = {
    **dict.fromkeys(("INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS", "LIMIT_EXCEEDED"), "login"),
    **dict.fromkeys(("DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID", "DUPLICATES_DETECTED"), "match"),
    **dict.fromkeys(("ENTITY_IS_DELETED", GONE, "INVALID_CROSS_REFERENCE_KEY"), "match"),
}
_SHUT = frozenset({"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "FORBIDDEN", "INVALID_SESSION_ID"})
# Answers of the edge in front of the platform, which pass (FACTS.md 5).
_EDGE = frozenset({406, 420})


def fault_of(body: Any) -> Mapping[str, Any]:
    """Return the first error of an array or of a record that was not a success, nothing for anything else.

    The code is `errorCode` in arrays and `statusCode` in records (FACTS.md 4).
    """
    if isinstance(body, Mapping):
        body = body.get("errors")
    first = body[0] if isinstance(body, list) and body else None
    return first if isinstance(first, Mapping) else {}


def refusal(status: int, body: Any, text: str) -> ApiError:
    """Return the error for an answer of 300 or more, or for a record that was not a success."""
    fault = fault_of(body)
    code = str(fault.get("errorCode") or fault.get("statusCode") or status)
    message = str(fault.get("message") or cut(text) or f"status {status}")
    sentence = f"Salesforce refused: {message} (code {code})."
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limited(message, cut(text))
    if code in _SHUT:
        return AuthLost(sentence, status, code, cut(text))
    if code in _PASSING or status in _EDGE:
        return Busy(sentence, status, cut(text))
    if not fault and status != 300:
        return NoAnswer(f"Salesforce gave an answer that cannot be read ({status}).", status, cut(text))
    fields = tuple(str(name) for name in fault.get("fields") or ())
    return Refused(sentence, status, code, message, cut(text), fields, CLASSES.get(code, ""))


def _limited(message: str, excerpt: str) -> Throttled:
    seconds = DAILY_PAUSE if "TotalRequests" in message else SHORT_PAUSE
    return Throttled(f"Salesforce takes no more calls now: {message}", seconds, excerpt)
