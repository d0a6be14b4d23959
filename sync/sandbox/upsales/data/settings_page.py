"""Holds an account's settings as /metadata tells them, and the apps of its catalogue (FACTS.md 2.9)."""

from typing import Any

from sync.sandbox.words import words

Row = dict[str, Any]

HOOKS = words(
    "after_client_update after_order_insert after_order_update app_status_order before_order_save"
    " limit_pricelists show_field_sync"
)
PUBLISHER = 325

_OFF = words(
    "teamAccountManager AgreementPrecreate startPage SmsAuthentication LookerIsActive CurrencyAutoUpdate HasSamlLogin"
    " SyncJourneyStatus HideReportCenter ExcludeRetargetingScript LookerTrialEnabled brokenFiscalYearEnabled"
    " SubscriptionAdminCanEditLockedStage GroupARRChangesByUser IncludeAPIKeysInReports AISuggestionsEnabled"
    " AutoAddProspectingData DelayNewFeatures WeeklyCommit DisableSegmentIO DisableIntercom EnableEngagementEmails"
    " EnableCreditOrders OrderProductsImprovedSearch RelateAnySubaccount DisableLicenseEdit EnforcedCountryValidation"
    " HideSoliditetToggle AutomaticCurrencyRate"
)
_ON = words(
    "soliditetIsActive AgreementEnabled UseDiscount MultiCurrency HasMigratedCustomFields UseContributionMargin"
    " SalesboardSumContributionMargin SignalsAutoUpdate TicketPriority TicketMatching"
    " EnableAutoFillAppointmentsDescription TicketAutoCreateClientAndContact TicketSender"
)
_ZERO = words(
    "soliditetCredits DiskSpaceForFilesLimit DefaultAppointmentTypeId ExtraSoliditetCredits mailCredits"
    " SubscriptionDefaultCreationTime brokenFiscalYearOffset SubscriptionDefaultStageId RemovedBouncesCurrentMonth"
    " SubscriptionDefaultNoticePeriod SubscriptionAddNotesToOrderCustomField ProspectingTrialCredits"
)
_NONE = words("clientActivityRelation clientOrderRelation LookerExploreAccess LastBisnodeResetDate LastBisnodeSetDate")
PARAMS: Row = {
    **dict.fromkeys(_OFF, False),
    **dict.fromkeys(_ON, True),
    **dict.fromkeys(_ZERO, 0),
    **dict.fromkeys(_NONE),
    **dict.fromkeys(words("telPrefix SubscriptionLockedStages"), ""),
    **{name: [] for name in words("SyncLogEmails UserDefinedObject LookerDashboardExeptionIds")},
    "defaultStageId": 9,
    "DefaultActivityTypeId": 1,
    "sessionTime": 600,
    "OrderedProductPriceDecimals": 2,
    "SubscriptionDefaultInterval": 12,
    "SubscriptionDefaultPeriod": 12,
    "SubscriptionInAdvanceOptions": [0, 30],
    "SubscriptionNoticePeriod": [0, 3],
    "callToType": "callto:",
    "DnBCountryCodes": "SE",
    "SalesModel": "cm",
    "SalesModelOption": "cm",
    "SalesModelOption2": "net",
    "SalesModelOption3": "onlyRR",
    "CustomerRegion": "SE",
}
"""The account's parameters, as a small account has them."""

CHANNELS = words(
    "metaChannel notificationChannel notificationUserChannel publicChannel iOSInterest publicUrlHash mailEditorHash"
    " iCalExternalUrlHash"
)
_INTRODUCTIONS = words(
    "activity appointment client contact order opportunity salesboard email esign agreement project lead visit form"
    " groupMail mailTemplate phoneCall segment flow"
)
REST: Row = {
    "credits": {"email": 0, "bisnode": 0},
    "esign": {"active": False},
    "map": {"tracking": False, "mail": False, "mailActivated": False, "mailCredits": 0},
    "activatedFeatures": {
        "visits": False,
        "mail": False,
        "esign": False,
        "easyBooking": {"active": False, "bookingUrl": None, "bookingPages": []},
    },
    "mainApps": [],
    "onboarding": [],
    "validFileExtensions": ".csv,.doc,.pdf,.png,.txt,.xlsx",
    "listOnboarding": {"listIntro": dict.fromkeys(_INTRODUCTIONS, False), "track": None},
    "userQuotaPeriods": {},
    "showUserSurvey": False,
    "userSurveyResult": [],
    "agentLiveListeners": [],
    "agentUiElements": {
        **{name: {"sidebar": []} for name in words("editActivity editAppointment editOrder editSubscription")},
        "account": {"accountCardTop": [], "sidebarTop": [], "sidebar": []},
    },
}
"""What the screens of Upsales read besides."""


def blank_app(number: int, name: str, alias: str) -> Row:
    """Return an app of the catalogue that the account has not activated."""
    hooks = [{"id": 1000 * number + place, "integrationId": number, "type": hook} for place, hook in enumerate(HOOKS)]
    contract = {"id": number, "typeEntityId": number, "type": "integration", "name": f"{name} Integration"}
    return {
        **{"id": number, "name": name, "alias": alias, "category": "productivity"},
        **{
            "supportEmail": "",
            "description": "",
            "descriptionLong": "",
            "imageLink": "",
            "langTagPrefix": alias.lower(),
        },
        **{"publisherClientId": PUBLISHER, "publisherName": "Upsales Nordic AB", "public": True},
        **{"url": None, "price": 0, "pricePerUser": None, "userConfigurable": False, "configJson": "{}"},
        **{"version": "1", "active": False, "apiKey": True, "standardIntegrationTag": []},
        **{"standardIntegrationInit": hooks, "termsAccepted": "", "termsAcceptedUser": None},
        "contract": {**contract, "body": "", "version": 1, "customerId": PUBLISHER, "admin": True},
        **{"color": "#ffffff", "env": 2, "externalConfig": True, "userOnly": False, "hideForNew": False},
        **{"region": "SE", "visible": True, "inputDebounceInMs": None},
        **{"hostingLocation": "SE", "hostingProvider": "self-hosted"},
    }
