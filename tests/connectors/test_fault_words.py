"""What came in the way of a call, in words that tell a wrong certificate from a network that is away."""

from collections.abc import Callable

import httpx
import pytest

from sync.connectors.errors import ApiError, NoAnswer, Refused, Unreached
from sync.connectors.http import ApiClient
from sync.connectors.limiter import SlidingWindow
from tests.virtual_time import VirtualClock, run


class _Open:
    async def headers(self) -> dict[str, str]:
        return {}

    async def renew(self) -> bool:
        return False


class _Plain:
    def refusal(self, status: int, body: object, text: str) -> ApiError:
        return Refused("refused", status, "", "")


def client(fault: Callable[[httpx.Request], httpx.Response], clock: VirtualClock) -> ApiClient:
    window, transport = SlidingWindow(25, 5.0, clock), httpx.MockTransport(fault)
    return ApiClient(
        "fortnox:nord", "https://far.example", _Open(), window, _Plain(), clock, lambda _call: None, transport
    )


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    return fail


UNTRUSTED = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)"


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (httpx.ConnectError(UNTRUSTED), Unreached, "shows a certificate that is not trusted (self-signed certificate)"),
        (httpx.ConnectError("[SSL: WRONG_VERSION] wrong version"), Unreached, "does not speak TLS at its address"),
        (httpx.ConnectError("All connection attempts failed"), Unreached, "cannot be reached"),
        (httpx.ConnectTimeout(""), Unreached, "cannot be reached"),
        (httpx.UnsupportedProtocol("no protocol"), Unreached, "has an address that cannot be called"),
        (httpx.ReadTimeout(""), NoAnswer, "did not answer in time"),
        (httpx.ReadError(""), NoAnswer, "broke off its answer, or gave one that is not HTTP"),
        (httpx.RemoteProtocolError(""), NoAnswer, "broke off its answer, or gave one that is not HTTP"),
    ],
)  # fmt: skip
def test_c4_a_fault_of_the_connection_has_words_of_its_own(error: Exception, kind: type[ApiError], words: str) -> None:
    clock = VirtualClock()
    one = client(raising(error), clock)

    async def call() -> None:
        try:
            await one.write("POST", "/3/customers", {})
        finally:
            await one.close()

    with pytest.raises(kind) as caught:
        run(call(), clock)
    assert str(caught.value).startswith(f"fortnox:nord {words}")
    assert "Error" not in str(caught.value)
    assert "Protocol" not in str(caught.value)
