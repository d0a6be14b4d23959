"""Why an operation waits, in words: its problems, or what its system answered, in the language of the page."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import simplejson

from dashboard import format as form
from dashboard import said
from dashboard.blocks.record import fields
from dashboard.text import language, named, t
from mappings.problems import sentence

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_LIST = ", "


def reason(error_class: str, error_sentence: str, problems: str, for_crm: bool = False) -> str:
    """Return one text for a table cell or a line: problems first, else the error's class and what was answered.

    What a system refused with is quoted as it said it, in whatever language.
    """
    lines = problem_lines(problems)
    if lines:
        return " ".join(lines)
    answered = said.known(error_sentence) or answer(error_sentence, for_crm)
    words = named("error_class", error_class) if error_class else ""
    return " ".join(part for part in (words, answered) if part) or t("word.none")


def answer(words: str, for_crm: bool) -> str:
    """Return somebody else's words as a quotation that tells whose they are, '' for none."""
    return t("error.crm_quoted" if for_crm else "error.quoted", words=words) if words else ""


def in_words(problem: Mapping[str, Any]) -> str:
    """Return one stored problem in the user's language: its fields, sources and numbers as the page writes them."""
    told, code = problem.get("field") or "", problem["code"]
    params = {name: _WAYS.get(name, str)(str(value)) for name, value in (problem.get("params") or {}).items()}
    if code in _ABOUT_NUMBERS:
        params = {name: _NUMBER.sub(_number, value) for name, value in params.items()}
    if code == "customer_claimed" and "other" in params:
        params["other"] = _record(params["other"])
    return sentence({**problem, "params": params, "field": fields.words(told) if told else ""}, language())


def problem_lines(problems: str) -> list[str]:
    """Return every stored problem that there are words for."""
    stored: list[dict[str, Any]] = simplejson.loads(problems or "[]", use_decimal=True)
    found = [in_words(problem) for problem in stored]
    return [words for words, problem in zip(found, stored, strict=True) if words != problem.get("code")]


def _number(found: re.Match[str]) -> str:
    return form.number(Decimal(found[0]), len((found[1] or ".")[1:]))


def _each(way: Callable[[str], str]) -> Callable[[str], str]:
    return lambda listed: _LIST.join(way(one) for one in listed.split(_LIST))


def _record(other: str) -> str:
    kind, space, key = other.partition(" ")
    return f"{named('kind', kind)}{space}{key}"


_WAYS: dict[str, Callable[[str], str]] = {
    "source": fields.source,
    "fields": _each(fields.words),
    "rung": lambda code: named("rung", code),
    "table": said.quoted,
    "allowed": _each(fields.choice),
    "company": said.company,
    "earlier": said.company,
}
# Problems whose parameters are amounts and quantities that Kvitt has reckoned with.
_ABOUT_NUMBERS = frozenset(
    {"rows_do_not_add_up", "beyond_two_decimals", "row_too_large", "discount_over_100", "too_many_rows", "too_long"}
)
