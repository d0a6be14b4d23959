"""Every word a user sees, Swedish and English, in one place; `t` is the only way to get one."""

from typing import Any

import streamlit as st

from dashboard.text import codes, common, discounts, errors, fields, overview, reconciliation, records, runs, verdict
from dashboard.text.explained import causes, guides, why

LANGUAGES = ("sv", "en")
PAGES = (
    common, codes, causes, overview, errors, fields, guides, records, runs, reconciliation, verdict, discounts, why,
)  # fmt: skip
WORDS: dict[str, tuple[str, str]] = {key: words for page in PAGES for key, words in page.WORDS.items()}


def language() -> str:
    """Return the language of this session: sv or en."""
    chosen = st.session_state.get("lang")
    return chosen if chosen in LANGUAGES else "sv"


def t(key: str, **params: Any) -> str:
    """Return the words of a key in the session's language, with its parameters filled in."""
    return WORDS[key][LANGUAGES.index(language())].format(**params)


def named(family: str, code: str | None, **params: str) -> str:
    """Return the words of a code such as a state or an action; a code without words is shown as it is."""
    key = f"{family}.{code}"
    return t(key, **params) if key in WORDS else (code or "\u2013")


def kind_of(system: str, kind: str) -> str:
    """Return what a system's kind of records is called: an order is a deal in a CRM, and a document in Fortnox."""
    is_document = system.startswith("fortnox:") and f"document_kind.{kind}" in WORDS
    return named("document_kind", kind) if is_document else named("kind", kind)


def cause(code: str) -> str:
    """Return the words of a bridge cause; with an origin ("V5.d") also who made it."""
    factor, _, origin = code.partition(".")
    maker = named("maker", origin)
    return f"{named('cause', factor)}: {maker[:1].lower()}{maker[1:]}" if origin else named("cause", factor)
