"""Bundle articles: a row of one is enough in a new document, Fortnox adds the rows of its parts (FACTS.md 7.2)."""

from collections.abc import Iterator
from decimal import Decimal

from sync.sandbox.fortnox.fields import code, number, read_object
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import Json, as_text

_PART = {"ArticleNumber": code("articles"), "Quantity": number(1)}


def set_bundle(tenant: Tenant, article: str, sent: Json) -> Json:
    """Make a bundle of an article as a person would: `Parts` are ArticleNumber and Quantity in one bundle."""
    tenant.get("articles", article)
    parts = [read_object(part, _PART, tenant.quirks, creating=True) for part in sent.get("Parts") or []]
    for part in parts:
        tenant.check_references(part, _PART)
    return tenant.save("bundles", article, {"Parts": parts})


def with_parts(rows: list[Json], tenant: Tenant) -> Iterator[Json]:
    """Yield a new document's rows, each bundle's followed by its parts where they were not sent as well.

    The bundle's own row has the price, so its parts have none.
    """
    for place, row in enumerate(rows):
        yield row
        bundle = tenant.find("bundles", str(row.get("ArticleNumber") or "")) or {"Parts": []}
        parts = [str(part["ArticleNumber"]) for part in bundle["Parts"]]
        sent = [str(one.get("ArticleNumber")) for one in rows[place + 1 : place + 1 + len(parts)]]
        for part in bundle["Parts"] if sent != parts else ():
            quantity = Decimal(row.get("DeliveredQuantity", 0)) * Decimal(part.get("Quantity", 1))
            yield {"ArticleNumber": part["ArticleNumber"], "DeliveredQuantity": as_text(quantity), "Price": 0}
