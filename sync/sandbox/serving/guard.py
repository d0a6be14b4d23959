"""Keeps web pages out of a sandbox: what it plays may be a user's own sales, and its tokens are known to all."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from sync.sandbox.serving.asgi import AppAnswer, AsgiApp, Receive, Scope, Send

_REFUSAL = b'{"error": "A sandbox answers programs on this machine, not web pages of another site."}'


class Guard:
    """Answers 403 to a request that a foreign web page sends, and hands every other one to the application inside.

    A page of another site names itself in Origin, or its browser says cross-site; one that had its own name point to
    this machine gives itself away by Host.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if is_from_here(scope):
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_REFUSAL)).encode())]
        await AppAnswer(403, headers, _REFUSAL).pass_on(send)


def is_from_here(scope: Scope) -> bool:
    """Say whether a request is addressed to this machine by its own name and comes from no other site's page."""
    hosts, origins = _values(scope, b"host"), _values(scope, b"origin")
    if not all(_is_loopback(f"http://{host}") for host in hosts) or not all(map(_is_loopback, origins)):
        return False
    # A link to the sandbox's consent page is followed across sites too; its answer is shown, not read.
    is_followed = _values(scope, b"sec-fetch-mode") == ["navigate"]
    return bool(origins) or is_followed or "cross-site" not in _values(scope, b"sec-fetch-site")


def _is_loopback(address: str) -> bool:
    try:
        name = urlsplit(address).hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name]
