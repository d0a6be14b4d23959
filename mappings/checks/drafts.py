"""Fortnox's own rules on a draft, checked before any call: characters, lengths, numbers.

Characters are those of `mappings.values.characters`, lengths those of `mappings.fields`.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from mappings.kinds import DocumentKind, document_kind, fields_of
from mappings.types import Adjustment, Problem
from mappings.values.characters import fitted_text, refused_signs
from mappings.values.money import decimal, too_large
from mappings.values.organisation_numbers import swedish_number

# Free texts, of which the end may be left out; what is too long elsewhere is told.
_CUT = frozenset({"Description", "Remarks", "Comments", "YourReference", "OurReference"})


def fit(kind: str, fields: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Adjustment, ...], list[Problem]]:
    """Return the fields as Fortnox takes them, what was changed for that, and what stands in the way."""
    adjustments: list[Adjustment] = []
    problems: list[Problem] = []
    fitted: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, str):
            fitted[name] = _fit_text(kind, name, value, None, adjustments, problems)
        elif isinstance(value, list):
            fitted[name] = [_fit_row(kind, row, number, adjustments, problems) for number, row in enumerate(value, 1)]
        else:
            fitted[name] = value
    problems += _organisation_number(kind, fields)
    problems += _rate(kind, fields)
    return fitted, tuple(adjustments), problems


def refused_by_books(
    kind: DocumentKind,
    fields: Mapping[str, Any],
    currencies: Collection[str],
    years: Collection[tuple[date, date]],
    locked_until: date | None,
) -> list[Problem]:
    """Return what a company's own registers refuse of a document: currency, financial year, locked period."""
    found: list[Problem] = []
    currency = str(fields.get("Currency") or "SEK")
    if currency not in currencies:
        found.append(Problem("currency", "Currency", params={"value": currency}))
    if not fields.get(kind.day):
        return [*found, Problem("missing", kind.day, params={"source": kind.day})]
    day = date.fromisoformat(str(fields[kind.day]))
    if years and not any(first <= day <= last for first, last in years):
        found.append(Problem("no_financial_year", kind.day, params={"value": day.isoformat()}))
    if locked_until is not None and day <= locked_until:
        params = {"until": locked_until.isoformat(), "value": day.isoformat()}
        found.append(Problem("period_locked", kind.day, params=params))
    return found


def untold(found: Iterable[Problem], told: Iterable[Problem]) -> list[Problem]:
    """Return problems of fields of which nothing else is told already: what is missing needs no second sentence."""
    fields = {(problem.field, problem.row) for problem in told}
    return [problem for problem in found if (problem.field, problem.row) not in fields]


def _fit_row(
    kind: str, row: Mapping[str, Any], number: int, adjustments: list[Adjustment], problems: list[Problem]
) -> dict[str, Any]:
    fitted = {
        name: _fit_text(f"{kind}.row", name, value, number, adjustments, problems) if isinstance(value, str) else value
        for name, value in row.items()
    }
    discount = row.get("Discount")
    if row.get("DiscountType") == "PERCENT" and isinstance(discount, Decimal) and discount > 100:
        problems.append(Problem("discount_over_100", "Discount", number, {"value": f"{discount:f}"}))
    document = document_kind(kind)
    quantity, price = row.get(document.quantity) if document else None, row.get("Price")
    if isinstance(quantity, Decimal) and isinstance(price, Decimal) and too_large(quantity, price):
        problems.append(Problem("row_too_large", "Price", number, {"value": f"{quantity:f} × {price:f}"}))
    return fitted


def _fit_text(
    kind: str, name: str, text: str, row: int | None, adjustments: list[Adjustment], problems: list[Problem]
) -> str:
    """Replace what has an equal, cut only where the table above says so, report everything."""
    fitted = fitted_text(text)
    refused = refused_signs(fitted)
    if refused:
        problems.append(Problem("characters", name, row, {"characters": " ".join(refused)}))
    known = fields_of(kind).get(name)
    limit = known.length if known else None
    if limit is not None and len(fitted) > limit:
        if name in _CUT and kind != "customer":
            fitted = fitted[: limit - 1].rstrip() + "–"
        else:
            problems.append(Problem("too_long", name, row, {"length": str(len(fitted)), "limit": str(limit)}))
    if fitted != text:
        adjustments.append(Adjustment(name if row is None else f"{name} {row}", text, fitted))
    return fitted


def _organisation_number(kind: str, fields: Mapping[str, Any]) -> list[Problem]:
    """A Swedish customer's number must be one; foreign numbers are taken as given."""
    number = fields.get("OrganisationNumber")
    if kind != "customer" or not number or fields.get("CountryCode", "SE") != "SE":
        return []
    if swedish_number(number) is not None:
        return []
    return [Problem("organisation_number", "OrganisationNumber", params={"value": str(number)})]


def _rate(kind: str, fields: Mapping[str, Any]) -> list[Problem]:
    """A foreign document must say what its currency is worth: no rate, and a rate of 1, are a CRM that knows none."""
    currency, rate = str(fields.get("Currency") or "SEK"), decimal(fields.get("CurrencyRate"))
    if (
        document_kind(kind) is None
        or currency == "SEK"
        or (rate is not None and rate != (decimal(fields.get("CurrencyUnit")) or 1))
    ):
        return []
    return [Problem("no_rate", "CurrencyRate", params={"value": currency})]
