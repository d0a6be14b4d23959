"""Client credentials: no refresh token that could be lost (FACTS.md 2.2)."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass

import simplejson

from sync.clock import Clock
from sync.connectors.errors import AuthLost, Unreached
from sync.connectors.http import HttpFault, Transport, cut, open_http, why_unreached

RENEW_BEFORE_SECONDS = 60.0


@dataclass(frozen=True)
class FortnoxAccess:
    """How to get in: the app's id and secret, and the tenant (DatabaseNumber) it is for."""

    auth_url: str
    client_id: str
    client_secret: str
    tenant_id: str


class ClientCredentials:
    """A token for one tenant, renewed before it ends; parallel callers wait for one renewal."""

    def __init__(self, access: FortnoxAccess, clock: Clock, transport: Transport | None = None) -> None:
        self._access = access
        self._clock = clock
        self._http = open_http(access.auth_url, transport)
        self._token = ""
        self._ends = 0.0
        self._lock = asyncio.Lock()

    async def headers(self) -> Mapping[str, str]:
        """Return the bearer header, getting a token first where there is none."""
        async with self._lock:
            if self._clock.monotonic() >= self._ends - RENEW_BEFORE_SECONDS:
                await self._fetch()
            return {"Authorization": f"Bearer {self._token}"}

    async def renew(self) -> bool:
        """Drop the token after a 401; the next call gets a new one."""
        async with self._lock:
            self._ends = 0.0
            return True

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _fetch(self) -> None:
        access = self._access
        basic = base64.b64encode(f"{access.client_id}:{access.client_secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "TenantId": access.tenant_id}
        try:
            response = await self._http.post(
                "/oauth-v1/token", data={"grant_type": "client_credentials"}, headers=headers
            )
        except HttpFault as error:
            raise Unreached(f"Fortnox's login {why_unreached(error)}.") from None
        if response.status_code not in {200, 400, 401, 403}:
            raise Unreached(f"Fortnox's login answered {response.status_code}.", response.status_code)
        self._accept(response.status_code, response.text)

    def _accept(self, status: int, text: str) -> None:
        """Read the token; error bodies are JSON under any content type (FACTS.md 2.4).

        A good status without a token is a page of somebody in between, no refusal: it will pass.
        """
        try:
            body = simplejson.loads(text)
        except ValueError:
            body = None
        body = body if isinstance(body, dict) else {}
        if status == 200 and "access_token" not in body:
            raise Unreached("Fortnox's login gave an answer that cannot be read.", status, cut(text))
        if status != 200:
            reason = body.get("error_description") or body.get("error") or f"status {status}"
            code = str(body.get("error", ""))
            raise AuthLost(f"Fortnox does not let Kvitt in: {reason}. Reconnect the company.", status, code, cut(text))
        self._token = body["access_token"]
        self._ends = self._clock.monotonic() + float(body.get("expires_in", 3600))
