"""Lists the paths that exist, and how each answers (FACTS.md 1.2, 2)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UpsalesResource:
    """A resource below /api/v2: its kind of row, its verbs and the deviations of its envelope.

    `single_metadata`: a single row is answered with `"metadata": null`. `shuffled`: has no default order.
    `default_limit`: rows a page has when the query does not say.
    """

    kind: str
    list_verbs: frozenset[str] = frozenset({"GET", "POST"})
    row_verbs: frozenset[str] = frozenset({"GET", "PUT", "DELETE"})
    single_metadata: bool = False
    shuffled: bool = True
    default_limit: int = 1000


_GET = frozenset({"GET"})
_NO_DELETE = frozenset({"GET", "PUT"})

RESOURCES: dict[str, UpsalesResource] = {
    "accounts": UpsalesResource("account"),
    "contacts": UpsalesResource("contact"),
    "orders": UpsalesResource("order"),
    "opportunities": UpsalesResource("order"),
    "orderstages": UpsalesResource("stage"),
    "products": UpsalesResource("product", row_verbs=_NO_DELETE),
    "productcategories": UpsalesResource("category", single_metadata=True),
    "pricelists": UpsalesResource("pricelist", row_verbs=_NO_DELETE, single_metadata=True),
    "users": UpsalesResource("user", list_verbs=_GET, row_verbs=_GET),
    "master/users": UpsalesResource("user", row_verbs=_NO_DELETE),
    "agreements": UpsalesResource("agreement", list_verbs=_GET, row_verbs=_GET, single_metadata=True, default_limit=50),
    "standardintegration": UpsalesResource("app", list_verbs=_GET, row_verbs=_GET),
    "apikeys": UpsalesResource("apikey", list_verbs=_GET, row_verbs=_GET, shuffled=False),
}

CLOSED_TO_KEYS = frozenset(("clientrelations", "contactrelation", "contractaccepted", "marketrejectlist"))
"""Paths that answer every API key with 500, for ever (FACTS.md 1.3)."""


@dataclass(frozen=True)
class ServedRoute:
    """Where a path leads: a resource name (lower case), the entity of a custom field, an id."""

    name: str
    entity: str = ""
    identity: str = ""


def route(path: str) -> ServedRoute | None:
    """Return where a path leads, or None; case and a trailing slash do not matter (FACTS.md 1.1)."""
    parts = [part for part in path.strip("/").lower().split("/") if part]
    if parts[:2] != ["api", "v2"] or len(parts) < 3:
        return None
    names = parts[2:]
    if names[0] == "customfields":
        return ServedRoute("customfields", *names[1:]) if 2 <= len(names) <= 3 else None
    if names[0] == "master":
        names = ["/".join(names[:2]), *names[2:]]
    return ServedRoute(names[0], identity="".join(names[1:])) if len(names) <= 2 else None
