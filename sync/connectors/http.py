"""The only place that sends: limiter, credentials, time-outs, redaction, the call log.

httpx is imported here and nowhere else among the connectors, so that its successor can take its place in one line.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar

import httpx
import simplejson

from sync.clock import Clock
from sync.connectors.errors import ApiError, AuthLost, NoAnswer, Throttled, Unreached
from sync.connectors.limiter import SlidingWindow
from sync.connectors.silence import Silence
from sync.core.types import Call

Query = Sequence[tuple[str, str]]
HttpFault = httpx.HTTPError
Transport = httpx.AsyncBaseTransport
Part = TypeVar("Part")
EXCERPT = 500
# Calls under way at once: more than the pace of any system here leaves room for. A pool of many connections looks
# through all of them before each call.
LINES = 8
READ_ATTEMPTS = 5
# Who must wait longer than this is told so instead: a run does not stand still for hours.
LONGEST_PAUSE = 120.0
SHORTEST_PAUSE = 5.0
# Before a text was cut, this began one of two halves of a sign.
_HALF_A_SIGN = "\\ud"
_SECRET = re.compile(r'("(?:access_token|refresh_token|client_secret|token|password)"\s*:\s*")[^"]*')


@dataclass(frozen=True)
class About:
    """What a call is made for, so that its log line can be found again."""

    run_id: int | None = None
    operation_no: int | None = None
    correlation_id: str = ""


ABOUT: ContextVar[About | None] = ContextVar("about", default=None)


@dataclass(frozen=True)
class Answer:
    """A readable answer: body is parsed JSON with Decimals; `served_at` is the server's own clock, UTC."""

    status: int
    body: Any
    text: str
    served_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)

    def part(self, name: str, shape: type[Part]) -> Part:
        """Return a part of the body. Raises NoAnswer without it: that says nothing, least of all "none"."""
        found = self.body.get(name) if isinstance(self.body, Mapping) else None
        if not isinstance(found, shape):
            raise NoAnswer(f"The answer lacks its part {name}.", self.status, cut(self.text))
        return found


class Credentials(Protocol):
    """How a system is told who is calling. `renew` is asked once after a 401; False means nothing to renew."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers that carry the credentials. Raises AuthLost."""

    async def renew(self) -> bool:
        """Get fresh credentials. Raises AuthLost."""


class Reading(Protocol):
    """What a system's answers mean: its own error bodies."""

    def refusal(self, status: int, body: Any, text: str) -> ApiError:
        """Return the error for an answer of 300 to 499."""


class ApiClient:
    """Calls one system. Raises only the errors of `errors.py`."""

    def __init__(
        self,
        system: str,
        base_url: str,
        credentials: Credentials,
        limiter: SlidingWindow,
        reading: Reading,
        clock: Clock,
        log_call: Callable[[Call], None],
        transport: Transport | None = None,
        timeout_seconds: float = 60.0,
        host: Callable[[], str] | None = None,
    ) -> None:
        """`host` names where to call instead of `base_url`, where only the login tells it."""
        self.system = system
        self._host = host
        self._credentials = credentials
        self._limiter = limiter
        self._reading = reading
        self._clock = clock
        self._log_call = log_call
        self._silence = Silence()
        self._lines = asyncio.Semaphore(LINES)
        self._http = open_http(base_url, transport, timeout_seconds)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def silent_for(self) -> float:
        """Return for how many seconds (of the loop) a call under way has had no good answer, 0.0 when none waits."""
        return self._silence.seconds()

    async def read(self, path: str, query: Query = ()) -> Answer:
        """GET without side effects; repeated with growing pauses when the system is away or busy."""
        try:
            for attempt in range(1, READ_ATTEMPTS):
                try:
                    return await self._authorised("GET", path, query, None)
                except Throttled as error:
                    if error.seconds > LONGEST_PAUSE:
                        raise
                    await self._pause(error.seconds)
                except (NoAnswer, Unreached):
                    await self._pause(2.0**attempt)
            return await self._authorised("GET", path, query, None)
        finally:
            self._silence.end()

    async def write(self, method: str, path: str, body: Any) -> Answer:
        """POST, PUT or PATCH, sent once: whether it may be sent again is for the caller to decide."""
        try:
            return await self._authorised(method, path, (), body)
        finally:
            self._silence.end()

    async def _pause(self, seconds: float) -> None:
        """Wait before a call is repeated: for whoever waits for its answer, the system is still silent."""
        self._silence.begin()
        await self._clock.sleep(seconds)

    async def _authorised(self, method: str, path: str, query: Query, body: Any) -> Answer:
        answer = await self._send(method, path, query, body)
        if answer.status == 401 and await self._credentials.renew():
            answer = await self._send(method, path, query, body)
        if answer.status == 401:
            raise AuthLost(f"{self.system} does not accept the credentials.", 401, excerpt=cut(answer.text))
        return self._judged(method, answer)

    def _judged(self, method: str, answer: Answer) -> Answer:
        if answer.status == 429:
            seconds = _asked_pause(answer.headers)
            self._limiter.shut(seconds)
            raise Throttled(f"{self.system} says that we call too often.", seconds, cut(answer.text))
        if answer.status >= 500:
            raise NoAnswer(f"{self.system} answered {answer.status} to {method}.", answer.status, cut(answer.text))
        if answer.status >= 300:
            raise self._reading.refusal(answer.status, answer.body, answer.text)
        if answer.body is None and answer.status != 204:
            raise NoAnswer(f"{self.system} gave an answer that is not JSON.", answer.status, cut(answer.text))
        return answer

    async def _send(self, method: str, path: str, query: Query, body: Any) -> Answer:
        headers = await self._headers()
        content = None if body is None else dumps(body)
        if content is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        url = f"{self._host()}{path}" if self._host else path
        async with self._lines, self._limiter.slot() as slot:
            began = self._clock.monotonic()
            self._silence.begin()
            try:
                response = await self._http.request(method, url, params=list(query), content=content, headers=headers)
                slot.answered()
                if response.status_code < 500:
                    self._silence.end()
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
                slot.answered()
                self._log(method, path, query, content, None, str(error), began)
                raise Unreached(f"{self.system} {why_unreached(error)}.") from None
            except httpx.HTTPError as error:
                self._log(method, path, query, content, None, type(error).__name__, began)
                raise NoAnswer(f"{self.system} {_how_unanswered(error)}.") from None
        self._log(method, path, query, content, response.status_code, response.text, began)
        served_at, told = self._served_at(response), dict(response.headers)
        return Answer(response.status_code, parse(response), response.text, served_at, told)

    async def _headers(self) -> dict[str, str]:
        """Return the credentials' headers; a login may be silent too, but who waits for a turn after it is not."""
        fresh = self._silence.begin()
        headers = dict(await self._credentials.headers())
        if fresh:
            self._silence.end()
        return headers

    def _served_at(self, response: httpx.Response) -> datetime:
        try:
            return parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            return self._clock.now()

    def _log(
        self, method: str, path: str, query: Query, content: str | None, status: int | None, text: str, began: float
    ) -> None:
        about = ABOUT.get() or About()
        self._log_call(
            Call(
                happened_at=self._clock.now(),
                system=self.system,
                method=method,
                path=path,
                query="&".join(f"{name}={value}" for name, value in query),
                status=status,
                milliseconds=round((self._clock.monotonic() - began) * 1000),
                request=cut(content or ""),
                response=cut(text),
                run_id=about.run_id,
                operation_no=about.operation_no,
                correlation_id=about.correlation_id,
            )
        )


def why_unreached(error: HttpFault) -> str:
    """Return what came in the way of a connection, in words: a certificate asks for another remedy than a network."""
    said = str(error)
    if "CERTIFICATE" in said:
        reason = said.partition("certificate verify failed: ")[2].partition(" (_ssl")[0] or "it cannot be verified"
        return f"shows a certificate that is not trusted ({reason}): correct its address, or what this machine trusts"
    if "SSL" in said or "TLS" in said:
        return "does not speak TLS at its address: correct the address or its port"
    if isinstance(error, httpx.UnsupportedProtocol):
        return "has an address that cannot be called: correct its setting"
    return "cannot be reached"


def _how_unanswered(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "did not answer in time"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.DecodingError):
        return "broke off its answer, or gave one that is not HTTP"
    return "did not answer"


def _asked_pause(headers: Mapping[str, str]) -> float:
    """Return for how many seconds to be quiet after a 429: as long as asked, but never so long that a run hangs."""
    asked = headers.get("retry-after", "")
    seconds = float(asked) if asked.isascii() and asked.isdigit() else SHORTEST_PAUSE
    return min(max(seconds, SHORTEST_PAUSE), LONGEST_PAUSE)


def open_http(base_url: str, transport: Transport | None, timeout_seconds: float = 60.0) -> httpx.AsyncClient:
    """Return a client that follows no redirects, trusts no proxy settings and waits no longer than said."""
    return httpx.AsyncClient(
        base_url=base_url,
        transport=transport,
        timeout=timeout_seconds,
        follow_redirects=False,
        trust_env=False,
        headers={"Accept": "application/json"},
    )


def parse(response: httpx.Response) -> Any:
    """Return the JSON body with Decimals, None when it is none; the content type is not to be trusted."""
    try:
        body = simplejson.loads(response.text, use_decimal=True)
        return _mended(body) if _HALF_A_SIGN in response.text.lower() else body
    except (ValueError, UnicodeDecodeError):
        return None


def _mended(body: Any) -> Any:
    """Return a body with whole signs only: half of one, where a text was cut, can be neither kept nor sent."""
    text = simplejson.dumps(body, use_decimal=True, ensure_ascii=False)
    return simplejson.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), use_decimal=True)


def dumps(body: Any) -> str:
    """Return JSON with Decimals written exactly."""
    return str(simplejson.dumps(body, use_decimal=True, ensure_ascii=False))


def cut(text: str) -> str:
    """Return an excerpt for logs: secrets masked, at most 500 characters."""
    return _SECRET.sub(r"\1***", text[: EXCERPT * 2])[:EXCERPT]
