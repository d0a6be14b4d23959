"""An operator's edit of a draft: texts from a form become values, and every rule is asked at once.

The page and the sync use the same functions: the page to show the rule beside the field, the sync to decide.
A path names a field ("YourReference") or a row's field ("InvoiceRows.2.Price": the name of the rows, the place counted
from 1, the field).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mappings.checks.drafts import fit, refused_by_books
from mappings.kinds import DOCUMENT_KINDS, document_kind, fields_of
from mappings.types import Problem
from mappings.values.countries import country_code
from mappings.values.money import HUNDRED, ZERO, decimal, ore, row_net
from mappings.values.vat import TYPES

CHOICES: Mapping[str, tuple[str, ...]] = {
    "DiscountType": ("PERCENT", "AMOUNT"),
    "VATType": TYPES,
}
# fortnox/FACTS.md 5.1: two decimals of amounts and quantities; the rate has six.
_SIX_DECIMALS = frozenset({"CurrencyRate", "CurrencyUnit"})
_REQUIRED: Mapping[str, tuple[str, ...]] = {"customer": ("Name",), "article": ("Description",)}
# Problems of one field, which an edit of that field answers.
OF_A_FIELD = frozenset({"missing", "not_a_number", "not_a_date", "not_a_country", "not_in_table", "vat_number",
                        "not_allowed", "beyond_two_decimals"})  # fmt: skip
# Problems that a person answers by saying which customer is meant.
_WHICH_CUSTOMER = frozenset({"customer_waits", "ambiguous_customer", "same_name", "shared_email", "customer_claimed",
                             "inactive_customer", "unknown_customer_number", "number_taken",
                             "number_deleted"})  # fmt: skip
# Problems that are found anew on the edited draft: what is stored of them no longer counts.
_FOUND_ANEW = frozenset({"characters", "too_long", "organisation_number", "discount_over_100", "currency",
                         "no_financial_year", "no_rate", "period_locked"})  # fmt: skip
# What is Fortnox's to say, names a customer that we made, or says what all prices of a draft mean.
_NOT_EDITABLE = frozenset({"ArticleNumber", "ExternalReference", "VATIncluded"})


@dataclass(frozen=True)
class CompanyRegisters:
    """What a company's own registers allow, as last read; None where nothing is known of a register."""

    currencies: frozenset[str] = frozenset({"SEK"})
    years: tuple[tuple[date, date], ...] = ()
    locked_until: date | None = None
    customers: frozenset[str] | None = None
    articles: frozenset[str] | None = None


@dataclass(frozen=True)
class Checked:
    """An edit that was looked at.

    `values` are the changes as values, None for a cleared field; `fields` is the draft with them. `problems` forbid
    it; `waits` remain though the edit is good, because other records or rules must be seen to.
    """

    values: Mapping[str, Any]
    fields: Mapping[str, Any]
    problems: tuple[Problem, ...]
    waits: tuple[Problem, ...] = ()


def check(
    kind: str,
    payload: Mapping[str, Any],
    changes: Mapping[str, str],
    stored: Iterable[Problem],
    registers: CompanyRegisters,
) -> Checked:
    """Return what an edit of a held record leads to, with every rule it breaks."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for path, text in changes.items():
        found = value_of(kind, path, text, payload)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            values[path] = found
    fields, _, misfits = fit(kind, applied(payload, values))
    asked = [problem for problem in stored if problem.code not in _FOUND_ANEW]
    left = standing(asked, changes)
    problems += misfits
    problems += incomplete(kind, fields, {problem.field for problem in left})
    problems += _unknown(values, registers)
    document = document_kind(kind)
    if document is not None and document.day in fields:
        problems += refused_by_books(document, fields, registers.currencies, registers.years, registers.locked_until)
    problems += [problem for problem in left if problem.code in OF_A_FIELD]
    waits = tuple(problem for problem in left if problem.code not in OF_A_FIELD)
    return Checked(values, fields, tuple(_once(problems)), waits)


def editable(kind: str, payload: Mapping[str, Any], extra: Iterable[str] = ()) -> list[str]:
    """Return the paths of a draft that a person may change, rows last; `extra` are fields that it lacks."""
    rows = rows_of(kind)
    names = [*payload, *(name for name in extra if name not in payload)]
    paths = [name for name in names if name != rows and not (kind != "article" and name in _not_editable(kind))]
    paths = [name for name in paths if name != "ArticleNumber"]
    for number, row in enumerate(payload.get(rows) or (), 1):
        known = dict.fromkeys((*row, *_required_of_rows(kind)))
        paths += [f"{rows}.{number}.{name}" for name in known]
    return paths


def rows_of(kind: str) -> str:
    """Return the name of a document's rows, "" for what has none."""
    found = document_kind(kind)
    return found.rows if found else ""


def fields_offered(kind: str) -> tuple[str, ...]:
    """Return the fields that a form offers beside what a draft has: those that a mapping may leave out."""
    found = document_kind(kind)
    return _OFFERED.get(kind, ()) if found is None else (*found.needed, *_OFFERED_OF_DOCUMENTS)


def value_of(kind: str, path: str, text: str, payload: Mapping[str, Any]) -> Any:
    """Return the value that a text says for a field, None to clear it, or the problem with it."""
    name, row = _place(path)
    if not _may_be_edited(kind, path, payload):
        return Problem("not_editable", path)
    text = text.strip()
    if not text:
        required = _required_of_rows(kind) if row else _required(kind)
        return Problem("missing", name, row, {"source": name}) if name in required else None
    document = document_kind(kind)
    field = fields_of(document.row if document and row else kind).get(name)
    if field is not None and field.type == "date":
        return _day(name, text)
    if field is not None and field.type == "number":
        return _number(name, row, text)
    if name in CHOICES:
        return _choice(name, row, text)
    if name == "CountryCode":
        return country_code(text) or Problem("not_allowed", name, row, {"value": text, "allowed": "SE, NO, DE …"})
    return text


def applied(payload: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft with edited values in place; a value None takes the field away."""
    fields = {
        name: [dict(row) for row in value] if isinstance(value, list) else value for name, value in payload.items()
    }
    for path, value in values.items():
        name, row = _place(path)
        rows = fields.get(path.partition(".")[0]) or []
        if row is not None and row > len(rows):
            continue
        place = fields if row is None else rows[row - 1]
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value
    return fields


def standing(problems: Iterable[Problem], edited: Collection[str]) -> list[Problem]:
    """Return the problems that edits of some paths do not answer."""
    return [problem for problem in problems if not any(_answers(path, problem) for path in edited)]


def incomplete(kind: str, fields: Mapping[str, Any], told: Collection[str] = ()) -> list[Problem]:
    """Return what a draft lacks before it may be sent, but for fields that have been `told` already."""
    waits = {"CustomerNumber"} | set(told)
    found = [
        Problem("missing", name, None, {"source": name})
        for name in sorted(_required(kind))
        if name not in fields and name not in waits
    ]
    for number, row in enumerate(fields.get(rows_of(kind)) or (), 1):
        lacking = [name for name in _required_of_rows(kind) if row.get(name) is None]
        found += [Problem("missing", name, number, {"source": name}) for name in lacking]
    return found


def net_of(kind: str, fields: Mapping[str, Any]) -> Decimal:
    """Return what a document comes to, ex VAT in its own currency, as Fortnox will reckon it."""
    total = (decimal(fields.get("Freight")) or ZERO) + (decimal(fields.get("AdministrationFee")) or ZERO)
    for row in fields.get(rows_of(kind)) or ():
        quantity, price = (decimal(row.get(name)) for name in _required_of_rows(kind))
        if quantity is not None and price is not None:
            discount = decimal(row.get("Discount")) or ZERO
            total += row_net(quantity, price, discount, str(row.get("DiscountType") or "PERCENT"))
    return total


def net_sek_of(kind: str, fields: Mapping[str, Any]) -> Decimal:
    """Return the same in SEK, by the document's own rate."""
    rate, unit = decimal(fields.get("CurrencyRate")), decimal(fields.get("CurrencyUnit"))
    return ore(net_of(kind, fields) * (rate or Decimal(1)) / (unit or Decimal(1)))


def _place(path: str) -> tuple[str, int | None]:
    steps = path.split(".")
    if (
        len(steps) == 3
        and steps[0] in {one.rows for one in DOCUMENT_KINDS.values()}
        and steps[1].isascii()
        and steps[1].isdigit()
    ):
        return steps[2], int(steps[1])
    return path, None


def _may_be_edited(kind: str, path: str, payload: Mapping[str, Any]) -> bool:
    name, row = _place(path)
    if row is not None:
        return 1 <= row <= len(payload.get(rows_of(kind)) or ()) and name.isalpha()
    if name in _not_editable(kind) or name == rows_of(kind) or not name.isalnum():
        return False
    return name in payload or name in fields_offered(kind)


def _answers(path: str, problem: Problem) -> bool:
    """Say whether an edit of a path takes the place of what a problem is about."""
    if problem.code in _WHICH_CUSTOMER:
        return path == "CustomerNumber"
    if problem.code not in OF_A_FIELD:
        return False
    name, row = _place(path)
    if row != problem.row:
        return False
    if row is None or name == problem.field:
        return name == problem.field
    # A row's quantity and prices are told by the names they have in the CRM.
    quantities = {one.quantity for one in DOCUMENT_KINDS.values()}
    numbers = quantities if "quantity" in problem.field.lower() else {"Price"}
    told = {"beyond_two_decimals": {"Price", "Discount", *quantities}, "not_a_number": numbers}
    return name in told.get(problem.code, ())


def _day(name: str, text: str) -> str | Problem:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return Problem("not_a_date", name, params={"value": text, "source": name})


def _number(name: str, row: int | None, text: str) -> Decimal | Problem:
    number = decimal(text)
    if number is None or (name in _SIX_DECIMALS and number <= 0):
        return Problem("not_a_number", name, row, {"value": text, "source": name})
    if name not in _SIX_DECIMALS and ore(number) != number:
        return Problem("too_many_decimals", name, row, {"value": text})
    if name == "Discount" and number < 0:
        return Problem("not_allowed", name, row, {"value": text, "allowed": f"0–{HUNDRED}"})
    return number


def _choice(name: str, row: int | None, text: str) -> str | Problem:
    if text.upper() in CHOICES[name]:
        return text.upper()
    return Problem("not_allowed", name, row, {"value": text, "allowed": ", ".join(CHOICES[name])})


def _unknown(values: Mapping[str, Any], registers: CompanyRegisters) -> list[Problem]:
    """Return numbers that a person typed and that no register of the company has."""
    found: list[Problem] = []
    for path, value in values.items():
        name, row = _place(path)
        known = None
        if name == "CustomerNumber":
            known = registers.customers
        elif name == "ArticleNumber" and row is not None:
            known = registers.articles
        if value is not None and known is not None and str(value) not in known:
            found.append(Problem("not_in_fortnox", name, row, {"value": str(value)}))
    return found


def _once(problems: Iterable[Problem]) -> list[Problem]:
    seen: list[Problem] = []
    for problem in problems:
        if not any((p.code, p.field, p.row) == (problem.code, problem.field, problem.row) for p in seen):
            seen.append(problem)
    return seen


def _required(kind: str) -> tuple[str, ...]:
    found = document_kind(kind)
    return _REQUIRED.get(kind, ()) if found is None else found.needed


def _required_of_rows(kind: str) -> tuple[str, ...]:
    """Return what every row of a document says: how much, at which price."""
    found = document_kind(kind)
    return () if found is None else (found.quantity, "Price")


def _not_editable(kind: str) -> frozenset[str]:
    found = document_kind(kind)
    return _NOT_EDITABLE if found is None else _NOT_EDITABLE | {found.reference}


# Of fields that a mapping may leave out.
_OFFERED_OF_DOCUMENTS = ("Currency", "CurrencyRate", "CurrencyUnit", "OurReference", "YourReference", "YourOrderNumber",
                         "Remarks", "Comments", "Freight", "AdministrationFee")  # fmt: skip
_OFFERED: Mapping[str, tuple[str, ...]] = {
    "customer": ("CustomerNumber", "Name", "OrganisationNumber", "VATNumber", "Email", "Phone1", "Address1", "ZipCode",
                 "City", "CountryCode", "VATType"),
    "article": ("Description",),
}  # fmt: skip
