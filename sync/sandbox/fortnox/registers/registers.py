"""The small registers: currencies, units, terms, accounts, years, projects and their like (FACTS.md 7.11)."""

from sync.sandbox.fortnox.errors import FortnoxError
from sync.sandbox.fortnox.fields import choice, code, computed, day, flag, integer, number, text
from sync.sandbox.fortnox.listing import ListRules, contains
from sync.sandbox.fortnox.registers.register import RegisterRules, ServedRegister, unchanged, whole_list
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import Json

_NO_DELETE = frozenset({"GET", "POST", "PUT"})
_SETTING = ("ALLOWED", "MANDATORY", "NOTALLOWED")


def _alphanumeric(row: Json, tenant: Tenant) -> Json:
    """Refuse a term's code with anything but letters and digits (FACTS.md 7.11)."""
    if not str(row["Code"]).isalnum():
        raise FortnoxError(2000106, "Värdet måste vara alfanumeriskt (Code)")
    return row


def _rated(row: Json, tenant: Tenant) -> Json:
    """Date a currency's rate."""
    return row | {"Date": tenant.today()}


_ACCOUNT = {
    "Active": flag(unset=True),
    "BalanceBroughtForward": number(),
    "BalanceCarriedForward": computed(),
    "CostCenter": code("costcenters", None),
    "CostCenterSettings": choice(*_SETTING, unset="ALLOWED"),
    "Description": text(200),
    "Number": integer(),
    "OpeningQuantities": computed(None),
    "Project": code("projects", None),
    "ProjectSettings": choice(*_SETTING, unset="ALLOWED"),
    "QuantitySettings": choice(*_SETTING, unset="ALLOWED"),
    "QuantityUnit": text(unset=None),
    "SRU": integer(),
    "TransactionInformation": text(unset=None),
    "TransactionInformationSettings": choice(*_SETTING, unset="ALLOWED"),
    "VATCode": text(unset=None),
    "Year": computed(1),
}
_ACCOUNT_LIST = (
    *("Active", "BalanceBroughtForward", "CostCenter", "CostCenterSettings", "Description", "Number"),
    *("Project", "ProjectSettings", "SRU", "VATCode", "Year"),
)
_SERIES = {
    "Approver": computed(None),
    "Code": text(10),
    "Description": text(200),
    "Manual": flag(unset=True),
    "NextVoucherNumber": computed(1),
    "Year": computed(1),
}
_SERIES_LIST = ("Approver", "Code", "Description", "Manual", "Year")
_CURRENCY = {
    "BuyRate": number(1, 6),
    "Code": text(3, least=3),
    "Date": computed(None),
    "Description": text(),
    "IsAutomatic": computed(unset=False),
    "SellRate": number(1, 6),
    "Unit": number(1),
}
_YEAR = {
    "Id": integer(),
    "FromDate": day(),
    "ToDate": day(),
    "AccountChartType": text(unset="BAS 2024"),
    "AccountingMethod": choice("ACCRUAL", "CASH", unset="ACCRUAL"),
}
_PROJECT = {
    "Comments": text(512, None),
    "ContactPerson": text(50, None),
    "Description": text(50),
    "EndDate": day(),
    "ProjectLeader": text(50, None),
    "ProjectNumber": text(20),
    "Status": choice("NOTSTARTED", "ONGOING", "COMPLETED", unset="ONGOING"),
    "StartDate": day(),
}
_PROJECT_LIST = ("Description", "EndDate", "ProjectLeader", "ProjectNumber", "Status", "StartDate")
_TAX_REDUCTION = {
    "ApprovedAmount": computed(0),
    "AskedAmount": number(),
    "BilledAmount": computed(0),
    "CustomerName": text(),
    "Id": integer(),
    "PropertyDesignation": text(),
    "ReferenceDocumentType": choice("OFFER", "ORDER", "INVOICE", unset="INVOICE"),
    "ReferenceNumber": text(),
    "RequestSent": computed(unset=False),
    "ResidenceAssociationOrganisationNumber": text(),
    "SocialSecurityNumber": text(13, least=10),
    "VoucherNumber": computed(None),
    "VoucherSeries": computed(None),
    "VoucherYear": computed(None),
}


def _reduces(document_type: str) -> object:
    return lambda row, tenant: row["ReferenceDocumentType"] == document_type


def _contains_day(row: Json, wanted: str, tenant: Tenant) -> bool:
    return bool(row["FromDate"] <= wanted <= row["ToDate"])


def _next_voucher(row: Json, tenant: Tenant) -> Json:
    """Add the number that the series' next voucher of this financial year gets."""
    year = tenant.year_of(tenant.today())["Id"]
    used = [
        one["VoucherNumber"]
        for one in tenant.tables.rows("vouchers")
        if (one["VoucherSeries"], one["Year"]) == (row["Code"], year)
    ]
    return row | {"NextVoucherNumber": max(used, default=0) + 1, "Year": year}


REGISTERS: tuple[RegisterRules, ...] = (
    RegisterRules(
        "accounts",
        "Account",
        "Number",
        _ACCOUNT,
        whole_list(
            "accounts",
            "Accounts",
            "Number",
            _ACCOUNT_LIST,
            sorts={"number": "Number"},
            search={"financialyear": lambda row, wanted, tenant: True, "sru": contains("SRU")},
        ),
        required=("Number", "Description"),
    ),
    RegisterRules(
        "currencies",
        "Currency",
        "Code",
        _CURRENCY,
        # `lastmodified` is not supported on currencies (FACTS.md 3.3).
        whole_list("currencies", "Currencies", "Code", tuple(_CURRENCY), has_lastmodified=False),
        required=("Code", "Description"),
        finish=_rated,
    ),
    RegisterRules(
        "units",
        "Unit",
        "Code",
        {"Code": text(20), "CodeEnglish": text(100), "Description": text(100)},
        whole_list("units", "Units", "Code", ("Code", "CodeEnglish", "Description"), by_text=True),
        required=("Code", "Description"),
    ),
    RegisterRules(
        "termsofpayments",
        "TermsOfPayment",
        "Code",
        {"Code": text(25), "Description": text()},
        whole_list("termsofpayments", "TermsOfPayments", "Code", ("Code", "Description"), by_text=True),
        required=("Code", "Description"),
        upper_case=True,
        finish=_alphanumeric,
    ),
    RegisterRules(
        "termsofdeliveries",
        "TermsOfDelivery",
        "Code",
        {"Code": text(20), "Description": text(), "DescriptionEnglish": text()},
        whole_list("termsofdeliveries", "TermsOfDeliveries", "Code", ("Code", "Description")),
        required=("Code", "Description"),
        methods=_NO_DELETE,
    ),
    RegisterRules(
        "wayofdeliveries",
        "WayOfDelivery",
        "Code",
        {"Code": text(50), "Description": text(), "DescriptionEnglish": text()},
        whole_list("wayofdeliveries", "WayOfDeliveries", "Code", ("Code", "Description")),
        required=("Code",),
    ),
    RegisterRules(
        "modesofpayments",
        "ModeOfPayment",
        "Code",
        {"AccountNumber": text(4, least=4), "Code": text(), "Description": text()},
        whole_list("modesofpayments", "ModesOfPayments", "Code", ("AccountNumber", "Code", "Description")),
        required=("AccountNumber",),
    ),
    RegisterRules(
        "costcenters",
        "CostCenter",
        "Code",
        {"Code": text(6), "Description": text(), "Note": text(), "Active": flag(unset=True)},
        whole_list("costcenters", "CostCenters", "Code", ("Code", "Description", "Note", "Active")),
        required=("Code", "Description"),
    ),
    RegisterRules(
        "pricelists",
        "PriceList",
        "Code",
        {
            "Code": text(100),
            "Comments": text(),
            "Description": text(50),
            "PreSelected": computed(unset=False),
        },
        whole_list("pricelists", "PriceLists", "Code", ("Code", "Comments", "Description", "PreSelected")),
        required=("Code", "Description"),
        methods=_NO_DELETE,
    ),
    RegisterRules(
        "predefinedaccounts",
        "PreDefinedAccount",
        "Name",
        {"Account": integer(), "Name": text()},
        whole_list("predefinedaccounts", "PreDefinedAccounts", "Name", ("Account", "Name"), by_text=True),
        methods=frozenset({"GET", "PUT"}),
    ),
    RegisterRules(
        "financialyears",
        "FinancialYear",
        "Id",
        _YEAR,
        whole_list(
            "financialyears",
            "FinancialYears",
            "Id",
            tuple(_YEAR),
            search={"date": _contains_day, "Date": _contains_day, "financialyeardate": _contains_day},
        ),
        required=("FromDate", "ToDate"),
        methods=frozenset({"GET", "POST"}),
    ),
    RegisterRules(
        "projects",
        "Project",
        "ProjectNumber",
        _PROJECT,
        whole_list("projects", "Projects", "ProjectNumber", _PROJECT_LIST, by_text=True),
        required=("Description",),
    ),
    RegisterRules(
        "labels",
        "Label",
        "Id",
        {"Description": text(25), "Id": integer()},
        ListRules("labels", "Labels", lambda row, tenant: {name: row[name] for name in ("Description", "Id")}),
        required=("Description",),
        alone=False,
    ),
    RegisterRules(
        "voucherseries",
        "VoucherSeries",
        "Code",
        _SERIES,
        whole_list("voucherseries", "VoucherSeriesCollection", "Code", _SERIES_LIST, by_text=True),
        required=("Code",),
        methods=_NO_DELETE,
        show=_next_voucher,
    ),
    RegisterRules(
        "taxreductions",
        "TaxReduction",
        "Id",
        _TAX_REDUCTION,
        whole_list(
            "taxreductions",
            "TaxReductions",
            "Id",
            tuple(_TAX_REDUCTION),
            search={"referencenumber": contains("ReferenceNumber")},
            filters={
                "invoices": _reduces("INVOICE"),
                "orders": _reduces("ORDER"),
                "offers": _reduces("OFFER"),
            },
        ),
        required=("ReferenceNumber", "CustomerName", "SocialSecurityNumber", "AskedAmount"),
        finish=unchanged,
    ),
)


def registers() -> dict[str, ServedRegister]:
    """Return the small registers by their path word."""
    return {rules.path: ServedRegister(rules) for rules in REGISTERS}
