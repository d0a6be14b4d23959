"""The fields of invoices, orders and their rows, in the newest recordings' order (FACTS.md 7.4, 7.5)."""

from sync.sandbox.fortnox.fields import (
    FortnoxField,
    choice,
    code,
    computed,
    day,
    flag,
    ignored,
    integer,
    number,
    text,
)

_OTHER_COSTS = "OTHERCOSTS"
ROT = (
    *("CONSTRUCTION", "ELECTRICITY", "GLASSMETALWORK", "GROUNDDRAINAGEWORK", "MASONRY"),
    *("PAINTINGWALLPAPERING", "HVAC"),
)
RUT = (
    *("CLEANING", "TEXTILECLOTHING", "SNOWPLOWING", "GARDENING", "BABYSITTING", "OTHERCARE", "FURNISHING"),
    *("MAJORAPPLIANCEREPAIR", "MOVINGSERVICES", "ITSERVICES", "HOMEMAINTENANCE", "TRANSPORTATIONSERVICES"),
    "WASHINGANDCAREOFCLOTHING",
)
GREEN = ("SOLARCELLS", "STORAGESELFPRODUCEDELECTRICITY", "CHARGINGSTATIONELECTRICVEHICLE")
DISCONTINUED = ("COOKING", "TUTORING")

_EMAIL = {
    "EmailAddressFrom": text(unset=None),
    "EmailAddressTo": text(),
    "EmailAddressCC": text(unset=None),
    "EmailAddressBCC": text(unset=None),
    "EmailSubject": text(100),
    "EmailBody": text(20000, " "),
}
_EDI = {
    "EDIGlobalLocationNumber": text(13, None),
    "EDIGlobalLocationNumberDelivery": text(13, None),
    "EDIInvoiceExtra1": text(unset=None),
    "EDIInvoiceExtra2": text(unset=None),
    "EDIOurElectronicReference": text(unset=None),
    "EDIYourElectronicReference": text(unset=None),
    "EDIStatus": text(),
}


def _email(word: str) -> FortnoxField:
    unset = {name: rule.unset for name, rule in _EMAIL.items()} | {"EmailSubject": f"{word} {{no}} bifogas"}
    return FortnoxField("object", unset, fields=_EMAIL)


def _delivery() -> dict[str, FortnoxField]:
    names = ("DeliveryAddress1", "DeliveryAddress2", "DeliveryCity", "DeliveryCountry")
    after = ("DeliveryName", "DeliveryZipCode")
    return {**_texts(names), "DeliveryDate": day(), **_texts(after)}


def _texts(names: tuple[str, ...], limit: int = 1024) -> dict[str, FortnoxField]:
    return {name: text(limit) for name in names}


def _sums(names: tuple[str, ...]) -> dict[str, FortnoxField]:
    return {name: computed() for name in names}


_TAX = choice("none", "rot", "rut", "green", unset="none")
_LABELS = FortnoxField("list", [], fields={"Id": integer()})

INVOICE: dict[str, FortnoxField] = {
    "@url": ignored(),
    "@urlTaxReductionList": ignored(),
    "AccountingMethod": ignored("ACCRUAL"),
    **_texts(("Address1", "Address2")),
    "AdministrationFee": number(),
    **_sums(("AdministrationFeeVAT", "Balance", "BasisTaxReduction")),
    "Booked": computed(unset=False),
    "Cancelled": computed(unset=False),
    **_texts(("City", "Comments")),
    "ContractReference": computed("0"),
    **_sums(("ContributionPercent", "ContributionValue")),
    "CostCenter": code("costcenters"),
    "Country": text(),
    "Credit": computed("false"),
    "CreditInvoiceReference": ignored("0"),
    "Currency": FortnoxField("text", "SEK", 3, refers="currencies"),
    "CurrencyRate": number(1, 6),
    "CurrencyUnit": number(1),
    **_texts(("CustomerName", "CustomerNumber")),
    **_delivery(),
    "DocumentNumber": FortnoxField("text", "", write="create"),
    "DueDate": day(),
    "EDIInformation": FortnoxField("object", {name: rule.unset for name, rule in _EDI.items()}, fields=_EDI),
    "EUQuarterlyReport": flag(),
    "EmailInformation": _email("Faktura"),
    "ExternalInvoiceReference1": text(80),
    "ExternalInvoiceReference2": text(80),
    "FinalPayDate": computed(None),
    "Freight": number(),
    **_sums(("FreightVAT", "Gross")),
    "HouseWork": computed(unset=False),
    "InvoiceDate": day(),
    "InvoicePeriodEnd": computed(""),
    "InvoicePeriodReference": computed(""),
    "InvoicePeriodStart": computed(""),
    "InvoiceReference": computed("0"),
    "InvoiceRows": FortnoxField("list", []),
    "InvoiceType": choice(
        "INVOICE", "AGREEMENTINVOICE", "INTRESTINVOICE", "SUMMARYINVOICE", "CASHINVOICE", unset="INVOICE"
    ),
    "Labels": _LABELS,
    "Language": choice("SV", "EN", unset="SV"),
    "LastRemindDate": computed(None),
    "Net": computed(),
    "NotCompleted": flag(),
    "NoxFinans": computed(unset=False),
    "OCR": text(25),
    "OfferReference": computed("0"),
    "OrderReference": computed("0"),
    "OrganisationNumber": ignored(),
    "OurReference": text(50),
    "OutboundDate": day(),
    "PaymentWay": choice("CASH", "CARD", "AG", unset=""),
    **_texts(("Phone1", "Phone2")),
    "PriceList": code("pricelists", "A"),
    "PrintTemplate": text(unset="st"),
    "Project": code("projects"),
    "Remarks": text(),
    **_sums(("Reminders", "RoundOff")),
    "Sent": computed(unset=False),
    "TaxReduction": computed(None),
    "TaxReductionType": _TAX,
    "TermsOfDelivery": code("termsofdeliveries"),
    "TermsOfPayment": code("termsofpayments", "30"),
    "TimeBasisReference": computed(None),
    **_sums(("Total", "TotalToPay", "TotalVAT")),
    "VATIncluded": flag(),
    "VoucherNumber": computed(None),
    "VoucherSeries": computed(None),
    "VoucherYear": computed(None),
    "WarehouseReady": computed(unset=True),
    "WayOfDelivery": code("wayofdeliveries"),
    "YourOrderNumber": text(75),
    "YourReference": text(50),
    "ZipCode": text(),
}

ORDER: dict[str, FortnoxField] = {
    "@url": ignored(),
    "@urlTaxReductionList": ignored(),
    "AdministrationFee": number(),
    "AdministrationFeeVAT": computed(),
    **_texts(("Address1", "Address2")),
    "BasisTaxReduction": computed(),
    "Cancelled": computed(unset=False),
    **_texts(("City", "Comments")),
    **_sums(("ContributionPercent", "ContributionValue")),
    "CopyRemarks": flag(),
    "Country": text(),
    "CostCenter": code("costcenters"),
    "Currency": FortnoxField("text", "SEK", 3, refers="currencies"),
    "CurrencyRate": number(1, 6),
    "CurrencyUnit": number(1),
    **_texts(("CustomerName", "CustomerNumber")),
    "DeliveryState": choice("registration", "reservation", "delivery", unset="delivery"),
    **_delivery(),
    "DocumentNumber": FortnoxField("text", "", write="create"),
    "EmailInformation": _email("Order"),
    "ExternalInvoiceReference1": text(80),
    "ExternalInvoiceReference2": text(80),
    "Freight": number(),
    **_sums(("FreightVAT", "Gross")),
    "HouseWork": computed(unset=False),
    "InvoiceReference": computed("0"),
    "Labels": _LABELS,
    "Language": choice("SV", "EN", unset="SV"),
    "Net": computed(),
    "NotCompleted": flag(),
    "OfferReference": computed("0"),
    "OrderDate": day(),
    "OrderRows": FortnoxField("list", []),
    "OrderType": computed("Order"),
    "OrganisationNumber": ignored(),
    "OurReference": text(50),
    **_texts(("Phone1", "Phone2")),
    "PriceList": code("pricelists", "A"),
    "PrintTemplate": text(unset="oc"),
    "Project": code("projects"),
    "WarehouseReady": computed(unset=True),
    "OutboundDate": day(),
    "Remarks": text(),
    "RoundOff": computed(),
    "Sent": computed(unset=False),
    "TaxReduction": computed(None),
    "TermsOfDelivery": code("termsofdeliveries"),
    "TermsOfPayment": code("termsofpayments", "30"),
    "TimeBasisReference": computed(None),
    **_sums(("Total", "TotalToPay", "TotalVAT")),
    "VATIncluded": flag(),
    "WayOfDelivery": code("wayofdeliveries"),
    "YourReference": text(50),
    "YourOrderNumber": text(75),
    "ZipCode": text(),
    "StockPointCode": text(unset=None),
    "StockPointId": text(unset=None),
    "TaxReductionType": _TAX,
}

_HOUSE_WORK = choice(*ROT, *RUT, *GREEN, *DISCONTINUED, _OTHER_COSTS, unset=None)

# Quantities are two-decimal numbers kept as strings on the wire (FACTS.md 5.2).
INVOICE_ROW: dict[str, FortnoxField] = {
    "AccountNumber": integer(None),
    "ArticleNumber": code("articles"),
    "ContributionPercent": computed("0"),
    "ContributionValue": computed("0"),
    "Cost": computed(),
    "CostCenter": code("costcenters"),
    "DeliveredQuantity": number("0"),
    "Description": text(255),
    "Discount": number(),
    "DiscountType": choice("PERCENT", "AMOUNT", unset="PERCENT"),
    "HouseWork": flag(),
    "HouseWorkHoursToReport": integer(None),
    "HouseWorkType": _HOUSE_WORK,
    "Price": number(),
    "PriceExcludingVAT": computed(),
    "Project": code("projects"),
    "RowId": integer(),
    "StockPointCode": text(unset=None),
    "Total": computed(),
    "TotalExcludingVAT": computed(),
    "Unit": code("units"),
    "VAT": number(),
    "VATCode": text(unset=None),
}
_ORDER_ONLY = {
    "OrderedQuantity": number("0"),
    "ReservedQuantity": computed("0"),
    "StockPointId": text(unset=None),
}
_ORDER_ROW_ORDER = (
    *("AccountNumber", "ArticleNumber", "ContributionPercent", "ContributionValue", "Cost", "CostCenter"),
    *("DeliveredQuantity", "Description", "Discount", "DiscountType", "HouseWork"),
    *("HouseWorkHoursToReport", "HouseWorkType", "OrderedQuantity", "Price", "Project"),
    *("ReservedQuantity", "RowId", "StockPointCode", "StockPointId", "Total", "Unit", "VAT"),
    "VATCode",
)
ORDER_ROW: dict[str, FortnoxField] = {name: (INVOICE_ROW | _ORDER_ONLY)[name] for name in _ORDER_ROW_ORDER}
