"""Answers for the account itself: /self, /metadata, /currencies (FACTS.md 1.2, 2.9)."""

from typing import Any

from sync.sandbox.upsales.data.settings_page import CHANNELS, HOOKS, PARAMS, REST
from sync.sandbox.upsales.data.state import State
from sync.sandbox.words import words

Row = dict[str, Any]

_FIELDS: dict[str, dict[str, int]] = {
    "Client": {
        **{
            "Name": 100,
            "Adress": 0,
            "Phone": 30,
            "Fax": 30,
            "Www": 256,
            "User": 0,
            "Parent": 0,
            "Project": 0,
        },
        **{"Status": 30, "Notes": 16777215, "VisitAddress": 0, "DeliveryAddress": 0, "InvoiceAddress": 0},
        **{
            "OtherAddress": 0,
            "OrgNo": 32,
            "RegistrationDate": 0,
            "SniCode": 10,
            "Cfar": 0,
            "CompanyForm": 30,
        },
        **{"CreditRating": 30, "Turnover": 0, "Profit": 0, "NoEmployees": 0, "Facebook": 256, "Twitter": 256},
        **{"LinkedIn": 256, "SicCode": 8, "NaicsCode": 6, "UKSicCode": 5, "About": 65535},
        **{"ProspectingCreditRating": 8, "ClientPlan": 0, "NaceCode": 6},
    },
    "Contact": {
        **{"Client": 0, "Name": 100, "Salutation": 100, "FirstName": 50, "LastName": 50, "Title": 100},
        **{"TitleCategory": 0, "Phone": 30, "Cellphone": 30, "Email": 128, "Notes": 65535, "LinkedIn": 256},
    },
    "Activity": {
        **{"Date": 0, "Time": 0, "Client": 0, "Description": 100, "Contact": 0, "Type": 0, "User": 0},
        **{"Project": 0, "Notes": 16777215},
    },
    "Appointment": {
        **{"Description": 100, "Type": 0, "StartDate": 0, "StartTime": 0, "Client": 0, "EndDate": 0},
        **{"EndTime": 0, "Contact": 0, "Project": 0, "Notes": 16777215},
    },
    "Todo": {"Project": 0},
    "Order": {
        **{"Date": 0, "Client": 0, "Description": 130, "Contact": 0, "Stage": 0, "User": 0, "Probability": 0},
        **{"Project": 0, "Notes": 65535, "ClientOrderRelation": 0, "OrderLostReason": 0},
        **{"OpportunityWonLost": 0, "Competitor": 0, "ShowCopyButton": 0},
    },
    "Agreement": {"Notes": 65535},
    "Product": {"ArticleNo": 100, "Description": 1024},
}
"""The standard fields of each entity and their greatest length (0: has none)."""

_CHOSEN = {
    "Status": "status",
    "SniCode": "sniCode",
    "CompanyForm": "companyForm",
    "CreditRating": "creditRating",
    "SicCode": "sicCode",
    "NaicsCode": "naicsCode",
    "UKSicCode": "ukSicCode",
    "ProspectingCreditRating": "prospectingCreditRating",
    "NaceCode": "naceCode",
}
"""Fields whose choices are a list of that name, not listed themselves."""
_TOLD_BY_PARTS = words("Adress VisitAddress DeliveryAddress InvoiceAddress OtherAddress")
_TOLD_BY_PARTS += words("Date Time StartDate StartTime EndDate EndTime")


def currencies(state: State) -> list[Row]:
    """Return the account's currencies; `rate` is units per unit of the master currency."""
    return sorted(state.rows("currency"), key=lambda row: str(row["iso"]))


def own_page(state: State) -> Row:
    """Return what /self tells: the key, and the account it belongs to."""
    info, user = state.info(), state.get("user", state.key_user()) or {}
    client = {"id": info.get("account"), "name": info.get("name")}
    return {
        "id": user.get("id"),
        "name": user.get("name"),
        "email": user.get("email"),
        "client": client,
        "clientId": client["id"],
        "clients": [client],
        "features": {"orders": True, "products": True, "customFields": True, "priceLists": True},
        "version": "Enterprise",
    }


def metadata_page(state: State) -> Row:
    """Return what /metadata tells: currencies, parameters, field sizes, which apps are active."""
    listed = currencies(state)
    master = [row for row in listed if row["masterCurrency"]]
    return {
        "customerCurrencies": listed,
        "defaultCurrency": master[0] if master else None,
        "params": dict(PARAMS),
        "user": _user(state),
        "role": None,
        "version": "Enterprise",
        "licenses": state.tables.count("user"),
        "supportLicenses": 0,
        "soliditetCredits": 0,
        "requiredFields": {entity: dict.fromkeys(fields, False) for entity, fields in _FIELDS.items()},
        "standardFields": _standard_fields(),
        "integrations": _integrations(state),
        **dict.fromkeys(CHANNELS, ""),
        **REST,
    }


def _user(state: State) -> Row:
    row = state.get("user", state.key_user()) or {}
    flags = words("administrator teamLeader active ghost free export billingAdmin crm support service")
    texts = words("userTitle userAddress userZipCode userState userPhone userCellPhone regDate")
    return {
        "id": row.get("id"),
        "name": row.get("name"),
        "roleId": (row.get("role") or {}).get("id", 0),
        **{key: bool(row.get(key)) for key in (*flags, "supportAdmin", "projectAdmin")},
        **{key: row.get(key) for key in texts},
        "custom": [],
    }


def _standard_fields() -> Row:
    numbered = 0
    fields: Row = {}
    for entity, sizes in _FIELDS.items():
        fields[entity] = {}
        for name, size in sizes.items():
            numbered += 1
            fields[entity][name] = _standard_field(numbered, entity, name, size)
    return fields


def _standard_field(number: int, entity: str, name: str, size: int) -> Row:
    row: Row = {
        "id": number,
        **({} if name in _TOLD_BY_PARTS and entity != "Order" else {"field": name[0].lower() + name[1:]}),
        "required": False,
        "disabled": False,
        "editable": False,
        "sortOrder": 0,
        "group": "standard",
        "canHide": False,
        "type": "Select" if name in _CHOSEN else "String",
        "selectOptions": _CHOSEN.get(name, []),
        "name": name,
        "active": True,
        "canMakeRequired": True,
    }
    if name in ("OrgNo", "ClientOrderRelation"):
        row["tooltip"] = None
    if name == "ClientOrderRelation":
        row["fieldNameTranslations"] = {}
    return {**row, "size": size} if size else row


def _integrations(state: State) -> Row:
    """Return the active apps and the hooks each listens to (FACTS.md 3.2)."""
    active = [row for row in state.rows("app") if row["active"]]
    inits: dict[str, list[Row]] = {}
    for app in active:
        for hook in HOOKS:
            keys = words("name imageLink color id userConfigurable alias public")
            inits.setdefault(hook, []).append({key: app[key] for key in keys})
    keys = words("id name imageLink color userConfigurable userOnly public inputDebounceInMs")
    shown = [{**{key: app[key] for key in keys}, "inits": list(HOOKS)} for app in active]
    return {"inits": inits, "active": shown, "userConfigurable": [], "uiElements": {}}
