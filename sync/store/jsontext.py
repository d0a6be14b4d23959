"""JSON between Python and the store's columns: Decimals stay exact both ways."""

from typing import Any

import simplejson


def to_json(value: Any) -> str | None:
    """Return JSON text, None for None."""
    return None if value is None else str(simplejson.dumps(value, use_decimal=True, ensure_ascii=False))


def from_json(text: str | None) -> Any:
    """Return the value of JSON text, None for None."""
    return None if text is None else simplejson.loads(text, use_decimal=True)
