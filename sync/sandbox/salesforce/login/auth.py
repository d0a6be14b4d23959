"""The OAuth endpoints: token grants, sessions that end by idling, revocation, who one is (FACTS.md 2)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import unquote

from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.errors import GrantError
from sync.sandbox.salesforce.login.jwt import check_assertion
from sync.sandbox.tables import Row

SESSION = "session"
REFRESH = "refresh token"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN_HOSTS = ("login.salesforce.com", "test.salesforce.com")


class Sessions:
    """The org's connected app and its tokens; an access token lives as long as it is used (FACTS.md 2.3)."""

    def __init__(self, org: Org, client_id: str, client_secret: str) -> None:
        self._org = org
        self._client_id, self._client_secret = client_id, client_secret
        self._used: dict[str, datetime] = {}

    def grant(self, form: Mapping[str, str], authorization: str, host: str) -> Row:
        """Answer a token request; raises GrantError with the endpoint's own words (FACTS.md 2.4)."""
        kind = form.get("grant_type", "")
        if kind == "client_credentials":
            return self._client_credentials(form, authorization, host)
        if kind == JWT_GRANT:
            return self._by_assertion(form, host)
        if kind == "refresh_token":
            return self._refreshed(form, authorization, host)
        raise GrantError("unsupported_grant_type", "grant type not supported")

    def user_of(self, authorization: str) -> str | None:
        """Return the user behind a bearer token and restart its idling, or None where it has ended."""
        kind, _, token = authorization.partition(" ")
        row = self._org.tables.get(SESSION, token) if kind.lower() in ("bearer", "oauth") else None
        if row is None:
            return None
        now = self._org.clock.now()
        last = self._used.get(token, datetime.fromisoformat(row["at"]))
        if now - last > timedelta(minutes=self._org.quirks.session_minutes):
            self.revoke(token)
            return None
        self._used[token] = now
        return str(row["user"])

    def introspect(self, form: Mapping[str, str], authorization: str) -> Row:
        """Say what is known of an access token; raises GrantError for a client that is not the app."""
        self._check_client(form, authorization)
        token = form.get("token", "")
        user = self.user_of(f"Bearer {token}")
        if user is None:
            return {"active": False}
        opened = datetime.fromisoformat((self._org.tables.get(SESSION, token) or {})["at"])
        ends = self._used[token] + timedelta(minutes=self._org.quirks.session_minutes)
        return {
            "active": True,
            "scope": "api",
            "client_id": self._client_id,
            "username": (self._org.find("User", user) or {}).get("Username"),
            "sub": f"{self._org.info().get('organization_id')}/{user}",
            "token_type": "access_token",
            "exp": int(ends.timestamp()),
            "iat": int(opened.timestamp()),
            "nbf": int(opened.timestamp()),
        }

    def revoke(self, token: str) -> bool:
        """End an access or refresh token; says whether there was one."""
        found = [kind for kind in (SESSION, REFRESH) if self._org.tables.get(kind, token) is not None]
        for kind in found:
            self._org.tables.delete(kind, token)
        return bool(found)

    def revoke_all(self) -> None:
        """End every session, as an admin can at any time (FACTS.md 2.3)."""
        for token, _ in self._org.tables.items(SESSION):
            self._org.tables.delete(SESSION, token)

    def _client_credentials(self, form: Mapping[str, str], authorization: str, host: str) -> Row:
        if host.partition(":")[0] in LOGIN_HOSTS:
            raise GrantError("invalid_grant", "request not supported on this domain")
        self._check_client(form, authorization)
        if not self._org.quirks.run_as_user:
            raise GrantError("invalid_grant", "no client credentials user enabled")
        return self._opened(host, signed=True)

    def _by_assertion(self, form: Mapping[str, str], host: str) -> Row:
        quirks = self._org.quirks
        now = self._org.clock.now()
        claims = check_assertion(form.get("assertion", ""), quirks.jwt_public_key, now, quirks.jwt_longest_seconds)
        if claims.get("iss") != self._client_id:
            raise GrantError("invalid_client_id", "client identifier invalid")
        user = self._org.find("User", self._org.user()) or {}
        if claims.get("sub") != user.get("Username"):
            raise GrantError("invalid_grant", "user hasn't approved this consumer")
        return self._opened(host, signed=False)

    def _refreshed(self, form: Mapping[str, str], authorization: str, host: str) -> Row:
        self._check_client(form, authorization)
        token = form.get("refresh_token", "")
        if self._org.tables.get(REFRESH, token) is None:
            raise GrantError("invalid_grant", "expired access/refresh token")
        answer = self._opened(host, signed=True)
        if self._org.quirks.rotation:
            self.revoke(token)
            answer["refresh_token"] = self.new_refresh_token()
        return answer

    def new_refresh_token(self) -> str:
        """Return a refresh token, as a person's consent yields one; at most five live (FACTS.md 2.4)."""
        token = f"5Aep{self._opaque('refresh')}"
        self._org.tables.put(REFRESH, token, {"user": self._org.user()})
        known = [key for key, _ in self._org.tables.items(REFRESH)]
        for old in known[:-5]:
            self._org.tables.delete(REFRESH, old)
        return token

    def _check_client(self, form: Mapping[str, str], authorization: str) -> None:
        given = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.lower().startswith("basic "):
            given = _basic(authorization[6:])
        if given[0] != self._client_id:
            raise GrantError("invalid_client_id", "client identifier invalid")
        if given[1] != self._client_secret:
            raise GrantError("invalid_client", "invalid client credentials")

    def _opened(self, host: str, *, signed: bool) -> Row:
        """Open a session; the JWT reply has neither issued_at nor signature (FACTS.md 2.2)."""
        org_id, user = str(self._org.info().get("organization_id", "")), self._org.user()
        token = f"{org_id[:15]}!{self._opaque('access')}"
        now = self._org.clock.now()
        self._org.tables.put(SESSION, token, {"user": user, "at": now.isoformat()})
        base = f"http://{host}"
        answer = {
            "access_token": token,
            "scope": "api refresh_token" if signed else "api",
            "instance_url": base,
            "id": f"{base}/id/{org_id}/{user}",
            "token_type": "Bearer",
        }
        if signed:
            issued = str(int(now.timestamp() * 1000))
            digest = hashlib.sha256(f"{answer['id']}{issued}".encode()).digest()
            answer |= {"issued_at": issued, "signature": base64.b64encode(digest).decode()}
        return answer

    def _opaque(self, purpose: str) -> str:
        number = self._org.tables.raise_counter(f"{purpose} tokens")
        seed = f"{self._org.info().get('organization_id')}:{purpose}:{number}"
        return hashlib.sha256(seed.encode()).hexdigest()


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(name), unquote(secret)
