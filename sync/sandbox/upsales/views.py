"""How stored rows look on the wire: references resolved, computed keys added, custom values shadowed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sync.sandbox.upsales.data.customs import shadowed
from sync.sandbox.upsales.data.figures import order_figures, row_figures, row_margin
from sync.sandbox.upsales.data.state import State
from sync.sandbox.words import words

Row = dict[str, Any]

_REGISTERED_BY_NOBODY = ("order", "contact")
NO_MAIL_ADDRESS: Row = dict.fromkeys(("zipcode", "city", "state", "address", "municipality"))


class Views:
    """Renders rows for one answer.

    `thin` is how writes are answered: nested users have only id and name (FACTS.md 1.7).
    `price_lists` is the switch usePriceLists (FACTS.md 1.5).
    """

    def __init__(self, state: State, *, thin: bool = False, price_lists: bool = False) -> None:
        self._state, self._thin, self._price_lists = state, thin, price_lists
        self._datatypes: dict[str, dict[int, str]] = {}
        self._by_kind: dict[str, Callable[[Row], Row]] = {
            "account": self._account,
            "contact": self._contact,
            "order": self._order,
            "product": self._product,
            "user": self._user_row,
            "category": self._category,
            "stage": self._stage,
        }

    def render(self, kind: str, row: Row) -> Row:
        """Return a row as the API shows it."""
        return self._by_kind.get(kind, dict)(row)

    def in_list(self, kind: str, row: Row) -> Row:
        """Return a row as a list shows it: who registered an order or a contact is told only by itself (recorded)."""
        shown = self.render(kind, row)
        return {**shown, "regBy": None} if kind in _REGISTERED_BY_NOBODY else shown

    def figures(self, order: Row) -> Row:
        """Return the computed sums of a stored order."""
        rows = [row_figures(row, self._product_of(row)) for row in order["orderRow"]]
        return order_figures(order, rows, self._state.quirks.master_margin)

    def customs(self, entity: str, stored: list[Row]) -> list[Row]:
        """Return custom values with their typed shadows."""
        if entity not in self._datatypes:
            definitions = self._state.definitions(entity)
            self._datatypes[entity] = {number: row["datatype"] for number, row in definitions.items()}
        known = self._datatypes[entity]
        return [shadowed(value, known.get(value["fieldId"], "String")) for value in stored]

    def _account(self, row: Row) -> Row:
        shown: Row = {}
        for key, value in row.items():
            shown[key] = value
            if key == "addresses":
                shown["mailAddress"] = self._mail_address(value)
            elif key == "priceListId":
                shown["priceList"] = self._named("pricelist", value and {"id": value})
        if self._thin and not row["externalClientData"]:
            # An empty one is an object where a write is answered and a list where rows are read (FACTS.md 2.1).
            shown["externalClientData"] = {}
        shown["custom"] = self.customs("account", row["custom"])
        shown["users"] = [self._user(user, role=True) for user in row["users"]]
        shown["regBy"] = self._user(row["regBy"], role=True)
        shown["parent"] = self._named("account", row["parent"])
        shown["operationalAccount"] = self._named("account", row["operationalAccount"])
        return shown

    def _mail_address(self, addresses: list[Row]) -> Row:
        for address in addresses:
            if address["type"] == "Mail":
                return address
        return {**NO_MAIL_ADDRESS, "type": "Mail", "country": None, "latitude": None, "longitude": None}

    def _contact(self, row: Row) -> Row:
        return {
            **row,
            "client": self._client(row["client"], ("addresses",)),
            "regBy": self._user(row["regBy"], role=True),
            "custom": self.customs("contact", row["custom"]),
        }

    def _order(self, row: Row) -> Row:
        shown: Row = {}
        for key, value in row.items():
            shown[key] = value
            if key == "periodization":
                shown.update(self.figures(row))
        shown["user"] = self._user(row["user"], role=True, always=True)
        shown["client"] = self._client(row["client"])
        shown["clientConnection"] = self._client(row["clientConnection"])
        shown["contact"] = self._person(row["contact"])
        shown["stage"] = self._named("stage", row["stage"])
        shown["regBy"] = self._user(row["regBy"], role=True)
        shown["custom"] = self.customs("order", row["custom"])
        shown["orderRow"] = [self._order_row(part, row) for part in row["orderRow"]]
        return shown

    def _order_row(self, row: Row, order: Row) -> Row:
        product = self._product_of(row)
        margin = row_margin(
            row_figures(row, product), Decimal(order["currencyRate"] or 1), self._state.quirks.master_margin
        )
        return {
            **{key: row[key] for key in ("id", "quantity", "price")},
            "discount": 0,
            "custom": self.customs("orderrow", row["custom"]),
            "bundleRows": row["bundleRows"],
            "product": self._product_in_row(row["product"], product),
            "productId": row["product"]["id"],
            **{key: row[key] for key in ("tierQuantity", "sortId", "listPrice", "purchaseCost")},
            "bundleFixedPrice": row["bundleFixedPrice"],
            **margin,
        }

    def _product_of(self, row: Row) -> Row | None:
        return self._state.get("product", row["product"]["id"])

    def _product_in_row(self, reference: Row, product: Row | None) -> Row:
        if product is None:
            return dict(reference)
        return {
            "purchaseCost": product["purchaseCost"],
            "name": product["name"],
            "isRecurring": bool(product["isRecurring"]),
            "id": product["id"],
            "category": self._named("category", product["category"]),
            "articleNo": product["articleNo"],
            "projectPlanTemplate": product["projectPlanTemplate"],
        }

    def _product(self, row: Row) -> Row:
        default = self._state.default_price_list()
        return {
            **row,
            "category": self._named("category", row["category"]),
            "roles": self._roles(row["roles"]),
            "custom": self.customs("product", row["custom"]),
            "currencies": [shown for part in row["currencies"] if (shown := self._of_list(part, default))],
            "tiers": [shown for part in row["tiers"] if (shown := self._of_list(part, default))],
        }

    def _of_list(self, part: Row, default: int) -> Row | None:
        """Return a price as it is shown: with its list's id, or only when it is the default list's."""
        if self._price_lists:
            return part
        if part["priceListId"] != default:
            return None
        return {key: value for key, value in part.items() if key != "priceListId"}

    def _stage(self, row: Row) -> Row:
        return {**row, "roles": self._roles(row["roles"])}

    def _roles(self, references: list[Row]) -> list[Row]:
        return [self._state.get("role", reference["id"]) or reference for reference in references]

    def _category(self, row: Row) -> Row:
        shown = {**row, "roles": self._roles(row["roles"])}
        if row.get("calculatingField"):
            field = self._state.get("field:order", row["calculatingField"]["id"])
            shown["calculatingField"] = field or row["calculatingField"]
        return shown

    def _user_row(self, row: Row) -> Row:
        shown = {key: value for key, value in row.items() if key != "language"}
        return {
            **shown,
            "role": self._named("role", row["role"]),
            "custom": self.customs("user", row["custom"]),
        }

    def master_user(self, row: Row) -> Row:
        """Return a user as /master/users shows it; after a POST four numbers are texts (recorded 2018)."""
        keys = words("teamLeader active ghost free userTitle userAddress userZipCode userState userPhone userCellPhone")
        return {
            "id": row["id"],
            "email": row["email"],
            "clientId": self._state.info().get("account"),
            "name": row["name"],
            "language": row.get("language", "sv-SE"),
            "turbineUserId": 0,
            "lastOnline": row["regDate"] if self._thin else None,
            "lastOnlinePower": row["regDate"],
            "clientdbUserId": row["id"],
            "browserVersion": None,
            "activityListLimit": "50" if self._thin else 50,
            **dict.fromkeys(("defTopmenu", "localeId", "unlimited"), "1" if self._thin else 1),
            "startpage": None,
            **{key: row[key] for key in keys},
            "export": row["export"],
            "custom": self.customs("user", row["custom"]),
            "role": self._named("role", row["role"]),
            "administrator": row["administrator"],
            "userParams": [],
        }

    def _named(self, kind: str, reference: Row | None) -> Row | None:
        if not reference:
            return None
        row = self._state.get(kind, reference["id"])
        return dict(reference) if row is None else {"name": row["name"], "id": row["id"]}

    def _user(self, reference: Row | None, *, role: bool, always: bool = False) -> Row | None:
        if not reference:
            return None
        row = self._state.get("user", reference["id"])
        if row is None:
            return dict(reference)
        if self._thin and not always:
            return {"name": row["name"], "id": row["id"]}
        shown: Row = {"role": self._named("role", row["role"])} if role else {}
        return {**shown, "name": row["name"], "id": row["id"], "email": row["email"]}

    def _client(self, reference: Row | None, extra: tuple[str, ...] = ()) -> Row | None:
        if not reference:
            return None
        row = self._state.get("account", reference["id"])
        if row is None:
            return dict(reference)
        return {
            "operationalAccount": self._named("account", row["operationalAccount"]),
            "journeyStep": row["journeyStep"],
            **{key: row[key] for key in extra},
            "name": row["name"],
            "id": row["id"],
            "users": [self._user(user, role=True) for user in row["users"]],
        }

    def _person(self, reference: Row | None) -> Row | None:
        if not reference:
            return None
        row = self._state.get("contact", reference["id"])
        if row is None:
            return dict(reference)
        return {key: row[key] for key in ("journeyStep", "name", "id", "email")}
