"""Why an operation waits, in words: the sync's sentence, or the problems in the user's language."""

from collections.abc import Mapping
from typing import Any

import simplejson

from dashboard.text import language, named, t
from mappings.problems import sentence

# Classes of what a system answered no to; the sentences of others are Kvitt's own.
_REFUSED = frozenset({"data", "closed", "match"})


def reason(error_class: str, error_sentence: str, problems: str) -> str:
    """Return one text for a table cell or a line: problems first, else the error's class and sentence.

    What a system refused with is quoted as it said it, in whatever language.
    """
    lines = problem_lines(problems)
    if lines:
        return " ".join(lines)
    if error_class in _REFUSED and error_sentence:
        return f"{named('error_class', error_class)} {t('error.quoted', words=error_sentence)}"
    if language() == "en" and error_sentence:
        return error_sentence
    if error_class:
        return named("error_class", error_class)
    return error_sentence or t("word.none")


def in_words(problem: Mapping[str, Any]) -> str:
    """Return one stored problem in the user's language, its field in words too."""
    told = problem.get("field") or ""
    return sentence({**problem, "field": named("field", told) if told else ""}, language())


def problem_lines(problems: str) -> list[str]:
    """Return every stored problem that there are words for."""
    stored: list[dict[str, Any]] = simplejson.loads(problems or "[]", use_decimal=True)
    found = [in_words(problem) for problem in stored]
    return [words for words, problem in zip(found, stored, strict=True) if words != problem.get("code")]
