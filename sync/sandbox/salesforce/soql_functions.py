"""SOQL's date functions: a number or a day out of a date or a moment.

Moments are read in UTC, inside `convertTimezone()` in the user's zone (Salesforce's SOQL guide, "Date Functions").
The fiscal year of the sandbox's orgs is the calendar year.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from sync.clock import STOCKHOLM
from sync.sandbox.salesforce.schema import Field

IN_USERS_ZONE = "CONVERTTIMEZONE"
DATE_PARTS: dict[str, Callable[[datetime], int | str]] = {
    "CALENDAR_YEAR": lambda moment: moment.year,
    "CALENDAR_QUARTER": lambda moment: (moment.month + 2) // 3,
    "CALENDAR_MONTH": lambda moment: moment.month,
    "FISCAL_YEAR": lambda moment: moment.year,
    "FISCAL_QUARTER": lambda moment: (moment.month + 2) // 3,
    "FISCAL_MONTH": lambda moment: moment.month,
    "DAY_IN_YEAR": lambda moment: moment.timetuple().tm_yday,
    "DAY_IN_MONTH": lambda moment: moment.day,
    "DAY_IN_WEEK": lambda moment: moment.isoweekday() % 7 + 1,
    "WEEK_IN_YEAR": lambda moment: (moment.timetuple().tm_yday + 6) // 7,
    "WEEK_IN_MONTH": lambda moment: (moment.day + 6) // 7,
    "DAY_ONLY": lambda moment: moment.date().isoformat(),
    "HOUR_IN_DAY": lambda moment: moment.hour,
}
_OF_MOMENTS = ("DAY_ONLY", "HOUR_IN_DAY", IN_USERS_ZONE)


def refused_function(functions: tuple[str, ...], field: Field) -> str:
    """Return the first function that cannot be asked of a field, empty where all can."""
    for function in functions:
        if field.type not in (("datetime",) if function in _OF_MOMENTS else ("date", "datetime")):
            return function
    return ""


def result_field(functions: tuple[str, ...], field: Field) -> Field:
    """Return a field as what its functions make of it, for comparing and showing their result."""
    kind = "date" if functions[-1] == "DAY_ONLY" else "int"
    return replace(field, type=kind, target="")


def applied(functions: tuple[str, ...], value: Any) -> Any:
    """Return a stored value after its functions; null stays null."""
    if value is None:
        return None
    zone: tzinfo = STOCKHOLM if IN_USERS_ZONE in functions else UTC
    moment = datetime.fromisoformat(value)
    return DATE_PARTS[functions[-1]](moment.astimezone(zone) if moment.tzinfo else moment)
