"""An httpx transport that reaches the sandbox's applications without a network."""

from collections.abc import Mapping
from urllib.parse import unquote

import httpx

from sync.sandbox.serving.asgi import AsgiApp, DroppedConnectionError, call


class SandboxTransport(httpx.AsyncBaseTransport):
    """Routes requests by port to applications in this process; another port is a refused connection."""

    def __init__(self, apps: Mapping[int, AsgiApp]) -> None:
        self._apps = dict(apps)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; a dropped connection is what httpx would raise over a socket."""
        app = self._apps.get(request.url.port or 80)
        if app is None:
            raise httpx.ConnectError(f"Nothing listens on {request.url}.", request=request)
        body = await request.aread()
        try:
            answer = await call(_plain(app, request), request.method, "", request.headers.raw, body)
        except DroppedConnectionError as dropped:
            raise _as_httpx(dropped, request) from dropped
        return httpx.Response(answer.status, headers=answer.headers, content=answer.body, request=request)


def _plain(app: AsgiApp, request: httpx.Request) -> AsgiApp:
    """Return the application with the request's own path and query in its scope."""
    raw_path, _, query = request.url.raw_path.partition(b"?")
    place = {
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "server": (request.url.host, request.url.port or 80),
    }
    return lambda scope, receive, send: app({**scope, **place}, receive, send)


def _as_httpx(dropped: DroppedConnectionError, request: httpx.Request) -> httpx.TransportError:
    if dropped.timed_out:
        return httpx.ReadTimeout("The sandbox withheld the answer.", request=request)
    return httpx.RemoteProtocolError("peer closed connection without sending complete message body", request=request)
