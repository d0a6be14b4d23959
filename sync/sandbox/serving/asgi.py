"""The shapes of ASGI, and a way to call an application inside this process."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]


class DroppedConnectionError(Exception):
    """The connection ended before the whole answer was sent; `timed_out` where the answer was withheld."""

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__("The sandbox dropped the connection, as a fault asked for.")
        self.timed_out = timed_out


@dataclass
class AppAnswer:
    """What an application sent."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Receive one message of the application; use it as `send`."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def pass_on(self, send: Send) -> None:
        """Send the whole answer."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


async def call(app: AsgiApp, method: str, url: str, headers: Headers = (), body: bytes = b"") -> AppAnswer:
    """Call an application in this process and return its whole answer.

    Raises DroppedConnectionError where the application ended the connection.
    """
    answer = AppAnswer()
    await app(make_scope(method, url, headers), body_once(body), answer.take)
    return answer


def make_scope(method: str, url: str, headers: Headers) -> Scope:
    """Return the scope of a request from this machine."""
    parts = urlsplit(url)
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode("ascii"),
        "query_string": parts.query.encode("ascii"),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in headers],
        "client": ("127.0.0.1", 0),
        "server": (parts.hostname or "127.0.0.1", parts.port or 80),
    }


def body_once(body: bytes) -> Receive:
    """Return a `receive` that hands out a body once and then says that the caller is gone."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def read_body(receive: Receive) -> bytes:
    """Return a request's whole body."""
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
