"""The Fortnox connector: streams, creates, updates, and how each kind is probed by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from mappings.kinds import DOCUMENT_KINDS, NUMBER, document_kind
from sync.clock import STOCKHOLM, Clock
from sync.connectors.base import OVERLAP, Identity, Item, Page, Position
from sync.connectors.errors import ApiError, AuthLost, NoAnswer, Refused
from sync.connectors.fortnox.auth import ClientCredentials, FortnoxAccess
from sync.connectors.fortnox.lists import listed, next_place
from sync.connectors.http import ApiClient, Query, Transport, cut
from sync.connectors.limiter import SlidingWindow
from sync.connectors.outcomes import of_error
from sync.core.bridge.measures import is_credit
from sync.core.types import Call, Outcome, Payload

PAGE = 500
# As many as one page can hold: copies of a document that bear its name, and its credits.
MOST_NAMESAKES = 500
RATE_LIMIT, RATE_WINDOW = 25, 5.0
CLEARED = "API_BLANK"


@dataclass(frozen=True)
class Resource:
    """One Fortnox resource: its path, wrapper words and key field.

    `whole` is whether its lists show all of a record.
    """

    path: str
    single: str
    plural: str
    key: str
    whole: bool = True


_REGISTERS: Mapping[str, Resource] = {
    "customer": Resource("customers", "Customer", "Customers", "CustomerNumber", whole=False),
    "article": Resource("articles", "Article", "Articles", "ArticleNumber", whole=False),
    "payment": Resource("invoicepayments", "InvoicePayment", "InvoicePayments", "Number", whole=False),
    "currency": Resource("currencies", "Currency", "Currencies", "Code"),
    "financial_year": Resource("financialyears", "FinancialYear", "FinancialYears", "Id"),
}
_STREAMS: Mapping[str, str] = {
    "customers": "customer",
    "articles": "article",
    "payments": "payment",
    "currencies": "currency",
    "financial_years": "financial_year",
    "inactive_customers": "customer",
}
_ACTIONS: Mapping[str, str] = {"book": "bookkeep"}
# Not supported on currencies (FACTS.md 3.3); the registers are short and read whole.
_BY_CHANGE = frozenset({"customers", "articles", "payments"})
_TAKEN = frozenset({"2000637", "2000013"})
_LOGIN = frozenset({"2000310", "2000311", "2000663", "2001101", "2001103", "2003275", "2004054", "2001393"})


class Fortnox:
    """One Fortnox company."""

    def __init__(
        self,
        system: str,
        base_url: str,
        access: FortnoxAccess,
        clock: Clock,
        log_call: Callable[[Call], None],
        transport: Transport | None = None,
    ) -> None:
        self.system = system
        self._credentials = ClientCredentials(access, clock, transport)
        limiter = SlidingWindow(RATE_LIMIT, RATE_WINDOW, clock)
        self._api = ApiClient(system, base_url, self._credentials, limiter, self, clock, log_call, transport)

    @property
    def streams(self) -> tuple[str, ...]:
        """Return the registers, and of each kind of documents all and the open ones."""
        kinds = DOCUMENT_KINDS.values()
        return (*_STREAMS, *(one for kind in kinds for one in (kind.stream, kind.open_stream)))

    def silent_for(self) -> float:
        """Return for how many seconds a call under way has had no good answer, 0.0 when none waits."""
        return self._api.silent_for()

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()
        await self._credentials.close()

    async def identity(self) -> Identity:
        """Return the company behind the token: DatabaseNumber is the tenant id (FACTS.md 2.2)."""
        information = (await self._api.read("/3/companyinformation")).part("CompanyInformation", dict)
        return Identity(
            str(information["DatabaseNumber"]),
            str(information.get("CompanyName") or ""),
            str(information.get("OrganizationNumber") or ""),
        )

    async def locked_until(self) -> str | None:
        """Return the last locked day (YYYY-MM-DD), None when nothing is locked."""
        body = (await self._api.read("/3/settings/lockedperiod")).body
        return (body.get("LockedPeriod") or {}).get("EndDate") or None

    async def pull(self, stream: str, position: Position | None) -> Page:
        """Return one page of 500. A pass reads what changed since the last pass began, with an overlap.

        Bodies carry no stamp, so the pass's start on Fortnox's own clock (the answer's Date) is kept, and
        `lastmodified` is asked in Stockholm time (FACTS.md 3.3).
        """
        kind = _kind_of(stream)
        at = dict(position or {})
        number = int(at.get("page", 1))
        resource = resource_of(kind)
        answer = await self._api.read(f"/3/{resource.path}", _list_query(stream, at, number))
        at.setdefault("began", answer.served_at.isoformat())
        page = listed(answer, resource.plural, resource.key, number)
        after = next_place(at, page)
        items = tuple(_item(kind, row, resource.whole) for row in page.rows)
        by_change = _is_by_change(stream) and "since" in at
        return Page(items, {"since": at["began"]} if after is None else after, after is None, by_change)

    async def payments_of(self, invoice: str) -> tuple[Item, ...]:
        """Return the payments of one invoice, a hundred at most."""
        answer = await self._api.read("/3/invoicepayments", [("invoicenumber", invoice), ("limit", "100")])
        resource = resource_of("payment")
        rows = listed(answer, resource.plural, resource.key).rows
        return tuple(_item("payment", row, whole=True) for row in rows if str(row.get("InvoiceNumber")) == invoice)

    async def fetch(self, kind: str, key: str) -> Item | None:
        """Return a whole record, None on 404."""
        resource = resource_of(kind)
        try:
            answer = await self._api.read(f"/3/{resource.path}/{quote(key, safe='')}")
        except Refused as error:
            if error.status == 404:
                return None
            raise
        record = answer.part(resource.single, dict)
        if resource.key not in record:
            raise NoAnswer(f"Fortnox's {resource.single} lacks its {resource.key}.", answer.status, cut(answer.text))
        return _item(kind, record, whole=True)

    async def create(self, kind: str, payload: Payload) -> Outcome:
        """POST; a number that is taken is `already`: the caller compares and adopts."""
        return await self._write("POST", kind, None, payload)

    async def update(self, kind: str, key: str, payload: Payload) -> Outcome:
        """PUT: a partial update (FACTS.md 1); None clears a field (FACTS.md 5.1)."""
        sent = {name: CLEARED if value is None else value for name, value in payload.items()}
        return await self._write("PUT", kind, key, sent)

    async def act(self, action: str, kind: str, key: str) -> Outcome:
        """PUT .../bookkeep: the one action Kvitt takes; it cannot be taken back (FACTS.md 7.6)."""
        path = f"/3/{resource_of(kind).path}/{quote(key, safe='')}/{_ACTIONS[action]}"
        return await self._send("PUT", kind, path, None)

    async def find(self, kind: str, name: str) -> tuple[Item, ...]:
        """Probe by name: documents by reference (a substring search, so compared exactly), the rest by number.

        A credit note may carry its original's reference; it is never the document that was asked for.
        """
        document = document_kind(kind)
        if document is None:
            found = await self.fetch(kind, name)
            return (found,) if found else ()
        answer = await self._api.read(
            f"/3/{document.resource}", [(document.reference.lower(), name), ("limit", str(MOST_NAMESAKES))]
        )
        listing = listed(answer, document.plural, NUMBER)
        rows = [row for row in listing.rows if row.get(document.reference) == name]
        whole = [await self.fetch(kind, str(row[NUMBER])) for row in rows]
        return tuple(item for item in whole if item is not None and not is_credit(item.payload))

    async def _write(self, method: str, kind: str, key: str | None, payload: Payload) -> Outcome:
        resource = resource_of(kind)
        path = f"/3/{resource.path}" + (f"/{quote(key, safe='')}" if key is not None else "")
        return await self._send(method, kind, path, {resource.single: payload})

    async def _send(self, method: str, kind: str, path: str, body: Payload | None) -> Outcome:
        resource = resource_of(kind)
        try:
            answer = await self._api.write(method, path, body)
        except ApiError as error:
            outcome = of_error(error)
            if outcome.code in _TAKEN and method == "POST":
                return Outcome("already", outcome.status, code=outcome.code, message=outcome.message)
            return outcome
        record = answer.body.get(resource.single) if isinstance(answer.body, dict) else None
        if not isinstance(record, dict) or resource.key not in record:
            message = "Fortnox's answer lacks the record."
            return Outcome("unknown", answer.status, message=message, excerpt=cut(answer.text))
        return Outcome("done", answer.status, record, str(record[resource.key]))

    def refusal(self, status: int, body: Any, text: str) -> ApiError:
        """Read the six error shapes of FACTS.md 9.1; decide on the code, show the message.

        What bears no code is not from Fortnox but from something on the way to it, which knows nothing.
        """
        information = body.get("ErrorInformation") if isinstance(body, dict) else None
        folded = {str(name).lower(): value for name, value in (information or {}).items()}
        code = str(folded.get("code") or "")
        message = str(folded.get("message") or cut(text) or f"status {status}")
        sentence = f"Fortnox refused: {message} (code {code or status})."
        if not code and status != 403:
            return NoAnswer(f"Fortnox gave no answer of its own (status {status}).", status, cut(text))
        if status == 403 or code in _LOGIN:
            return AuthLost(sentence, status, code, cut(text))
        return Refused(sentence, status, code or str(status), message, cut(text))


def _list_query(stream: str, at: Mapping[str, Any], number: int) -> Query:
    query = [("limit", str(PAGE)), ("page", str(number))]
    if stream == "inactive_customers":
        query.append(("filter", "inactive"))
    elif stream in {kind.open_stream for kind in DOCUMENT_KINDS.values()}:
        query.append(("filter", "unpaid"))
    elif _is_by_change(stream) and at.get("since"):
        query.append(("lastmodified", _stockholm_text(datetime.fromisoformat(at["since"]) - OVERLAP)))
    return query


def resource_of(kind: str) -> Resource:
    """Return the resource of a kind of records. Raises KeyError for a kind that Fortnox does not have."""
    document = document_kind(kind)
    if document is None:
        return _REGISTERS[kind]
    return Resource(document.resource, document.single, document.plural, NUMBER, whole=False)


def _kind_of(stream: str) -> str:
    documents = {one: kind.name for kind in DOCUMENT_KINDS.values() for one in (kind.stream, kind.open_stream)}
    return documents.get(stream) or _STREAMS[stream]


def _is_by_change(stream: str) -> bool:
    return stream in _BY_CHANGE or stream in {kind.stream for kind in DOCUMENT_KINDS.values()}


def _stockholm_text(moment: datetime) -> str:
    """Return a moment as Fortnox reads it; in the hour that autumn has twice, one hour earlier, to miss nothing."""
    local = moment.astimezone(STOCKHOLM)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return (local.replace(tzinfo=None) - timedelta(hours=1 if twice else 0)).strftime("%Y-%m-%d %H:%M:%S")


def _item(kind: str, row: Mapping[str, Any], whole: bool) -> Item:
    return Item(kind, str(row[resource_of(kind).key]), row, None, whole)
