"""Who may use the dashboard's server: pages that it served itself, under a name of this machine, in no other's frame.

A request with another name (DNS that was bent to this machine) or from another origin is refused here, before Streamlit
sees it: Streamlit would ask an address outside for its own in order to judge a foreign origin.
"""

from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from dashboard.access import on_loopback

_FOREIGN_NAME = "Kvitt's dashboard does not answer under this name. Names are allowed in server.allowedHosts."
_FOREIGN_PAGE = "Kvitt's dashboard answers only to its own pages."
_POLICY_VIOLATION = 1008
_HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class PageDoor:
    """Lets own requests in, and tells browsers to show no page in a frame."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = _refusal(Headers(scope=scope))
        if not refusal:
            await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await WebSocketClose(_POLICY_VIOLATION, refusal)(scope, receive, send)
        else:
            await PlainTextResponse(refusal, 403)(scope, receive, _with_headers(send))


def _refusal(headers: Headers) -> str:
    """Return why a request is refused, "" for one that is let in; programs on this machine send no origin."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if not _is_ours(host):
        return _FOREIGN_NAME
    return "" if origin is None or urlsplit(origin).netloc == host else _FOREIGN_PAGE


def _is_ours(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return on_loopback(name) or name in st.get_option("server.allowedHosts")


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return sending
