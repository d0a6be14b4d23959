"""The Salesforce sandbox as an ASGI application: hosts, tokens, versions, limits (FACTS.md 1 to 6)."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

import simplejson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.clock import Clock
from sync.sandbox.salesforce.api import Api
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.usage import Usage
from sync.sandbox.salesforce.errors import GrantError, SalesforceError, not_found, session_expired
from sync.sandbox.salesforce.login.auth import Sessions
from sync.sandbox.salesforce.login.identity import identity_page, user_page
from sync.sandbox.salesforce.quirks import SalesforceQuirks
from sync.sandbox.salesforce.replies import SalesforceCall
from sync.sandbox.salesforce.soql.cursors import Cursors
from sync.sandbox.serving.asgi import read_body
from sync.sandbox.serving.json_body import read_json
from sync.sandbox.tables import Tables

LONGEST_URI = 16_384
_VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_VERSION = re.compile(r"v(\d+\.\d)")
_SEASONS = ("Spring", "Summer", "Winter")
_JSON = "application/json;charset=UTF-8"
_WRONG_TYPE = (
    b"<response>\n<faultcode>LOGIN_OAUTH_INVALID_TOKEN(db=1703,api=LOGIN_OAUTH_INVALID_TOKEN)</faultcode>\n"
    b"<error>Failed: Invalid Token</error>\n</response>"
)


class SalesforceApp:
    """One org; `asgi` serves it below /services/. Client id and secret are its connected app's."""

    def __init__(
        self,
        tables: Tables,
        clock: Clock,
        quirks: SalesforceQuirks | None = None,
        client_id: str = "demo",
        client_secret: str = "demo",  # noqa: S107 - the sandbox's public secret
    ) -> None:
        self._quirks = quirks or SalesforceQuirks()
        self.org = Org(tables, clock, self._quirks)
        self.sessions = Sessions(self.org, client_id, client_secret)
        self._cursors = Cursors(self.org)
        self._usage = Usage(clock, self._quirks.daily_limit)
        self.asgi = Starlette(routes=[Route("/{path:path}", self._serve, methods=_VERBS)])

    async def _serve(self, request: Request) -> Response:
        response = self._answer(request, await read_body(request.receive))
        self.org.tables.flush()
        return response

    def _answer(self, request: Request, body: bytes) -> Response:
        raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
        if len(raw) + len(request.scope["query_string"]) > LONGEST_URI:
            return Response("<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>", 414, media_type="text/html")
        parts = tuple(unquote(part) for part in raw.decode("utf-8", "replace").split("/") if part)
        if parts[:2] == ("services", "oauth2"):
            return self._oauth(request, parts[2:], body)
        if parts[:1] == ("id",) and len(parts) == 3:
            return self._who(request)
        if parts[:2] != ("services", "data"):
            return _refused(not_found())
        if len(parts) == 2:
            return _json(200, self._versions())
        try:
            return self._data(request, parts[2:], body)
        except SalesforceError as refused:
            return _refused(refused)

    def _data(self, request: Request, parts: tuple[str, ...], body: bytes) -> Response:
        user = self.sessions.user_of(request.headers.get("authorization", ""))
        if user is None:
            raise session_expired()
        if request.method in ("POST", "PATCH", "PUT") and body and not _is_json(request):
            headers = {"Sfdc-OAuth-Error": "1703"}
            return Response(_WRONG_TYPE, 401, headers, "text/html")
        self._check_version(parts[0])
        self._usage.take()
        call = SalesforceCall(
            request.method, parts[1:], f"/services/data/{parts[0]}", _query(request), _sent(body), _plain(request)
        )
        reply = Api(self.org, self._cursors, self._usage, user).answer(call)
        response = Response(status_code=reply.status) if reply.body is None else _json(reply.status, reply.body)
        response.headers.update(reply.headers)
        response.headers["Sforce-Limit-Info"] = self._usage.header(bursts=self._quirks.bursts_shown)
        return response

    def _check_version(self, part: str) -> None:
        found = _VERSION.fullmatch(part)
        if found is None:
            raise not_found()
        if found[1] not in self._quirks.versions:
            oldest = min(float(version) for version in self._quirks.versions)
            if float(found[1]) < min(oldest, 31):
                raise SalesforceError(410, "GONE", "The requested API version has been retired")
            raise not_found()

    def _versions(self) -> list[dict[str, str]]:
        return [_release(version) for version in self._quirks.versions]

    def _oauth(self, request: Request, parts: tuple[str, ...], body: bytes) -> Response:
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) | _query(request)
        authorization = request.headers.get("authorization", "")
        try:
            if parts == ("token",) and request.method == "POST":
                return _json(200, self.sessions.grant(form, authorization, request.headers.get("host", "")))
            if parts == ("introspect",) and request.method == "POST":
                return _json(200, self.sessions.introspect(form, authorization))
        except GrantError as refused:
            return _json(refused.status, refused.body)
        if parts == ("revoke",):
            known = self.sessions.revoke(form.get("token", ""))
            return Response(status_code=200) if known else _json(400, _INVALID_TOKEN)
        if parts == ("userinfo",):
            return self._who(request, whole=True)
        return _refused(not_found())

    def _who(self, request: Request, *, whole: bool = False) -> Response:
        """Say who the token's user is; a bad token gets bare text, no JSON (FACTS.md 2.3)."""
        user = self.sessions.user_of(request.headers.get("authorization", ""))
        if user is None:
            return Response("Bad_OAuth_Token", 403, media_type="text/html")
        base = f"http://{request.headers.get('host', '')}"
        page = user_page if whole else identity_page
        return _json(200, page(self.org, user, base, self._quirks.versions[-1]))


_INVALID_TOKEN = {"error": "unsupported_token_type", "error_description": "this token type is not supported"}


def _release(version: str) -> dict[str, str]:
    """Return a version as /services/data lists it; 60.0 is Spring '24, three a year (FACTS.md 1)."""
    number = int(version.partition(".")[0]) - 60
    season = _SEASONS[number % 3]
    year = 24 + number // 3 + (season == "Winter")
    return {"label": f"{season} '{year}", "url": f"/services/data/v{version}", "version": version}


def _query(request: Request) -> dict[str, str]:
    return dict(request.query_params.multi_items())


def _plain(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _is_json(request: Request) -> bool:
    return "json" in request.headers.get("content-type", "")


def _sent(body: bytes) -> Any:
    if not body:
        return None
    try:
        return read_json(body)
    except ValueError as problem:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f"Unexpected character at {problem}") from None


def _refused(refused: SalesforceError) -> Response:
    return _json(refused.status, refused.answer())


def _json(status: int, document: Any) -> Response:
    content = simplejson.dumps(document, use_decimal=True, ensure_ascii=False).encode()
    return Response(content, status, {"Content-Type": _JSON})
