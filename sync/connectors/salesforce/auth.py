"""Getting in: client credentials or JWT bearer, with no token that could be lost (FACTS.md 2.2)."""

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import jwt
import simplejson

from sync.clock import Clock
from sync.connectors.errors import AuthLost, Unreached
from sync.connectors.http import HttpFault, Transport, cut, open_http, why_unreached

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# Sources disagree whether an assertion may live 3 or 5 minutes (FACTS.md 2.2).
ASSERTION_SECONDS = 180
_USED: ContextVar[str] = ContextVar("salesforce_token", default="")


@dataclass(frozen=True)
class SalesforceAccess:
    """How to get in: the app's key with its secret, or with a user name and the private key for JWT bearer.

    `login_url` is the org's My Domain host; `audience` the login host that a JWT names.
    """

    login_url: str
    client_id: str
    client_secret: str = ""
    username: str = ""
    private_key: str = ""
    audience: str = "https://login.salesforce.com"


class Session:
    """An access token and the host it is for; parallel callers wait for one login. Nothing of it is stored.

    There is no `expires_in`, and a session ends by idling (FACTS.md 2.3): only a 401 tells that it has ended.
    """

    def __init__(self, access: SalesforceAccess, clock: Clock, transport: Transport | None = None) -> None:
        self._access = access
        self._clock = clock
        self._http = open_http(access.login_url, transport)
        self._token = ""
        self._instance = access.login_url.rstrip("/")
        self._lock = asyncio.Lock()

    @property
    def instance(self) -> str:
        """Return the host for every call, as the last login named it: it can move (FACTS.md 2.1)."""
        return self._instance

    async def headers(self) -> Mapping[str, str]:
        """Return the bearer header, logging in first where there is no token. Raises AuthLost, Unreached."""
        async with self._lock:
            if not self._token:
                await self._login()
            _USED.set(self._token)
            return {"Authorization": f"Bearer {self._token}", "Sforce-Call-Options": "client=Kvitt"}

    async def renew(self) -> bool:
        """Drop the token that this caller used after a 401; one that another has renewed meanwhile is kept."""
        async with self._lock:
            if self._token == _USED.get():
                self._token = ""
            return True

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _login(self) -> None:
        try:
            response = await self._http.post("/services/oauth2/token", data=self._form())
        except HttpFault as error:
            raise Unreached(f"Salesforce's login {why_unreached(error)}.") from None
        if response.status_code not in {200, 400, 401, 403}:
            raise Unreached(f"Salesforce's login answered {response.status_code}.", response.status_code)
        self._accept(response.status_code, response.text)

    def _form(self) -> dict[str, str]:
        access = self._access
        if not access.private_key:
            return {
                "grant_type": "client_credentials",
                "client_id": access.client_id,
                "client_secret": access.client_secret,
            }
        claims = {
            "iss": access.client_id,
            "sub": access.username,
            "aud": access.audience,
            "exp": int(self._clock.now().timestamp()) + ASSERTION_SECONDS,
        }
        try:
            assertion = jwt.encode(claims, access.private_key, algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise AuthLost(
                "The private key for Salesforce cannot be used. Name a PEM file with an RSA key in "
                "KVITT_SALESFORCE__PRIVATE_KEY_FILE."
            ) from None
        return {"grant_type": JWT_GRANT, "assertion": assertion}

    def _accept(self, status: int, text: str) -> None:
        """Read the token; a good status without one is a page of somebody in between, no refusal: it will pass."""
        try:
            found = simplejson.loads(text)
        except ValueError:
            found = None
        body = found if isinstance(found, dict) else {}
        if status == 200 and not (body.get("access_token") and body.get("instance_url")):
            raise Unreached("Salesforce's login gave an answer that cannot be read.", status, cut(text))
        if status != 200:
            raise _refusal(status, body, text)
        self._instance = _trusted(str(body["instance_url"]).rstrip("/"))
        self._token = str(body["access_token"])


def _refusal(status: int, body: Mapping[str, object], text: str) -> AuthLost | Unreached:
    """Read the endpoint's own shape, an object and no array (FACTS.md 2.4)."""
    code = str(body.get("error") or f"status {status}")
    reason = str(body.get("error_description") or code)
    if "already being processed" in reason:
        return Unreached(f"Salesforce's login is busy: {reason}.", status, cut(text))
    sentence = f"Salesforce does not let Kvitt in: {reason} ({code}). Correct the app or the settings."
    return AuthLost(sentence, status, code, cut(text))


def _trusted(instance: str) -> str:
    """Return the host that the token is for; it is sent over TLS only, but on this machine itself."""
    found = urlsplit(instance)
    if found.scheme != "https" and not _is_loopback(found.hostname or ""):
        raise AuthLost(f"Salesforce's login names {instance}, which is not https. Check KVITT_SALESFORCE__LOGIN_URL.")
    return instance


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
