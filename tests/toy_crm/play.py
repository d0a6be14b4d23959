"""Plays a toy shop: three lists, a PUT that merges, its own totals, and what it holds by its own count."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qs

import simplejson

from sync.clock import Clock
from sync.sandbox.crm import KEY, Crm
from sync.sandbox.serving.asgi import AppAnswer, Receive, Scope, Send, read_body
from sync.sandbox.tables import Row, Tables
from sync.sandbox.world import SoldDeal, World

SHOP, PAGE = "lek", 3
MONTH = itemgetter("month")


def play(tables: Tables, world: World, clock: Clock, is_new: bool) -> Crm:
    """Return the toy; a new world is seeded first."""
    toy = ToyApp(tables)
    if is_new:
        toy.seed(world)
    return Crm(toy.asgi, lambda: {"shop": SHOP}, toy.truth, "toy", 3, "company", {"key": KEY}, toy.edit)


class ToyApp:
    """One shop; a row's `change` is the number of its last change."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        known = dict(scope["headers"]).get(b"x-key", b"").decode() == KEY
        query = parse_qs(scope["query_string"].decode())
        status, told = self._answer(scope["method"], scope["path"], query, body) if known else (401, {})
        content = simplejson.dumps(told, use_decimal=True).encode()
        await AppAnswer(status, [(b"content-type", b"application/json")], content).pass_on(send)

    async def edit(self, kind: str, key: str, fields: Mapping[str, Any]) -> Row:
        return self._put(kind, key, dict(fields))

    def truth(self) -> Row:
        won = self._won()
        gross, net = (sum((_worth(sale, price) for sale in won), Decimal(0)) for price in ("listed", "price"))
        return {"deals": len(won), "gross": gross, "discount": gross - net, "net": net, "won": won}

    def seed(self, world: World) -> None:
        for buyer in world.customers:
            self._put("buyers", buyer.key, {"name": buyer.name, "email": buyer.email, "country": buyer.country_code})
        for thing in world.products:
            self._put("things", thing.key, {"number": thing.article_number, "name": thing.name})
        for deal in world.deals:
            self._put("sales", deal.key, self._sale(deal))

    def _sale(self, deal: SoldDeal) -> Row:
        rows = [
            {"id": f"{deal.key}-{at}", "thing": self._tables.get("things", row.product),
             "pieces": row.quantity, "listed": row.list_price, "price": row.price}
            for at, row in enumerate(deal.rows)
        ]  # fmt: skip
        sale: Row = {"title": deal.description, "seller": deal.seller, "company": deal.company, "state": deal.state}
        sale |= {"day": f"{deal.day}", "month": f"{deal.day:%Y-%m}", "flaw": deal.flaw, "rows": rows}
        return {**sale, "buyer": self._tables.get("buyers", deal.customer), "sum": _worth(sale, "price")}

    def _answer(self, method: str, path: str, query: Mapping[str, list[str]], body: bytes) -> tuple[int, Row]:
        kind, _, key = path.strip("/").partition("/")
        rows = self._tables.rows(kind)
        if kind == "shop":
            return 200, {"shop": {"id": SHOP, "name": "Leksaker AB"}}
        if kind == "totals":
            months = groupby(sorted(self._won(), key=MONTH), MONTH)
            return 200, {"rows": [{"month": month, "sums": [sale["sum"] for sale in won]} for month, won in months]}
        if method == "PUT":
            sent, known = simplejson.loads(body, use_decimal=True), self._tables.get(kind, key)
            if known is None or "id" in sent:
                return 400, {"error": "gone" if known is None else "fixed"}
            return 200, {"row": self._put(kind, key, sent)}
        if "id" in query:
            return 200, {"rows": [row for row in rows if row["id"] in query["id"]], "more": False}
        later = sorted((one for one in rows if one["change"] > int(query["after"][0])), key=lambda one: one["change"])
        return 200, {"rows": later[:PAGE], "more": len(later) > PAGE}

    def _won(self) -> list[Row]:
        return [sale for sale in self._tables.rows("sales") if sale["state"] == "won"]

    def _put(self, kind: str, key: str, fields: Row) -> Row:
        row = {**(self._tables.get(kind, key) or {}), **fields, "id": key}
        row["change"] = self._tables.raise_counter("change")
        self._tables.put(kind, key, row)
        return row


def _worth(sale: Row, price: str) -> Decimal:
    return sum((Decimal(row["pieces"]) * Decimal(row[price]) for row in sale["rows"]), Decimal(0))
