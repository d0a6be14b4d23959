"""The Upsales sandbox as an ASGI application: keys, limits, paths, envelopes (FACTS.md 1)."""

import html
import random
import zlib
from email.utils import format_datetime
from typing import Any

import simplejson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as PathRoute

from sync.clock import Clock
from sync.sandbox.serving.asgi import read_body
from sync.sandbox.serving.json_body import read_json
from sync.sandbox.tables import Tables
from sync.sandbox.upsales.answers import Answers
from sync.sandbox.upsales.data.state import State
from sync.sandbox.upsales.errors import ROUTE_PAGE, NoRouteError, UpsalesError, failed_validation
from sync.sandbox.upsales.quirks import UpsalesQuirks
from sync.sandbox.upsales.throttle import Throttle

Row = dict[str, Any]

_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class UpsalesApp:
    """One Upsales account; `asgi` serves it below /api/v2/.

    `token` is the account's API key, taken from the cookie `token` or the query (FACTS.md 1.1). Time and the
    `Date` header are the clock's. Whoever serves it must let no other `Date` header be added.
    """

    def __init__(
        self,
        tables: Tables,
        clock: Clock,
        token: str = "demo",  # noqa: S107 - the sandbox's only key
        quirks: UpsalesQuirks | None = None,
    ) -> None:
        self._quirks = quirks or UpsalesQuirks()
        self._tables, self._clock, self._token = tables, clock, token
        self._throttle = Throttle(clock, self._quirks.rate_window)
        self._state = State(tables, clock, self._quirks)
        self._requests = 0
        self.asgi = Starlette(routes=[PathRoute("/{path:path}", self._serve, methods=_VERBS)])

    async def _serve(self, request: Request) -> Response:
        response = self._limited(request, await read_body(request.receive))
        response.headers["Date"] = format_datetime(self._clock.now(), usegmt=True)
        if self._quirks.open_to_web_pages:
            response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-cache"
        self._tables.flush()
        return response

    def _limited(self, request: Request, body: bytes) -> Response:
        key = request.cookies.get("token") or request.query_params.get("token") or ""
        known = key == self._token
        limit = self._quirks.rate_limit if known else self._quirks.unknown_key_limit
        allowed, headers = self._throttle.take(key if known else "unknown", limit)
        if not known:
            return Response("Unauthorized", 401, headers, "text/plain")
        if allowed:
            response = self._answer(request, body)
        else:
            refusal = UpsalesError(429, "ThrottleLimit", 4, self._quirks.throttle_message)
            response = _json(refusal.status, refusal.envelope(request.method))
        response.headers.update(headers)
        return response

    def _answer(self, request: Request, body: bytes) -> Response:
        self._requests += 1
        shuffle = None
        if self._quirks.shuffle_unsorted:
            seed = f"{self._state.info().get('seed', 0)}:{self._requests}"
            shuffle = random.Random(seed)  # noqa: S311 - a sandbox must repeat itself
        answers = Answers(self._state, request.query_params.multi_items(), shuffle)
        try:
            sent = _parsed(body) if request.method in ("POST", "PUT", "PATCH") else {}
            return _json(200, answers.answer(request.method, request.url.path, sent))
        except NoRouteError:
            page = ROUTE_PAGE.format(method=request.method, path=html.escape(request.url.path))
            return Response(page, 404, media_type="text/html")
        except UpsalesError as refusal:
            return _json(refusal.status, refusal.envelope(request.method))


def _parsed(body: bytes) -> Row:
    try:
        sent = read_json(body) if body else {}
    except ValueError as error:
        raise failed_validation(f"The body is not JSON: {error}") from error
    if not isinstance(sent, dict):
        raise failed_validation("The body is not a JSON object")
    return sent


def _json(status: int, document: Row) -> Response:
    content = simplejson.dumps(document, use_decimal=True, ensure_ascii=False).encode()
    headers = {"ETag": f'W/"{len(content):x}-{zlib.crc32(content):08x}"'}
    return Response(content, status, headers, "application/json; charset=utf-8")
