"""Keys, limits, paths, envelopes and refusals of the Upsales sandbox (upsales/FACTS.md 1.1 to 1.4)."""

import pytest

from sync.sandbox.upsales.quirks import UpsalesQuirks
from tests.sandbox.upsales_account import Account


@pytest.fixture
def account() -> Account:
    return Account()


def test_the_key_is_taken_from_the_cookie_or_the_query(account: Account) -> None:
    assert account.call("GET", "/self").status_code == 200
    assert account.call("GET", "/self", cookie=None, token="nyckel").status_code == 200


@pytest.mark.parametrize("cookie", [None, "fel", ""])
def test_a_wrong_key_gets_plain_text_and_limit_40(account: Account, cookie: str | None) -> None:
    response = account.call("GET", "/accounts", cookie=cookie)

    assert (response.status_code, response.text) == (401, "Unauthorized")
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["x-ratelimit-limit"] == "40"


def test_an_unknown_route_is_an_html_page_with_the_path_escaped(account: Account) -> None:
    response = account.call("GET", "/invoices/%3Cb%3E")

    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "<pre>Cannot GET /api/v2/invoices/&lt;b&gt;</pre>" in response.text


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("DELETE", "/products/1"),
        ("DELETE", "/pricelists/1"),
        ("DELETE", "/master/users/1"),
        ("POST", "/users"),
        ("PATCH", "/orders/1"),
        ("POST", "/orders/1"),
        ("PUT", "/orders"),
        ("POST", "/self"),
        ("GET", "/metadata/1"),
        ("GET", "/customFields/nothing"),
        ("GET", "/customFields"),
        ("PUT", "/customFields/order"),
        ("GET", "/orders/1/2"),
    ],
)
def test_a_verb_that_a_path_does_not_have_is_an_unknown_route(account: Account, method: str, url: str) -> None:
    response = account.call(method, url, {})

    assert response.status_code == 404
    assert f"Cannot {method}" in response.text


def test_paths_outside_the_api_are_unknown_routes(account: Account) -> None:
    assert account.call("GET", "/../other").status_code == 404
    assert account.call("GET", "/").status_code == 404


def test_an_unknown_id_is_a_json_404(account: Account) -> None:
    response = account.call("GET", "/orders/99")

    assert response.status_code == 404
    assert response.json()["error"]["code"] == 404
    assert response.json()["metadata"] is None
    assert account.call("DELETE", "/orders/99").json()["data"] is None


def test_an_id_that_is_no_number_is_refused(account: Account) -> None:
    assert account.refusal("GET", "/orders/abc") == (400, "The id is no number: abc")


@pytest.mark.parametrize("url", ["/clientrelations", "/contactRelation", "/contractAccepted"])
def test_paths_closed_to_keys_answer_500_every_time(account: Account, url: str) -> None:
    response = account.call("GET", url)

    assert response.status_code == 500
    assert response.json()["error"] == {
        "key": "ServerError",
        "code": 500,
        "errorCode": 3,
        "msg": "Server error",
    }


@pytest.mark.parametrize("url", ["/orderStages", "/ORDERSTAGES/", "/orderstages"])
def test_case_and_a_trailing_slash_do_not_matter(account: Account, url: str) -> None:
    assert len(account.get(url)) == 7


def test_envelopes_have_the_recorded_deviations(account: Account) -> None:
    def keys(url: str, **query: str) -> list[str]:
        return sorted(account.call("GET", url, **query).json())

    assert keys("/orders") == ["data", "error", "metadata"]
    assert keys("/orders/1") == keys("/metadata") == keys("/currencies") == ["data", "error"]
    assert keys("/self") == ["data", "errors"]
    assert keys("/priceLists/1") == keys("/products/1", usePriceLists="true") == ["data", "error", "metadata"]
    assert account.call("GET", "/pricelists/1").json()["metadata"] is None


def test_post_answers_200_and_delete_has_no_data(account: Account) -> None:
    created = account.call("POST", "/accounts", {"name": "Ny AB"})
    deleted = account.call("DELETE", f"/accounts/{created.json()['data']['id']}")

    assert created.status_code == deleted.status_code == 200
    assert deleted.json() == {"error": None}


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff", b"NaN"])
def test_a_body_that_is_no_json_object_is_refused(account: Account, body: bytes) -> None:
    status, message = account.refusal("POST", "/accounts", body)

    assert status == 400
    assert message.startswith("The body is not")


def test_dates_and_tags_are_in_the_headers(account: Account) -> None:
    response = account.call("GET", "/currencies")

    assert response.headers["date"] == "Wed, 01 Jul 2026 10:00:00 GMT"
    assert response.headers["etag"].startswith('W/"')
    assert response.headers["content-type"] == "application/json; charset=utf-8"


def test_a_window_of_ten_seconds_lets_200_requests_through() -> None:
    account = Account(UpsalesQuirks(rate_limit=3))
    headers = [account.call("GET", "/currencies").headers for _ in range(3)]
    account.clock.go_on(4)
    refused = account.call("GET", "/currencies")
    account.clock.go_on(6)
    again = account.call("GET", "/currencies")

    assert UpsalesQuirks().rate_limit == 200
    assert [one["x-ratelimit-remaining"] for one in headers] == ["2", "1", "0"]
    assert [one["x-ratelimit-reset"] for one in headers] == ["-2", "10", "10"]
    assert refused.status_code == 429
    assert (refused.json()["error"]["key"], refused.json()["error"]["errorCode"]) == ("ThrottleLimit", 4)
    assert (refused.headers["x-ratelimit-remaining"], refused.headers["x-ratelimit-reset"]) == ("0", "6")
    assert again.status_code == 200
    assert again.headers["x-ratelimit-reset"] == "-2"


def test_a_refused_write_changes_nothing_when_throttled() -> None:
    account = Account(UpsalesQuirks(rate_limit=0))
    before = account.tables.count("account")

    assert account.call("POST", "/accounts", {"name": "Ny AB"}).status_code == 429
    assert account.tables.count("account") == before


def test_api_keys_come_in_short_pages_with_more_behind(account: Account) -> None:
    first = account.call("GET", "/apiKeys", limit=1, offset=0).json()
    second = account.call("GET", "/apiKeys", limit=1, offset=1).json()

    assert (first["metadata"]["total"], first["data"]) == (2, [])
    assert [one["name"] for one in second["data"]] == ["Kvitt"]


def test_the_account_says_who_it_is_and_which_apps_are_active(account: Account) -> None:
    account.tables.put("app", "284", {**account.tables.get("app", "284"), "active": True})
    page, own = account.get("/metadata"), account.get("/self")

    assert page["defaultCurrency"]["iso"] == "SEK"
    assert page["params"]["OrderedProductPriceDecimals"] == 2
    assert page["standardFields"]["Order"]["Description"]["size"] == 130
    assert [app["name"] for app in page["integrations"]["active"]] == ["Fortnox Premium"]
    assert page["integrations"]["inits"]["after_order_insert"][0]["id"] == 284
    assert own["clientId"] == own["clients"][0]["id"] == account.tables.get("upsales", "account")["account"]
    assert own["email"].endswith("@api.upsales.com")
