"""A new row of each resource, in the recorded order of keys (2025-26; FACTS.md 2).

Company-register, statistics and screen fields keep the values they have here unless somebody writes them.
Keys that Upsales computes on reading are added by `views`.
"""

from copy import deepcopy
from typing import Any

from sync.sandbox.words import words

Row = dict[str, Any]

_HAD: Row = {
    "hasOrder": None,
    "hadOrder": None,
    "hasOpportunity": None,
    "hadOpportunity": None,
    "hasActivity": None,
    "hadActivity": None,
    "hasMail": False,
    "hasForm": False,
    "hasVisit": False,
    "hasAppointment": None,
    "hadAppointment": None,
}

_GROWTH = words(
    "salesLast12Months cmLast12Months salesTrend12Months cmTrend12Months numberOfActivities"
    " numberOfActivitiesTotal numberOfOpportunities numberOfOpportunitiesTotal numberOfAgreements"
    " numberOfAgreementsTotal arrTotal arrLast12Months mrrLast12Months arr mrr arrOneYearAgo mrrOneYearAgo"
    " salesPercentOfTurnover arrPercentOfTurnover mrrPercentOfTurnover cmPercentOfTurnover"
)

ACCOUNT: Row = {
    "id": 0,
    "name": "",
    **dict.fromkeys(("phone", "phoneCountryCode", "fax", "webpage", "notes", "parent", "operationalAccount")),
    "active": 1,
    "currency": None,
    "users": [],
    **dict.fromkeys(("regDate", "regBy", "modDate", "dunsNo")),
    "projects": [],
    "categories": [],
    "addresses": [],
    "custom": [],
    "userRemovable": True,
    "userEditable": True,
    "connectedClients": [],
    "soliditet": {},
    "score": 0,
    "scoreUpdateDate": None,
    "isExternal": 0,
    "externalClientData": [],
    **_HAD,
    "assigned": [],
    "ads": {"clicks": 0, "impressions": 0, "lastImpression": 0},
    "adCampaign": [],
    **dict.fromkeys(
        words(
            "importId orgNo registrationDate status sniCode companyForm creditRating prospectingCreditRating"
            " prospectingNumericCreditRating monitorChangeDate turnover profit noEmployees facebook twitter"
            " linkedin sicCode ukSicCode naceCode naicsCode processedBy"
        )
    ),
    "journeyStep": "lead",
    **dict.fromkeys(("deactivationReason", "deactivationDate", "deactivatedBy", "cfar", "about")),
    "source": {"type": "manual", "id": None},
    "headquarters": 0,
    **dict.fromkeys(("prospectingId", "autoMatchedProspectingId", "prospectingUpdateDate")),
    "numberOfSubaccounts": 0,
    "numberOfContacts": 0,
    "numberOfContactsTotal": 0,
    "extraFields": {},
    "growth": {**dict.fromkeys(_GROWTH, 0), "activity": None, "subaccountActivity": None},
    "clientQuotas": [],
    "priceListId": None,
    "clientPlans": [],
    "supportTickets": {"hasOpen": False, "hasClosed": False},
    "isMonitored": False,
    "excludedFromProspectingMonitor": False,
}

CONTACT: Row = {
    "id": 0,
    "name": "",
    **dict.fromkeys(("phone", "phoneCountryCode", "cellPhone", "cellPhoneCountryCode")),
    "email": "",
    **dict.fromkeys(("title", "notes", "client", "regDate", "regBy")),
    "active": 1,
    "modDate": None,
    "categories": [],
    "custom": [],
    "userRemovable": True,
    "userEditable": True,
    "projects": [],
    "segments": [],
    "unsubscribed": None,
    "score": 0,
    "scoreUpdateDate": None,
    "connectedClients": [],
    **_HAD,
    "unsubscribedMailCampaign": None,
    "importId": None,
    "optins": [],
    "socialEvent": [],
    "salutation": None,
    "titleCategory": None,
    "firstName": "",
    "lastName": "",
    "linkedin": None,
    "journeyStep": "lead",
    "firstTouch": None,
    "mailBounces": [],
    "emailBounceReason": "",
    "supportTickets": {"hasOpen": False, "hasClosed": False},
    "isPriority": False,
}

_RISKS = words(
    "closingDateChangedOccured companySizeOccured daysInStageOccured noAppointmentsOccured noNextStepOccured"
    " noRecentContactOccured noStakeholderInvolvedOccured notAnsweringCallsOccured orderValueChangedOccured"
    " orderValueOccured postponedAppointmentsOccured"
)

ORDER: Row = {
    "id": 0,
    **dict.fromkeys(("description", "closeDate", "date", "notes", "user", "client", "contact", "project")),
    "regDate": None,
    "stage": None,
    "probability": 0,
    "modDate": None,
    "clientConnection": None,
    "currencyRate": 1,
    "currency": None,
    "locked": 0,
    "custom": [],
    "stakeholders": [],
    "titleCategories": [],
    "orderRow": [],
    "recurringInterval": 12,
    "periodization": None,
    "agreement": None,
    "userRemovable": True,
    "userEditable": True,
    "lastIntegrationStatus": [],
    "confirmedBudget": None,
    "confirmedDate": None,
    "confirmedSolution": False,
    "lostReason": None,
    "competitorId": None,
    "regBy": None,
    "salesCoach": [],
    "checklist": [],
    "marketingContribution": None,
    "risks": dict.fromkeys(_RISKS),
    "noCompletedAppointments": 0,
    "noPostponedAppointments": 0,
    "noTimesCallsNotAnswered": 0,
    "noTimesClosingDateChanged": 0,
    "noTimesOrderValueChanged": 0,
    "userSalesStatistics": {
        "mostCommonAppointmentsPerOrder": 0,
        "mostCommonStakeholder": None,
        "avgSalesCycleLength": 0,
    },
    "priceListId": 1,
    "invoiceRelatedClient": False,
    "projectPlanOptions": [],
}

ORDER_ROW: Row = {
    "id": 0,
    "quantity": 1,
    "price": 0,
    "custom": [],
    "bundleRows": [],
    "product": None,
    "tierQuantity": 0,
    "sortId": 0,
    "listPrice": 0,
    "purchaseCost": None,
    "bundleFixedPrice": False,
}

PRODUCT: Row = {
    "id": 0,
    "name": "",
    "listPrice": 0,
    "active": 1,
    "category": None,
    "sortId": 0,
    "recurringInterval": None,
    "isMultiCurrency": 0,
    "isRecurring": 0,
    "custom": [],
    "userRemovable": True,
    "userEditable": True,
    "roles": [],
    "currencies": [],
    "tiers": [],
    "purchaseCost": 0,
    "articleNo": None,
    "importId": None,
    "bundle": [],
    "bundlePriceAdjustment": None,
    "bundlePriceAdjustmentType": None,
    "bundleFixedPrice": False,
    "bundleEditable": False,
    "description": None,
    "projectPlanTemplate": None,
}

STAGE: Row = {"id": 0, "name": "", "probability": 0, "exclude": 0, "roles": []}

CATEGORY: Row = {
    "id": 0,
    "name": "",
    "parentId": 0,
    "sortId": 99999999,
    "roles": [],
    "orderRowFields": [],
    "inheritRoles": False,
}

PRICE_LIST: Row = {
    "id": 0,
    "name": "",
    "code": None,
    "active": True,
    "isDefault": False,
    "showDiscount": False,
    "regDate": None,
    "modDate": None,
    "modBy": 0,
    "regBy": 0,
}

USER: Row = {
    "id": 0,
    "name": "",
    "email": "",
    "administrator": 0,
    "role": None,
    "teamLeader": 0,
    "active": 1,
    "ghost": 0,
    "free": 0,
    **dict.fromkeys(("userTitle", "userAddress", "userZipCode", "userState", "userPhone", "userCellPhone")),
    "export": 0,
    "custom": [],
    "billingAdmin": 0,
    "regDate": None,
    "crm": 1,
    "support": 0,
    "service": 0,
    "supportAdmin": 0,
    "projectAdmin": 0,
}

API_KEY: Row = {"id": 0, "name": "", "active": True}

TEMPLATES: dict[str, Row] = {
    "account": ACCOUNT,
    "contact": CONTACT,
    "order": ORDER,
    "product": PRODUCT,
    "stage": STAGE,
    "category": CATEGORY,
    "pricelist": PRICE_LIST,
    "user": USER,
    "apikey": API_KEY,
}


def blank(kind: str) -> Row:
    """Return a fresh row of a kind with every key at its default."""
    return deepcopy(TEMPLATES[kind])


def blank_order_row() -> Row:
    """Return a fresh order row."""
    return deepcopy(ORDER_ROW)
