"""The Upsales connector: keyset reading by modification time, whole-array writing of custom fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from sync.clock import Clock
from sync.connectors.base import Identity, Item, MonthTotal, Page, Position
from sync.connectors.errors import ApiError, AuthLost, NoAnswer, Refused
from sync.connectors.http import Answer, ApiClient, Query, Transport, cut
from sync.connectors.limiter import SlidingWindow
from sync.connectors.outcomes import of_error
from sync.connectors.upsales.fields import ENTITIES, UpsalesFields
from sync.core.types import Call, Outcome, Payload

PAGE = 1000
AT_ONCE = 100
OVERLAP = timedelta(seconds=10)
RATE_LIMIT, RATE_WINDOW = 200, 10.0

_PATHS: Mapping[str, str] = {
    "stage": "orderstages",
    "user": "users",
    "price_list": "pricelists",
    "currency": "currencies",
    "account": "accounts",
    "product": "products",
    "order": "orders",
}
_STREAMS: Mapping[str, str] = {
    "stages": "stage",
    "users": "user",
    "price_lists": "price_list",
    "currencies": "currency",
    "accounts": "account",
    "products": "product",
    "orders": "order",
}
# Streams with a modification stamp are read by change; the others are short and read whole.
_BY_CHANGE = frozenset({"accounts", "orders"})


class CookieKey:
    """The API key in a cookie, never in a URL that ends up in logs (FACTS.md 1.1)."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def headers(self) -> Mapping[str, str]:
        """Return the cookie header."""
        return {"Cookie": f"token={self._token}"}

    async def renew(self) -> bool:
        """A key cannot be renewed by a program."""
        return False


class Upsales:
    """One Upsales account."""

    title = "Upsales"
    streams = ("fields", *_STREAMS)
    registers = ("fields", "stages", "users", "price_lists", "currencies")
    changing = ("accounts", "products", "orders")

    def __init__(
        self,
        system: str,
        base_url: str,
        token: str,
        clock: Clock,
        log_call: Callable[[Call], None],
        transport: Transport | None = None,
        *,
        won_stage: str = "",
        mapped: Mapping[str, Sequence[str]] = MappingProxyType({}),
        routed: Sequence[str] = (),
    ) -> None:
        """`won_stage` is the stage of won deals, which settings name. `mapped` are the aliases of the custom fields
        that a mapping reads, by kind; `routed` those of them that tell a deal's company.
        """
        self.system = system
        self.fields = UpsalesFields()
        self._won_stage = won_stage
        self._mapped = mapped
        self._routed = routed
        self._stages: dict[str, str] = {}
        limiter = SlidingWindow(RATE_LIMIT, RATE_WINDOW, clock)
        self._api = ApiClient(system, base_url, CookieKey(token), limiter, self, clock, log_call, transport)

    def silent_for(self) -> float:
        """Return for how many seconds a call under way has had no good answer, 0.0 when none waits."""
        return self._api.silent_for()

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def identity(self) -> Identity:
        """Return the account behind the key."""
        client = (await self._read("/api/v2/self")).part("data", dict)["client"]
        if isinstance(client, Mapping):
            return Identity(str(client["id"]), str(client.get("name") or ""))
        return Identity(str(client), "")

    async def rival(self) -> str:
        """Return the name of an official Fortnox app that is active in the account, '' when there is none.

        Two programs that write the same documents make duplicates (FACTS.md 4.6). A page may be
        shorter than its limit although more rows exist (FACTS.md 1.2).
        """
        offset, total = 0, 1
        while offset < total:
            query = [("limit", str(AT_ONCE)), ("offset", str(offset))]
            answer = await self._read("/api/v2/apiKeys", query)
            for row in answer.part("data", list):
                if str(row.get("name") or "").startswith("Fortnox") and row.get("active") in {True}:
                    return str(row["name"])
            total = int((answer.body.get("metadata") or {}).get("total", 0))
            offset += AT_ONCE
        return ""

    async def pull(self, stream: str, position: Position | None) -> Page:
        """Return one page. Pages go by id (`sort=id`, `id=gt:`): an unsorted list has no order (FACTS.md 1.5)."""
        if stream == "fields":
            return await self._pull_fields()
        kind = _STREAMS[stream]
        at = dict(position or {})
        answer = await self._read(f"/api/v2/{_PATHS[kind]}", _list_query(stream, at))
        rows = answer.part("data", list)
        at.setdefault("began", answer.served_at.isoformat())
        if kind == "stage" and "after" not in at:
            self._stages.clear()
        items, total = tuple(self._item(kind, row) for row in rows), _total(stream, answer, len(rows))
        if kind == "stage":
            self._stages |= {str(row["id"]): str(row.get("name") or "") for row in rows}
        if rows and total > len(rows):
            return Page(items, {**at, "after": int(items[-1].id)}, complete=False)
        # What is counted and not shown, now or to this key (FACTS.md 1.2), is asked for again: no later pass shows it.
        since = at["began"] if rows or not total else at.get("since")
        return Page(items, {"since": since} if since else {}, complete=True)

    async def fetch(self, kind: str, key: str) -> Item | None:
        """Return one record, None where Upsales shows this key none."""
        try:
            answer = await self._read(f"/api/v2/{_PATHS[kind]}/{quote(key, safe='')}")
        except Refused as error:
            if error.status == 404:
                return None
            raise
        return self._item(kind, answer.part("data", dict))

    async def fetch_many(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        """Return records by id, read in one call for each hundred."""
        found: dict[str, Item] = {}
        for start in range(0, len(keys), AT_ONCE):
            ids = ",".join(keys[start : start + AT_ONCE])
            query = [("id", f"eq:{ids}"), ("sort", "id"), ("limit", str(AT_ONCE))]
            answer = await self._read(f"/api/v2/{_PATHS[kind]}", query)
            items = [self._item(kind, row) for row in answer.part("data", list)]
            if _total(kind, answer, len(items)) > len(items):
                raise _unshown(kind, answer)
            found |= {item.id: item for item in items}
        return found

    async def present(self, kind: str, keys: Sequence[str]) -> frozenset[str]:
        """Return which records are there: what is deleted is in no list, and no list of changes names it."""
        return frozenset(await self.fetch_many(kind, keys))

    async def reread(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        """Return records by id: lists show them whole."""
        return await self.fetch_many(kind, keys)

    async def won_totals(self) -> Sequence[MonthTotal]:
        """Return the won orders' own values, added up from a list of nothing but them: Upsales adds up nothing."""
        totals: dict[tuple[str, str], tuple[int, Decimal]] = {}
        after, total = 0, 1
        while total > 0:
            answer = await self._read("/api/v2/orders", self._won_query(after))
            rows = answer.part("data", list)
            for row in rows:
                key = (str(row.get("closeDate") or row.get("date") or "")[:7], str(row.get("currency") or "SEK"))
                count, amount = totals.get(key, (0, Decimal(0)))
                totals[key] = count + 1, amount + Decimal(str(row.get("value") or 0))
            total = _total("orders", answer, len(rows)) - len(rows)
            if total > 0 and not rows:
                raise _unshown("orders", answer)
            after = int(rows[-1]["id"]) if rows else after
        return [MonthTotal(*key, count, amount) for key, (count, amount) in sorted(totals.items())]

    def _won_query(self, after: int) -> Query:
        won = [("probability", "eq:100"), ("stage.id", f"eq:{self._won_stage}")]
        return [*won, ("sort", "id"), ("id", f"gt:{after}"), ("limit", str(PAGE))]

    def unknown_setting(self) -> str:
        """Return that the stage of won deals is not there: none would ever be won, and all would seem lost."""
        if self._routed and self.fields.learned("order") and (lacking := self.fields.missing("order", self._routed)):
            return (
                f"Upsales's orders have no custom field {', '.join(lacking)}, which the mapping reads to tell a deal's "
                f"company. They have: {', '.join(self.fields.known('order')) or 'none'}. Name one of them in the "
                "mapping, or make the field in Upsales, and start Kvitt again."
            )
        if not self._stages or self._won_stage in self._stages:
            return ""
        there = ", ".join(f"{key} ({name})" for key, name in sorted(self._stages.items()))
        return (
            f"Upsales has no order stage {self._won_stage}, which KVITT_UPSALES__WON_STAGE_ID names as the won one. "
            f"It has: {there}. Name one of them and start Kvitt again."
        )

    async def create(self, kind: str, payload: Payload) -> Outcome:
        """POST. Upsales has no upsert and no idempotency key: a lost answer is unknown."""
        return await self._write("POST", f"/api/v2/{_PATHS[kind]}", payload)

    async def update(self, kind: str, key: str, payload: Payload) -> Outcome:
        """PUT: a merge; colleagues are not mailed about it (FACTS.md 1.7)."""
        body = {**payload, "notify": False} if kind == "order" else payload
        return await self._write("PUT", f"/api/v2/{_PATHS[kind]}/{quote(key, safe='')}", body)

    async def act(self, action: str, kind: str, key: str) -> Outcome:
        """Upsales has no buttons that Kvitt presses."""
        return Outcome("rejected", message=f"Upsales has no action {action!r} for {kind} {key}.")

    async def find(self, kind: str, name: str) -> tuple[Item, ...]:
        """Return records by the id they were given: Upsales has no other name to ask for."""
        found = await self.fetch(kind, name)
        return (found,) if found else ()

    def notice(self) -> str:
        """Return nothing: an Upsales key may do everything its user may."""
        return ""

    def unreadable(self, kind: str) -> tuple[str, ...]:
        """Return the custom fields that the mapping reads and the account lacks, none before they were learned."""
        return self.fields.missing(kind, self._mapped.get(kind, ())) if self.fields.learned(kind) else ()

    def unwritable(self, kind: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return the aliases that the account has no custom field for, none before its fields were read."""
        return self.fields.missing(kind, names) if self.fields.learned(kind) else ()

    async def set_fields(self, kind: str, key: str, values: Payload, current: Item | None) -> Outcome:
        """Set custom fields by alias on a record just read, leaving all others as they are."""
        if current is None:
            return Outcome("rejected", 404, code="404", message=f"The {kind} {key} is no longer in Upsales.")
        if not self.fields.learned(kind):
            return Outcome("retry", message=f"The custom fields of {kind} have not been read yet.")
        wire = current.payload.get("custom_wire") or []
        if self.fields.holds(kind, values, wire):
            return Outcome("already", None, current.payload, key)
        return await self.update(kind, key, {"custom": self.fields.array(kind, values, wire)})

    async def _pull_fields(self) -> Page:
        items: list[Item] = []
        for entity in ENTITIES:
            rows = (await self._read(f"/api/v2/customFields/{entity}")).part("data", list)
            self.fields.learn(entity, rows)
            items += [Item("field", f"{entity}/{row['id']}", {**row, "entity": entity}) for row in rows]
        return Page(tuple(items), {}, complete=True)

    async def _read(self, path: str, query: Query = ()) -> Answer:
        """GET; a 200 may say in its body that it is none (FACTS.md 1.3)."""
        answer = await self._api.read(path, query)
        if isinstance(answer.body, Mapping) and answer.body.get("error"):
            raise self.refusal(answer.status, answer.body, answer.text)
        return answer

    async def _write(self, method: str, path: str, payload: Payload) -> Outcome:
        try:
            answer = await self._api.write(method, path, payload)
        except ApiError as error:
            return of_error(error)
        body = answer.body if isinstance(answer.body, Mapping) else {}
        data = body.get("data")
        if body.get("error"):
            refusal = self.refusal(answer.status, body, answer.text)
            return of_error(refusal)
        if not isinstance(data, Mapping) or "id" not in data:
            unclear = NoAnswer("Upsales's answer lacks the record.", answer.status, cut(answer.text))
            return of_error(unclear)
        return Outcome("done", answer.status, data, str(data["id"]))

    def refusal(self, status: int, body: Any, text: str) -> ApiError:
        """Read Upsales's envelope; a bad key is plain text (FACTS.md 1.3).

        Any other refusal without the envelope is not about the record, as the HTML of a 404 is about a route.
        """
        error = body.get("error") if isinstance(body, Mapping) else None
        fault = error if isinstance(error, Mapping) else {}
        code = str(fault.get("errorCode") or fault.get("key") or status)
        message = str(fault.get("msg") or fault.get("key") or cut(text) or f"status {status}")
        sentence = f"Upsales refused: {message} (code {code})."
        if status == 403 and not fault:
            return AuthLost(sentence, status, code, cut(text))
        if not fault:
            return NoAnswer(f"Upsales gave no answer of its own (status {status}).", status, cut(text))
        return Refused(sentence, status, code, message, cut(text))

    def _item(self, kind: str, row: Mapping[str, Any]) -> Item:
        readable = self.fields.readable(kind, row) if kind in ENTITIES else dict(row)
        key = row.get("id") or row.get("iso")
        if key is None:
            raise NoAnswer(f"One of Upsales's records of kind {kind} lacks its id.")
        return Item(kind, str(key), readable, _stamp(row.get("modDate")))


def _total(stream: str, answer: Answer, shown: int) -> int:
    """Return how many records a list counts from here on; currencies come without (FACTS.md 1.2).

    Raises NoAnswer where there is no count, and for a register that shows nothing of what it counts.
    """
    total = shown if stream == "currencies" else answer.part("metadata", dict).get("total")
    if not isinstance(total, int) or (total and not shown and stream not in _BY_CHANGE):
        raise _unshown(stream, answer)
    return total


def _unshown(what: str, answer: Answer) -> NoAnswer:
    return NoAnswer(f"Upsales's list of {what} does not show what it counts.", answer.status, cut(answer.text))


def _list_query(stream: str, at: Mapping[str, Any]) -> Query:
    if stream == "currencies":
        return ()
    query = [("sort", "id"), ("limit", str(PAGE))]
    if "after" in at:
        query.append(("id", f"gt:{at['after']}"))
    if stream in _BY_CHANGE and at.get("since"):
        since = (datetime.fromisoformat(at["since"]) - OVERLAP).astimezone(UTC)
        query.append(("modDate", f"gte:{since:%Y-%m-%dT%H:%M:%S}.000Z"))
    if stream == "accounts":
        query.append(("isExternal", "0"))
    return query


def _stamp(value: Any) -> datetime | None:
    """Read Upsales's UTC stamps (FACTS.md 1.6)."""
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC) if value else None
    except ValueError:
        return None
