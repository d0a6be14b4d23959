"""The routes below /_sandbox/: clock, info, truth, faults, edits. On loopback only, all JSON."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import simplejson
from pydantic import TypeAdapter, ValidationError

from sync.clock import ScaledClock
from sync.sandbox.crm import Crm, EditError
from sync.sandbox.fortnox.errors import FortnoxError
from sync.sandbox.fortnox.hand import edit_by_hand
from sync.sandbox.sandbox import Sandbox
from sync.sandbox.serving.asgi import AppAnswer, AsgiApp, Receive, Scope, Send, read_body
from sync.sandbox.serving.door import dated
from sync.sandbox.serving.json_body import read_json

PREFIX = "/_sandbox/"
_SLOWEST, _FASTEST = Decimal("0.001"), 10_000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "testclient"})


class ControlError(Exception):
    """A wish that cannot be granted, in one sentence."""


@dataclass(frozen=True)
class Edit:
    """A person's edit as it is asked for; `company` is wanted for Fortnox."""

    system: str
    kind: str
    id: str | int
    fields: dict[str, Any]
    company: str = ""


_EDIT = TypeAdapter(Edit)


class Control:
    """Answers /_sandbox/... and hands everything else to the application inside."""

    def __init__(self, sandbox: Sandbox, app: AsgiApp) -> None:
        self._sandbox = sandbox
        self._app = app
        self._routes: dict[tuple[str, str], Callable[[Any], Awaitable[Any]]] = {
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._set_clock,
            ("GET", "info"): self._info,
            ("GET", "truth"): self._truth,
            ("POST", "book-all"): self._book_all,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "edit"): self._edit,
        }

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        status, body = await self._answer(scope, await read_body(receive))
        raw = simplejson.dumps(body, use_decimal=True).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
        await AppAnswer(status, headers, raw).pass_on(dated(send, self._sandbox.clock))

    async def _answer(self, scope: Scope, body: bytes) -> tuple[int, Any]:
        if (scope.get("client") or ("", 0))[0] not in _LOOPBACK:
            return 403, {"error": "The control routes answer on this machine only."}
        route = self._routes.get((scope["method"], scope["path"].removeprefix(PREFIX).strip("/")))
        if route is None:
            known = ", ".join(f"{method} {name}" for method, name in self._routes)
            return 404, {"error": f"There is no such control route; there are {known}."}
        try:
            wish = read_json(body) if body else None
            return 200, await route(wish)
        except (ControlError, EditError, FortnoxError, ValueError) as problem:
            return 400, {"error": str(problem)}

    async def _clock(self, wish: Any) -> Any:
        clock = self._sandbox.clock
        now = clock.now()
        pace = clock.pace if isinstance(clock, ScaledClock) else None
        return {
            "virtual_epoch": (pace.virtual_epoch if pace else now).isoformat(timespec="microseconds"),
            "wall_epoch": (pace.wall_epoch if pace else now).isoformat(timespec="microseconds"),
            "speed": pace.speed if pace else 1.0,
            "now": now.isoformat(timespec="microseconds"),
        }

    async def _set_clock(self, wish: Any) -> Any:
        clock = self._sandbox.clock
        speed = wish.get("speed") if isinstance(wish, dict) else None
        if isinstance(speed, bool) or not isinstance(speed, int | Decimal) or not _SLOWEST <= speed <= _FASTEST:
            raise ControlError(f'Send {{"speed": n}} with n from {_SLOWEST} to {_FASTEST}.')
        if not isinstance(clock, ScaledClock):
            raise ControlError("This sandbox runs on a simulation's clock, which has no speed.")
        clock.set_speed(float(speed))
        return await self._clock(None)

    async def _info(self, wish: Any) -> Any:
        sandbox = self._sandbox
        sandbox.act()
        accountant = sandbox.accountant
        due, last = accountant.next_due(), accountant.last_action
        return {
            "world": sandbox.world.name,
            "crms": [self._crm(crm) for crm in sandbox.crms],
            "companies": [self._company(place) for place in range(len(sandbox.world.companies))],
            "clock": await self._clock(None),
            "accountant": {
                "next_due": due.isoformat() if due else None,
                "last_action": last.isoformat() if last else None,
            },
        }

    def _crm(self, crm: Crm) -> dict[str, Any]:
        base = f"http://127.0.0.1:{self._sandbox.port + crm.offset}"
        own = {"system": crm.system, **crm.info(), "base_url": base, **crm.credentials}
        return {**own, "routing": self._routing(crm.route_field)}

    def _company(self, place: int) -> dict[str, Any]:
        company = self._sandbox.world.companies[place]
        return {
            "key": company.key,
            "name": company.name,
            "organisation_number": company.organisation_number,
            "database_number": company.database_number,
            "base_url": f"http://127.0.0.1:{self._sandbox.port}",
            "client_id": "demo",
            "client_secret": "demo",
            "tenant_id": str(company.database_number),
            "go_live": company.go_live.isoformat(),
        }

    def _routing(self, field: str) -> dict[str, Any]:
        companies = self._sandbox.world.companies
        rules = [{"to": one.key, "when": {"field": field, "equals": one.key}} for one in companies]
        return {"rules": rules if len(companies) > 1 else [], "otherwise": "only"}

    async def _truth(self, wish: Any) -> Any:
        return self._sandbox.truth()

    async def _book_all(self, wish: Any) -> Any:
        booked = self._sandbox.accountant.book_all()
        self._sandbox.flush()
        return {"booked": booked}

    async def _faults(self, wish: Any) -> Any:
        return self._sandbox.plan.as_json()

    async def _add_faults(self, wish: Any) -> Any:
        if not isinstance(wish, list) or not all(isinstance(one, dict) for one in wish):
            raise ControlError('Send a list of faults, such as [{"system": "fortnox", "fault": "429"}].')
        self._sandbox.plan.add(wish)
        return self._sandbox.plan.as_json()

    async def _clear_faults(self, wish: Any) -> Any:
        self._sandbox.plan.clear()
        return []

    async def _edit(self, wish: Any) -> Any:
        try:
            edit = _EDIT.validate_python(wish)
        except ValidationError as problem:
            where = next(iter(problem.errors()[0]["loc"]), "the whole")
            says = "Send system, kind, id and fields; for Fortnox also company."
            raise ControlError(f"{says} What could not be read is {where}.") from None
        if edit.system == "fortnox":
            return self._edit_fortnox(edit)
        for crm in self._sandbox.crms:
            if edit.system == crm.system:
                edited = await crm.edit(edit.kind, str(edit.id), edit.fields)
                self._sandbox.flush()
                return edited
        raise ControlError(f"There is no system {edit.system!r} here.")

    def _edit_fortnox(self, edit: Edit) -> Any:
        found = [one for one in self._sandbox.world.companies if one.key == edit.company]
        if not found:
            raise ControlError(f"There is no company {edit.company!r} in this world.")
        tenant = self._sandbox.fortnox.companies[found[0].database_number]
        row = edit_by_hand(tenant, edit.kind, str(edit.id), edit.fields)
        self._sandbox.flush()
        return row
