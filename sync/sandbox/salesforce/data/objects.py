"""The standard objects and fields of a sandboxed org (FACTS.md 8; sizes as in recorded describes).

A line of a table is `Name type(size) flags`: `read` can only be read, `create` is written once and not
changed, `required` must be sent on create. A reference names its parent and the name of the way back.
Multi-currency orgs have CurrencyIsoCode besides (`org.py`).
"""

from sync.sandbox.salesforce.data.custom_fields import CUSTOM
from sync.sandbox.salesforce.data.schema import SObject, read_fields

_ID = "Id id(18) read\n"
_BIN = "IsDeleted boolean read\n"
_STAMPS = """
CreatedDate datetime read
CreatedById reference(User) read
LastModifiedDate datetime read
LastModifiedById reference(User) read
SystemModstamp datetime read
"""

_ADDRESS = """
{0}Street textarea(255)
{0}City string(40)
{0}State string(80)
{0}PostalCode string(20)
{0}Country string(80)
{0}Latitude double(3,15)
{0}Longitude double(3,15)
{0}GeocodeAccuracy picklist(40)
{0}Address address read
"""

_OWNER = "OwnerId reference(User)\n"

_ACCOUNT = f"""
Name string(255) required
Type picklist(255) | Prospect, Customer, Partner, Other
ParentId reference(Account,ChildAccounts)
{_ADDRESS.format("Billing").strip()}
{_ADDRESS.format("Shipping").strip()}
Phone phone(40)
Fax phone(40)
AccountNumber string(40)
Website url(255)
Site string(80)
Industry picklist(255)
AnnualRevenue currency(18,0)
NumberOfEmployees int
Ownership picklist(255)
TickerSymbol string(20)
Rating picklist(255)
AccountSource picklist(255)
Sic string(20)
SicDesc string(80)
NaicsCode string(8)
NaicsDesc string(120)
DunsNumber string(9)
Tradestyle string(255)
YearStarted string(4)
CleanStatus picklist(40)
Jigsaw string(20)
Description textarea(32000)
RecordTypeId reference(RecordType)
MasterRecordId reference(Account) read
{_OWNER.strip()}
"""

_CONTACT = f"""
AccountId reference(Account,Contacts)
LastName string(80) required
FirstName string(40)
Name string(121) read
Title string(128)
Email email(80) lookup
Phone phone(40)
MobilePhone phone(40)
{_ADDRESS.format("Mailing").strip()}
HasOptedOutOfEmail boolean
Description textarea(32000)
MasterRecordId reference(Contact) read
{_OWNER.strip()}
"""

_OPPORTUNITY = f"""
AccountId reference(Account,Opportunities)
Name string(120) required
Description textarea(32000)
IsPrivate boolean
StageName picklist(255) required
Amount currency(16,2)
Probability percent(3,0)
ExpectedRevenue currency(16,2) read
TotalOpportunityQuantity double(16,2)
CloseDate date required
Type picklist(255) | Existing Business, New Business
NextStep string(255)
LeadSource picklist(255) | Web, Phone Inquiry, Partner Referral, Purchased List, Other
IsClosed boolean read
IsWon boolean read
ForecastCategory picklist(40) read restricted | Omitted, Pipeline, BestCase, MostLikely, Forecast, Closed
ForecastCategoryName picklist(255) | Omitted, Pipeline, Best Case, Commit, Closed
CampaignId reference(Campaign)
HasOpportunityLineItem boolean read
Pricebook2Id reference(Pricebook2,Opportunities)
ContactId reference(Contact,Opportunities) create
LastActivityDate date read
PushCount int read
LastStageChangeDate datetime read
FiscalQuarter int read
FiscalYear int read
Fiscal string(6) read
LastViewedDate datetime read
LastReferencedDate datetime read
HasOpenActivity boolean read
HasOverdueTask boolean read
LastAmountChangedHistoryId reference(OpportunityHistory) read
LastCloseDateChangedHistoryId reference(OpportunityHistory) read
{_OWNER.strip()}
"""

_LINE = """
OpportunityId reference(Opportunity,OpportunityLineItems) create required
SortOrder int
PricebookEntryId reference(PricebookEntry,OpportunityLineItems) create
Product2Id reference(Product2,OpportunityLineItems) create
ProductCode string(255) read
Name string(376) read
Quantity double(10,2) required
TotalPrice currency(16,2)
UnitPrice currency(16,2)
ListPrice currency(16,2) read
Discount percent(3,2)
Subtotal currency(16,2) read
ServiceDate date
HasSchedule boolean read
HasRevenueSchedule boolean read
HasQuantitySchedule boolean read
Description string(255)
"""

_ORDER = f"""
AccountId reference(Account,Orders) required
OpportunityId reference(Opportunity,Orders)
Pricebook2Id reference(Pricebook2,Orders)
EffectiveDate date required
EndDate date
Status picklist(255) required | Draft, Activated
StatusCode picklist(40) read | Draft, Activated
OrderNumber string(30) read
TotalAmount currency(16,2) read
PoNumber string(80)
PoDate date
Description textarea(32000)
Type picklist(255)
Name string(80)
BillToContactId reference(Contact)
ActivatedDate datetime read
{_ADDRESS.format("Billing").strip()}
{_ADDRESS.format("Shipping").strip()}
{_OWNER.strip()}
"""

_ORDER_ITEM = """
OrderId reference(Order,OrderItems) create required
PricebookEntryId reference(PricebookEntry,OrderItems) create
Product2Id reference(Product2,OrderItems) create
Quantity double(10,2) required
UnitPrice currency(16,2)
ListPrice currency(16,2) read
TotalPrice currency(16,2) read
ServiceDate date
EndDate date
OrderItemNumber string(30) read
Description string(255)
"""

_PRODUCT = """
Name string(255) required
ProductCode string(255)
StockKeepingUnit string(180)
Description textarea(4000)
IsActive boolean
Family picklist(255)
QuantityUnitOfMeasure picklist(255)
IsArchived boolean read
"""

_PRICEBOOK = """
Name string(255) required
IsActive boolean
IsStandard boolean read
Description textarea(255)
IsArchived boolean read
"""

_ENTRY = """
Name string(255) read
Pricebook2Id reference(Pricebook2,PricebookEntries) create required
Product2Id reference(Product2,PricebookEntries) create required
UnitPrice currency(16,2) required
IsActive boolean
UseStandardPrice boolean
ProductCode string(255) read
IsArchived boolean read
"""

_USER = """
Username string(80)
LastName string(80)
FirstName string(40)
Name string(121) read
Email email(128)
IsActive boolean
UserType picklist(40)
Title string(80)
Phone phone(40)
"""

_STAGE = """
MasterLabel string(255)
ApiName string(255)
IsActive boolean
SortOrder int
IsClosed boolean
IsWon boolean
ForecastCategory picklist(40)
ForecastCategoryName picklist(40)
DefaultProbability percent(3,0)
Description string(255)
"""

_RECORD_TYPE = """
Name string(80)
DeveloperName string(80)
SobjectType picklist(40)
IsActive boolean
"""

_ORGANIZATION = """
Name string(80)
Division string(80)
Street textarea(255)
City string(40)
State string(80)
PostalCode string(20)
Country string(80)
Latitude double(3,15)
Longitude double(3,15)
GeocodeAccuracy picklist(40)
Address address
Phone phone(40)
Fax phone(40)
PrimaryContact string(80)
DefaultLocaleSidKey picklist(40)
TimeZoneSidKey picklist(40)
LanguageLocaleKey picklist(40)
ReceivesInfoEmails boolean
ReceivesAdminInfoEmails boolean
PreferencesRequireOpportunityProducts boolean
PreferencesConsentManagementEnabled boolean
PreferencesAutoSelectIndividualOnMerge boolean
PreferencesLightningLoginEnabled boolean
PreferencesOnlyLLPermUserAllowed boolean
PreferencesTransactionSecurityPolicy boolean
PreferencesTerminateOldestSession boolean
PreferencesActivityAnalyticsEnabled boolean
FiscalYearStartMonth int
UsesStartDateAsFiscalYearName boolean
DefaultAccountAccess picklist(40)
DefaultContactAccess picklist(40)
DefaultOpportunityAccess picklist(40)
DefaultLeadAccess picklist(40)
DefaultCaseAccess picklist(40)
DefaultCalendarAccess picklist(40)
DefaultPricebookAccess picklist(40)
DefaultCampaignAccess picklist(40)
ComplianceBccEmail email(80)
UiSkin picklist(40)
SignupCountryIsoCode string(2)
NumKnowledgeService int
WebToCaseDefaultOrigin string(40)
MonthlyPageViewsUsed int
MonthlyPageViewsEntitlement int
OrganizationType picklist(40)
NamespacePrefix string(15)
InstanceName string(5)
IsSandbox boolean
IsReadOnly boolean
TrialExpirationDate datetime
"""

_CURRENCY = """
IsoCode picklist(3)
ConversionRate double(9,9)
DecimalPlaces int
IsActive boolean
IsCorporate boolean
"""

_DATED_RATE = """
IsoCode picklist(3)
StartDate date
NextStartDate date
ConversionRate double(9,9)
"""

_TABLES = (
    ("Account", "001", "Account", "Accounts", _ACCOUNT, True),
    ("Contact", "003", "Contact", "Contacts", _CONTACT, True),
    ("Opportunity", "006", "Opportunity", "Opportunities", _OPPORTUNITY, True),
    ("OpportunityLineItem", "00k", "Opportunity Product", "Opportunity Products", _LINE, True),
    ("Order", "801", "Order", "Orders", _ORDER, True),
    ("OrderItem", "802", "Order Product", "Order Products", _ORDER_ITEM, True),
    ("Product2", "01t", "Product", "Products", _PRODUCT, True),
    ("Pricebook2", "01s", "Price Book", "Price Books", _PRICEBOOK, True),
    ("PricebookEntry", "01u", "Price Book Entry", "Price Book Entries", _ENTRY, True),
    ("User", "005", "User", "Users", _USER, False),
    ("OpportunityStage", "01J", "Opportunity Stage", "Opportunity Stage", _STAGE, False),
    ("RecordType", "012", "Record Type", "Record Types", _RECORD_TYPE, False),
    ("Organization", "00D", "Organization", "Organizations", _ORGANIZATION, False),
    ("CurrencyType", "01L", "Currency Type", "Currency Types", _CURRENCY, False),
    ("DatedConversionRate", "04w", "Dated Conversion Rate", "Dated Conversion Rates", _DATED_RATE, False),
)

_WITHOUT_BIN = frozenset(name for name, *_, writable in _TABLES if not writable)
"""What an admin sets up is never in the recycle bin, so its records have no IsDeleted."""


def _table(name: str, own: str) -> str:
    system = _ID + ("" if name in _WITHOUT_BIN else _BIN) + _STAMPS.strip()
    return system + own + CUSTOM.get(name, "")


OBJECTS: dict[str, SObject] = {
    name: SObject(name, prefix, label, plural, read_fields(_table(name, table)), writable)
    for name, prefix, label, plural, table, writable in _TABLES
}
"""Every sObject by its API name, as an org with several currencies has it."""

WITH_CURRENCY = frozenset(
    {"Account", "Contact", "Opportunity", "OpportunityLineItem", "Order", "OrderItem", "Product2", "PricebookEntry"}
)
"""The objects whose records have a currency of their own in a multi-currency org (FACTS.md 8.6)."""

UNDELETED = frozenset({"OpportunityLineItem", "OrderItem"})
"""The objects whose deleted records do not reach the recycle bin (FACTS.md 8.3)."""

CASCADES: dict[str, tuple[tuple[str, str], ...]] = {
    "Account": (("Contact", "AccountId"), ("Opportunity", "AccountId")),
    "Opportunity": (("OpportunityLineItem", "OpportunityId"),),
    "Order": (("OrderItem", "OrderId"),),
}
"""What is deleted, and undeleted, together with a parent: object and reference (`cascadeDelete`, FACTS.md 3.5)."""
