"""How numbers, dates and durations look: Swedish amounts and ISO dates in both languages, so that all see the same.

Amounts are grouped with no-break spaces and have the minus sign U+2212; times are Swedish local time.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit

from mappings.values import money as sums
from sync.clock import STOCKHOLM

DASH = "\u2013"
MINUS = "\u2212"
NBSP = "\u00a0"
_ORE = Decimal("0.01")
_RESTS: tuple[sums.Rest, ...] = (
    sums.SOLD,
    ("discount_sek", ("gross_sek",), ("net_sek",)),
    ("difference", ("booked",), ("net",)),
    ("moved", ("difference",), ("causes", "unexplained")),
    ("difference_sek", ("document_net_sek",), ("net_sek",)),
    ("difference_sek", ("document_net_sek", "waiting_sek"), ("net_sek",)),
)
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_LOCALES = {"sv": "sv_SE", "en": "en_GB"}


def number(amount: Decimal | int, decimals: int = 0) -> str:
    """Return "1 234 567,89" with no-break spaces; halves are rounded away from zero."""
    rounded = Decimal(amount).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    text = format_decimal(rounded, format=pattern, locale="sv_SE", decimal_quantization=False)
    return text.replace("-", MINUS).replace("\u202f", NBSP)


def to_ore(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Return amounts rounded to öre so that they still add up to their rounded sum (largest remainder)."""
    floors = [amount.quantize(_ORE, rounding=ROUND_FLOOR) for amount in amounts]
    whole = sum(amounts, Decimal(0)).quantize(_ORE, rounding=ROUND_HALF_UP)
    missing = int((whole - sum(floors, Decimal(0))) / _ORE)
    by_remainder = sorted(range(len(amounts)), key=lambda index: floors[index] - amounts[index])
    raised = set(by_remainder[:missing])
    return [floor + _ORE if index in raised else floor for index, floor in enumerate(floors)]


def adding_up(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of a page or a file with its figures in öre so that they add up as they are shown."""
    return sums.adding_up(figures, _RESTS)


def kr(amount: Decimal, decimals: int = 2) -> str:
    """Return "1 234 567,89 kr"."""
    return f"{number(amount, decimals)}{NBSP}kr"


def money(amount: Decimal, currency: str) -> str:
    """Return an amount in its own currency: "1 234,50 EUR", kr for SEK."""
    return f"{number(amount, 2)}{NBSP}{unit(currency)}"


def unit(currency: str, discount_type: str | None = None) -> str:
    """Return what is written after an amount or a discount: "kr", "EUR", or "%" where it is a percentage."""
    return "%" if discount_type == "PERCENT" else "kr" if currency == "SEK" else currency


def trimmed(amount: Decimal) -> str:
    """Return a quantity or a percentage without needless decimals: "1", "2,5"."""
    text = number(amount, 6).rstrip("0").rstrip(",")
    return text or "0"


def day(value: date | None) -> str:
    """Return an ISO date, or an en dash when there is none."""
    return value.isoformat() if value else DASH


def local(moment: datetime) -> datetime:
    """Return a stored moment (naive UTC) in Swedish local time."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(STOCKHOLM)


def stamp(moment: datetime | None) -> str:
    """Return "2026-06-18 14:32:05" in Swedish local time, or an en dash."""
    return f"{local(moment):%Y-%m-%d %H:%M:%S}" if moment else DASH


def clock(moment: datetime | None, now: datetime) -> str:
    """Return "14:32" when the moment is on the day of `now`, else "2026-06-18 14:32"."""
    if moment is None:
        return DASH
    there, here = local(moment), local(now)
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%Y-%m-%d %H:%M}"


def age(span: timedelta, language: str) -> str:
    """Return a rough age in words: "3 s", "5 min", "2 tim"; never negative."""
    whole = max(span, timedelta())
    if whole < timedelta(seconds=1):
        return f"0{NBSP}s"
    words = format_timedelta(whole, format="short", threshold=1.5, locale=_LOCALES[language])
    return str(words).replace(" ", NBSP)


def duration(span: timedelta) -> str:
    """Return how long something took: "4 s", "2 min 05 s", "1 h 02 min"."""
    total = max(0, round(span.total_seconds()))
    if total < 60:
        return f"{total}{NBSP}s"
    if total < 3600:
        return f"{total // 60}{NBSP}min{NBSP}{total % 60:02d}{NBSP}s"
    return f"{total // 3600}{NBSP}h{NBSP}{total % 3600 // 60:02d}{NBSP}min"


def interval(seconds: int, language: str) -> str:
    """Return an interval in words, in the largest unit that is whole: "5 minuter", "90 seconds"."""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds % size == 0), _UNITS[-1])
    return str(format_unit(seconds // size, f"duration-{unit}", locale=_LOCALES[language]))
