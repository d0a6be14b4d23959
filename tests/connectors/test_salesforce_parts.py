"""The parts of the Salesforce connector: ids, SOQL, values, currencies, refusals, logins."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import httpx
import jwt
import pytest
import simplejson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sync.connectors.errors import ApiError, AuthLost, Busy, NoAnswer, Refused, Throttled, Unreached
from sync.connectors.outcomes import of_error
from sync.connectors.salesforce import answers
from sync.connectors.salesforce.auth import SalesforceAccess, Session
from sync.connectors.salesforce.fields import SalesforceFields
from sync.connectors.salesforce.ids import long_id
from sync.connectors.salesforce.money import Currencies
from sync.connectors.salesforce.rest import Rest
from sync.connectors.salesforce.shapes import Shape, after, among, quoted, select
from sync.connectors.salesforce.values import same, stamp
from sync.core import classes
from tests.virtual_time import VirtualClock, run

HOST = "https://nord.my.salesforce.com"
Answer = Callable[[httpx.Request], httpx.Response]


# --- ids, values, SOQL ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("0015800000K7f2P", "0015800000K7f2PAAR"),
        ("006ak00000OQ4Rx", "006ak00000OQ4RxAAL"),
        ("0012300000bVTq1", "0012300000bVTq1AAG"),
    ],
)
def test_ids_are_kept_in_their_long_form(short: str, long: str) -> None:
    assert long_id(short) == long_id(long) == long


@pytest.mark.parametrize(
    ("present", "wanted", "equal"),
    [
        (None, "", True), ("", None, True), (Decimal("10.0"), Decimal("10.00"), True), (10, Decimal(10), True),
        (False, None, False), (False, False, True), (True, 1, True), ("a ", "a", True), ("A", "a", False),
        (Decimal("10.01"), Decimal(10), False),
    ],
)  # fmt: skip
def test_a_field_is_written_only_where_it_says_something_else(present: Any, wanted: Any, equal: bool) -> None:
    assert same(present, wanted) is equal


def test_stamps_are_read_without_a_colon_in_their_offset() -> None:
    assert stamp("2024-09-09T20:41:31.000+0000") == datetime(2024, 9, 9, 20, 41, 31, tzinfo=UTC)
    assert stamp("2024-09-09T20:41:31.000+0200") == datetime(2024, 9, 9, 18, 41, 31, tzinfo=UTC)
    assert (stamp(None), stamp("soon")) == (None, None)


def test_literals_are_written_so_that_nothing_in_them_is_read_as_soql() -> None:
    assert quoted("O'Neill \\ son") == "'O\\'Neill \\\\ son'"
    assert among(["a", "b'"]) == "Id IN ('a', 'b\\'')"
    moment = datetime(2026, 5, 4, 11, 0, tzinfo=timezone(timedelta(hours=2)))
    assert after(moment) == "SystemModstamp >= 2026-05-04T09:00:00Z"


def test_a_query_asks_for_what_is_read_and_can_be_seen() -> None:
    shape = Shape("Opportunity", ("Name", "Account.Name", "kvitt.rate", "Hidden__c"), rows="Lines", row_sobject="Line",
                  row_reads=("Quantity", "Product2.Name"))  # fmt: skip
    missing = {"Opportunity": frozenset({"Hidden__c"}), "Line": frozenset({"Product2"})}
    assert select(shape, missing, "Name = 'x'") == (
        "SELECT Id, IsDeleted, SystemModstamp, Name, Account.Name, "
        "(SELECT Id, Quantity FROM Lines ORDER BY SortOrder, Id) FROM Opportunity "
        "WHERE Name = 'x' ORDER BY SystemModstamp, Id"
    )


# --- currencies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("corporate", "rates", "code", "facts"),
    [
        ("SEK", {"SEK": "1", "EUR": "0.08"}, "EUR", {"currency": "EUR", "rate": Decimal("0.08")}),
        ("EUR", {"EUR": "1", "SEK": "12.5"}, "EUR", {"currency": "EUR", "rate": Decimal("0.08")}),
        ("SEK", {"SEK": "1"}, None, {"currency": "SEK", "rate": Decimal(1)}),
        ("EUR", {"EUR": "1"}, None, {"currency": "EUR", "rate": None}),
        ("SEK", {"SEK": "1"}, "USD", {"currency": "USD", "rate": None}),
    ],
)
def test_a_rate_is_foreign_units_for_one_sek_and_none_where_it_is_not_known(
    corporate: str, rates: dict[str, str], code: str | None, facts: dict[str, Any]
) -> None:
    currencies = Currencies()
    currencies.learn(
        {"IsoCode": iso, "ConversionRate": Decimal(rate), "IsCorporate": iso == corporate}
        for iso, rate in rates.items()
    )
    assert currencies.facts(code) == facts


# --- fields -----------------------------------------------------------------------------------------------

DESCRIBE = {
    "fields": [
        {"name": "Name", "updateable": True, "relationshipName": None},
        {"name": "AccountId", "updateable": True, "relationshipName": "Account"},
        {"name": "Status__c", "updateable": False, "relationshipName": None},
    ]
}


def test_a_description_tells_what_is_missing_and_what_is_closed() -> None:
    fields = SalesforceFields()
    assert not fields.learned("Opportunity")
    kept = fields.learn("Opportunity", DESCRIBE["fields"], ["Name", "Account", "Status__c", "Other__c"])
    assert [row["name"] for row in kept] == ["AccountId", "Name", "Status__c"]
    assert fields.missing["Opportunity"] == {"Other__c"}
    assert fields.unwritable("Opportunity", ["Name", "Status__c", "Other__c"]) == ("Status__c", "Other__c")
    fields.lock("Opportunity", ["Name"])
    assert fields.unwritable("Opportunity", ["Name"]) == ("Name",)


def test_a_needed_field_that_is_hidden_is_named() -> None:
    fields = SalesforceFields()
    fields.learn("Line", [], ["Discount"])
    shape = Shape("Opportunity", (), row_sobject="Line", needed_rows=frozenset({"Discount"}))
    with pytest.raises(AuthLost, match=r"Line\.Discount.*read access"):
        fields.require(shape)


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "kind", "outcome", "error_class"),
    [
        (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", Refused, "rejected", "data"),
        (400, "DUPLICATE_VALUE", Refused, "rejected", "match"),
        (404, "ENTITY_IS_DELETED", Refused, "rejected", "match"),
        (403, "INSUFFICIENT_ACCESS_OR_READONLY", Refused, "rejected", "login"),
        (400, "UNABLE_TO_LOCK_ROW", Busy, "retry", "temporary"),
        (503, "SERVER_UNAVAILABLE", Busy, "retry", "temporary"),
        (403, "REQUEST_LIMIT_EXCEEDED", Throttled, "throttled", "temporary"),
        (403, "API_DISABLED_FOR_ORG", AuthLost, "login", "login"),
    ],
)
def test_each_refusal_has_its_class(
    status: int, code: str, kind: type[ApiError], outcome: str, error_class: str
) -> None:
    body = [{"message": "Varför inte", "errorCode": code, "fields": ["A__c"]}]
    error = answers.refusal(status, body, simplejson.dumps(body))
    assert type(error) is kind
    judged = of_error(error)
    assert (judged.kind, classes.of_outcome(judged)) == (outcome, error_class)
    if isinstance(error, Refused):
        assert (error.code, error.message, error.fields) == (code, "Varför inte", ("A__c",))


def test_the_end_of_the_day_s_calls_is_waited_for_longer_than_a_crowd() -> None:
    day = answers.refusal(
        403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}], ""
    )
    crowd = [{"message": "ConcurrentPerOrgLongTxn Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    soon = answers.refusal(403, crowd, "")
    assert isinstance(day, Throttled)
    assert isinstance(soon, Throttled)
    assert day.seconds > 10 * soon.seconds


@pytest.mark.parametrize("body", [None, "<html>", {"a": 1}, []])
def test_what_cannot_be_read_is_in_doubt(body: Any) -> None:
    assert isinstance(answers.refusal(400, body, "<html>"), NoAnswer)


def test_several_records_under_one_external_id_are_refused() -> None:
    error = answers.refusal(300, ["/services/data/v66.0/sobjects/Account/1", "…/2"], "[…]")
    assert isinstance(error, Refused)
    assert error.code == "300"


# --- logins -----------------------------------------------------------------------------------------------


class Login:
    """A login host that counts its tokens."""

    def __init__(self, **body: Any) -> None:
        self.forms: list[dict[str, str]] = []
        self.status = 200
        self.body = {"instance_url": HOST, "token_type": "Bearer", **body}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.forms.append(dict(httpx.QueryParams(request.content.decode())))
        token = {"access_token": f"T{len(self.forms)}"} if self.status == 200 else {}
        return httpx.Response(self.status, json=self.body | token)


def opened(answer: Answer, access: SalesforceAccess | None = None) -> tuple[Session, VirtualClock]:
    clock = VirtualClock()
    chosen = access or SalesforceAccess(HOST, "key", "canary-secret")
    return Session(chosen, clock, httpx.MockTransport(answer)), clock


def test_callers_in_parallel_wait_for_one_login_and_for_one_renewal() -> None:
    login = Login()
    session, clock = opened(login)

    async def call() -> str:
        return (await session.headers())["Authorization"]

    async def refused_and_again(refused: asyncio.Barrier) -> str:
        await call()
        await refused.wait()
        await session.renew()
        return await call()

    async def main() -> None:
        assert await asyncio.gather(*(call() for _ in range(5))) == ["Bearer T1"] * 5
        refused = asyncio.Barrier(5)
        assert set(await asyncio.gather(*(refused_and_again(refused) for _ in range(5)))) == {"Bearer T2"}
        await session.close()

    run(main(), clock)
    assert len(login.forms) == 2
    assert login.forms[0] == {"grant_type": "client_credentials", "client_id": "key", "client_secret": "canary-secret"}


def test_a_jwt_is_signed_for_three_minutes_and_names_user_app_and_audience() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    login = Login()
    session, clock = opened(login, SalesforceAccess(HOST, "key", username="kvitt@nord.se", private_key=pem))
    run(session.headers(), clock)
    (form,) = login.forms
    options = {"verify_exp": False}
    audience = "https://login.salesforce.com"
    claims = jwt.decode(form["assertion"], key.public_key(), algorithms=["RS256"], audience=audience, options=options)
    assert (claims["iss"], claims["sub"]) == ("key", "kvitt@nord.se")
    assert 0 < claims["exp"] - clock.now().timestamp() <= 180
    assert "client_secret" not in form


def test_a_private_key_that_is_none_is_told_without_showing_it() -> None:
    session, clock = opened(Login(), SalesforceAccess(HOST, "key", username="u", private_key="canary-no-key"))
    with pytest.raises(AuthLost, match="PRIVATE_KEY_FILE") as caught:
        run(session.headers(), clock)
    assert "canary" not in str(caught.value)


def test_a_refusal_is_told_in_salesforce_s_own_words() -> None:
    login = Login(error="invalid_grant", error_description="request not supported on this domain")
    login.status = 400
    session, clock = opened(login)
    with pytest.raises(AuthLost, match="request not supported on this domain"):
        run(session.headers(), clock)


@pytest.mark.parametrize(
    ("status", "text"), [(503, "<html>"), (200, "<html>Underhåll</html>"), (200, "{}")], ids=["503", "page", "no_token"]
)
def test_a_login_that_is_away_passes_by_itself(status: int, text: str) -> None:
    session, clock = opened(lambda _request: httpx.Response(status, text=text))
    with pytest.raises(Unreached):
        run(session.headers(), clock)


def test_a_token_is_not_sent_over_plain_http_to_another_machine() -> None:
    session, clock = opened(Login(instance_url="http://nord.example"))
    with pytest.raises(AuthLost, match="not https"):
        run(session.headers(), clock)


# --- the day's calls --------------------------------------------------------------------------------------


def rest_of(limit_info: str) -> tuple[Rest, VirtualClock]:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "T", "instance_url": HOST})
        body = {"totalSize": 0, "done": True, "records": []}
        return httpx.Response(200, json=body, headers={"Sforce-Limit-Info": limit_info})

    clock = VirtualClock()
    access = SalesforceAccess(HOST, "key", "secret")
    return Rest("salesforce:00D", access, "66.0", clock, lambda _call: None, httpx.MockTransport(answer)), clock


def test_reading_rests_between_runs_when_the_day_s_calls_are_nearly_used_up() -> None:
    rest, clock = rest_of("api-usage=86000/100000; api-bursts=1/750")

    async def main() -> None:
        rest.spare()
        await rest.query("SELECT Id FROM Account")
        rest.spare()
        with pytest.raises(ApiError, match="86000 of 100000"):
            rest.spare()
        await clock.sleep(901)
        rest.spare()
        await rest.close()

    run(main(), clock)


@pytest.mark.parametrize("told", ["api-usage=84000/100000", "", "per-app-api-usage=9/10(appName=x)", "api-usage=?/?"])
def test_reading_goes_on_while_there_are_calls_enough(told: str) -> None:
    rest, clock = rest_of(told)

    async def main() -> None:
        for _ in range(3):
            await rest.query("SELECT Id FROM Account")
            rest.spare()
        await rest.close()

    run(main(), clock)


@pytest.mark.parametrize("path", ["https://elsewhere.example/x", "//elsewhere.example/x", "/other", ""])
def test_a_next_page_elsewhere_is_not_followed(path: str) -> None:
    rest, clock = rest_of("")
    with pytest.raises(NoAnswer, match="next page"):
        run(rest.follow(path), clock)
