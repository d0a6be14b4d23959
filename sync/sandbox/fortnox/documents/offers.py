"""Offers and contracts as the specification has them: list, create, change, make an invoice of (FACTS.md 7.9)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sync.sandbox.fortnox.documents.document_fields import INVOICE, INVOICE_ROW, ORDER
from sync.sandbox.fortnox.documents.documents import (
    ServedKind,
    changed_document,
    new_document,
    read_document,
    single_document,
)
from sync.sandbox.fortnox.documents.invoice_actions import locked
from sync.sandbox.fortnox.documents.invoices import insert_invoice
from sync.sandbox.fortnox.documents.invoices import reply as invoice_reply
from sync.sandbox.fortnox.documents.orders import create_order
from sync.sandbox.fortnox.documents.orders import reply as order_reply
from sync.sandbox.fortnox.errors import FortnoxError, no_identifier, wrong_data, wrong_parameter
from sync.sandbox.fortnox.fields import FortnoxField, computed, day, flag, integer, number, text
from sync.sandbox.fortnox.listing import ListRules, answer_list, contains, is_flag, not_after, not_before
from sync.sandbox.fortnox.registers.register import unwrap, url
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json
from sync.sandbox.words import words

_ONLY_ORDERS = frozenset(
    words(
        "ExternalInvoiceReference1 ExternalInvoiceReference2 DeliveryState OrderDate OrderRows OrderType OfferReference"
        " WarehouseReady OutboundDate YourOrderNumber TimeBasisReference StockPointCode StockPointId"
    )
)
OFFER: dict[str, FortnoxField] = {
    **{name: rule for name, rule in ORDER.items() if name not in _ONLY_ORDERS},
    "ExpireDate": day(),
    "OfferDate": day(),
    "OfferRows": FortnoxField("list", []),
    "OrderReference": computed("0"),
    "YourReferenceNumber": text(),
}
_CONTRACTS_OWN = words(
    "AdministrationFee BasisTaxReduction Comments ContributionPercent ContributionValue CostCenter Currency"
    " CustomerName CustomerNumber DocumentNumber EmailInformation ExternalInvoiceReference1 ExternalInvoiceReference2"
    " Freight Gross HouseWork InvoiceRows Language Net OurReference PriceList PrintTemplate Project Remarks RoundOff"
    " TaxReduction TaxReductionType TermsOfDelivery TermsOfPayment Total TotalToPay TotalVAT VATIncluded WayOfDelivery"
    " YourOrderNumber YourReference @url @urlTaxReductionList"
)
CONTRACT: dict[str, FortnoxField] = {
    **{name: INVOICE[name] for name in _CONTRACTS_OWN},
    "Active": flag(unset=True),
    "Continuous": flag(),
    "ContractDate": day(),
    "ContractLength": integer(1),
    "InvoiceDiscount": number(),
    "InvoiceInterval": integer(1),
    "InvoicesRemaining": computed(""),
    "LastInvoiceDate": computed(None),
    "PeriodEnd": day(),
    "PeriodStart": day(),
    "TemplateName": text(),
    "TemplateNumber": integer(),
}
_NOT_IN_INVOICES = frozenset({"DocumentNumber", "PrintTemplate", "@url", "@urlTaxReductionList", "InvoiceRows"})
Action = Callable[[Json, Tenant], FortnoxReply]


@dataclass(frozen=True)
class DraftRules:
    """One kind of document that is no claim yet; `renamed` are fields whose wire name is another than in documents."""

    document: ServedKind
    listing: ListRules
    required: tuple[str, ...]
    is_open: Callable[[Json], bool]
    actions: dict[str, Action]
    renamed: dict[str, str] = field(default_factory=dict)
    renamed_in_rows: dict[str, str] = field(default_factory=dict)


class Drafts:
    """Answers /3/offers or /3/contracts."""

    def __init__(self, rules: DraftRules) -> None:
        self._rules, self._kind = rules, rules.document

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the answer to a call to this kind of document."""
        rest = call.parts[1:]
        if not rest:
            return self._answer_all(call, tenant)
        row = tenant.get(self._kind.kind, rest[0])
        if call.method == "GET" and len(rest) == 1:
            return self._reply(row, tenant)
        if call.method != "PUT" or len(rest) > 2:
            raise wrong_parameter()
        if not self._rules.is_open(row):
            raise locked(tenant, "Dokumentet är avslutat och kan inte ändras.")
        if len(rest) == 1:
            return self._reply(self._change(tenant, row, unwrap(call.body, self._kind.wrapper)), tenant)
        if rest[1] in self._rules.actions:
            return self._rules.actions[rest[1]](row, tenant)
        changes = {"cancel": {"Cancelled": True}, "externalprint": {"Sent": True}, "finish": {"Active": False}}
        change = changes.get(rest[1], {})
        if not change or not change.keys() <= self._kind.schema.keys():
            raise wrong_parameter()
        return self._reply(tenant.save(self._kind.kind, rest[0], row | change), tenant)

    def _answer_all(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        if call.method == "GET":
            return answer_list(call, tenant, self._rules.listing)
        if call.method != "POST":
            raise no_identifier()
        fields = self._read(unwrap(call.body, self._kind.wrapper), tenant, creating=True)
        for name in self._rules.required:
            if not fields.get(name):
                raise FortnoxError(2000729, f"Fältet {name} måste anges.")
        row = new_document(self._kind, fields, tenant)
        return self._reply(tenant.save(self._kind.kind, row["DocumentNumber"], row), tenant, 201)

    def _change(self, tenant: Tenant, row: Json, sent: Json) -> Json:
        fields = self._read(sent, tenant, creating=False)
        changed = changed_document(self._kind, row, fields, tenant)
        return tenant.save(self._kind.kind, row["DocumentNumber"], changed)

    def _read(self, sent: Json, tenant: Tenant, *, creating: bool) -> Json:
        own = _with_names(sent, self._rules.renamed)
        rows = own.get(self._kind.rows)
        if isinstance(rows, list):
            if not all(isinstance(row, dict) for row in rows):
                raise wrong_data()
            own[self._kind.rows] = [_with_names(row, self._rules.renamed_in_rows) for row in rows]
        return read_document(self._kind, own, tenant, creating=creating)

    def _reply(self, row: Json, tenant: Tenant, status: int = 200) -> FortnoxReply:
        whole = single_document(self._kind, row, tenant)
        shown = {name: value for name, value in whole.items() if name in self._kind.schema}
        back = {name: wire for wire, name in self._rules.renamed_in_rows.items()}
        shown[self._kind.rows] = [_with_names(line, back) for line in row[self._kind.rows]]
        shown = _with_names(shown, {name: wire for wire, name in self._rules.renamed.items()})
        headers = (("location", self._kind.kind),) if status == 201 else ()
        return FortnoxReply(status, {self._kind.wrapper: shown}, headers=headers)


def _with_names(sent: Json, names: dict[str, str]) -> Json:
    return {names.get(name, name): value for name, value in sent.items()}


def _invoice_of(kind: ServedKind, row: Json, tenant: Tenant, **more: object) -> Json:
    """Create the invoice of a document that is no claim yet, and link it."""
    names = [name for name in kind.schema if name in INVOICE and name not in _NOT_IN_INVOICES]
    fields = {name: row[name] for name in names if INVOICE[name].write == "yes"}
    lines = [{name: line[name] for name in INVOICE_ROW if name in line} for line in row[kind.rows]]
    invoice = insert_invoice(tenant, fields | {"InvoiceRows": lines})
    return tenant.save("invoices", invoice["DocumentNumber"], invoice | more)


def _order_of_offer(row: Json, tenant: Tenant) -> FortnoxReply:
    names = [name for name in OFFER if name in ORDER and ORDER[name].write == "yes" and name != "PrintTemplate"]
    sent = {name: row[name] for name in names if name not in ("EmailInformation", "Labels")}
    lines = [{name: line[name] for name in _COPIED if line[name] not in (None, "")} for line in row["OfferRows"]]
    order = create_order(tenant, sent | {"OrderRows": lines})
    number_ = row["DocumentNumber"]
    order = tenant.save("orders", order["DocumentNumber"], order | {"OfferReference": number_})
    tenant.save("offers", number_, row | {"OrderReference": order["DocumentNumber"]})
    return order_reply(order, tenant)


def _invoice_of_offer(row: Json, tenant: Tenant) -> FortnoxReply:
    invoice = _invoice_of(OFFERS_KIND, row, tenant, OfferReference=row["DocumentNumber"])
    tenant.save("offers", row["DocumentNumber"], row | {"InvoiceReference": invoice["DocumentNumber"]})
    return invoice_reply(invoice, tenant)


def _invoice_of_contract(row: Json, tenant: Tenant) -> FortnoxReply:
    link = {"ContractReference": row["DocumentNumber"], "InvoiceType": "AGREEMENTINVOICE"}
    invoice = _invoice_of(CONTRACTS_KIND, row, tenant, **link)
    tenant.save("contracts", row["DocumentNumber"], row | {"LastInvoiceDate": invoice["InvoiceDate"]})
    return invoice_reply(invoice, tenant)


_COPIED = words("AccountNumber ArticleNumber Description DeliveredQuantity Discount DiscountType Price Unit VAT")
OFFERS_KIND = ServedKind("offers", "Offer", "OfferRows", "OfferDate", OFFER, INVOICE_ROW)
CONTRACTS_KIND = ServedKind("contracts", "Contract", "InvoiceRows", "ContractDate", CONTRACT, INVOICE_ROW)
_OFFER_LIST = words("Cancelled Currency CustomerName CustomerNumber DocumentNumber OfferDate Project Sent Total")
_CONTRACT_LIST = words(
    "Continuous ContractLength Currency CustomerName CustomerNumber DocumentNumber InvoicesRemaining LastInvoiceDate"
    " PeriodEnd PeriodStart TemplateNumber Total"
)
_SEARCH = {"customername": "CustomerName", "customernumber": "CustomerNumber", "documentnumber": "DocumentNumber"}
_SEARCH |= {"costcenter": "CostCenter", "project": "Project", "ourreference": "OurReference"}
_SEARCH |= {"yourreference": "YourReference"}


def _is_open_offer(row: Json) -> bool:
    return not row["Cancelled"] and row["OrderReference"] == row["InvoiceReference"] == "0"


def _show_offer(row: Json, tenant: Tenant) -> Json:
    return {"@url": url(tenant, "offers", row["DocumentNumber"])} | {name: row[name] for name in _OFFER_LIST}


def _show_contract(row: Json, tenant: Tenant) -> Json:
    shown = {name: row[name] for name in _CONTRACT_LIST}
    state = {"Invoiceinterval": row["InvoiceInterval"], "Status": "ACTIVE" if row["Active"] else "INACTIVE"}
    return {"@url": url(tenant, "contracts", row["DocumentNumber"])} | shown | state


offers = Drafts(
    DraftRules(
        OFFERS_KIND,
        ListRules(
            "offers",
            "Offers",
            _show_offer,
            search={
                **{word: contains(name) for word, name in _SEARCH.items()},
                "fromdate": not_before("OfferDate"),
                "todate": not_after("OfferDate"),
                "sent": is_flag("Sent"),
                "notcompleted": is_flag("NotCompleted"),
            },
            filters={
                "cancelled": lambda row, tenant: bool(row["Cancelled"]),
                "expired": lambda row, tenant: bool(row["ExpireDate"]) and row["ExpireDate"] < tenant.today(),
                "completed": lambda row, tenant: not row["NotCompleted"],
                "notcompleted": lambda row, tenant: bool(row["NotCompleted"]),
                "ordercreated": lambda row, tenant: row["OrderReference"] != "0",
                "ordernotcreated": lambda row, tenant: row["OrderReference"] == "0" and not row["Cancelled"],
            },
        ),
        required=("CustomerNumber",),
        is_open=_is_open_offer,
        actions={"createorder": _order_of_offer, "createinvoice": _invoice_of_offer},
        renamed_in_rows={"Quantity": "DeliveredQuantity"},
    )
)
contracts = Drafts(
    DraftRules(
        CONTRACTS_KIND,
        ListRules(
            "contracts",
            "Contracts",
            _show_contract,
            filters={
                "active": lambda row, tenant: bool(row["Active"]),
                "inactive": lambda row, tenant: not row["Active"],
                "finished": lambda row, tenant: not row["Active"],
            },
        ),
        required=("CustomerNumber", "InvoiceRows", "PeriodEnd"),
        is_open=lambda row: bool(row["Active"]),
        actions={"createinvoice": _invoice_of_contract},
        renamed={"VatIncluded": "VATIncluded"},
    )
)
