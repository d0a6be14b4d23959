"""Articles and their prices (FACTS.md 7.2 and 7.3)."""

from decimal import Decimal

from sync.sandbox.fortnox.errors import FortnoxError, wrong_parameter
from sync.sandbox.fortnox.fields import (
    FortnoxField,
    choice,
    code,
    computed,
    flag,
    integer,
    number,
    read_object,
    text,
)
from sync.sandbox.fortnox.listing import ListRules, answer_list, contains
from sync.sandbox.fortnox.registers.register import RegisterRules, ServedRegister, unwrap, url
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json, as_text, path_key, plain

VAT_BY_ACCOUNT = {3001: 25, 3002: 12, 3003: 6, 3004: 0}
_VAT_BY_CODE = {"MP1": 25, "MP2": 12, "MP3": 6}

ARTICLE: dict[str, FortnoxField] = {
    "ArticleNumber": FortnoxField("text", "", 50, write="create"),
    "Bulky": flag(),
    "ConstructionAccount": integer(),
    "Depth": integer(),
    "Description": text(200, least=1),
    "DisposableQuantity": computed(),
    "EAN": text(30),
    "EUAccount": integer(None),
    "EUVATAccount": integer(None),
    "ExportAccount": integer(None),
    "Height": integer(),
    "Housework": flag(),
    "HouseworkType": text(unset=None),
    "Active": flag(unset=True),
    "Manufacturer": text(50, None),
    "ManufacturerArticleNumber": text(50),
    "Note": text(10000),
    "PurchaseAccount": integer(4000),
    "PurchasePrice": number(),
    "QuantityInStock": number(),
    "ReservedQuantity": computed(),
    "SalesAccount": integer(None),
    "StockGoods": flag(),
    "StockPlace": text(100, None),
    "StockValue": computed(),
    "StockWarning": number(None),
    "SupplierName": computed(None),
    "SupplierNumber": text(unset=None),
    "Type": choice("STOCK", "SERVICE", unset="STOCK"),
    "Unit": code("units", None),
    "VAT": number(None),
    "WebshopArticle": flag(),
    "Weight": integer(),
    "Width": integer(),
    "Expired": flag(),
    "SalesPrice": computed(None),
    "CostCalculationMethod": text(unset=None),
    "StockAccount": integer(None),
    "StockChangeAccount": integer(None),
    "DirectCost": number(None),
    "FreightCost": number(None),
    "OtherCost": number(None),
    "DefaultStockPoint": text(unset=None),
    "DefaultStockLocation": text(unset=None),
    "CommodityCode": text(),
}
_LIST = (
    *("ArticleNumber", "Description", "DisposableQuantity", "EAN", "Housework", "PurchasePrice"),
    *("SalesPrice", "QuantityInStock", "ReservedQuantity", "StockPlace", "StockValue", "Unit", "VAT"),
    "WebshopArticle",
)
_SEARCH = {
    "articlenumber": "ArticleNumber",
    "description": "Description",
    "ean": "EAN",
    "suppliernumber": "SupplierNumber",
    "manufacturer": "Manufacturer",
    "manufacturerarticlenumber": "ManufacturerArticleNumber",
    "webshop": "WebshopArticle",
}
_PREDEFINED = {
    "EUAccount": "SALESEUREV",
    "EUVATAccount": "SALESEUVAT",
    "ExportAccount": "SALESEXPORT",
    "SalesAccount": "SALES",
}
PRICE: dict[str, FortnoxField] = {
    "ArticleNumber": text(50),
    "Date": computed(None),
    "FromQuantity": number(),
    "Percent": number(),
    "Price": number(),
    "PriceList": text(100),
}


def price_of(tenant: Tenant, price_list: str, article: str, quantity: Decimal = Decimal(0)) -> Decimal | None:
    """Return the unit price of an article in a price list at a quantity, or None without one."""
    best: Decimal | None = None
    for step in tenant.find("pricesublists", f"{price_list}/{article}") or {}:
        if Decimal(step) <= max(quantity, Decimal(0)):
            found = tenant.get("prices", f"{price_list}/{article}/{step}")
            best = Decimal(found["Price"])
    return best


def _finish(row: Json, tenant: Tenant) -> Json:
    """Fill in predefined accounts, stock figures and the VAT rate of the sales account."""
    row = row | {name: row[name] or _predefined(tenant, known) for name, known in _PREDEFINED.items()}
    stock = Decimal(row["QuantityInStock"] or 0)
    vat = row["VAT"] if row["VAT"] is not None else vat_of_account(tenant, row["SalesAccount"])
    value = plain(stock * Decimal(row["PurchasePrice"] or 0)) if row["StockGoods"] else 0
    return row | {"DisposableQuantity": row["QuantityInStock"], "StockValue": value, "VAT": vat}


def vat_of_account(tenant: Tenant, number_: int | None) -> int:
    """Return the VAT rate that an account's VAT code says; an account without one has no VAT (recorded: 1250)."""
    account = tenant.find("accounts", str(number_)) or {}
    code_ = account.get("VATCode")
    return _VAT_BY_CODE.get(code_, 0) if code_ else VAT_BY_ACCOUNT.get(number_ or 0, 0)


def _predefined(tenant: Tenant, name: str) -> int | None:
    found = tenant.find("predefinedaccounts", name)
    return int(found["Account"]) if found else None


def _show(row: Json, tenant: Tenant) -> Json:
    """Add the sales price, which is the price of price list A (FACTS.md 7.2)."""
    price = price_of(tenant, "A", row["ArticleNumber"])
    return row | {"SalesPrice": None if price is None else plain(price)}


def _show_in_list(row: Json, tenant: Tenant) -> Json:
    """Return a list row; numbers are strings there (FACTS.md 3.6)."""
    shown = _show(row, tenant)
    return {"@url": url(tenant, "articles", row["ArticleNumber"])} | {name: _as_string(shown[name]) for name in _LIST}


def _as_string(value: object) -> object:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return as_text(Decimal(value))
    return value


def _taken(number_: str) -> FortnoxError:
    return FortnoxError(2000013, f'Artikelnumret "{number_}" är redan taget')


def _before_delete(row: Json, tenant: Tenant) -> None:
    number_ = row["ArticleNumber"]
    for kind in ("invoices", "orders"):
        for document in tenant.tables.rows(kind):
            rows = document.get("InvoiceRows") or document.get("OrderRows") or []
            if any(line["ArticleNumber"] == number_ for line in rows):
                raise FortnoxError(tenant.quirks.in_use_code, "Artikeln används och kan inte tas bort.")


articles = ServedRegister(
    RegisterRules(
        "articles",
        "Article",
        "ArticleNumber",
        ARTICLE,
        ListRules(
            "articles",
            "Articles",
            _show_in_list,
            search={word: contains(name) for word, name in _SEARCH.items()},
            filters={
                "active": lambda row, tenant: bool(row["Active"]),
                "inactive": lambda row, tenant: not row["Active"],
            },
            sorts={
                "articlenumber": "ArticleNumber",
                "quantityinstock": "QuantityInStock",
                "reservedquantity": "ReservedQuantity",
                "stockvalue": "StockValue",
            },
        ),
        required=("Description",),
        taken=_taken,
        follows={"VAT": "SalesAccount"},
        finish=_finish,
        show=_show,
        before_delete=_before_delete,
    )
)


class Prices:
    """Answers /3/prices; a price's key is price list, article and from-quantity."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the answer to a call to prices."""
        rest = call.parts[1:]
        if rest and rest[0] == "sublist" and call.method == "GET":
            rows = [tenant.get("prices", key) for key in self._keys(tenant, "/".join(rest[1:3]))]
            return FortnoxReply(200, {"Prices": [_price(row, tenant, short=True) for row in rows]})
        if not rest and call.method == "GET":
            return answer_list(call, tenant, _PRICES)
        if not rest and call.method == "POST":
            return self._reply(self.set_price(tenant, unwrap(call.body, "Price")), tenant, 201)
        key = self._key(tenant, rest)
        if call.method == "GET":
            return self._reply(tenant.get("prices", key), tenant)
        if call.method == "PUT":
            sent = unwrap(call.body, "Price")
            old = tenant.get("prices", key)
            fixed = {name: old[name] for name in ("PriceList", "ArticleNumber", "FromQuantity")}
            return self._reply(self.set_price(tenant, {**sent, **fixed}), tenant)
        if call.method == "DELETE" and len(rest) == 3:
            self._forget(tenant, key)
            return FortnoxReply(204, raw=b"")
        raise wrong_parameter()

    def set_price(self, tenant: Tenant, sent: Json) -> Json:
        """Check and store a price, new or changed; raises FortnoxError."""
        fields = read_object(sent, PRICE, tenant.quirks, creating=True)
        for register, name in (("pricelists", "PriceList"), ("articles", "ArticleNumber")):
            tenant.check_references(fields, {name: code(register)})
        pair = f"{fields['PriceList']}/{fields['ArticleNumber']}"
        step = as_text(Decimal(fields.get("FromQuantity", 0)))
        row = {name: rule.unset for name, rule in PRICE.items()} | fields
        row |= {"FromQuantity": plain(Decimal(step)), "Date": f"{tenant.today()} 00:00:00"}
        steps = {*(tenant.find("pricesublists", pair) or {}), step}
        in_order: Json = dict.fromkeys(sorted(steps, key=Decimal), True)
        tenant.tables.put("pricesublists", pair, in_order)
        return tenant.save("prices", f"{pair}/{step}", row)

    def _key(self, tenant: Tenant, rest: tuple[str, ...]) -> str:
        if len(rest) == 3:
            return f"{rest[0]}/{rest[1]}/{rest[2]}"
        keys = self._keys(tenant, "/".join(rest)) if len(rest) == 2 else []
        return keys[0] if keys else ""

    def _keys(self, tenant: Tenant, pair: str) -> list[str]:
        return [f"{pair}/{step}" for step in tenant.find("pricesublists", pair) or {}]

    def _forget(self, tenant: Tenant, key: str) -> None:
        tenant.delete("prices", key)
        pair, _, step = key.rpartition("/")
        steps = tenant.find("pricesublists", pair) or {}
        tenant.tables.put("pricesublists", pair, {k: v for k, v in steps.items() if k != step})

    def _reply(self, row: Json, tenant: Tenant, status: int = 200) -> FortnoxReply:
        headers = (("location", "prices"),) if status == 201 else ()
        return FortnoxReply(status, {"Price": _price(row, tenant)}, headers=headers)


_PRICES = ListRules("prices", "Prices", lambda row, tenant: _price(row, tenant, short=True))


def _price(row: Json, tenant: Tenant, *, short: bool = False) -> Json:
    parts = (row["PriceList"], row["ArticleNumber"], as_text(Decimal(row["FromQuantity"])))
    address = "/".join(path_key(part) for part in parts)
    names = ("ArticleNumber", "FromQuantity", "Price", "PriceList") if short else tuple(PRICE)
    return {"@url": f"{tenant.quirks.public_url}/prices/{address}"} | {name: row[name] for name in names}
