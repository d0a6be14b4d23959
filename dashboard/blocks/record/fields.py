"""Fields and their values as an accountant says them; a name that only its own system knows is quoted."""

import re
from decimal import Decimal
from typing import Any

from dashboard import format as form
from dashboard.blocks.errors.draft import text_of
from dashboard.said import quoted
from dashboard.text import WORDS, named, t

_OF_A_ROW = re.compile(r"\w+\.(\d+)\.(.+)")
_CUSTOM = re.compile(r"custom\.(\w+)|(\w+__c)")
_DECIMALS = re.compile(r"-?\d+\.(\d+)")
_BETWEEN = " / "
_TRUTH = {"True": "yes", "False": "no", "None": "none", "": "none"}


def words(name: str) -> str:
    """Return a field of a document, a customer or a CRM's record: "InvoiceRows.2.Price" is "Row 2: Unit price"."""
    of_row = _OF_A_ROW.fullmatch(name)
    if of_row:
        return f"{t('errors.row')} {of_row[1]}: {words(of_row[2])}"
    told = named("field", name) if f"field.{name}" in WORDS else _path(name)
    return f"{told[:1].upper()}{told[1:]}"


def source(paths: str) -> str:
    """Return where in the CRM something is kept: one path, or several with " / " between them."""
    return _BETWEEN.join(_path(path) for path in paths.split(_BETWEEN))


def choice(code: object) -> str:
    """Return one of a field's fixed values in words; any other is left as it is."""
    return t(f"choice.{code}") if f"choice.{code}" in WORDS else str(code)


def value(kept: Any) -> str:
    """Return what a field holds: yes or no, a fixed value in words, a number with its comma, a dash for nothing."""
    text = text_of(kept)
    if text in _TRUTH:
        return t(f"word.{_TRUTH[text]}")
    number = _DECIMALS.fullmatch(text)
    return form.number(Decimal(text), max(2, len(number[1].rstrip("0")))) if number else choice(text)


def _path(path: str) -> str:
    if f"source.{path}" in WORDS:
        return named("source", path)
    if f"field.{path}" in WORDS:
        return named("field", path)
    custom = _CUSTOM.fullmatch(path)
    return t("source.custom", name=custom[1] or custom[2]) if custom else quoted(path)
