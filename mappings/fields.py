"""The fields of what Kvitt writes in Fortnox: what each holds, how long it may be, and who may write it.

The one reason for the table: a value can only be read, compared and refused as the type it is. The reference "0012" is
a text and not the number 12; a quantity of "2.00" is the number 2. Sources: Fortnox's own specification of customers,
articles and invoices; where it names no length, recorded answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

# "code" is a key of a register or one of a closed list of words; "account" a number of the chart of accounts.
FieldType = Literal["text", "code", "number", "integer", "account", "boolean", "date", "rows", "labels", "object"]
# Who writes it: a mapping may name it, Kvitt alone sets it, a person in Fortnox alone does, or Fortnox works it out.
Writer = Literal["mapping", "kvitt", "person", "fortnox"]


@dataclass(frozen=True)
class TargetField:
    """One field of a target kind; `length` is the most characters of a text, None where Fortnox names none."""

    type: FieldType
    length: int | None = None
    writer: Writer = "mapping"


Fields = dict[str, TargetField]


def _of(kind: FieldType, names: str, length: int | None = None) -> Fields:
    return {name: TargetField(kind, length) for name in names.split()}


def _by(writer: Writer, fields: Iterable[Fields]) -> Fields:
    return {name: replace(field, writer=writer) for each in fields for name, field in each.items()}


_CUSTOMER: Fields = {
    **_of("text", "Name Address1 Address2 City Comments DeliveryName DeliveryAddress1 DeliveryAddress2", 1024),
    **_of("text", "DeliveryCity DeliveryFax DeliveryPhone1 DeliveryPhone2 Fax Phone1 Phone2 InvoiceRemark", 1024),
    **_of("text", "Email EmailInvoice EmailInvoiceBCC EmailInvoiceCC EmailOffer EmailOfferBCC EmailOfferCC", 1024),
    **_of("text", "EmailOrder EmailOrderBCC EmailOrderCC VATNumber", 1024),
    **_of("text", "VisitingAddress VisitingCity WWW", 128),
    **_of("text", "OurReference YourReference", 50),
    **_of("text", "OrganisationNumber", 30),
    **_of("text", "GLN GLNDelivery", 13),
    **_of("text", "ZipCode DeliveryZipCode VisitingZipCode", 10),
    **_of("code", "CountryCode DeliveryCountryCode VisitingCountryCode", 2),
    **_of("code", "Currency", 3),
    **_of("code", "CostCenter PriceList Project TermsOfDelivery TermsOfPayment Type VATType WayOfDelivery"),
    **_of("number", "InvoiceAdministrationFee InvoiceDiscount InvoiceFreight"),
    **_of("account", "SalesAccount", 4),
    **_of("boolean", "Active ShowPriceVATIncluded"),
    **_by("kvitt", [_of("text", "CustomerNumber ExternalReference", 1024)]),
    **_by("person", [_of("object", "DefaultDeliveryTypes DefaultTemplates")]),
    **_by("fortnox", [_of("text", "@url Country DeliveryCountry VisitingCountry")]),
}  # fmt: skip
_ARTICLE: Fields = {
    **_of("text", "Note", 10000),
    **_of("text", "Description", 200),
    **_of("text", "StockPlace", 100),
    **_of("text", "Manufacturer ManufacturerArticleNumber", 50),
    **_of("text", "EAN", 30),
    **_of("text", "CommodityCode SupplierNumber DefaultStockLocation DefaultStockPoint CostCalculationMethod"),
    **_of("code", "HouseworkType Type Unit"),
    **_of("account", "SalesAccount EUAccount EUVATAccount ExportAccount ConstructionAccount PurchaseAccount"),
    **_of("account", "StockAccount StockChangeAccount"),
    **_of("number", "PurchasePrice DirectCost FreightCost OtherCost VAT QuantityInStock StockWarning"),
    **_of("integer", "Weight Width Height Depth"),
    **_of("boolean", "Active Bulky Expired Housework StockGoods WebshopArticle"),
    **_by("kvitt", [_of("text", "ArticleNumber", 50)]),
    **_by("fortnox", [
        _of("text", "@url SupplierName"),
        _of("number", "DisposableQuantity ReservedQuantity SalesPrice StockValue"),
    ]),
}  # fmt: skip
INVOICE: Fields = {
    **_of("text", "Address1 Address2 City Comments Country CustomerName DeliveryAddress1 DeliveryAddress2", 1024),
    **_of("text", "DeliveryCity DeliveryCountry DeliveryName DeliveryZipCode Phone1 Phone2 Remarks ZipCode", 1024),
    **_of("text", "CustomerNumber", 1024),
    **_of("text", "ExternalInvoiceReference2", 80),
    **_of("text", "YourOrderNumber", 75),
    **_of("text", "OurReference YourReference", 50),
    **_of("code", "Currency", 3),
    **_of("code", "CostCenter InvoiceType Language PaymentWay PriceList PrintTemplate Project TaxReductionType"),
    **_of("code", "TermsOfDelivery TermsOfPayment WayOfDelivery"),
    **_of("number", "AdministrationFee CurrencyRate CurrencyUnit Freight"),
    **_of("boolean", "EUQuarterlyReport NotCompleted VATIncluded"),
    **_of("date", "DeliveryDate DueDate InvoiceDate OutboundDate"),
    **_of("rows", "InvoiceRows"),
    **_by("kvitt", [_of("text", "ExternalInvoiceReference1", 80)]),
    **_by("person", [_of("labels", "Labels"), _of("text", "OCR", 25)]),
    **_by("person", [_of("object", "EDIInformation EmailInformation")]),
    **_by("fortnox", [
        _of("text", "@url @urlTaxReductionList AccountingMethod ContractReference CreditInvoiceReference"),
        _of("text", "DocumentNumber"),
        _of("text", "InvoicePeriodReference InvoiceReference OfferReference OrderReference OrganisationNumber"),
        _of("text", "EDIStatus TaxReduction TimeBasisReference VoucherSeries"),
        _of("number", "AdministrationFeeVAT Balance BasisTaxReduction ContributionPercent ContributionValue"),
        _of("number", "FreightVAT Gross Net RoundOff Total TotalToPay TotalVAT"),
        _of("integer", "Reminders VoucherNumber VoucherYear"),
        _of("boolean", "Booked Cancelled Credit HouseWork NoxFinans Sent WarehouseReady"),
        _of("date", "FinalPayDate InvoicePeriodEnd InvoicePeriodStart LastRemindDate"),
    ]),
}  # fmt: skip
_ROW: Fields = {
    **_of("text", "Description", 255),
    **_of("text", "ArticleNumber", 50),
    **_of("code", "CostCenter DiscountType HouseWorkType Project StockPointCode Unit VATCode"),
    **_of("number", "Discount Price VAT"),
    **_of("integer", "HouseWorkHoursToReport"),
    **_of("account", "AccountNumber"),
    **_of("boolean", "HouseWork"),
    # New with every update: it tells which row is which within one answer, and nothing after that.
    **_by("fortnox", [_of("integer", "RowId"), _of("number", "ContributionPercent ContributionValue Cost Total")]),
    **_by("fortnox", [_of("number", "PriceExcludingVAT TotalExcludingVAT")]),
}  # fmt: skip

INVOICE_ROW: Fields = {**_ROW, **_of("number", "DeliveredQuantity")}
# What is no document.
REGISTERS: Mapping[str, Fields] = {"customer": _CUSTOMER, "article": _ARTICLE}


def compared(fields: Fields) -> tuple[str, ...]:
    """Return what counts as said when a document, or a row, is compared as a whole.

    It is everything but what Fortnox works out, and how the document is delivered, which no update of ours can touch.
    """
    return tuple(
        name for name, field in fields.items() if field.writer != "fortnox" and field.type not in {"object", "rows"}
    )


# What a document that names its customer and says no more of these has by itself; another value is the customer card's.
USUAL: Mapping[str, object] = {
    "VATIncluded": False,
    "Currency": "SEK",
    "Freight": 0,
    "AdministrationFee": 0,
    "Language": "SV",
    "PriceList": "A",
    "TermsOfPayment": "30",
}
# What a document comes to, and in what: Kvitt books only what it has itself seen to be so.
MONEY = ("Net", "TotalVAT", "Total", "Currency", "CurrencyRate", "CurrencyUnit", "VATIncluded", "Freight",
         "AdministrationFee")  # fmt: skip
# What moves no money: it is told, and does not keep a document from being booked.
TOLD_ONLY = frozenset({"Language", "PriceList", "TermsOfPayment"})
