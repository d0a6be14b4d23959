"""The why-sentence of a step: what differs, who made it differ, and by how much."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

import simplejson

from dashboard import format as form
from dashboard.blocks.reasons import reason
from dashboard.text import WORDS, cause, t
from sync.store.reader import bridge as reader_bridge


class Told(Protocol):
    """What a why-sentence is made from."""

    @property
    def cause(self) -> str:
        """The code of the cause."""

    @property
    def origin(self) -> str:
        """Who made it, a to f; '' where there is only one side."""

    @property
    def number(self) -> str:
        """The document, '' where there is none."""

    @property
    def amount_sek(self) -> Decimal:
        """The amount, signed."""

    @property
    def why(self) -> str:
        """What the step keeps for its sentence, JSON."""


def why(step: Told, deal_day: date | None = None, booked_day: date | None = None) -> str:
    """Return one sentence in the session's language for a step of the bridge."""
    kept: dict[str, Any] = simplejson.loads(step.why or "{}")
    words = {
        "number": step.number,
        "documents": kept.get("documents") or step.number or t("word.none"),
        "customer": kept.get("customer") or t("word.none"),
        "original": kept.get("original") or t("word.none"),
        "row": kept.get("row", ""),
        "text": kept.get("text") or kept.get("article") or t("word.none"),
        "currency": kept.get("currency", "SEK"),
        "before": _value(kept.get("before"), step.cause),
        "after": _value(kept.get("after"), step.cause),
        "amount": form.kr(step.amount_sek),
        "who": t(f"why.{step.origin}") if step.origin else "",
        "deal_day": form.day(deal_day),
        "booked_day": form.day(booked_day),
        "reason": reason(kept.get("error_class", ""), kept.get("error_sentence", ""), kept.get("problems", "[]")),
    }
    told = f"why.{step.cause}.{kept.get('code', '')}"
    told = told if told in WORDS else f"why.{step.cause}"
    if told not in WORDS:
        return cause(step.cause)
    said = t(told, **words)
    of_a_row = reader_bridge.is_of_a_row(step.cause) and kept.get("row")
    return t("why.row", **{**words, "change": said}) if of_a_row else said


def _value(text: str | None, code: str) -> str:
    """Return a stored number as a Swedish reader writes it; other texts as they are. No discount is not 0 %."""
    if not text:
        return t("dis.not_given" if reader_bridge.is_discount(code) else "word.none")
    number, space, unit = text.partition(" ")
    try:
        return f"{form.trimmed(Decimal(number))}{space}{unit}"
    except InvalidOperation:
        return text
