"""Tokens: client credentials, authorisation code, rotating refresh tokens (FACTS.md 2)."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import simplejson

from sync.sandbox.fortnox.quirks import FortnoxQuirks
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import FortnoxReply, Json

_PLAIN = "text/plain;charset=UTF-8"
_HTML = "text/html; charset=UTF-8"
_KIND = "tokens"


@dataclass(frozen=True)
class Grant:
    """What an access token stands for."""

    tenant: Tenant
    client_id: str
    scopes: frozenset[str]
    expires: datetime


class Auth:
    """Issues and checks tokens; `clients` maps client id to secret.

    Tokens are rows of their tenant, so that they outlive a restart. Everybody consents here at once: the
    authorise page answers with its redirect.
    """

    def __init__(self, tenants: Mapping[int, Tenant], clients: Mapping[str, str], quirks: FortnoxQuirks) -> None:
        self._tenants = tenants
        self._clients = clients
        self._quirks = quirks
        self._grants: dict[str, Grant] = {}
        for tenant in tenants.values():
            for key, row in tenant.tables.items(_KIND):
                if row["use"] == "access":
                    self._grants[key] = _grant(tenant, row)

    def check(self, authorization: str) -> Grant | None:
        """Return what a Bearer header stands for, or None for an unknown or expired token."""
        scheme, _, token = authorization.partition(" ")
        grant = self._grants.get(token.strip())
        if grant is None or scheme.lower() != "bearer" or grant.expires <= grant.tenant.now():
            return None
        return grant

    def forget_access_tokens(self) -> None:
        """Make every access token invalid at once (a fault)."""
        self._grants.clear()

    def authorise(self, query: Mapping[str, str]) -> FortnoxReply:
        """Answer GET /oauth-v1/auth: a redirect with a code; `tenant` picks the company."""
        wanted = query.get("tenant") or str(next(iter(self._tenants)))
        tenant = self._tenants.get(int(wanted)) if wanted.isdigit() else None
        target = query.get("redirect_uri", "")
        if tenant is None or query.get("client_id") not in self._clients or not target:
            return _refusal(400, "invalid_request", "Invalid client, tenant or redirect_uri", _HTML)
        code = self._issue(tenant, query["client_id"], "code", timedelta(minutes=self._quirks.code_minutes))
        tenant.tables.flush()
        answer = urlencode({"code": code, "state": query.get("state", "")})
        return FortnoxReply(302, raw=b"", headers=(("location", f"{target}?{answer}"),))

    def token(self, body: bytes, headers: Mapping[str, str]) -> FortnoxReply:
        """Answer POST /oauth-v1/token."""
        client_id = self._client(headers.get("authorization", ""))
        if client_id is None:
            return _refusal(401, "invalid_client", "The client credentials are invalid", _PLAIN)
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        kind = form.get("grant_type")
        if kind == "client_credentials":
            return self._by_credentials(client_id, headers.get("tenantid", ""))
        if kind == "refresh_token":
            return self._by_token(client_id, form.get("refresh_token", ""), "refresh", "Invalid refresh token")
        if kind == "authorization_code":
            said = "Auth code or ClientID supplied is invalid"
            return self._by_token(client_id, form.get("code", ""), "code", said)
        return _refusal(400, "unsupported_grant_type", "The grant type is not supported", _HTML)

    def revoke(self, body: bytes, headers: Mapping[str, str]) -> FortnoxReply:
        """Answer POST /oauth-v1/revoke, which says true whatever the token was (FACTS.md 2.3)."""
        if self._client(headers.get("authorization", "")) is None:
            return _refusal(401, "invalid_client", "The client credentials are invalid", _PLAIN)
        token = dict(parse_qsl(body.decode("utf-8", "replace"))).get("token", "")
        for tenant in self._tenants.values():
            tenant.tables.delete(_KIND, token)
        return FortnoxReply(body={"revoked": True})

    def _client(self, authorization: str) -> str | None:
        scheme, _, encoded = authorization.partition(" ")
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        known = self._clients.get(client_id)
        return client_id if scheme.lower() == "basic" and known is not None and known == secret else None

    def _by_credentials(self, client_id: str, tenant_id: str) -> FortnoxReply:
        tenant = self._tenants.get(int(tenant_id)) if tenant_id.isdigit() else None
        if tenant is None:
            return _refusal(400, "invalid_grant", "Invalid tenant", _HTML)
        return self._success(tenant, client_id, with_refresh=False)

    def _by_token(self, client_id: str, token: str, use: str, refusal: str) -> FortnoxReply:
        """Spend a code or refresh token, single use (FACTS.md 2.2), and answer with a new pair."""
        for tenant in self._tenants.values():
            row = tenant.tables.get(_KIND, token)
            if row is None or row["use"] != use or row["client_id"] != client_id:
                continue
            tenant.tables.delete(_KIND, token)
            if datetime.fromisoformat(row["expires"]) > tenant.now():
                return self._success(tenant, client_id, with_refresh=True)
        return _refusal(400, "invalid_grant", refusal, _HTML)

    def _success(self, tenant: Tenant, client_id: str, *, with_refresh: bool) -> FortnoxReply:
        self._drop_expired(tenant)
        seconds = self._quirks.access_token_seconds
        access = self._issue(tenant, client_id, "access", timedelta(seconds=seconds))
        body: Json = {
            "access_token": access,
            "expires_in": seconds,
            "token_type": "bearer",
            "scope": self._quirks.scopes,
        }
        if with_refresh:
            lifetime = timedelta(days=self._quirks.refresh_token_days)
            body["refresh_token"] = self._issue(tenant, client_id, "refresh", lifetime)
        tenant.tables.flush()
        return FortnoxReply(body=body)

    def _issue(self, tenant: Tenant, client_id: str, use: str, lifetime: timedelta) -> str:
        expires = tenant.now() + lifetime
        token = _jwt(tenant.number, client_id, expires) if use == "access" else secrets.token_hex(20)
        row = {
            "use": use,
            "client_id": client_id,
            "scope": self._quirks.scopes,
            "expires": expires.isoformat(),
        }
        tenant.tables.put(_KIND, token, row)
        if use == "access":
            self._grants[token] = _grant(tenant, row)
        return token

    def _drop_expired(self, tenant: Tenant) -> None:
        now = tenant.now()
        for key, row in tenant.tables.items(_KIND):
            if datetime.fromisoformat(row["expires"]) <= now:
                tenant.tables.delete(_KIND, key)
                self._grants.pop(key, None)


def _grant(tenant: Tenant, row: Json) -> Grant:
    expires = datetime.fromisoformat(row["expires"])
    return Grant(tenant, row["client_id"], frozenset(row["scope"].split()), expires)


def _jwt(tenant: int, client_id: str, expires: datetime) -> str:
    """Return a token in the shape of a JWT whose claims name the tenant (FACTS.md 2.2); the rest is random."""
    claims = {"tenantId": tenant, "clientId": client_id, "exp": int(expires.timestamp())}
    parts = (_base64({"alg": "HS256", "typ": "JWT"}), _base64(claims), secrets.token_urlsafe(32))
    return ".".join(parts)


def _base64(value: Json) -> str:
    return base64.urlsafe_b64encode(simplejson.dumps(value).encode()).decode().rstrip("=")


def _refusal(status: int, error: str, description: str, content_type: str) -> FortnoxReply:
    body = {"error": error, "error_description": description}
    return FortnoxReply(status, body, content_type=content_type)
