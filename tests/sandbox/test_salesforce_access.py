"""The sandboxed Salesforce org's doors: tokens, sessions, versions, limits (salesforce/FACTS.md 1, 2, 6)."""

import base64
from typing import Any

import httpx
import pytest
import simplejson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sync.sandbox.salesforce.data.seed import USERNAME
from tests.sandbox.salesforce_org import BASE, CLIENT, Bench

JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = (
    KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
)


def token(bench: Bench, form: dict[str, str], **more: Any) -> httpx.Response:
    bench.headers = {}
    return bench.raw("POST", "/services/oauth2/token", data=form, **more)


def assertion(key: rsa.RSAPrivateKey = KEY, header: str = "RS256", **changes: Any) -> str:
    claims = {"iss": "demo", "sub": USERNAME, "aud": "https://login.salesforce.com", "exp": 0, **changes}
    parts = [_encoded(simplejson.dumps({"alg": header}).encode()), _encoded(simplejson.dumps(claims).encode())]
    signed = key.sign(".".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
    return ".".join([*parts, _encoded(signed)])


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_client_credentials_give_a_bearer_token_without_an_end() -> None:
    bench = Bench()
    answer = token(bench, CLIENT).json()
    organization = bench.org.info()["organization_id"]
    assert set(answer) == {"access_token", "scope", "instance_url", "id", "token_type", "issued_at", "signature"}
    assert answer["access_token"].startswith(f"{organization[:15]}!")
    assert answer["instance_url"] == "http://nord.my.salesforce.example"
    assert answer["id"].endswith(f"/id/{organization}/{bench.org.user()}")
    assert answer["issued_at"] == str(int(bench.clock.now().timestamp() * 1000))


def test_the_client_may_sign_in_with_basic() -> None:
    bench = Bench()
    form = {"grant_type": "client_credentials"}
    assert token(bench, form, auth=("demo", "demo")).status_code == 200
    assert token(bench, form, auth=("demo", "wrong")).json()["error"] == "invalid_client"
    assert token(bench, form, headers={"Authorization": "Basic !!"}).json()["error"] == "invalid_client_id"


@pytest.mark.parametrize(
    ("changes", "error", "says"),
    [
        ({"client_secret": "wrong"}, "invalid_client", "invalid client credentials"),
        ({"client_id": "wrong"}, "invalid_client_id", "client identifier invalid"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant type not supported"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant", "expired access/refresh token"),
    ],
)
def test_refused_grants_are_objects(changes: dict[str, str], error: str, says: str) -> None:
    answer = token(Bench(), CLIENT | changes)
    assert (answer.status_code, answer.json()) == (400, {"error": error, "error_description": says})


def test_client_credentials_need_the_orgs_own_host_and_a_user() -> None:
    answer = token(Bench(), CLIENT, base="https://login.salesforce.com")
    assert answer.json()["error_description"] == "request not supported on this domain"
    bench = Bench()
    bench.app.org.quirks = bench.quirks.__class__(run_as_user=False)
    assert token(bench, CLIENT).json()["error_description"] == "no client credentials user enabled"


def test_an_assertion_opens_a_session_without_signature_or_refresh_token() -> None:
    bench = Bench(jwt_public_key=PUBLIC)
    soon = int(bench.clock.now().timestamp()) + 180
    answer = token(bench, {"grant_type": JWT, "assertion": assertion(exp=soon)})
    assert set(answer.json()) == {"access_token", "scope", "instance_url", "id", "token_type"}
    bench.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert bench.call("GET", "limits")[0] == 200


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"exp": -1}, "expired authorization code"),
        ({"exp": 180_000_000}, "expired authorization code"),
        ({"exp": "soon"}, "expired authorization code"),
        ({"aud": "https://example.com"}, "audience is invalid"),
        ({"iss": "other"}, "client identifier invalid"),
        ({"sub": "other@example.test"}, "user hasn't approved this consumer"),
        ({"header": "none"}, "invalid assertion"),
        ({"key": rsa.generate_private_key(public_exponent=65537, key_size=2048)}, "invalid assertion"),
    ],
)
def test_an_unsound_assertion_is_refused(changes: dict[str, Any], says: str) -> None:
    bench = Bench(jwt_public_key=PUBLIC)
    now = int(bench.clock.now().timestamp())
    offset = changes.get("exp", 180)
    exp = now + offset if isinstance(offset, int) else offset
    sent = assertion(**{**changes, "exp": exp})
    answer = token(bench, {"grant_type": JWT, "assertion": sent})
    assert (answer.status_code, answer.json()["error_description"]) == (400, says)


def test_an_app_without_certificate_has_no_approved_users() -> None:
    bench = Bench()
    soon = int(bench.clock.now().timestamp()) + 60
    answer = token(bench, {"grant_type": JWT, "assertion": assertion(exp=soon)})
    assert answer.json()["error_description"] == "user hasn't approved this consumer"
    assert token(bench, {"grant_type": JWT, "assertion": "a.b"}).json()["error_description"] == "invalid assertion"
    for broken in ("a.b.c", "W10.W10.W10", "MQ.MQ.MQ", "å.å.å"):
        answer = token(bench, {"grant_type": JWT, "assertion": broken})
        assert answer.json()["error"] == "invalid_grant"


def test_a_refresh_keeps_its_token_unless_rotation_is_on() -> None:
    bench = Bench()
    form = CLIENT | {"grant_type": "refresh_token", "refresh_token": bench.app.sessions.new_refresh_token()}
    assert "refresh_token" not in token(bench, form).json()
    assert token(bench, form).status_code == 200
    bench = Bench(rotation=True)
    form["refresh_token"] = bench.app.sessions.new_refresh_token()
    renewed = token(bench, form).json()["refresh_token"]
    assert token(bench, form).json()["error_description"] == "expired access/refresh token"
    assert token(bench, form | {"refresh_token": renewed}).status_code == 200


def test_the_oldest_of_six_refresh_tokens_is_dropped() -> None:
    bench = Bench()
    made = [bench.app.sessions.new_refresh_token() for _ in range(6)]
    form = CLIENT | {"grant_type": "refresh_token"}
    found = [token(bench, form | {"refresh_token": one}).status_code for one in made]
    assert found == [400, 200, 200, 200, 200, 200]


def test_a_session_ends_by_idling_not_by_age() -> None:
    bench = Bench(session_minutes=60)
    for _ in range(3):
        bench.clock.go_on(3000)
        assert bench.call("GET", "limits")[0] == 200
    bench.clock.go_on(3601)
    refused = bench.call("GET", "limits")
    assert refused == (401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])


def test_a_revoked_token_is_refused_everywhere() -> None:
    bench = Bench()
    own = bench.headers["Authorization"].partition(" ")[2]
    assert bench.raw("GET", "/services/oauth2/userinfo").json()["organization_id"].startswith("00D")
    assert bench.raw("POST", "/services/oauth2/revoke", data={"token": own}).status_code == 200
    assert bench.call("GET", "limits")[0] == 401
    told = bench.raw("GET", "/services/oauth2/userinfo")
    assert (told.status_code, told.text) == (403, "Bad_OAuth_Token")
    assert bench.raw("POST", "/services/oauth2/revoke", data={"token": own}).status_code == 400


def test_introspection_tells_whether_a_token_lives() -> None:
    bench = Bench(session_minutes=60)
    own = bench.headers.pop("Authorization").partition(" ")[2]
    form = {"token": own, "client_id": "demo", "client_secret": "demo"}
    told = bench.raw("POST", "/services/oauth2/introspect", data=form).json()
    now = int(bench.clock.now().timestamp())
    assert (told["active"], told["username"], told["iat"], told["exp"]) == (True, USERNAME, now, now + 3600)
    bench.clock.go_on(3601)
    assert bench.raw("POST", "/services/oauth2/introspect", data=form).json() == {"active": False}
    wrong = bench.raw("POST", "/services/oauth2/introspect", data=form | {"client_secret": "x"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_client")


def test_the_identity_says_who_runs_the_integration() -> None:
    bench = Bench()
    page = bench.raw("GET", f"/id/{bench.org.info()['organization_id']}/{bench.org.user()}").json()
    assert (page["username"], page["user_id"]) == (USERNAME, bench.org.user())


def test_versions_are_free_and_name_their_seasons() -> None:
    bench = Bench()
    answer = bench.raw("GET", "/services/data", headers={"Authorization": ""})
    assert answer.json()[0] == {"label": "Summer '14", "url": "/services/data/v31.0", "version": "31.0"}
    assert [one["label"] for one in answer.json()[-3:]] == ["Spring '26", "Summer '26", "Winter '27"]
    assert "Sforce-Limit-Info" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/services/data/v99.0/limits", 404, "NOT_FOUND"),
        ("/services/data/v25.0/limits", 410, "GONE"),
        ("/services/data/now/limits", 404, "NOT_FOUND"),
        (f"{BASE}/nothing", 404, "NOT_FOUND"),
        (f"{BASE}/limits/nothing", 404, "NOT_FOUND"),
        ("/elsewhere", 404, "NOT_FOUND"),
        ("/services/oauth2/nothing", 404, "NOT_FOUND"),
    ],
)
def test_unknown_places_are_not_found(path: str, status: int, code: str) -> None:
    answer = Bench().raw("GET", path)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


def test_calls_are_counted_told_and_refused_after_the_last_of_the_day() -> None:
    bench = Bench(daily_limit=3)
    answer = bench.raw("GET", f"{BASE}/limits")
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/3; api-bursts=1/750"
    assert answer.json()["DailyApiRequests"] == {"Max": 3, "Remaining": 2}
    bench.call("GET", "limits")
    bench.call("GET", "limits")
    refused = bench.call("GET", "limits")
    says = "TotalRequests Limit exceeded."
    assert refused == (403, [{"message": says, "errorCode": "REQUEST_LIMIT_EXCEEDED"}])
    bench.clock.go_on(24 * 3600)
    bench.sign_in()
    assert bench.call("GET", "limits")[0] == 200


def test_a_body_that_is_no_json_is_refused_as_the_platform_does() -> None:
    bench = Bench()
    answer = bench.raw("POST", f"{BASE}/sobjects/Account", content="Name=x", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.headers["Sfdc-OAuth-Error"]) == (401, "1703")
    assert "LOGIN_OAUTH_INVALID_TOKEN" in answer.text
    headers = {"Content-Type": "application/json"}
    broken = bench.raw("POST", f"{BASE}/sobjects/Account", content="{", headers=headers)
    assert (broken.status_code, broken.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_an_address_of_more_than_16384_bytes_is_refused_in_html() -> None:
    names = ",".join(["Name"] * 5000)
    answer = Bench().raw("GET", f"{BASE}/query", params={"q": f"SELECT {names} FROM Account"})
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (414, "text/html")
