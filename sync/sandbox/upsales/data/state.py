"""The rows of the sandboxed Upsales account: ids, references, the key's own user, time stamps."""

from decimal import Decimal
from typing import Any

from sync.clock import Clock, stockholm_date
from sync.sandbox.tables import Tables
from sync.sandbox.upsales.coerce import utc_text
from sync.sandbox.upsales.errors import UpsalesError
from sync.sandbox.upsales.quirks import UpsalesQuirks

Row = dict[str, Any]

ACCOUNT_INFO = ("upsales", "account")
"""Kind and key of the row that says which account this is (`seed.seed_upsales` writes it)."""


def field_kind(entity: str) -> str:
    """Return the kind under which an entity's custom field definitions are kept."""
    return f"field:{entity}"


class State:
    """The tables of one account, read and written in Upsales's terms."""

    def __init__(self, tables: Tables, clock: Clock, quirks: UpsalesQuirks) -> None:
        self.tables, self.clock, self.quirks = tables, clock, quirks

    def info(self) -> Row:
        """Return the row about the account itself, empty where nothing was seeded."""
        return self.tables.get(*ACCOUNT_INFO) or {}

    def get(self, kind: str, identity: int) -> Row | None:
        """Return a row by its id, or None."""
        return self.tables.get(kind, str(identity))

    def need(self, kind: str, identity: int) -> Row:
        """Return a row by its id; refuse with 404 where there is none."""
        row = self.get(kind, identity)
        if row is None:
            raise UpsalesError(404, "NotFound", 2, self.quirks.not_found_message)
        return row

    def rows(self, kind: str) -> list[Row]:
        """Return all rows of a kind."""
        return self.tables.rows(kind)

    def save(self, kind: str, row: Row) -> None:
        """Store a row under its id, and never give that id away again."""
        counter = f"id:{kind}"
        if row["id"] > self.tables.counter(counter):
            self.tables.raise_counter(counter, row["id"] - self.tables.counter(counter))
        self.tables.put(kind, str(row["id"]), row)

    def next_id(self, kind: str) -> int:
        """Return a new id of a kind."""
        return self.tables.raise_counter(f"id:{kind}")

    def definitions(self, entity: str) -> dict[int, Row]:
        """Return an entity's custom field definitions by fieldId."""
        return {row["id"]: row for row in self.rows(field_kind(entity))}

    def key_user(self) -> int:
        """Return the id of the pseudo-user that the API key is (FACTS.md 1.1)."""
        return int(self.info().get("key_user_id", 0))

    def now(self) -> str:
        """Return the present time as `modDate` and `regDate` are written."""
        return utc_text(self.clock.now())

    def today(self) -> str:
        """Return the present date in Stockholm."""
        return stockholm_date(self.clock.now()).isoformat()

    def currency(self, iso: str) -> Row | None:
        """Return a row of the account's currency list, or None."""
        return self.tables.get("currency", iso)

    def master_currency(self) -> str:
        """Return the account's master currency."""
        for row in self.rows("currency"):
            if row["masterCurrency"]:
                return str(row["iso"])
        return "SEK"

    def rate(self, iso: str) -> Decimal | int:
        """Return the listed rate of a currency: its units per unit of the master currency (FACTS.md 1.9)."""
        row = self.currency(iso)
        return 1 if row is None else row["rate"]

    def default_price_list(self) -> int:
        """Return the id of the default price list."""
        for row in self.rows("pricelist"):
            if row["isDefault"]:
                return int(row["id"])
        return 1
