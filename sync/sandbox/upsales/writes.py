"""Carries out POST, PUT and DELETE on a row: merges, makes fit, stamps (FACTS.md 1.7)."""

from typing import Any

from sync.sandbox.upsales.coerce import array, integer, number, text, trimmed, truth
from sync.sandbox.upsales.data.columns import written
from sync.sandbox.upsales.data.customs import customs_sent
from sync.sandbox.upsales.data.state import State
from sync.sandbox.upsales.data.templates import blank
from sync.sandbox.upsales.errors import UpsalesError, failed_validation
from sync.sandbox.upsales.order_writes import apply_order

Row = dict[str, Any]

_WITH_CUSTOM = ("account", "contact", "order", "product", "user")
_REQUIRED: dict[str, tuple[str, ...]] = {
    "account": ("name",),
    "contact": ("client",),
    "product": ("name",),
    "stage": ("name", "probability"),
    "category": ("name",),
    "pricelist": ("name",),
    "user": ("name", "email"),
}


class UpsalesWrites:
    """The writing half of the account; every method returns the row as it is then stored."""

    def __init__(self, state: State, *, split_names: bool = True) -> None:
        self._state, self._split_names = state, split_names

    def create(self, kind: str, body: Row) -> Row:
        """Add a row; what is absent gets its default."""
        sent = self._sent(kind, trimmed(body), blank(kind))
        missing = [key for key in _REQUIRED.get(kind, ()) if sent.get(key) in (None, "")]
        if missing:
            raise failed_validation(f"Missing required attribute: {missing[0]}")
        row = {**blank(kind), **sent}
        self._settle(kind, row, sent, None)
        row["id"] = self._state.next_id(kind)
        self._stamp(row, new=True)
        if kind == "contact":
            row["firstTouch"] = self._first_touch(row)
        self._state.save(kind, row)
        return row

    def update(self, kind: str, identity: int, body: Row) -> Row:
        """Merge a body into a row: absent keys keep their value, arrays are replaced whole."""
        before = self._state.need(kind, identity)
        sent = self._sent(kind, trimmed(body), before)
        if kind == "stage" and sent.get("probability") is None:
            raise failed_validation("Missing required attribute: probability")
        row = {**before, **sent}
        self._settle(kind, row, sent, before)
        self._stamp(row, new=False)
        self._state.save(kind, row)
        return row

    def delete(self, kind: str, identity: int) -> None:
        """Remove a row for good."""
        self._state.need(kind, identity)
        if kind == "category" and self._category_used(identity):
            raise UpsalesError(403, "ProductOrChildCategoryExist", 100, "Product or child category exist")
        self._state.tables.delete(kind, str(identity))

    def _sent(self, kind: str, body: Row, before: Row) -> Row:
        sent = written(kind, body)
        if kind in _WITH_CUSTOM and "custom" in body:
            definitions = self._state.definitions(kind)
            sent["custom"] = customs_sent(definitions, body["custom"], before["custom"], self._state.quirks)
        if kind == "contact" and not self._split_names:
            sent.update({key: text(50)(body[key]) or "" for key in ("firstName", "lastName") if key in body})
        return sent

    def _settle(self, kind: str, row: Row, sent: Row, before: Row | None) -> None:
        if kind == "order":
            apply_order(self._state, row, sent, before)
        elif kind == "contact":
            self._settle_contact(row, sent, before)
        elif kind == "product":
            self._settle_product(row, sent)
        elif kind == "pricelist":
            self._settle_price_list(row, before)

    def _settle_contact(self, row: Row, sent: Row, before: Row | None) -> None:
        """Split the name at its first blank; a contact never changes its company (FACTS.md 2.2)."""
        if before is not None:
            row["client"] = before["client"]
        elif self._state.get("account", row["client"]["id"]) is None:
            raise failed_validation(f"No such client: {row['client']['id']}")
        row["name"], row["email"] = row["name"] or "", row["email"] or ""
        if self._split_names and "name" in sent:
            row["firstName"], _, row["lastName"] = row["name"].partition(" ")
        elif not self._split_names:
            row["name"] = f"{row['firstName']} {row['lastName']}".strip()

    def _settle_product(self, row: Row, sent: Row) -> None:
        row["articleNo"] = row["articleNo"] or None
        for other in self._state.rows("product"):
            if row["articleNo"] and other["articleNo"] == row["articleNo"] and other["id"] != row["id"]:
                raise failed_validation(f"Article number already in use: {row['articleNo']}")
        default = self._state.default_price_list()
        if "currencies" in sent:
            row["currencies"] = product_prices(sent["currencies"], default)
        if "tiers" in sent:
            row["tiers"] = product_tiers(sent["tiers"], default)

    def _settle_price_list(self, row: Row, before: Row | None) -> None:
        """Keep exactly one default list and codes unique (FACTS.md 2.5)."""
        others = [other for other in self._state.rows("pricelist") if other["id"] != row["id"]]
        if row["code"] and any(other["code"] == row["code"] for other in others):
            raise failed_validation(f"Price list code already in use: {row['code']}")
        if before and before["isDefault"]:
            row["isDefault"] = True
        elif row["isDefault"]:
            for other in others:
                if other["isDefault"]:
                    self._state.save("pricelist", {**other, "isDefault": False})

    def _stamp(self, row: Row, *, new: bool) -> None:
        now, who = self._state.now(), self._state.key_user()
        if "modDate" in row:
            row["modDate"] = now
        if "modBy" in row:
            row["modBy"] = who
        if new and "regDate" in row:
            row["regDate"] = now
        if new and "regBy" in row:
            row["regBy"] = who if "modBy" in row else {"id": who}

    def _first_touch(self, row: Row) -> Row:
        return {
            "type": "Offline",
            "primary": "ManuallyCreated",
            "secondary": self._state.key_user(),
            "date": row["regDate"].replace(".000Z", "Z"),
            "contactId": row["id"],
            "leadSourceId": None,
        }

    def _category_used(self, identity: int) -> bool:
        products = (row["category"] for row in self._state.rows("product"))
        children = (row["parentId"] for row in self._state.rows("category"))
        return identity in children or any(part and part["id"] == identity for part in products)


def product_prices(sent: list[Any], default: int) -> list[Row]:
    """Return a product's prices by list and currency; a price without a list belongs to the default one."""
    rows = [
        {
            "currency": text(3)(part.get("currency")),
            "price": number(part.get("price")) or 0,
            "purchaseCost": number(part.get("purchaseCost")) or 0,
            "maxDiscount": number(part.get("maxDiscount")),
            "priceListId": integer(part.get("priceListId")) or default,
        }
        for part in sent
        if isinstance(part, dict)
    ]
    return sorted(rows, key=lambda row: (row["priceListId"], row["currency"] or ""))


def product_tiers(sent: list[Any], default: int) -> list[Row]:
    """Return a product's tiers; `end` 0 means no end (FACTS.md 2.5)."""
    return [
        {
            "start": integer(part.get("start")) or 0,
            "end": integer(part.get("end")) or 0,
            "currencies": [
                {"currency": text(3)(price.get("currency")), "value": number(price.get("value")) or 0}
                for price in array(part.get("currencies"))
                if isinstance(price, dict)
            ],
            "isTotalPrice": truth(part.get("isTotalPrice")),
            "priceListId": integer(part.get("priceListId")) or default,
        }
        for part in sent
        if isinstance(part, dict)
    ]
