"""Values an org's amounts in SEK (FACTS.md 8.6)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

_BOOKS = "SEK"


class Currencies:
    """The org's currencies, as units for one unit of its corporate currency."""

    def __init__(self) -> None:
        self._rates: dict[str, Decimal] = {}
        self._corporate = ""

    @property
    def corporate(self) -> str:
        """Return the currency that the org adds up in, '' before it is known."""
        return self._corporate

    def learn(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Replace what is known."""
        known = list(rows)
        self._rates = {str(row["IsoCode"]): Decimal(str(row.get("ConversionRate") or 0)) for row in known}
        self._corporate = next((str(row["IsoCode"]) for row in known if row.get("IsCorporate")), "")

    def facts(self, code: str | None) -> dict[str, Any]:
        """Return a record's currency, the org's own where it names none, and its units for one SEK (None: unknown)."""
        currency = code or self._corporate
        rate, books = self._rates.get(currency), self._rates.get(_BOOKS)
        known = rate is not None and books is not None and rate > 0 and books > 0
        return {"currency": currency, "rate": rate / books if known and rate is not None and books else None}
