"""JSON as the played systems and the control routes take it: what no system could store is not JSON to them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NoReturn

import simplejson

_DEEPEST = 100
_LARGEST_POWER = 308
_LONGEST_NUMBER = 400


def read_json(body: bytes | str) -> Any:
    """Return a JSON value, numbers with decimals as Decimal; raises ValueError for what cannot be read.

    So it does for lists in lists more than a hundred deep, NaN and infinity, numbers beyond what a double holds, and
    halves of characters.
    """
    try:
        found = simplejson.loads(body, parse_float=_decimal, parse_int=_whole, parse_constant=_no_number)
    except RecursionError:
        raise _too_deep() from None
    _check(found, _DEEPEST)
    return found


def _too_deep() -> ValueError:
    return ValueError(f"The JSON is more than {_DEEPEST} levels deep.")


def _check(value: Any, levels: int) -> None:
    if levels < 0:
        raise _too_deep()
    if isinstance(value, str):
        value.encode()
    parts: Iterable[Any] = (*value, *value.values()) if isinstance(value, dict) else value
    for part in parts if isinstance(value, dict | list) else ():
        _check(part, levels - 1)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > _LONGEST_NUMBER or (number and abs(number.adjusted()) > _LARGEST_POWER):
        _no_number(text[:40])
    return number


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        _no_number(f"{text[:40]}...")
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number that can be kept.")
