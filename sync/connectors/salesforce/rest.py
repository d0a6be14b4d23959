"""Salesforce's REST resources: queries with all their pages, describes, writes, the day's calls (FACTS.md 3, 6)."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync.clock import Clock
from sync.connectors.errors import ApiError, AuthLost, NoAnswer
from sync.connectors.http import Answer, ApiClient, Transport, cut
from sync.connectors.limiter import SlidingWindow
from sync.connectors.salesforce import answers
from sync.connectors.salesforce.auth import SalesforceAccess, Session
from sync.core.types import Call, Payload

# The platform has no limit a second; this keeps a fault of ours from using up the day.
RATE_LIMIT, RATE_WINDOW = 100, 10.0
READ_SECONDS = 120.0
# Above this part of the day's calls reading rests between runs: people and write-backs keep theirs (FACTS.md 6).
SCARCE = 0.85
REST_SECONDS = 900.0
_USAGE = re.compile(r"(?:^|[;\s])api-usage=(\d+)/(\d+)")


class Rest:
    """One org's REST API in one version of it."""

    def __init__(
        self,
        system: str,
        access: SalesforceAccess,
        version: str,
        clock: Clock,
        log_call: Callable[[Call], None],
        transport: Transport | None = None,
    ) -> None:
        self._version = version
        self._root = f"/services/data/v{version}"
        self._clock = clock
        self._session = Session(access, clock, transport)
        self._scarce_until = 0.0
        self._usage = (0, 0)
        limiter = SlidingWindow(RATE_LIMIT, RATE_WINDOW, clock)
        self._api = ApiClient(
            system, access.login_url, self._session, limiter, self, clock, log_call, transport, READ_SECONDS,
            host=lambda: self._session.instance,
        )  # fmt: skip

    def silent_for(self) -> float:
        """Return for how many seconds a call under way has had no good answer, 0.0 when none waits."""
        return self._api.silent_for()

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()
        await self._session.close()

    def refusal(self, status: int, body: Any, text: str) -> ApiError:
        """Return the error for an answer of 300 to 499."""
        return answers.refusal(status, body, text)

    def spare(self) -> None:
        """Raise ApiError while the day's calls are nearly used up: reading rests a quarter of an hour between runs."""
        if self._clock.monotonic() < self._scarce_until:
            used, most = self._usage
            raise ApiError(
                f"Salesforce's calls of the day are nearly used up ({used} of {most}): reading rests for a while. "
                "Let other programs call less often, or buy more calls."
            )
        if self._usage[1] and self._usage[0] >= SCARCE * self._usage[1]:
            self._scarce_until = self._clock.monotonic() + REST_SECONDS

    async def check_version(self) -> None:
        """Raise AuthLost where the org does not answer the configured version (FACTS.md 1)."""
        answer = await self._api.read("/services/data")
        if not isinstance(answer.body, list):
            raise NoAnswer("Salesforce's answer lacks its versions.", answer.status, cut(answer.text))
        versions = {str(each.get("version")) for each in answer.body if isinstance(each, Mapping)}
        if self._version not in versions:
            raise AuthLost(
                f"Salesforce does not answer API version {self._version}. Set KVITT_SALESFORCE__API_VERSION to one of: "
                + ", ".join(sorted(versions)[-5:])
                + "."
            )

    async def query(self, soql: str, *, deleted: bool = False) -> Answer:
        """Return the first page of a query, with `deleted` what is in the recycle bin too."""
        return self._paged(await self._read(f"{self._root}/{'queryAll' if deleted else 'query'}", [("q", soql)]))

    async def follow(self, path: str) -> Answer:
        """Return a next page: its path is taken as it is, on the org's own host (FACTS.md 3.3)."""
        if not path.startswith("/services/data/"):
            raise NoAnswer(f"Salesforce names a next page that is none: {path[:80]}.")
        return self._paged(await self._read(path))

    async def all(self, soql: str) -> list[Any]:
        """Return every record of a query that has few."""
        answer = await self.query(soql)
        return list(answer.body["records"]) + await self._rest_of(answer.body)

    async def with_rows(self, records: Sequence[Any], rows: str) -> list[dict[str, Any]]:
        """Return records with the whole list of their rows: a child has pages of its own (FACTS.md 3.3).

        They are read before the records' next page, which ends them.
        """
        found = []
        for record in records:
            child = (record.get(rows) if rows else None) or {}
            listed = [*(child.get("records") or ()), *await self._rest_of(child)]
            found.append({**record, rows: listed} if rows else dict(record))
        return found

    async def describe(self, sobject: str) -> Answer:
        """Return an object's description."""
        return await self._read(f"{self._root}/sobjects/{sobject}/describe")

    async def write(self, method: str, path: str, body: Payload) -> Answer:
        """POST or PATCH below /sobjects; raises Refused for a success that says it was none (FACTS.md 3.1)."""
        answer = await self._api.write(method, f"{self._root}/sobjects/{path}", body)
        self._note(answer)
        if isinstance(answer.body, Mapping) and answer.body.get("success") is False:
            raise answers.refusal(answer.status, answer.body, answer.text)
        return answer

    async def _read(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Answer:
        answer = await self._api.read(path, query)
        self._note(answer)
        return answer

    async def _rest_of(self, body: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = []
        while body.get("done") is False:
            body = (await self.follow(str(body.get("nextRecordsUrl")))).body
            found += body["records"]
        return found

    def _paged(self, answer: Answer) -> Answer:
        """Raise NoAnswer for a page that shows nothing of what it counts, or does not say whether it is the last."""
        body = answer.body if isinstance(answer.body, Mapping) else {}
        records, done = body.get("records"), body.get("done")
        ends = done is True or (done is False and isinstance(body.get("nextRecordsUrl"), str))
        if not isinstance(records, list) or not ends or (body.get("totalSize") and not records):
            raise NoAnswer("Salesforce's answer to a query lacks its records.", answer.status, cut(answer.text))
        return answer

    def _note(self, answer: Answer) -> None:
        """Read how many of the day's calls are used; unknown keys beside it are left alone (FACTS.md 6)."""
        found = _USAGE.search(answer.headers.get("sforce-limit-info", ""))
        if found:
            self._usage = int(found[1]), int(found[2])
