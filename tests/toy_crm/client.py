"""The toy's connector: lists by the number of the last change, records by id, a PUT that merges."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sync.clock import Clock
from sync.connectors.base import Identity, Item, MonthTotal, Page, Position
from sync.connectors.errors import ApiError, NoAnswer, Refused
from sync.connectors.http import ApiClient, Transport, cut
from sync.connectors.limiter import SlidingWindow
from sync.connectors.outcomes import of_error
from sync.core.types import Call, ErrorClass, Outcome, Payload

KINDS = {"buyers": "buyer", "things": "thing", "sales": "sale"}
LISTS = {kind: stream for stream, kind in KINDS.items()}
CLASSES: Mapping[str, ErrorClass] = {"gone": "match"}


class Key:
    """The shop's key, in a header."""

    def __init__(self, key: str) -> None:
        self._key = key

    async def headers(self) -> Mapping[str, str]:
        return {"X-Key": self._key}

    async def renew(self) -> bool:
        return False


class Toy:
    """One toy shop."""

    title = "Toy"
    registers: tuple[str, ...] = ()
    changing = streams = tuple(KINDS)

    def __init__(
        self, system: str, url: str, key: str, clock: Clock, log: Callable[[Call], None], transport: Transport | None
    ) -> None:
        self.system = system
        self._api = ApiClient(system, url, Key(key), SlidingWindow(100, 10.0, clock), self, clock, log, transport)

    def silent_for(self) -> float:
        return self._api.silent_for()

    async def close(self) -> None:
        await self._api.close()

    async def identity(self) -> Identity:
        shop = (await self._api.read("/shop")).part("shop", dict)
        return Identity(str(shop["id"]), str(shop["name"]))

    async def rival(self) -> str:
        return ""

    def notice(self) -> str:
        return ""

    def unknown_setting(self) -> str:
        return ""

    # --- reading --------------------------------------------------------------------------------------------

    async def pull(self, stream: str, position: Position | None) -> Page:
        after = int((position or {}).get("after", 0))
        answer = await self._api.read(f"/{stream}", [("after", str(after))])
        rows = answer.part("rows", list)
        after = max([after, *(int(row["change"]) for row in rows)])
        return Page(_items(KINDS[stream], rows), {"after": after}, complete=not answer.body["more"])

    async def fetch(self, kind: str, key: str) -> Item | None:
        return (await self.fetch_many(kind, [key])).get(key)

    async def fetch_many(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        answer = await self._api.read(f"/{LISTS[kind]}", [("id", key) for key in keys])
        return {item.id: item for item in _items(kind, answer.part("rows", list))}

    async def reread(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        return await self.fetch_many(kind, keys)

    async def present(self, kind: str, keys: Sequence[str]) -> frozenset[str]:
        return frozenset(await self.fetch_many(kind, keys))

    async def find(self, kind: str, name: str) -> tuple[Item, ...]:
        return tuple((await self.fetch_many(kind, [name])).values())

    async def won_totals(self) -> Sequence[MonthTotal]:
        totals = (await self._api.read("/totals")).part("rows", list)
        return [MonthTotal(row["month"], "SEK", len(row["sums"]), sum(row["sums"])) for row in totals]

    # --- writing --------------------------------------------------------------------------------------------

    def unreadable(self, kind: str) -> tuple[str, ...]:
        return ()

    def unwritable(self, kind: str, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if not name.startswith("x_"))

    async def set_fields(self, kind: str, key: str, values: Payload, current: Item | None) -> Outcome:
        if current is None:
            return Outcome(
                "rejected", 404, code="gone", message=f"The {kind} {key} is gone.", error_class=CLASSES["gone"]
            )
        settable = {name: value for name, value in values.items() if name not in self.unwritable(kind, values)}
        if all(current.payload.get(name) == value for name, value in settable.items()):
            return Outcome("already", None, current.payload, key)
        return await self.update(kind, key, settable)

    async def create(self, kind: str, payload: Payload) -> Outcome:
        return Outcome("rejected", message="Kvitt makes nothing in a toy shop.")

    async def act(self, action: str, kind: str, key: str) -> Outcome:
        return Outcome("rejected", message=f"The toy has no action {action}.")

    async def update(self, kind: str, key: str, payload: Payload) -> Outcome:
        try:
            answer = await self._api.write("PUT", f"/{LISTS[kind]}/{quote(key, safe='')}", payload)
            return Outcome("done", answer.status, answer.part("row", dict), key)
        except ApiError as error:
            return of_error(error)

    def refusal(self, status: int, body: Any, text: str) -> ApiError:
        code = str(body.get("error") or "") if isinstance(body, Mapping) else ""
        if not code:
            return NoAnswer(f"The toy gave no answer of its own ({status}).", status, cut(text))
        return Refused(f"The toy refused: {code}.", status, code, code, cut(text), error_class=CLASSES.get(code, ""))


def _items(kind: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    return tuple(Item(kind, str(row["id"]), row) for row in rows)
