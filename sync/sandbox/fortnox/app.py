"""The ASGI application: reads a request, finds its company by the token, answers in Fortnox's words."""

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

from sync.clock import Clock
from sync.sandbox.fortnox.auth import Auth, Grant
from sync.sandbox.fortnox.documents.invoices import Invoices
from sync.sandbox.fortnox.documents.offers import contracts, offers
from sync.sandbox.fortnox.documents.orders import Orders
from sync.sandbox.fortnox.documents.payments import Payments
from sync.sandbox.fortnox.documents.vouchers import Vouchers
from sync.sandbox.fortnox.errors import FortnoxError, no_scope
from sync.sandbox.fortnox.limiter import Window
from sync.sandbox.fortnox.quirks import FortnoxQuirks
from sync.sandbox.fortnox.registers.articles import Prices, articles
from sync.sandbox.fortnox.registers.company import CompanyPage, Information, Me
from sync.sandbox.fortnox.registers.customers import customers
from sync.sandbox.fortnox.registers.registers import registers
from sync.sandbox.fortnox.tenant import Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, decode, encode
from sync.sandbox.serving.asgi import Receive, Scope, Send, read_body
from sync.sandbox.tables import Tables

_log = logging.getLogger(__name__)
_SCOPES = {
    "customers": "customer",
    "articles": "article",
    "prices": "price",
    "pricelists": "price",
    "invoices": "invoice",
    "taxreductions": "invoice",
    "orders": "order",
    "offers": "offer",
    "contracts": "invoice",
    "vouchers": "bookkeeping",
    "voucherseries": "bookkeeping",
    "invoicepayments": "payment",
    "currencies": "currency",
    "costcenters": "costcenter",
    "projects": "project",
    "companyinformation": "companyinformation",
    "accounts": "bookkeeping",
    "financialyears": "bookkeeping",
    "me": "profile",
}


class FortnoxResource(Protocol):
    """What answers the calls below one first path word."""

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the answer; raises FortnoxError for a refusal."""


class FortnoxApp:
    """Fortnox for several companies behind one port: /3/... and /oauth-v1/... (`asgi`).

    The access token decides the company. `companies` are the tenants by database number; `throttled` counts
    answers 429; `clients` maps client id to secret.
    """

    def __init__(
        self,
        tenants: Mapping[int, Tables],
        clock: Clock,
        quirks: FortnoxQuirks = FortnoxQuirks(),  # noqa: B008 - frozen
        clients: Mapping[str, str] | None = None,
    ) -> None:
        self.quirks = quirks
        self.companies = {number: Tenant(number, rows, clock, quirks) for number, rows in tenants.items()}
        self.auth = Auth(self.companies, clients or {"demo": "demo"}, quirks)
        self._window = Window(clock, quirks)
        self._resources: dict[str, FortnoxResource] = {
            **registers(),
            "customers": customers,
            "articles": articles,
            "prices": Prices(),
            "invoices": Invoices(),
            "orders": Orders(),
            "offers": offers,
            "contracts": contracts,
            "vouchers": Vouchers(),
            "invoicepayments": Payments(),
            "companyinformation": Information(),
            "settings": CompanyPage(),
            "me": Me(),
        }

    @property
    def throttled(self) -> int:
        """Return how many calls were answered 429."""
        return self._window.throttled

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        started = perf_counter()
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await read_body(receive)
        reply = self._answer(scope, headers, body)
        await _send(reply, send, perf_counter() - started)

    def _answer(self, scope: Scope, headers: Mapping[str, str], body: bytes) -> FortnoxReply:
        raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        path = [unquote(part) for part in raw_path.partition("?")[0].split("/") if part]
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        if path[:1] == ["oauth-v1"]:
            return self._oauth(scope["method"], path[1:], query, headers, body)
        if path[:1] != ["3"] or len(path) < 2:
            return FortnoxReply(404, raw=b"Not Found", content_type="text/plain")
        grant = self.auth.check(headers.get("authorization", ""))
        if grant is None:
            return FortnoxReply(401, {"message": "unauthorized"})
        if not self._window.admit(grant.client_id, grant.tenant.number):
            return self._too_many()
        return self._call(scope["method"], tuple(path[1:]), query, headers, body, grant)

    def _call(
        self,
        method: str,
        parts: tuple[str, ...],
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
        grant: Grant,
    ) -> FortnoxReply:
        try:
            _check_types(headers, body)
            resource = self._resources.get(parts[0])
            if resource is None:
                return FortnoxReply(404, raw=b"Not Found", content_type="text/plain")
            if _SCOPES.get(parts[0], "settings") not in grant.scopes:
                raise no_scope()
            call = FortnoxCall(method, parts, query, _json(body))
            return resource.answer(call, grant.tenant)
        except FortnoxError as refusal:
            _log.debug("Fortnox refused %s %s: %s", method, "/".join(parts), refusal)
            return FortnoxReply(refusal.status, refusal.body())
        finally:
            grant.tenant.tables.flush()

    def _oauth(
        self,
        method: str,
        parts: list[str],
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> FortnoxReply:
        if (method, parts) == ("POST", ["token"]):
            return self.auth.token(body, headers)
        if (method, parts) == ("POST", ["revoke"]):
            return self.auth.revoke(body, headers)
        if (method, parts) == ("GET", ["auth"]):
            return self.auth.authorise(query)
        return FortnoxReply(404, raw=b"Not Found", content_type="text/plain")

    def _too_many(self) -> FortnoxReply:
        quirks = self.quirks
        headers = (("retry-after", quirks.retry_after),) if quirks.retry_after else ()
        return FortnoxReply(429, raw=quirks.throttle_body, content_type=quirks.throttle_content_type, headers=headers)


def _check_types(headers: Mapping[str, str], body: bytes) -> None:
    accept = headers.get("accept", "")
    if accept and "json" not in accept and "*/*" not in accept and "application/pdf" not in accept:
        raise FortnoxError(1000030, "Ogiltig responstyp.")
    if body and "json" not in headers.get("content-type", "application/json"):
        raise FortnoxError(1000031, "Ogiltig content-type.")


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return decode(body)
    except ValueError:
        raise FortnoxError(2002115, "Felaktig JSON-syntax.") from None


async def _send(reply: FortnoxReply, send: Send, took: float) -> None:
    raw = reply.raw if reply.raw is not None else encode(reply.body)
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(raw)).encode()),
        (b"server", b"Fortnox"),
        (b"x-rack-responsetime", str(int(took * 1000)).encode()),
        *((name.encode(), value.encode()) for name, value in reply.headers),
    ]
    if reply.status == 204:
        headers = headers[2:]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})
