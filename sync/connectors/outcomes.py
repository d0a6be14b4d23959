"""From an error of a write to its outcome, the same for every system."""

from sync.connectors.errors import ApiError, AuthLost, NoAnswer, Refused, Throttled
from sync.core.types import Outcome


def of_error(error: ApiError) -> Outcome:
    """Return the outcome of a write that raised.

    An unanswered write is in doubt whatever it does: one that only sets values may still take effect, after a
    newer one.
    """
    if isinstance(error, Throttled):
        return Outcome("throttled", error.status, message=str(error), wait_seconds=error.seconds)
    if isinstance(error, AuthLost):
        return Outcome("login", error.status, code=error.code, message=str(error), excerpt=error.excerpt)
    if isinstance(error, Refused):
        return Outcome(
            "rejected", error.status, code=error.code, message=error.message, excerpt=error.excerpt,
            error_class=error.error_class,
        )  # fmt: skip
    if isinstance(error, NoAnswer):
        return Outcome("unknown", error.status, message=str(error), excerpt=error.excerpt)
    return Outcome("retry", error.status, message=str(error), excerpt=error.excerpt)
