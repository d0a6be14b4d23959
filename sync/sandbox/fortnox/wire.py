"""Calls and answers as they look on the wire (FACTS.md 1, 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any
from urllib.parse import quote

import simplejson

from sync.sandbox.serving.json_body import read_json

_DIGITS = Context(prec=14)
Json = dict[str, Any]


@dataclass(frozen=True)
class FortnoxCall:
    """One request below /3/: `parts` is the decoded path, `body` the parsed JSON or None without a body."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True)
class FortnoxReply:
    """An answer before it is written; `raw` wins over `body` (a PDF, an empty 204)."""

    status: int = 200
    body: Json | None = None
    raw: bytes | None = None
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = field(default=())


def encode(body: Any) -> bytes:
    r"""Return JSON as PHP writes it: `\/` and `\uXXXX` (FACTS.md 1)."""
    text: str = simplejson.dumps(body, use_decimal=True, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


def decode(raw: bytes) -> Any:
    """Return the JSON value of a request body, numbers with decimals as Decimal; raises ValueError."""
    return read_json(raw)


def plain(value: Decimal) -> Decimal | int:
    """Return a number as Fortnox writes it: at most 14 digits, whole numbers without decimals."""
    short = _DIGITS.plus(value)
    whole = int(short)
    if short == whole:
        return whole
    return Decimal(format(short.normalize(), "f"))


def as_text(value: Decimal) -> str:
    """Return a number as the strings on document rows ("1.12", "0", "10"); "-0" occurs there (FACTS.md 1)."""
    return "-0" if value.is_zero() and value.is_signed() else str(plain(value))


def path_key(key: str) -> str:
    """Return a key as it stands in an @url."""
    return quote(key, safe="")
