"""What every request to one system passes: counted, the accountant first, dated by the sandbox clock."""

from collections.abc import Callable
from email.utils import format_datetime

from sync.clock import Clock
from sync.sandbox.serving.asgi import AsgiApp, Message, Receive, Scope, Send

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_TOKENS = ("/oauth-v1/", "/services/oauth2/")


class Door:
    """Wraps one system's application; `calls` counts arrivals, `writes` those that may change something.

    Token calls are no writes. `before` runs ahead of each request (what is due happens first), `after` once
    it is answered.
    """

    def __init__(self, app: AsgiApp, clock: Clock, before: Callable[[], None], after: Callable[[], None]) -> None:
        self._app = app
        self._clock = clock
        self._before = before
        self._after = after
        self.calls = 0
        self.writes = 0

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        self.calls += 1
        if scope["method"] in _WRITES and not scope["path"].startswith(_TOKENS):
            self.writes += 1
        self._before()
        try:
            await self._app(scope, receive, dated(send, self._clock))
        finally:
            self._after()


def dated(send: Send, clock: Clock) -> Send:
    """Return a `send` that adds the Date header of the sandbox clock where there is none."""

    async def with_date(message: Message) -> None:
        if message["type"] == "http.response.start" and not _has_date(message):
            date = format_datetime(clock.now(), usegmt=True).encode("ascii")
            message = {**message, "headers": [*message["headers"], (b"date", date)]}
        await send(message)

    return with_date


def _has_date(message: Message) -> bool:
    return any(name.lower() == b"date" for name, _ in message["headers"])
