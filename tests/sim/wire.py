"""The network between Kvitt and the sandbox: slow, and as wrong as the plan says.

A request meets a boundary before it leaves and one after the server has acted. What was under way when the process
died arrives all the same, or does not: a seed decides.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random

import httpx
import simplejson

from sync.sandbox.sandbox import Sandbox
from tests.sim.boundaries import Boundaries, Life
from tests.sim.faults import LOGINS, SALESFORCE, WRITES

CLIENT_PATIENCE = 30.0
LATE = 45.0
STORM = 20.0
OUTAGE = 100.0
_TOKEN = re.compile(r'"access_token": ?"([^"]+)"')
_QUIET_REFUSALS: dict[str, tuple[int, str, bytes]] = {
    "status_500_before": (500, "text/html", b"<html><body>Internal Server Error</body></html>"),
    "token_endpoint_500": (503, "text/plain", b"upstream connect error"),
    "html_200": (200, "text/html", b"<html><body>Maintenance</body></html>"),
    "throttled": (429, "text/html", b""),
    "throttled_retry_after": (429, "application/json", b'{"message": "rate limit"}'),
    "throttled_storm": (429, "text/html", b""),
    "expired_token": (401, "application/json", b'{"message": "unauthorized"}'),
}
_JSON = "application/json;charset=UTF-8"
# Salesforce says most of this in arrays of errors of its own (salesforce/FACTS.md 5, 6).
_SALESFORCE_REFUSALS: dict[str, tuple[int, str, bytes]] = {
    "status_500_before": (503, _JSON, b'[{"message":"down","errorCode":"SERVER_UNAVAILABLE"}]'),
    "throttled": (403, _JSON, b'[{"message":"ConcurrentRequests Limit","errorCode":"REQUEST_LIMIT_EXCEEDED"}]'),
    "expired_token": (401, _JSON, b'[{"message":"Session expired","errorCode":"INVALID_SESSION_ID"}]'),
    "day_spent": (403, _JSON, b'[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]'),
    "row_locked": (400, _JSON, b'[{"message":"locked","errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]'),
}
_OBJECT = re.compile(r".* FROM (\w+)")


@dataclass(frozen=True)
class Arrival:
    """A call that reached Fortnox: when, and for which company."""

    seconds: float
    tenant: int


class Network:
    """What outlives the process: the way to the servers, `pace` times as fast as usual, and what they have seen."""

    def __init__(self, sandbox: Sandbox, boundaries: Boundaries, chance: Random, pace: float = 1.0) -> None:
        self.pace = pace
        self.boundaries = boundaries
        self.chance = chance
        self.writes: Counter[str] = Counter()
        self.updates: Counter[tuple[int, str]] = Counter()
        self.arrivals: list[Arrival] = []
        self.tokens: dict[str, int] = {}
        self.logins_at_once = 0
        self.under_way: set[asyncio.Task[httpx.Response]] = set()
        self.storm_until = 0.0
        self.away_until: dict[int, float] = {}
        self.on_edit: Callable[[], Awaitable[bool]] | None = None
        self.on_arrival: Callable[[int, httpx.Request], None] | None = None
        self.forget_crm_tokens: Callable[[], Awaitable[None]] | None = None
        self._sandbox = sandbox
        self._inner = sandbox.transport()
        self._late = False
        self._watch_arrivals()

    async def forget_tokens(self, path: str) -> None:
        """Make the system at a path take none of the tokens it has issued."""
        if not path.startswith(SALESFORCE):
            self._sandbox.fortnox.auth.forget_access_tokens()
        elif self.forget_crm_tokens is not None:
            await self.forget_crm_tokens()

    def tenant_of(self, request: httpx.Request) -> int:
        """Return the Fortnox company that a call is for, by its token; 0 for the CRM."""
        return self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "), 0)

    def post(self, request: httpx.Request, delay: float, late: bool = False) -> "asyncio.Task[httpx.Response]":
        """Send a request on its way; it arrives after `delay`, whatever becomes of its sender."""
        task = asyncio.create_task(self._deliver(request, delay, late), name=f"{request.method} {request.url.path}")
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        return task

    def is_on_its_way(self, path: str) -> bool:
        """Return whether a change of a record has been sent and has not arrived."""
        return any(task.get_name() == f"PUT {path}" for task in self.under_way)

    async def _deliver(self, request: httpx.Request, delay: float, late: bool) -> httpx.Response:
        await asyncio.sleep(delay)
        if self.on_arrival is not None:
            self.on_arrival(self.tenant_of(request), request)
        self._late = late
        try:
            response = await self._inner.handle_async_request(request)
        finally:
            self._late = False
        method, path = request.method, request.url.path
        if method in WRITES and not path.startswith(LOGINS):
            self.writes[f"{method} {path}"] += 1
            self.updates[self.tenant_of(request), path] += response.is_success
        if path.startswith(LOGINS):
            self.tokens |= dict.fromkeys(_TOKEN.findall(response.text), int(request.headers.get("TenantId", 0)))
        body = request.content.decode("utf-8", "replace")
        self.boundaries.note(f"served {method} {request.url} {response.status_code} {body}")
        return response

    def _watch_arrivals(self) -> None:
        """Count every call where Fortnox counts it; one whose effect comes late was counted when it came."""
        window = self._sandbox.fortnox._window
        admit, clock = window.admit, self._sandbox.clock

        def watched(client_id: str, tenant: int) -> bool:
            if self._late:
                return True
            self.arrivals.append(Arrival(clock.monotonic(), tenant))
            return admit(client_id, tenant)

        window.admit = watched  # type: ignore[method-assign]


class Wire(httpx.AsyncBaseTransport):
    """One process's end of the network."""

    def __init__(self, network: Network, life: Life) -> None:
        self._network = network
        self._boundaries = network.boundaries
        self._chance = network.chance
        self._life = life
        self._logins: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        path = request.url.path
        tenant = request.headers.get("TenantId") or str(request.url.port)
        self._logins[tenant] += path.startswith(LOGINS)
        self._network.logins_at_once = max(self._network.logins_at_once, self._logins[tenant])
        try:
            return await self._exchange(request)
        finally:
            self._logins[tenant] -= path.startswith(LOGINS)

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        fault = self._meet("send", request)
        tenant = self._network.tenant_of(request)
        if fault == "outage":
            self._network.away_until[tenant] = _now() + OUTAGE
        elif _now() < self._network.away_until.get(tenant, 0.0):
            fault = "outage"
        if fault == "throttled_storm":
            self._network.storm_until = _now() + STORM
        elif fault is None and _now() < self._network.storm_until and request.url.path.startswith("/3/"):
            fault = "throttled_storm"
        if fault is not None:
            early = await self._before(fault, request)
            if early is not None:
                return early
        response = await self._round_trip(request)
        if fault == "token_invalidated" and response.status_code == 401:
            self._took(fault)
        fault = self._meet("answer", request, response.status_code)
        if fault is not None:
            response = await self._after(fault, request, response)
        await self._pause()
        return response

    async def _round_trip(self, request: httpx.Request) -> httpx.Response:
        under_way = self._network.post(request, self._latency())
        try:
            response = await asyncio.shield(under_way)
        except asyncio.CancelledError:
            if self._chance.random() < 0.5:
                under_way.cancel()
            raise
        self._life.check()
        return response

    async def _before(self, fault: str, request: httpx.Request) -> httpx.Response | None:
        """What happens before the server is reached; None where the request goes on to it."""
        if fault == "token_invalidated":
            await self._network.forget_tokens(request.url.path)
            return None
        if fault == "edit_during_send":
            if self._network.on_edit is not None and await self._network.on_edit():
                self._took(fault)
            return None
        if fault == "late_commit":
            self._arrive_late(request)
            fault = "timeout_before"
        else:
            self._took(fault)
        await self._pause()
        if fault in {"refused", "outage"}:
            raise httpx.ConnectError("Connection refused", request=request)
        if fault == "timeout_before":
            await self._patience()
            raise httpx.ReadTimeout("The answer did not come in time.", request=request)
        return _refusal(fault, request)

    def _arrive_late(self, request: httpx.Request) -> None:
        arrived = self._network.post(request, LATE, late=True)
        arrived.add_done_callback(
            lambda task: self._took("late_commit") if not task.cancelled() and task.result().is_success else None
        )

    async def _after(self, fault: str, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """What happens to an answer on its way back: the server has acted."""
        self._took(fault)
        self._took(f"{fault} {response.status_code}")
        if fault == "timeout_after":
            await self._patience()
            raise httpx.ReadTimeout("The answer did not come in time.", request=request)
        if fault == "status_500_after":
            return _refusal("status_500_before", request)
        if fault == "cut_connection":
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
        if fault == "foreign_refusal":
            status = 404 if request.method == "GET" else 408
            return httpx.Response(status, html="<html><body>gateway</body></html>", request=request)
        headers = {name: response.headers[name] for name in ("date", "content-type") if name in response.headers}
        if fault == "wrong_content_type":
            headers["content-type"] = "text/html"
            return httpx.Response(response.status_code, headers=headers, content=response.content, request=request)
        content = _BROKEN[fault](response.content)
        return httpx.Response(response.status_code, headers=headers, content=content, request=request)

    def _meet(self, kind: str, request: httpx.Request, status: int = 0) -> str | None:
        method, path = request.method, request.url.path
        found = _OBJECT.match(request.url.params.get("q", ""))
        what = f"{method} {path}" + (f" {found[1]}" if found else "")
        return self._boundaries.meet(self._life, kind, what, method=method, path=path, status=status)  # type: ignore[arg-type]

    def _took(self, fault: str) -> None:
        self._boundaries.faults.took(fault)

    def _latency(self) -> float:
        far = self._chance.random() < 0.05
        return (self._chance.uniform(0.15, 1.0) if far else self._chance.uniform(0.02, 0.15)) / self._network.pace

    async def _pause(self) -> None:
        await asyncio.sleep(self._latency())
        self._life.check()

    async def _patience(self) -> None:
        await asyncio.sleep(CLIENT_PATIENCE)
        self._life.check()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _refusal(fault: str, request: httpx.Request) -> httpx.Response:
    refusals = _QUIET_REFUSALS | (_SALESFORCE_REFUSALS if request.url.path.startswith(SALESFORCE) else {})
    status, content_type, body = refusals[fault]
    headers = {"content-type": content_type}
    if fault == "throttled_retry_after":
        headers["retry-after"] = "7"
    return httpx.Response(status, headers=headers, content=body, request=request)


def _emptied(content: bytes) -> bytes:
    """Return a list that counts its records and shows none."""
    body = simplejson.loads(content, use_decimal=True)
    counted = body.get("MetaInformation") or body.get("metadata") or body
    counted |= {name: max(int(counted[name]), 1) for name in _COUNTS if name in counted}
    shown: str = simplejson.dumps({name: [] if isinstance(part, list) else part for name, part in body.items()})
    return shown.encode()


_COUNTS = ("@TotalResources", "@TotalPages", "total", "totalSize")
_BROKEN: Mapping[str, Callable[[bytes], bytes]] = {
    "cut_body": lambda content: content[: len(content) // 2],
    "hollow_body": lambda _content: b"{}",
    "empty_list": _emptied,
}
