"""Tokens, the rate limit, how answers are written (fortnox/FACTS.md 1, 2, 4, 9)."""

import asyncio
import base64
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import simplejson

from sync.sandbox.fortnox import FortnoxApp, FortnoxQuirks
from sync.sandbox.fortnox.seed import seed_registers
from sync.sandbox.serving.asgi import AppAnswer, call
from sync.sandbox.tables import Tables
from tests.sandbox.fortnox_bench import Bench, StandingClock, row

BASIC = (b"authorization", b"Basic " + base64.b64encode(b"demo:demo"))


def token(bench: Bench, form: str, *headers: tuple[bytes, bytes]) -> tuple[AppAnswer, dict[str, Any]]:
    answer = bench.raw("POST", "/oauth-v1/token", form.encode(), [BASIC, *headers])
    return answer, simplejson.loads(answer.body)


def consent(bench: Bench) -> str:
    query = "client_id=demo&redirect_uri=http%3A%2F%2Flocalhost%2Fback&state=xyz&tenant=1001"
    answer = bench.raw("GET", f"/oauth-v1/auth?{query}", b"", [])
    place = urlsplit(dict(answer.headers)[b"location"].decode())
    assert parse_qs(place.query)["state"] == ["xyz"]
    return parse_qs(place.query)["code"][0]


def type_of(answer: AppAnswer) -> str:
    return dict(answer.headers)[b"content-type"].decode()


def test_client_credentials_give_an_access_token_and_no_refresh_token() -> None:
    answer, body = token(Bench(), "grant_type=client_credentials", (b"tenantid", b"1001"))
    assert (answer.status, body["expires_in"], body["token_type"]) == (200, 3600, "bearer")
    assert "refresh_token" not in body


def test_wrong_client_and_dead_refresh_token_have_their_odd_content_types() -> None:
    bench = Bench()
    wrong = bench.raw("POST", "/oauth-v1/token", b"grant_type=client_credentials", [(b"authorization", b"Basic eDp5")])
    assert (wrong.status, type_of(wrong)) == (401, "text/plain;charset=UTF-8")
    assert simplejson.loads(wrong.body)["error"] == "invalid_client"
    dead, body = token(bench, "grant_type=refresh_token&refresh_token=gone")
    assert (dead.status, type_of(dead)) == (400, "text/html; charset=UTF-8")
    assert body == {"error": "invalid_grant", "error_description": "Invalid refresh token"}


def test_a_refresh_token_works_once_and_gives_a_new_one() -> None:
    bench = Bench()
    _, first = token(bench, f"grant_type=authorization_code&code={consent(bench)}")
    answer, second = token(bench, f"grant_type=refresh_token&refresh_token={first['refresh_token']}")
    assert (answer.status, second["refresh_token"] != first["refresh_token"]) == (200, True)
    again, _ = token(bench, f"grant_type=refresh_token&refresh_token={first['refresh_token']}")
    assert again.status == 400


def test_a_code_lives_ten_minutes() -> None:
    bench = Bench()
    code = consent(bench)
    bench.clock.advance(601)
    assert token(bench, f"grant_type=authorization_code&code={code}")[0].status == 400


def test_an_access_token_lives_an_hour_and_then_says_unauthorized() -> None:
    bench = Bench()
    bench.clock.moment += timedelta(minutes=59)
    assert bench.answer("GET", "customers").status == 200
    bench.clock.moment += timedelta(minutes=1)
    answer = bench.answer("GET", "customers")
    assert (answer.status, answer.body) == (401, b'{"message":"unauthorized"}')


def test_tokens_outlive_a_restart(tmp_path: Any) -> None:
    first = Bench(Tables(tmp_path / "a.jsonl"))
    kept = first.token
    first.tenant.tables.close()
    again = Bench(Tables(tmp_path / "a.jsonl"))
    again.token = kept
    assert again.answer("GET", "customers/1").status == 200
    again.tenant.tables.close()


def test_the_token_decides_the_company() -> None:
    clock = StandingClock()
    app = FortnoxApp({1: Tables(), 2: Tables()}, clock)
    for tenant in app.companies.values():
        seed_registers(tenant, range(2025, 2026))
    bench = Bench()
    bench.app, bench.clock = app, clock
    bench.token = bench.new_token(1)
    bench.post("customers", "Customer", Name="Only in one")
    bench.token = bench.new_token(2)
    assert bench.get("customers")["Customers"] == []


def test_a_scope_that_was_not_granted_is_403() -> None:
    bench = Bench(scopes="customer settings article price")
    assert bench.refusal("GET", "invoices") == (403, 2000663)


def test_the_26th_request_within_five_seconds_is_refused_and_not_executed() -> None:
    bench = Bench()
    bench.pace = 0
    bench.clock.advance(60)
    statuses = [bench.answer("POST", "customers", {"Customer": {"Name": "x"}}).status for _ in range(27)]
    assert statuses == [201] * 25 + [429] * 2
    assert (bench.app.throttled, bench.tenant.tables.count("customers")) == (2, 27)
    bench.clock.advance(5)
    assert bench.answer("GET", "customers").status == 200


def test_the_window_slides_and_is_shared_by_all_tokens_of_a_client_and_tenant() -> None:
    bench = Bench()
    bench.pace = 0.2
    bench.clock.advance(60)
    assert {bench.answer("GET", "customers/1").status for _ in range(60)} == {200}
    bench.pace = 0
    bench.token = bench.new_token()
    assert bench.answer("GET", "customers/1").status == 429


def test_the_body_of_a_429_is_a_matter_of_configuration() -> None:
    bench = Bench(window_requests=4, throttle_body=b'{"message":"slow"}', throttle_content_type="application/json")
    bench.pace = 0
    bench.clock.advance(60)
    last = [bench.answer("GET", "customers/1") for _ in range(5)][-1]
    assert (last.status, last.body) == (429, b'{"message":"slow"}')


def test_json_is_written_as_php_writes_it() -> None:
    bench = Bench()
    bench.post("customers", "Customer", CustomerNumber="7", Name="Öl / Vatten")
    answer = bench.answer("GET", "customers/7")
    assert b'"@url":"https:\\/\\/api.fortnox.se\\/3\\/customers\\/7"' in answer.body
    assert rb'"Name":"\u00d6l \/ Vatten"' in answer.body
    invoice = bench.answer("POST", "invoices", {"Invoice": {"CustomerNumber": "1", "InvoiceRows": [row(1, 10)]}})
    assert b'"Net":10,' in invoice.body and b'"TotalVAT":2.5,' in invoice.body
    assert dict(invoice.headers)[b"location"] == b"invoices"


def test_errors_are_capitalised_at_404_and_lower_case_otherwise() -> None:
    bench = Bench()
    missing = simplejson.loads(bench.answer("GET", "invoices/99").body)
    assert missing == {"ErrorInformation": {"Error": 1, "Message": "Kan inte hitta fakturan.", "Code": 2000434}}
    wrong = simplejson.loads(bench.answer("PUT", "customers/1", {"Name": "no wrapper"}).body)
    assert wrong["ErrorInformation"] == {
        "error": 1,
        "message": "Ingen eller felaktig typ av data.",
        "code": 2001392,
    }
    assert bench.refusal("PUT", "customers", {"Customer": {"Name": "x"}}) == (400, 2000729)


def test_broken_json_and_xml_are_refused() -> None:
    bench = Bench()
    headers = [(b"authorization", f"Bearer {bench.token}".encode())]
    broken = bench.raw("POST", "/3/customers", b"{", headers)
    assert simplejson.loads(broken.body)["ErrorInformation"]["code"] == 2002115
    xml = bench.raw("POST", "/3/customers", b"<a/>", [*headers, (b"content-type", b"application/xml")])
    assert simplejson.loads(xml.body)["ErrorInformation"]["code"] == 1000031
    wants_xml = bench.raw("GET", "/3/customers", b"", [*headers, (b"accept", b"application/xml")])
    assert simplejson.loads(wants_xml.body)["ErrorInformation"]["code"] == 1000030


@pytest.mark.parametrize("path", ["/3/nothing", "/", "/oauth-v1/nothing", "/4/customers"])
def test_unknown_paths_are_404(path: str) -> None:
    bench = Bench()
    answer = asyncio.run(call(bench.app.asgi, "GET", path, [(b"authorization", f"Bearer {bench.token}".encode())]))
    assert answer.status == 404


def test_revoking_says_true_whatever_the_token_was() -> None:
    answer = Bench().raw("POST", "/oauth-v1/revoke", b"token_type_hint=refresh_token&token=x", [BASIC])
    assert simplejson.loads(answer.body) == {"revoked": True}


def test_quirks_are_frozen() -> None:
    with pytest.raises(AttributeError):
        FortnoxQuirks().window_requests = 1  # type: ignore[misc]
