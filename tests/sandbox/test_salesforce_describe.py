"""What the sandboxed org says of itself and of its objects: versions, keys, fields (salesforce/FACTS.md 1, 3.5)."""

import pytest

from tests.sandbox.salesforce_org import Bench

BENCH = Bench()
OUTLINE = """
activateable associateEntityType associateParentEntity createable custom customSetting deepCloneable deletable
deprecatedAndHidden feedEnabled hasSubtypes isInterface isSubtype keyPrefix label labelPlural layoutable mergeable
mruEnabled name queryable replicateable retrieveable searchable triggerable undeletable updateable urls
"""
OPPORTUNITY = """
IsPrivate TotalOpportunityQuantity LeadSource ForecastCategoryName CampaignId LastActivityDate PushCount
LastStageChangeDate FiscalQuarter FiscalYear Fiscal LastViewedDate LastReferencedDate HasOpenActivity HasOverdueTask
LastAmountChangedHistoryId LastCloseDateChangedHistoryId
"""
ORGANIZATION = """
Latitude Longitude GeocodeAccuracy Fax ReceivesInfoEmails ReceivesAdminInfoEmails PreferencesRequireOpportunityProducts
PreferencesTransactionSecurityPolicy PreferencesTerminateOldestSession PreferencesActivityAnalyticsEnabled
UsesStartDateAsFiscalYearName DefaultAccountAccess DefaultContactAccess DefaultOpportunityAccess DefaultLeadAccess
DefaultCaseAccess DefaultCalendarAccess DefaultPricebookAccess DefaultCampaignAccess ComplianceBccEmail UiSkin
SignupCountryIsoCode WebToCaseDefaultOrigin MonthlyPageViewsUsed MonthlyPageViewsEntitlement
"""


def fields(name: str) -> dict[str, dict[str, object]]:
    return {field["name"]: field for field in BENCH.call("GET", f"sobjects/{name}/describe")[1]["fields"]}


def test_i_versions_are_answered_from_31_on_and_older_ones_are_gone() -> None:
    listed = BENCH.raw("GET", "/services/data").json()
    assert listed[0] == {"label": "Summer '14", "url": "/services/data/v31.0", "version": "31.0"}
    assert len(listed) == 38
    for one in (listed[0], listed[20], listed[-1]):
        assert BENCH.raw("GET", f"{one['url']}/sobjects").status_code == 200
    assert BENCH.raw("GET", "/services/data/v30.0/sobjects").status_code == 410


def test_i_the_describe_of_every_object_has_the_platforms_keys() -> None:
    outlines = BENCH.call("GET", "sobjects")[1]["sobjects"]
    assert {tuple(sorted(one)) for one in outlines} == {tuple(sorted(OUTLINE.split()))}
    [deal] = [one for one in outlines if one["name"] == "Opportunity"]
    assert {"compactLayouts", "approvalLayouts", "defaultValues", "listviews", "quickActions"} <= deal["urls"].keys()


@pytest.mark.parametrize(("name", "wanted"), [("Opportunity", OPPORTUNITY), ("Organization", ORGANIZATION)])
def test_i_an_object_has_its_standard_fields(name: str, wanted: str) -> None:
    assert set(wanted.split()) <= fields(name).keys()
    assert BENCH.query(f"SELECT {', '.join(wanted.split())} FROM {name} LIMIT 1")["totalSize"] == 1


@pytest.mark.parametrize("name", ["User", "Organization", "OpportunityStage", "RecordType"])
def test_i_what_an_admin_sets_up_has_no_recycle_bin(name: str) -> None:
    assert "IsDeleted" not in fields(name)
    assert "No such column 'IsDeleted'" in BENCH.refused(f"SELECT IsDeleted FROM {name}")[2]


def test_i_attributes_of_an_opportunitys_fields_are_the_platforms() -> None:
    found = fields("Opportunity")
    assert {name for name in found if found[name]["defaultedOnCreate"] is True} >= {
        *("IsDeleted", "IsPrivate", "Probability", "ForecastCategory", "ForecastCategoryName", "OwnerId", "IsClosed"),
    }
    assert (found["ForecastCategory"]["nillable"], found["ForecastCategory"]["restrictedPicklist"]) == (False, True)
    assert found["OwnerId"]["nillable"] is False
    labels = {name: found[name]["label"] for name in ("StageName", "Probability", "ExpectedRevenue", "IsWon", "Fiscal")}
    assert list(labels.values()) == ["Stage", "Probability (%)", "Expected Amount", "Won", "Fiscal Period"]


def test_i_a_close_dates_fiscal_period_and_a_stages_forecast_follow() -> None:
    bench = Bench()
    identity = bench.deal("Alster")["Id"]
    assert bench.deal("Alster")["Fiscal"] == "2026 2"
    bench.change("Opportunity", identity, CloseDate="2027-01-31", StageName="Closed Won")
    deal = bench.read("Opportunity", identity)
    assert (deal["FiscalYear"], deal["FiscalQuarter"], deal["Fiscal"]) == (2027, 1, "2027 1")
    assert deal["ForecastCategoryName"] == "Closed"
    assert deal["LastStageChangeDate"]


def test_i_a_reference_to_an_object_that_is_not_played_is_refused_in_words() -> None:
    identity = BENCH.deal()["Id"]
    refusal = BENCH.refusal("PATCH", f"sobjects/Opportunity/{identity}", {"CampaignId": "701000000000001AAA"})
    assert refusal[1] == "INVALID_CROSS_REFERENCE_KEY"
    assert BENCH.refusal("PATCH", f"sobjects/Opportunity/{identity}", {"Campaign": {"Key__c": "1"}})[0] == 400
    assert "relationship 'Campaign'" in BENCH.refused("SELECT Campaign.Name FROM Opportunity")[2]
