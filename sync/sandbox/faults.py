"""Faults on demand: the sandbox misbehaves as real systems do, and counts how often it did."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

import simplejson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from sync.clock import Clock
from sync.sandbox.crm import Reply
from sync.sandbox.serving.asgi import (
    AppAnswer,
    AsgiApp,
    DroppedConnectionError,
    Message,
    Receive,
    Scope,
    Send,
    read_body,
)
from sync.sandbox.serving.json_body import read_json

FAULTS = frozenset(
    {
        "status_500_before",
        "status_500_after",
        "timeout_before",
        "timeout_after",
        "cut_body",
        "html_200",
        "429",
        "expired_token",
        "delay",
        "refuse",
        "alter",
    }
)
_BEFORE: Mapping[str, Reply] = {
    "status_500_before": (500, "text/html", b"<html><body>Internal Server Error</body></html>"),
    "html_200": (200, "text/html", b"<html><body>Maintenance</body></html>"),
    "429": (429, "text/html", b""),
    "expired_token": (401, "application/json", b'{"message":"unauthorized"}'),
}
_INTERNAL_ERROR = _BEFORE["status_500_before"]


@dataclass
class Fault:
    """One kind of misbehaviour for the next `times` matching requests.

    `path` is found in the path and query as text or as a regular expression; an empty `method` is any.
    `contains` is a text that the body must hold. `seconds` (of the sandbox clock) delays the answer, or is how long
    one is withheld. "refuse" answers as Fortnox refuses, with `status`, `code` and `message`; "alter" takes the request
    with the fields of `change` in place of its own, and says nothing. `taken` counts the times it took effect; faults
    after the effect wait for a request that succeeded.
    """

    system: str
    fault: str
    method: str = ""
    path: str = ""
    times: Annotated[int, Field(ge=0, le=1_000_000)] = 1
    seconds: Annotated[float, Field(ge=0, le=1_000_000)] = 0.0
    contains: str = ""
    status: Annotated[int, Field(ge=200, le=599)] = 400
    code: int = 1000029
    message: str = "Internt fel."
    change: dict[str, Any] = field(default_factory=dict)
    taken: int = 0

    __pydantic_config__ = ConfigDict(extra="forbid")

    def matches(self, system: str, method: str, path: str, body: str = "") -> bool:
        """Say whether this fault is due for a request."""
        if self.taken >= self.times or self.system != system or self.method not in ("", method):
            return False
        return self.contains in body and (self.path in path or re.search(self.path, path) is not None)

    def refusal(self) -> Reply:
        """Return status, content type and body of a refusal (fortnox/FACTS.md 9.1)."""
        told = {"ErrorInformation": {"error": 1, "message": self.message, "code": self.code}}
        return self.status, "application/json", simplejson.dumps(told).encode()

    def altered(self, body: bytes) -> bytes:
        """Return a request's body with the fields of `change` in its only record; another body stays as it is."""
        try:
            wrapped = read_json(body)
        except ValueError:
            return body
        records = wrapped.values() if isinstance(wrapped, dict) else ()
        for record in records:
            if isinstance(record, dict):
                record.update(self.change)
        return simplejson.dumps(wrapped, use_decimal=True).encode()


_FAULT = TypeAdapter(Fault)


class FaultPlan:
    """The faults that were asked for, in order.

    `own` are the systems that there are, each with the answers of its own to a fault, by the fault's name.
    """

    def __init__(self, own: Mapping[str, Mapping[str, Reply]]) -> None:
        self.faults: list[Fault] = []
        self._own = own

    def add(self, wishes: list[dict[str, Any]]) -> None:
        """Add faults; raises ValueError with a sentence for a wish that is not understood."""
        new = []
        for wish in wishes:
            fault = _understood(wish)
            known_faults = FAULTS.union(self._own.get(fault.system, ()))
            if fault.fault not in known_faults or fault.system not in self._own:
                known = ", ".join(sorted(known_faults))
                raise ValueError(f"There is no fault {fault.fault!r} for {fault.system!r}; faults are {known}.")
            new.append(fault)
        self.faults += new

    def answers(self, system: str) -> Mapping[str, Reply]:
        """Return what a system answers in place of its own answer, by the fault's name."""
        return {**_BEFORE, **self._own[system]}

    def clear(self) -> None:
        """Forget all faults."""
        self.faults.clear()

    def due(self, system: str, method: str, path: str, body: str = "") -> Fault | None:
        """Return the first fault due for a request."""
        return next((fault for fault in self.faults if fault.matches(system, method, path, body)), None)

    def as_json(self) -> list[dict[str, Any]]:
        """Return the faults with their counts."""
        return [asdict(fault) for fault in self.faults]


def _understood(wish: dict[str, Any]) -> Fault:
    try:
        fault = _FAULT.validate_python(wish)
        re.compile(fault.path)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"A fault's {where!r} could not be read: {first['msg']}.") from problem
    except re.error as problem:
        raise ValueError(f"A fault's 'path' could not be read: {problem}.") from problem
    return fault


class Faulty:
    """An ASGI application that misbehaves as planned and otherwise is the one inside.

    `drop` ends the TCP connection of a request; without it (in-process) DroppedConnectionError is raised.
    """

    def __init__(self, app: AsgiApp, system: str, plan: FaultPlan, clock: Clock) -> None:
        self._app = app
        self._system = system
        self._plan = plan
        self._clock = clock
        self._before = plan.answers(system)
        self.drop: Callable[[Scope], None] | None = None

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        fault = None
        if self._plan.faults:
            where = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
            # Read now: what has arrived whole takes effect, even when its caller has gone before a delay is over.
            body = await read_body(receive)
            receive = _again(body, receive)
            fault = self._plan.due(self._system, scope["method"], where, body.decode("utf-8", "replace"))
            if fault is not None and fault.fault == "alter":
                fault.taken += 1
                receive = _again(fault.altered(body), receive)
                fault = None
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.fault == "delay":
            fault.taken += 1
            await self._clock.sleep(fault.seconds)
            await self._app(scope, receive, send)
        else:
            await self._misbehave(fault, scope, receive, send)

    async def _misbehave(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.fault in self._before:
            fault.taken += 1
            await _send(send, *self._before[fault.fault])
        elif fault.fault == "refuse":
            fault.taken += 1
            await _send(send, *fault.refusal())
        elif fault.fault == "timeout_before":
            fault.taken += 1
            await self._withhold(fault, scope, receive)
        else:
            await self._spoil_answer(fault, scope, receive, send)

    async def _spoil_answer(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer = AppAnswer()
        await self._app(scope, receive, answer.take)
        if not 200 <= answer.status < 300:
            await answer.pass_on(send)
            return
        fault.taken += 1
        if fault.fault == "status_500_after":
            await _send(send, *_INTERNAL_ERROR)
        elif fault.fault == "timeout_after":
            await self._withhold(fault, scope, receive)
        else:
            await self._cut(answer, scope, receive, send)

    async def _withhold(self, fault: Fault, scope: Scope, receive: Receive) -> None:
        await self._clock.sleep(fault.seconds)
        await self._end(scope, receive, timed_out=True)

    async def _cut(self, answer: AppAnswer, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        await send(start)
        half = answer.body[: len(answer.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await self._end(scope, receive, timed_out=False)

    async def _end(self, scope: Scope, receive: Receive, *, timed_out: bool) -> None:
        if self.drop is None:
            raise DroppedConnectionError(timed_out=timed_out)
        self.drop(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a way to read a body that was read already, once; what comes after it is the connection's own."""
    waiting = [body]

    async def read() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return read


async def _send(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await AppAnswer(status, headers, body).pass_on(send)
