"""Lists the keys of each resource that can be written, and how each is made to fit (FACTS.md 1.7, 2).

A key that is not here is unknown or read-only: it is ignored without a word.
"""

from typing import Any

from sync.sandbox.upsales.coerce import (
    Coerce,
    array,
    as_is,
    day,
    flag,
    instant,
    integer,
    number,
    reference,
    references,
    text,
    truth,
)

_ADDRESS_TYPES = ("Visit", "Mail", "Invoice", "Delivery", "Other")
_ADDRESS_TEXTS = {
    "address": 1000,
    "zipcode": 50,
    "city": 100,
    "state": 100,
    "municipality": 100,
    "country": 2,
}


def addresses(value: Any) -> list[dict[str, Any]]:
    """Return the addresses that have a known type, one for each type, the last one sent (FACTS.md 2.1)."""
    kept: dict[str, dict[str, Any]] = {}
    for sent in array(value):
        if isinstance(sent, dict) and sent.get("type") in _ADDRESS_TYPES:
            kept[sent["type"]] = _address(sent)
    return list(kept.values())


def _address(sent: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"type": sent["type"]}
    row.update({key: text(size)(sent.get(key)) for key, size in _ADDRESS_TEXTS.items()})
    row.update({key: number(sent.get(key)) for key in ("latitude", "longitude")})
    return row


def _texts(sizes: dict[str, int]) -> dict[str, Coerce]:
    return {key: text(size) for key, size in sizes.items()}


_ACCOUNT: dict[str, Coerce] = {
    **_texts({"name": 100, "orgNo": 32, "phone": 30, "phoneCountryCode": 5, "fax": 30, "webpage": 256}),
    **_texts({"notes": 16777215, "about": 65535, "facebook": 256, "twitter": 256, "linkedin": 256, "dunsNo": 20}),
    **_texts({"sniCode": 10, "sicCode": 8, "ukSicCode": 5, "naicsCode": 6, "status": 30, "companyForm": 30}),
    **_texts({"creditRating": 30, "journeyStep": 30, "deactivationReason": 256}),
    "active": flag,
    "turnover": number,
    "profit": number,
    "noEmployees": integer,
    "cfar": integer,
    "registrationDate": instant,
    "deactivationDate": instant,
    "parent": reference,
    "operationalAccount": reference,
    "users": references,
    "categories": references,
    "projects": references,
    "addresses": addresses,
    "priceListId": integer,
    "clientPlans": array,
    "extraFields": as_is,
}

_CONTACT: dict[str, Coerce] = {
    **_texts({"name": 100, "email": 128, "phone": 30, "cellPhone": 30, "title": 100, "salutation": 100}),
    **_texts({"phoneCountryCode": 5, "cellPhoneCountryCode": 5, "linkedin": 256, "notes": 65535}),
    **_texts({"journeyStep": 30, "emailBounceReason": 256}),
    "active": flag,
    "isPriority": truth,
    "client": reference,
    "titleCategory": reference,
    "categories": references,
    "projects": references,
}

_ORDER: dict[str, Coerce] = {
    **_texts({"description": 130, "notes": 65535, "currency": 3, "lostReason": 256}),
    "date": day,
    "closeDate": day,
    "probability": integer,
    "stage": reference,
    "user": reference,
    "client": reference,
    "contact": reference,
    "clientConnection": reference,
    "project": reference,
    "agreement": reference,
    "currencyRate": number,
    "orderRow": array,
    "locked": flag,
    "priceListId": integer,
    "recurringInterval": integer,
    "competitorId": integer,
    "confirmedBudget": number,
    "confirmedDate": instant,
    "confirmedSolution": truth,
    "stakeholders": array,
    "titleCategories": array,
    "salesCoach": array,
    "checklist": array,
    "invoiceRelatedClient": truth,
    "projectPlanOptions": array,
}

ORDER_ROW: dict[str, Coerce] = {
    "quantity": number,
    "price": number,
    "listPrice": number,
    "tierQuantity": integer,
    "sortId": integer,
    "purchaseCost": number,
    "bundleRows": array,
    "bundleFixedPrice": truth,
    "product": reference,
}

_PRODUCT: dict[str, Coerce] = {
    **_texts({"name": 100, "articleNo": 100, "description": 1024, "bundlePriceAdjustmentType": 30}),
    "listPrice": number,
    "purchaseCost": number,
    "active": flag,
    "category": reference,
    "sortId": integer,
    "recurringInterval": integer,
    "isMultiCurrency": flag,
    "isRecurring": flag,
    "roles": references,
    "currencies": array,
    "tiers": array,
    "bundle": array,
    "bundlePriceAdjustment": number,
    "bundleFixedPrice": truth,
    "bundleEditable": truth,
    "projectPlanTemplate": reference,
}

_USER: dict[str, Coerce] = {
    **_texts({"name": 100, "email": 128, "userTitle": 100, "userAddress": 256, "userZipCode": 20}),
    **_texts({"userState": 100, "userPhone": 30, "userCellPhone": 30, "language": 5}),
    "role": reference,
    **dict.fromkeys(("administrator", "teamLeader", "active", "ghost", "free", "export"), flag),
    **dict.fromkeys(("billingAdmin", "crm", "support", "service", "supportAdmin", "projectAdmin"), flag),
}

COLUMNS: dict[str, dict[str, Coerce]] = {
    "account": _ACCOUNT,
    "contact": _CONTACT,
    "order": _ORDER,
    "product": _PRODUCT,
    "user": _USER,
    "stage": {"name": text(100), "probability": integer, "exclude": flag, "roles": references},
    "category": {
        "name": text(100),
        "parentId": integer,
        "sortId": integer,
        "roles": references,
        "inheritRoles": truth,
        "orderRowFields": references,
        "calculatingField": reference,
    },
    "pricelist": {
        "name": text(100),
        "code": text(30),
        "active": truth,
        "isDefault": truth,
        "showDiscount": truth,
    },
}


def written(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return what of a body can be written to a resource, made to fit."""
    columns = COLUMNS[kind]
    return {key: columns[key](value) for key, value in body.items() if key in columns}
