"""A person's edit in Fortnox's own pages: the API's rules and arithmetic, but not the API's origin."""

from sync.sandbox.fortnox.documents.bundles import set_bundle
from sync.sandbox.fortnox.documents.invoice_actions import PUT_ACTIONS
from sync.sandbox.fortnox.documents.invoices import KIND, change_invoice
from sync.sandbox.fortnox.documents.invoices import reply as invoice_reply
from sync.sandbox.fortnox.documents.payments import book_payment, create_payment
from sync.sandbox.fortnox.errors import FortnoxError
from sync.sandbox.fortnox.registers.articles import articles
from sync.sandbox.fortnox.registers.customers import customers
from sync.sandbox.fortnox.registers.registers import registers
from sync.sandbox.fortnox.tenant import HAND, META, Tenant
from sync.sandbox.fortnox.wire import Json

_ACTION = "action"


def edit_by_hand(tenant: Tenant, kind: str, key: str, fields: Json) -> Json:
    """Change a row as a person would and return it; it moves `lastmodified`. Raises FortnoxError.

    An invoice's fields may be `{"action": "bookkeep"}` (or cancel, credit, externalprint) to press that
    button; kind `lockedperiod` takes EndDate; a new payment is kind `invoicepayments` with an empty key,
    booked at once; kind `bundles` gives an article its `Parts`; a customer or article with an empty key is a
    new one; `{"action": "delete"}` deletes one.
    """
    before, tenant.actor = tenant.actor, HAND
    try:
        return _edit(tenant, kind, key, fields)
    finally:
        tenant.actor = before


def _edit(tenant: Tenant, kind: str, key: str, fields: Json) -> Json:
    if kind == "invoices":
        return _edit_invoice(tenant, key, fields)
    if kind == "lockedperiod":
        return _without_meta(tenant.save(kind, "1", {"EndDate": fields.get("EndDate")}))
    if kind == "invoicepayments":
        return _without_meta(book_payment(tenant, create_payment(tenant, fields)))
    if kind == "bundles":
        return _without_meta(set_bundle(tenant, key, fields))
    register = {"customers": customers, "articles": articles, **registers()}.get(kind)
    if register is None:
        raise FortnoxError(2000588, f"Nothing of kind {kind!r} can be edited by hand here.")
    if fields.get(_ACTION) == "delete":
        register.remove(tenant, key)
        return {}
    row = register.change(tenant, key, fields) if key else register.create(tenant, fields)
    return register.single(row, tenant)


def _edit_invoice(tenant: Tenant, number: str, fields: Json) -> Json:
    action = fields.get(_ACTION)
    if action is None:
        row = change_invoice(tenant, number, fields)
    elif isinstance(action, str) and action in PUT_ACTIONS:
        row = PUT_ACTIONS[action](tenant, tenant.get(KIND.kind, number))
    else:
        raise FortnoxError(2000588, f"An invoice has no action {action!r}.")
    shown: Json = (invoice_reply(row, tenant).body or {})["Invoice"]
    return shown


def _without_meta(row: Json) -> Json:
    return {name: value for name, value in row.items() if name != META}
