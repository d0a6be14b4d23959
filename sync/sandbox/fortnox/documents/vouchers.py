"""Vouchers: of booked invoices and payments, and those entered as such (FACTS.md 7.11)."""

from decimal import Decimal
from typing import Any

from sync.sandbox.fortnox.documents.arithmetic import in_sek
from sync.sandbox.fortnox.errors import FortnoxError, no_identifier, wrong_parameter
from sync.sandbox.fortnox.fields import (
    FortnoxField,
    code,
    computed,
    day,
    flag,
    integer,
    number,
    read_object,
    skeleton,
    text,
)
from sync.sandbox.fortnox.listing import ListRules, answer_list
from sync.sandbox.fortnox.registers.register import unwrap, url
from sync.sandbox.fortnox.tenant import META, Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json, plain

ROW: dict[str, FortnoxField] = {
    "Account": integer(),
    "CostCenter": code("costcenters"),
    "Credit": number(),
    "Debit": number(),
    "Description": text(200),
    "Project": code("projects"),
    "Quantity": number(),
    "Removed": flag(),
    "TransactionInformation": text(100),
}
VOUCHER: dict[str, FortnoxField] = {
    "ApprovalState": computed(0),
    "Comments": text(1000),
    "CostCenter": code("costcenters"),
    "Description": text(200, least=1),
    "Project": code("projects"),
    "ReferenceNumber": computed(""),
    "ReferenceType": computed(""),
    "TransactionDate": day(),
    "VoucherNumber": computed(),
    "VoucherRows": FortnoxField("list", [], fields=ROW),
    "VoucherSeries": code("voucherseries"),
    "Year": integer(),
}
_LIST = tuple(name for name in VOUCHER if name not in ("CostCenter", "Project", "VoucherRows"))
_CLAIM, _ROUNDING = 1510, 3740
_VAT_ACCOUNTS = {25: 2611, 12: 2621, 6: 2631}


class Vouchers:
    """Answers /3/vouchers; a voucher's key is its series, number and financial year."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the answer to a call to vouchers."""
        rest = call.parts[1:]
        if call.method == "GET" and (not rest or rest[0] == "sublist"):
            return answer_list(call, tenant, _listing("".join(rest[1:2])))
        if call.method == "GET" and len(rest) == 2:
            year = call.query.get("financialyear") or tenant.year_of(tenant.today())["Id"]
            return _reply(tenant.get("vouchers", f"{rest[0]}/{rest[1]}/{year}"), tenant)
        if call.method == "POST" and not rest:
            return _reply(create_voucher(tenant, unwrap(call.body, "Voucher")), tenant, 201)
        raise wrong_parameter() if rest else no_identifier()


def create_voucher(tenant: Tenant, sent: Json) -> Json:
    """Check and store a voucher that is entered as such: two rows or more, as much debit as credit."""
    fields = read_object(sent, VOUCHER, tenant.quirks, creating=True)
    tenant.check_references(fields, VOUCHER)
    for name in ("Description", "TransactionDate", "VoucherSeries"):
        if not fields.get(name):
            raise FortnoxError(2000729, f"Fältet {name} måste anges.")
    rows = [skeleton(ROW) | row for row in fields.get("VoucherRows", [])]
    for row in rows:
        tenant.check_references({"Account": row["Account"]}, {"Account": FortnoxField("text", refers="accounts")})
    debit, credit = (sum((Decimal(row[side]) for row in rows), Decimal(0)) for side in ("Debit", "Credit"))
    if len(rows) < 2 or debit != credit:
        raise FortnoxError(2000729, "Verifikatet balanserar inte.")
    year = tenant.check_open(fields["TransactionDate"])
    own = fields | {"VoucherRows": rows, "VoucherNumber": next_number(tenant, fields["VoucherSeries"], year["Id"])}
    return _save(tenant, own | {"Year": year["Id"]})


def next_number(tenant: Tenant, series: str, year: int) -> int:
    """Return the next number of a series in a financial year."""
    return tenant.tables.raise_counter(f"voucher {series} {year}")


def voucher_of_invoice(tenant: Tenant, invoice: Json) -> None:
    """Store what booking an invoice wrote: the claim, the sales by account, the VAT and the rounding, in SEK."""
    amounts: dict[int, Decimal] = {_CLAIM: _sek(invoice, invoice["Total"])}
    for row in invoice["InvoiceRows"]:
        _add(amounts, row["AccountNumber"], -_sek(invoice, row["TotalExcludingVAT"]))
        vat = Decimal(row["TotalExcludingVAT"]) * Decimal(row["VAT"]) / 100
        _add(amounts, _VAT_ACCOUNTS.get(int(row["VAT"]), _ROUNDING), -_sek(invoice, vat))
    _add(amounts, _ROUNDING, -sum(amounts.values(), Decimal(0)))
    about = {"ReferenceNumber": invoice["DocumentNumber"], "ReferenceType": "INVOICE"}
    told = f"Kundfaktura {invoice['DocumentNumber']}, {invoice['CustomerName']}"
    _booked(tenant, invoice, invoice["InvoiceDate"], amounts, about | {"Description": told[:200]})


def voucher_of_payment(tenant: Tenant, payment: Json) -> None:
    """Store what booking a payment wrote: the money on its account, the claim that it settles."""
    account, amount = int(payment["ModeOfPaymentAccount"] or 1930), Decimal(payment["Amount"])
    about = {"ReferenceNumber": str(payment["Number"]), "ReferenceType": "INVOICEPAYMENT"}
    told = {"Description": f"Inbetalning kundfaktura {payment['InvoiceNumber']}"}
    _booked(tenant, payment, payment["PaymentDate"], {account: amount, _CLAIM: -amount}, about | told)


def _booked(tenant: Tenant, document: Json, date: str, amounts: dict[int, Decimal], about: Json) -> None:
    rows = [_row(account, amount) for account, amount in amounts.items() if amount]
    names = {"VoucherSeries": "VoucherSeries", "VoucherNumber": "VoucherNumber", "VoucherYear": "Year"}
    own = {name: document[source] for source, name in names.items()}
    _save(tenant, {**about, **own, "TransactionDate": date, "VoucherRows": rows})


def _row(account: int, amount: Decimal) -> Json:
    sides = {"Debit": plain(max(amount, Decimal(0))), "Credit": plain(max(-amount, Decimal(0)))}
    return skeleton(ROW) | {"Account": account} | sides


def _save(tenant: Tenant, fields: Json) -> Json:
    row = skeleton(VOUCHER) | fields
    return tenant.save("vouchers", f"{row['VoucherSeries']}/{row['VoucherNumber']}/{row['Year']}", row)


def _add(amounts: dict[int, Decimal], account: int | None, amount: Decimal) -> None:
    amounts[account or _ROUNDING] = amounts.get(account or _ROUNDING, Decimal(0)) + amount


def _sek(invoice: Json, amount: Any) -> Decimal:
    return in_sek(Decimal(amount), Decimal(invoice["CurrencyRate"]), Decimal(invoice["CurrencyUnit"]))


def _listing(series: str) -> ListRules:
    return ListRules(
        "vouchers",
        "Vouchers",
        lambda row, tenant: {"@url": _url(row, tenant)} | {name: row[name] for name in _LIST},
        search={"financialyear": lambda row, wanted, tenant: str(row["Year"]) == wanted},
        candidates=lambda query, tenant: [
            key for key in tenant.ordered("vouchers") if not series or key.startswith(f"{series}/")
        ],
    )


def _url(row: Json, tenant: Tenant) -> str:
    key = f"{url(tenant, 'vouchers', row['VoucherSeries'])}/{row['VoucherNumber']}"
    return f"{key}?financialyear={row['Year']}"


def _reply(row: Json, tenant: Tenant, status: int = 200) -> FortnoxReply:
    shown = {"@url": _url(row, tenant)} | {name: value for name, value in row.items() if name != META}
    return FortnoxReply(status, {"Voucher": shown}, headers=(("location", "vouchers"),) if status == 201 else ())
