"""Customers (FACTS.md 7.1)."""

from sync.sandbox.fortnox.errors import FortnoxError
from sync.sandbox.fortnox.fields import FortnoxField, choice, code, computed, flag, number, text
from sync.sandbox.fortnox.listing import ListRules, contains
from sync.sandbox.fortnox.registers.countries import NAME_BY_CODE
from sync.sandbox.fortnox.registers.register import RegisterRules, ServedRegister, url
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import Json

_DELIVERY = {name: choice("PRINT", "EMAIL", "PRINTSERVICE", unset="PRINT") for name in ("Invoice", "Order", "Offer")}
_TEMPLATES = {name: text(unset="DEFAULTTEMPLATE") for name in ("Order", "Offer", "Invoice", "CashInvoice")}
_NUMBER_SIGNS = frozenset("-–+/._")


def _nested(fields: dict[str, FortnoxField]) -> FortnoxField:
    return FortnoxField("object", {name: rule.unset for name, rule in fields.items()}, fields=fields)


def _texts(names: str, limit: int = 1024, unset: str | None = None) -> dict[str, FortnoxField]:
    return {name: text(limit, unset) for name in names.split()}


# The order is the wire order of the newest recording.
CUSTOMER: dict[str, FortnoxField] = {
    **_texts("Address1 Address2 City"),
    "Country": computed(None),
    "Comments": text(unset=None),
    "Currency": FortnoxField("text", "SEK", 3, 3, refers="currencies"),
    "CostCenter": code("costcenters", None),
    "CountryCode": text(2, None, least=2),
    "Active": flag(unset=True),
    "CustomerNumber": FortnoxField("text", "", write="create"),
    "DefaultDeliveryTypes": _nested(_DELIVERY),
    "DefaultTemplates": _nested(_TEMPLATES),
    **_texts("DeliveryAddress1 DeliveryAddress2 DeliveryCity"),
    "DeliveryCountry": computed(None),
    "DeliveryCountryCode": text(2, None, least=2),
    **_texts("DeliveryFax DeliveryName DeliveryPhone1 DeliveryPhone2"),
    "DeliveryZipCode": text(10, None),
    **_texts(
        "Email EmailInvoice EmailInvoiceBCC EmailInvoiceCC EmailOffer EmailOfferBCC EmailOfferCC "
        "EmailOrder EmailOrderBCC EmailOrderCC",
        unset="",
    ),
    "ExternalReference": text(unset=None),
    "Fax": text(unset=None),
    "GLN": text(13, None, least=13),
    "GLNDelivery": text(13, None, least=13),
    "InvoiceAdministrationFee": text(unset=None),
    "InvoiceDiscount": number(None),
    "InvoiceFreight": text(unset=None),
    "InvoiceRemark": text(),
    "Name": text(least=1),
    "OrganisationNumber": text(30),
    "OurReference": text(50),
    **_texts("Phone1 Phone2"),
    "PriceList": code("pricelists", "A"),
    "Project": code("projects", ""),
    "SalesAccount": FortnoxField("text", None, 4, 4, refers="accounts"),
    "ShowPriceVATIncluded": flag(),
    "TermsOfDelivery": code("termsofdeliveries"),
    "TermsOfPayment": code("termsofpayments"),
    "Type": text(unset="COMPANY"),
    "VATNumber": text(),
    "VATType": choice("SEVAT", "SEREVERSEDVAT", "EUREVERSEDVAT", "EUVAT", "EXPORT", unset="SEVAT"),
    "VisitingAddress": text(128, None),
    "VisitingCity": text(128, None),
    "VisitingCountry": computed(None),
    "VisitingCountryCode": text(2, None, least=2),
    "VisitingZipCode": text(10, None),
    "WayOfDelivery": code("wayofdeliveries"),
    "WWW": text(128),
    "YourReference": text(50),
    "ZipCode": text(10, None),
}
_LIST = {
    "Address1": "Address1",
    "Address2": "Address2",
    "City": "City",
    "CustomerNumber": "CustomerNumber",
    "Email": "Email",
    "Name": "Name",
    "OrganisationNumber": "OrganisationNumber",
    "Phone": "Phone1",
    "ZipCode": "ZipCode",
}
_SEARCH = {
    "customernumber": "CustomerNumber",
    "name": "Name",
    "zipcode": "ZipCode",
    "city": "City",
    "email": "Email",
    "phone": "Phone1",
    "organisationnumber": "OrganisationNumber",
    "gln": "GLN",
    "glndelivery": "GLNDelivery",
}


def _show(row: Json, tenant: Tenant) -> Json:
    """Return a list row: unset text is "" here and null in the single object (FACTS.md 3.6)."""
    number_ = row["CustomerNumber"]
    return {"@url": url(tenant, "customers", number_)} | {shown: row[name] or "" for shown, name in _LIST.items()}


def _finish(row: Json, tenant: Tenant) -> Json:
    """Derive the country names and check type and number."""
    if row["Type"] not in ("PRIVATE", "COMPANY"):
        raise FortnoxError(2001200, "Ogiltig kundtyp")
    if not all(sign.isalnum() or sign in _NUMBER_SIGNS for sign in row["CustomerNumber"]):
        raise FortnoxError(2000359, "Innehåller ej tillåtna tecken (CustomerNumber)")
    return row | {f"{part}Country": _country(row[f"{part}CountryCode"]) for part in ("", "Delivery", "Visiting")}


def _country(code_: str | None) -> str | None:
    if not code_:
        return None
    name = NAME_BY_CODE.get(code_.upper())
    if name is None:
        raise FortnoxError(2000919, f"Ogiltigt land: {code_}")
    return name


def _show_new(row: Json, tenant: Tenant) -> Json:
    """Return the sales account as a number, as only the answer of a POST has it (FACTS.md 5.2)."""
    account = row["SalesAccount"]
    return row | {"SalesAccount": int(account) if account and account.isdecimal() else account}


def _taken(number_: str) -> FortnoxError:
    return FortnoxError(2000637, f"Kundnummer {number_} används redan.")


def _before_delete(row: Json, tenant: Tenant) -> None:
    """Refuse a customer used on documents; reserve the number of a deleted one (FACTS.md 7.1)."""
    number_ = row["CustomerNumber"]
    for kind in ("invoices", "orders"):
        if any(document["CustomerNumber"] == number_ for document in tenant.tables.rows(kind)):
            raise FortnoxError(tenant.quirks.in_use_code, "Kunden används och kan inte tas bort.")
    tenant.spend("customers", number_)


CUSTOMERS = RegisterRules(
    "customers",
    "Customer",
    "CustomerNumber",
    CUSTOMER,
    ListRules(
        "customers",
        "Customers",
        _show,
        search={word: contains(name) for word, name in _SEARCH.items()},
        filters={
            "active": lambda row, tenant: bool(row["Active"]),
            "inactive": lambda row, tenant: not row["Active"],
        },
        sorts={"customernumber": "CustomerNumber", "name": "Name"},
    ),
    required=("Name",),
    taken=_taken,
    finish=_finish,
    show_new=_show_new,
    before_delete=_before_delete,
)
customers = ServedRegister(CUSTOMERS)
