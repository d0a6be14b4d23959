"""The Salesforce connector: reading by SystemModstamp, one PATCH for each record that is written."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sync.clock import Clock
from sync.connectors.base import Identity, Item, MonthTotal, Page, Position
from sync.connectors.errors import ApiError, AuthLost, NoAnswer, Refused
from sync.connectors.outcomes import of_error
from sync.connectors.salesforce import answers
from sync.connectors.salesforce.fields import SalesforceFields
from sync.connectors.salesforce.money import Currencies
from sync.connectors.salesforce.rest import Rest
from sync.connectors.salesforce.shapes import (
    Shape,
    after,
    among,
    changed_rows,
    fields_of,
    fields_wanted,
    plain,
    select,
    won_by_month,
)
from sync.connectors.salesforce.values import same, stamp
from sync.core.types import Outcome, Payload

# The stamp is written before the change can be seen: so far back reach mature readers (FACTS.md 3.4).
OVERLAP = timedelta(minutes=10)
# Rows are asked for from here on when they are read for the first time: the deals themselves have just been.
FIRST_ROWS = timedelta(days=1)
# One condition takes 4 000 characters (FACTS.md 3.3).
AT_ONCE = 150
PARALLEL = 8


class Salesforce:
    """One Salesforce org.

    `shapes` says, by kind, what is read and written: nothing else is asked for. `currency` is that of an org with
    only one, which does not tell it (a recorded Organization has no such field).
    """

    title = "Salesforce"
    registers = ("fields", "currencies")

    def __init__(self, system: str, rest: Rest, shapes: Mapping[str, Shape], currency: str, clock: Clock) -> None:
        self.system = system
        self.fields = SalesforceFields()
        self._rest = rest
        self._shapes = shapes
        self._clock = clock
        self._own_currency = currency
        self._currencies = Currencies()
        self._turn = asyncio.Semaphore(PARALLEL)
        rows = {f"{kind}_rows": kind for kind, shape in shapes.items() if shape.rows}
        self._rows_of: Mapping[str, str] = rows
        self.changing = (*shapes, *rows)
        self.streams = (*self.registers, *self.changing)

    def silent_for(self) -> float:
        """Return for how many seconds a call under way has had no good answer, 0.0 when none waits."""
        return self._rest.silent_for()

    async def close(self) -> None:
        """Close the connections."""
        await self._rest.close()

    async def identity(self) -> Identity:
        """Return the org behind the login: its id, and whether it is a sandbox (ARCHITECTURE.md: the right systems)."""
        await self._rest.check_version()
        row = await self._organisation()
        mark = "/sandbox" if row.get("IsSandbox") is True else ""
        return Identity(f"{row['Id']}{mark}", str(row.get("Name") or ""))

    async def rival(self) -> str:
        """No other program is known that would send the same deals."""
        return ""

    async def pull(self, stream: str, position: Position | None) -> Page:
        """Return one page, oldest change first, deleted records included (`queryAll`, FACTS.md 3.3)."""
        if stream == "fields":
            return await self._pull_fields()
        if stream == "currencies":
            return await self._pull_currencies()
        if stream in self._rows_of:
            return await self._pull_rows(self._rows_of[stream], dict(position or {}))
        if stream == self.changing[0] and not (position or {}).get("next"):
            self._rest.spare()
        return await self._pull_records(stream, dict(position or {}))

    async def fetch(self, kind: str, key: str) -> Item | None:
        """Return one record with its rows, None where Salesforce shows none."""
        return next(iter(await self._by_id(kind, [key])), None)

    async def fetch_many(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        """Return the fields that are written back, as they are now, read in one call for every 150."""
        shape = self._shape(kind)
        names = self.fields.readable(shape.sobject, shape.written)
        found: dict[str, Item] = {}
        for ids in _chunks(keys):
            for row in await self._rest.all(fields_of(shape.sobject, names, ids)):
                found[str(row["Id"])] = Item(kind, str(row["Id"]), plain(row))
        return found

    async def present(self, kind: str, keys: Sequence[str]) -> frozenset[str]:
        """Return which records are there; those in the recycle bin, and those purged from it, are not."""
        found = [
            row for ids in _chunks(keys) for row in await self._rest.all(fields_of(self._shape(kind).sobject, (), ids))
        ]
        return frozenset(str(row["Id"]) for row in found)

    async def reread(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        """Return records by id with their rows."""
        return {item.id: item for item in await self._by_id(kind, keys)}

    async def won_totals(self) -> Sequence[MonthTotal]:
        """Return what the org itself adds up: its sums are in its corporate currency, whatever a record's is."""
        corporate = self._currencies.corporate or self._own_currency
        several = "CurrencyIsoCode" not in self.fields.missing.get("Opportunity", ())
        return [
            MonthTotal(
                f"{int(row['year']):04d}-{int(row['month']):02d}",
                currency := str(row.get("CurrencyIsoCode") or corporate),
                int(row["deals"]),
                Decimal(str(row["amount"] or 0)) if currency == corporate else None,
            )
            for row in await self._rest.all(won_by_month("Opportunity", several))
        ]

    def unknown_setting(self) -> str:
        """No setting names anything of an org: won is what Salesforce calls won."""
        return ""

    async def create(self, kind: str, payload: Payload) -> Outcome:
        """POST. Without an external id a lost answer is unknown; Kvitt creates nothing in a CRM by itself."""
        return await self._write("POST", self._shape(kind).sobject, payload, "")

    async def update(self, kind: str, key: str, payload: Payload) -> Outcome:
        """PATCH some fields of a record; answers 204 without a body (FACTS.md 3.1)."""
        return await self._write("PATCH", f"{self._shape(kind).sobject}/{quote(key, safe='')}", payload, key)

    async def act(self, action: str, kind: str, key: str) -> Outcome:
        """Salesforce has no buttons that Kvitt presses."""
        return Outcome("rejected", message=f"Salesforce has no action {action!r} for {kind} {key}.")

    async def find(self, kind: str, name: str) -> tuple[Item, ...]:
        """Return records by their id: no other name is given to what is there already."""
        found = await self.fetch(kind, name)
        return (found,) if found else ()

    def notice(self) -> str:
        """Return which fields of the write-back are shown but closed to Kvitt, '' for none."""
        closed = [
            f"{shape.sobject}.{name}"
            for shape in self._shapes.values()
            if self.fields.learned(shape.sobject)
            for name in self.fields.unwritable(shape.sobject, self.fields.readable(shape.sobject, shape.written))
        ]
        if not closed:
            return ""
        return (
            f"{', '.join(closed)} cannot be set and is left out. Give the permission set of Kvitt's user edit access."
        )

    def unreadable(self, kind: str) -> tuple[str, ...]:
        """Return the mapped fields that the org lacks or hides, those of only some orgs left out (FACTS.md 8.6)."""
        shape = self._shape(kind)
        missing = [*self.fields.missing.get(shape.sobject, ()), *self.fields.missing.get(shape.row_sobject, ())]
        optional = {"CurrencyIsoCode", "BillingCountryCode", "ShippingCountryCode", *shape.written}
        return tuple(sorted(set(missing) - optional))

    def unwritable(self, kind: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return those fields that the org lacks or does not let Kvitt set, none before it was described."""
        sobject = self._shape(kind).sobject
        return self.fields.unwritable(sobject, names) if self.fields.learned(sobject) else ()

    async def set_fields(self, kind: str, key: str, values: Payload, current: Item | None) -> Outcome:
        """Set the fields that differ and can be set. One that the org refuses is left out from then on."""
        if current is None:
            return Outcome(
                "rejected",
                404,
                code=answers.GONE,
                message=f"The {kind} {key} is no longer in Salesforce.",
                error_class=answers.CLASSES[answers.GONE],
            )
        sobject = self._shape(kind).sobject
        if not self.fields.learned(sobject):
            return Outcome("retry", message=f"The fields of {sobject} have not been read yet.")
        async with self._turn:
            while True:
                differing = self._differing(kind, values, current)
                if not differing:
                    return Outcome("already", None, current.payload, key)
                try:
                    await self._rest.write("PATCH", f"{sobject}/{quote(key, safe='')}", differing)
                except Refused as error:
                    if error.code not in answers.NOT_SETTABLE or not set(error.fields) & differing.keys():
                        return of_error(error)
                    self.fields.lock(sobject, error.fields)
                    continue
                except ApiError as error:
                    return of_error(error)
                return Outcome("done", 204, None, key)

    def _differing(self, kind: str, values: Payload, current: Item) -> dict[str, Any]:
        closed = set(self.unwritable(kind, values))
        return {
            name: value
            for name, value in values.items()
            if name not in closed and not same(current.payload.get(name), value)
        }

    async def _write(self, method: str, path: str, payload: Payload, key: str) -> Outcome:
        try:
            answer = await self._rest.write(method, path, payload)
        except ApiError as error:
            return of_error(error)
        body = answer.body if isinstance(answer.body, Mapping) else {}
        return Outcome("done", answer.status, {**payload, "Id": body.get("id", key)}, str(body.get("id", key)))

    # --- reading -----------------------------------------------------------------------------------------

    async def _pull_records(self, kind: str, at: dict[str, Any]) -> Page:
        shape = self._shape(kind)
        self.fields.require(shape)
        where = after(_moment(at["since"]) - OVERLAP) if at.get("since") else ""
        answer, at = await self._page(select(shape, self.fields.missing, where), at)
        rows = await self._rest.with_rows(answer.body["records"], shape.rows)
        return _page(tuple(self._item(kind, row) for row in rows), at, answer.body)

    async def _pull_rows(self, kind: str, at: dict[str, Any]) -> Page:
        """Return the records whose rows changed, by the rows' own stamps; only the records are kept."""
        shape = self._shape(kind)
        since = _moment(at["since"]) - OVERLAP if at.get("since") else self._clock.now() - FIRST_ROWS
        answer, at = await self._page(changed_rows(shape, since), at)
        parents = dict.fromkeys(str(row[shape.row_parent]) for row in answer.body["records"])
        return _page(tuple(await self._by_id(kind, list(parents))), at, answer.body)

    async def _page(self, soql: str, at: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return the next page; results that are no longer kept there are asked for anew (FACTS.md 3.3)."""
        if at.get("next"):
            try:
                return await self._rest.follow(at["next"]), at
            except Refused as error:
                if error.code != answers.LOCATOR_GONE:
                    raise
                at = {name: value for name, value in at.items() if name == "since"}
        answer = await self._rest.query(soql, deleted=True)
        return answer, {"began": answer.served_at.isoformat(), **at}

    async def _by_id(self, kind: str, keys: Sequence[str]) -> list[Item]:
        shape = self._shape(kind)
        self.fields.require(shape)
        found: list[Item] = []
        for ids in _chunks(keys):
            rows = await self._rest.all(select(shape, self.fields.missing, among(ids)))
            found += [self._item(kind, row) for row in await self._rest.with_rows(rows, shape.rows)]
        return found

    async def _pull_fields(self) -> Page:
        items: list[Item] = []
        for sobject, wanted in fields_wanted(self._shapes.values()).items():
            fields = (await self._rest.describe(sobject)).part("fields", list)
            rows = self.fields.learn(sobject, fields, wanted)
            items += [Item("field", f"{sobject}/{row['name']}", row) for row in rows]
        return Page(tuple(items), {}, complete=True)

    async def _pull_currencies(self) -> Page:
        """Return the org's currencies: the one it has, or its register where it has several (FACTS.md 8.6)."""
        several = any("CurrencyIsoCode" not in self.fields.missing.get(s.sobject, ()) for s in self._dealt())
        if several:
            rows = await self._rest.all("SELECT Id, IsoCode, ConversionRate, IsCorporate, IsActive FROM CurrencyType")
        else:
            rows = [{"IsoCode": self._own_currency, "ConversionRate": 1, "IsCorporate": True, "IsActive": True}]
        self._currencies.learn([plain(row) for row in rows])
        items = tuple(Item("currency", str(row["IsoCode"]), plain(row)) for row in rows)
        return Page(items, {}, complete=True)

    async def _organisation(self) -> Mapping[str, Any]:
        rows = await self._rest.all("SELECT Id, Name, IsSandbox FROM Organization")
        if not rows:
            raise AuthLost("Salesforce does not show its Organization to Kvitt's user. Give it API access.")
        organisation: Mapping[str, Any] = rows[0]
        return organisation

    def _dealt(self) -> list[Shape]:
        return [shape for shape in self._shapes.values() if "CurrencyIsoCode" in shape.reads]

    def _item(self, kind: str, row: Mapping[str, Any]) -> Item:
        shape = self._shape(kind)
        payload = plain(row)
        deleted, modified = payload.pop("IsDeleted", False), payload.pop("SystemModstamp", None)
        if shape.rows:
            payload[shape.rows] = [plain(each) for each in row.get(shape.rows) or ()]
        if "CurrencyIsoCode" in shape.reads:
            payload["kvitt"] = self._currencies.facts(payload.pop("CurrencyIsoCode", None))
        if not payload.get("Id"):
            raise NoAnswer(f"One of Salesforce's records of kind {kind} lacks its Id.")
        return Item(kind, str(payload["Id"]), payload, stamp(modified), deleted=deleted is True)

    def _shape(self, kind: str) -> Shape:
        return self._shapes[kind]


def _page(items: tuple[Item, ...], at: Mapping[str, Any], body: Mapping[str, Any]) -> Page:
    """`done` decides: an answer may carry a next page's path all the same (FACTS.md 3.3)."""
    if body.get("done") is not False:
        return Page(items, {"since": at["began"]}, complete=True)
    return Page(items, {**at, "next": body["nextRecordsUrl"]}, complete=False)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))
