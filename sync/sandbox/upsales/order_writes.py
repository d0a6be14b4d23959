"""The rules of saving an order: references, currency, rows, closing (FACTS.md 2.3)."""

from typing import Any

from sync.sandbox.upsales.data.columns import ORDER_ROW
from sync.sandbox.upsales.data.customs import customs_sent
from sync.sandbox.upsales.data.state import State
from sync.sandbox.upsales.data.templates import blank_order_row
from sync.sandbox.upsales.errors import failed_validation

Row = dict[str, Any]

NO_DESCRIPTION = "<< Beskrivning saknas >>"
_TARGETS = {"client": "account", "user": "user", "stage": "stage", "contact": "contact"}
_REQUIRED = ("client", "user", "stage", "date")


def apply_order(state: State, row: Row, sent: Row, before: Row | None) -> None:
    """Bring a merged order in order, in place; refuse what Upsales refuses."""
    _check_references(state, row, sent, before)
    _set_currency(state, row, sent, before)
    row["description"] = row["description"] or NO_DESCRIPTION
    if "orderRow" in sent:
        known = {part["id"]: part for part in before["orderRow"]} if before else {}
        row["orderRow"] = [_order_row(state, part, known) for part in sent["orderRow"]]
    if before is None and not row["orderRow"]:
        raise failed_validation("Missing required attribute: orderRow.product.id")
    _set_probability(state, row, sent, before)
    _set_close_date(state, row, sent, before)
    if row["probability"] == 100:
        _make_customer(state, row["client"]["id"])


def _check_references(state: State, row: Row, sent: Row, before: Row | None) -> None:
    for key in _REQUIRED:
        if row[key] is None:
            raise failed_validation(f"Missing required attribute: {key}")
    for key, kind in _TARGETS.items():
        if sent.get(key) and state.get(kind, sent[key]["id"]) is None:
            raise failed_validation(f"No such {key}: {sent[key]['id']}")
    account = state.get("account", row["client"]["id"])
    inactive = account is not None and not account["active"]
    if before is None and inactive and state.quirks.inactive_account_blocks_orders:
        raise failed_validation(f"The account is inactive: {row['client']['id']}")


def _set_currency(state: State, row: Row, sent: Row, before: Row | None) -> None:
    """Freeze the rate: the one sent, else the list's when the currency is new to the order."""
    row["currency"] = row["currency"] or state.master_currency()
    if state.currency(row["currency"]) is None:
        raise failed_validation(f"No such currency: {row['currency']}")
    if sent.get("currencyRate"):
        return
    kept = before is not None and before["currency"] == row["currency"]
    row["currencyRate"] = before["currencyRate"] if before and kept else state.rate(row["currency"])


def _order_row(state: State, sent: Any, known: dict[int, Row]) -> Row:
    body = sent if isinstance(sent, dict) else {}
    before = known.get(body.get("id") or 0) if state.quirks.put_keeps_row_ids else None
    given = {key: fit(body[key]) for key, fit in ORDER_ROW.items() if key in body}
    if "product" not in given and body.get("productId"):
        given["product"] = ORDER_ROW["product"](body["productId"])
    row = {**(before or blank_order_row()), **given}
    product = state.get("product", row["product"]["id"]) if row["product"] else None
    if product is None:
        raise failed_validation(f"No such product: {row['product'] and row['product']['id']}")
    if before is None:
        row["listPrice"] = product["listPrice"] if given.get("listPrice") is None else row["listPrice"]
        row["price"] = row["listPrice"] if given.get("price") is None else row["price"]
    if "custom" in body:
        definitions = state.definitions("orderrow")
        row["custom"] = customs_sent(definitions, body["custom"], row["custom"], state.quirks)
    row["id"] = before["id"] if before else state.next_id("orderrow")
    return row


def _set_probability(state: State, row: Row, sent: Row, before: Row | None) -> None:
    """Stage and probability are two fields: a changed stage leaves the probability as it was."""
    if before is None and sent.get("probability") is None:
        if state.quirks.probability_default == "required":
            raise failed_validation("Missing required attribute: probability")
        row["probability"] = state.need("stage", row["stage"]["id"])["probability"]
    row["probability"] = min(100, max(0, row["probability"] or 0))


def _set_close_date(state: State, row: Row, sent: Row, before: Row | None) -> None:
    """An open order has none; the save that closes it sets today, unless the body says another day."""
    if 0 < row["probability"] < 100:
        row["closeDate"] = None
    elif not sent.get("closeDate"):
        stays = before is not None and before["closeDate"] and not state.quirks.close_date_moves
        row["closeDate"] = before["closeDate"] if before and stays else state.today()


def _make_customer(state: State, identity: int) -> None:
    """The first order makes the company a customer; that alone does not touch its modDate (FACTS.md 2.1)."""
    account = state.get("account", identity)
    if account is not None and account["journeyStep"] != "customer":
        state.save("account", {**account, "journeyStep": "customer"})
