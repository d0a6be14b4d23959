"""Deliberate bugs: what the simulator must be able to see. Each is put into the product for one test.

A machine that finds no bug that was put in proves nothing by finding none (engineering.md 2.7).
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mappings import compile as compiling
from mappings.money import PricedRow
from sync import engine, outcome, pull, repair
from sync.connectors.errors import NoAnswer, Unreached
from sync.connectors.fortnox.auth import ClientCredentials
from sync.connectors.http import ApiClient
from sync.connectors.limiter import SlidingWindow, Slot
from sync.connectors.salesforce.auth import Session
from sync.connectors.salesforce.client import Salesforce
from sync.core import documents, identity, lifecycle, overrides, planning, writeback
from sync.core.plans import DealState
from sync.core.types import Operation, Payload
from sync.engine import Engine
from sync.execute import Executor
from sync.outcome import Recorder
from sync.plan import DealPlanning
from sync.pull import Puller
from sync.quarantine import Quarantine
from sync.recovery import Recovery
from sync.repair import Repair
from sync.store import links, operations, records
from sync.store.high_water import HighWater
from sync.write_back import WriteBack

Patch = pytest.MonkeyPatch


def no_intent(patch: Patch) -> None:
    """What is about to be sent is not written down first."""

    def intend(self: Recorder, wave: Sequence[Operation]) -> list[Operation]:
        now = self._clock.now()
        return [lifecycle.moved(one, "planned", attempt=one.attempt + 1, sent_at=now) for one in wave]

    patch.setattr(Recorder, "intend", intend)


def no_quarantine(patch: Patch) -> None:
    """A doubt is looked up at once."""
    patch.setattr(Quarantine, "resting", lambda _self: [])


def no_probe(patch: Patch) -> None:
    """What was in doubt is sent again without a look."""

    async def settle(_self: Executor, _operation: Operation) -> None:
        return None

    patch.setattr(Executor, "_settle_doubt", settle)


def no_boot_gate(patch: Patch) -> None:
    """After a start, documents are planned without waiting and without reading what is in Fortnox."""

    async def read(self: Engine, company: Any, run_id: int, tally: Any) -> None:
        with patch.context() as for_now:
            for_now.setattr(engine, "MIRROR_STREAMS", ())
            await self._mirror(company, run_id, tally)

    patch.setattr(Engine, "_read_company", read)
    no_recovery(patch)


def no_recovery(patch: Patch) -> None:
    """A store that is older than what was sent is trusted."""
    patch.setattr(Recovery, "begin", lambda self: self.settle_interrupted())


def window_forgotten(patch: Patch) -> None:
    """A started process believes that it has used nothing of the rate limit."""
    made = SlidingWindow.__init__

    def init(self: SlidingWindow, *args: Any, **named: Any) -> None:
        made(self, *args, **named)
        self._free_at = deque()

    patch.setattr(SlidingWindow, "__init__", init)


def slot_freed_early(patch: Patch) -> None:
    """A place in the window is free one window after the call was sent, not after its answer."""

    @asynccontextmanager
    async def slot(self: SlidingWindow) -> AsyncIterator[Slot]:
        async with self._turn:
            await self._wait_for_room()
            self._keep(self._window)
        yield Slot(self._quarantine, self._window)

    patch.setattr(SlidingWindow, "slot", slot)


def cursor_first(patch: Patch) -> None:
    """A cursor is stored before the page it covers."""

    async def stream(self: Puller, stream: str, run_id: int, tally: Any) -> None:
        position, ended_at = records.cursor(self._store, self._connector.system, stream)
        since = pull._asked_since(ended_at)
        while True:
            page = await self._page(stream, position)
            now = self._clock.now()
            with self._store.transaction():
                records.save_cursor(self._store, self._connector.system, stream, page.position, page.complete, now)
            with self._store.transaction():
                arrivals = [self._arrival(one, since if page.by_change else None) for one in page.items]
                tally.records_changed += len(records.land(self._store, arrivals, now, run_id))
            position = page.position
            if page.complete:
                return

    patch.setattr(Puller, "stream", stream)


def unreadable_is_unsent(patch: Patch) -> None:
    """A good answer that cannot be read counts as not sent."""
    judged = ApiClient._judged

    def hasty(self: ApiClient, method: str, answer: Any) -> Any:
        try:
            return judged(self, method, answer)
        except NoAnswer:
            if answer.status < 300:
                raise Unreached("Nothing was sent.") from None
            raise

    patch.setattr(ApiClient, "_judged", hasty)


def error_is_retried(patch: Patch) -> None:
    """A create that is answered with 5xx is sent again at once."""
    write = Executor._write

    async def again(self: Executor, operation: Operation) -> Any:
        first = await write(self, operation)
        return await write(self, operation) if (first.status or 0) >= 500 else first

    patch.setattr(Executor, "_write", again)


def no_echo_guard(patch: Patch) -> None:
    """Every new version of a deal, our own write-back too, is sent to its document."""
    _every_version_is_sent(patch, "modDate")


def salesforce_echo(patch: Patch) -> None:
    """The same in Salesforce: what Kvitt itself wrote there counts as a change of the opportunity."""
    _every_version_is_sent(patch, "SystemModstamp")
    item = Salesforce._item

    def stamped(self: Salesforce, kind: str, row: Any) -> Any:
        made = item(self, kind, row)
        return replace(made, payload={**made.payload, "SystemModstamp": row.get("SystemModstamp")})

    patch.setattr(Salesforce, "_item", stamped)


def _every_version_is_sent(patch: Patch, stamp: str) -> None:
    patch.setattr(planning.DealPlanner, "_settled", lambda *_: False)
    patch.setattr(documents, "changes", lambda _before, after: dict(after))
    patch.setattr(documents, "says", lambda _invoice, _wanted: False)
    fingerprint = compiling.EntityMapping.fingerprint

    def by_version(self: Any, record: Payload) -> str:
        return fingerprint(self, record) + str(record.get(stamp))

    patch.setattr(compiling.EntityMapping, "fingerprint", by_version)


def float_money(patch: Patch) -> None:
    """Discounts are computed in binary."""

    def priced(quantity: Decimal, list_price: Decimal, net_price: Decimal) -> PricedRow:
        gross, net = float(quantity) * float(list_price), float(quantity) * float(net_price)
        return PricedRow(list_price, Decimal(str(round(gross - net, 2))), "AMOUNT")

    patch.setattr(compiling, "priced_row", priced)
    patch.setattr(compiling, "misses", lambda *_: Decimal(0))


def commits_swapped(patch: Patch) -> None:
    """That an operation is done is stored before the link that it made."""
    save, record = links.save, Recorder.record

    def in_two(self: Recorder, results: Any, run_id: int, tally: Any) -> None:
        kept: list[tuple[Any, ...]] = []
        with patch.context() as for_now:
            for_now.setattr(links, "save", lambda *args: kept.append(args))
            record(self, results, run_id, tally)
        with self._store.transaction():
            for args in kept:
                save(*args)

    patch.setattr(Recorder, "record", in_two)


class _Open:
    """A lock that lets everybody in."""

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


def no_turn(patch: Patch) -> None:
    """Two runs may go on at once."""
    made = Engine.__init__

    def init(self: Engine, *args: Any, **named: Any) -> None:
        made(self, *args, **named)
        self._turn = _Open()  # type: ignore[assignment]

    patch.setattr(Engine, "__init__", init)


def no_single_flight(patch: Patch) -> None:
    """Parallel calls renew their token each for itself."""
    made = ClientCredentials.__init__

    def init(self: ClientCredentials, *args: Any, **named: Any) -> None:
        made(self, *args, **named)
        self._lock = _Open()  # type: ignore[assignment]

    patch.setattr(ClientCredentials, "__init__", init)


def salesforce_logs_in_twice(patch: Patch) -> None:
    """The same with Salesforce: parallel calls whose session has ended log in each for itself."""
    made = Session.__init__

    def init(self: Session, *args: Any, **named: Any) -> None:
        made(self, *args, **named)
        self._lock = _Open()  # type: ignore[assignment]

    patch.setattr(Session, "__init__", init)


def generation_ignored(patch: Patch) -> None:
    """All documents of a deal carry the same name."""
    named = identity.document_reference
    patch.setattr(planning, "document_reference", lambda source, kind, _generation: named(source, kind, 1))


def attempt_not_counted(patch: Patch) -> None:
    """A retry is the same attempt again."""
    intend = Recorder.intend

    def same(self: Recorder, wave: Sequence[Operation]) -> list[Operation]:
        return intend(self, [replace(one, attempt=max(0, one.attempt - 1)) for one in wave])

    patch.setattr(Recorder, "intend", same)


def stale_guard_bypassed(patch: Patch) -> None:
    """A wish is granted whatever has become of the operation since the person saw it."""
    refusal = Repair._refusal

    def as_it_is(self: Repair, operation: Operation, _version: int, choice: Any) -> Any:
        present = operations.version(self._store, operation.number)
        return refusal(self, operation, present, choice or "edited")

    patch.setattr(Repair, "_refusal", as_it_is)


def edit_outlives_its_source(patch: Patch) -> None:
    """An operator's edit goes on when what it replaced has changed in the CRM."""
    patch.setattr(overrides, "origin", lambda *_: "always the same")
    patch.setattr(repair, "origin", lambda *_: "always the same")


def edit_is_sent_once(patch: Patch) -> None:
    """An operator's edit is in the first document that is sent and forgotten then: the next change takes it back."""
    existing = planning.DealPlanner._existing

    def once(self: planning.DealPlanner, state: DealState, deal: Any, link: Any) -> None:
        existing(self, replace(state, overrides=()), deal, link)

    patch.setattr(planning.DealPlanner, "_existing", once)


def rest_forgotten(patch: Patch) -> None:
    """A start looks up at once what rested in doubt when the process before it ended."""
    begin = Recovery.begin

    def hasty(self: Recovery) -> None:
        begin(self)
        self._quarantine._until.clear()

    patch.setattr(Recovery, "begin", hasty)


def mark_not_raised(patch: Patch) -> None:
    """Nothing beside the store tells what was sent."""
    patch.setattr(HighWater, "raise_to", lambda *_: None)


def unread_is_trusted(patch: Patch) -> None:
    """A company that could not be read is planned and sent to all the same."""
    each = Engine._each

    async def all_of_them(self: Engine, companies: Any, *about: Any) -> Any:
        await each(self, companies, *about)
        return companies

    patch.setattr(Engine, "_each", all_of_them)


def new_under_old_link(patch: Patch) -> None:
    """A further document of a deal takes the place of the earlier one's link, and has none of its own."""
    made = outcome._sent_link

    def under_old(operation: Operation, target: str, answered: Any, adopted: bool, known: Sequence[Any]) -> Any:
        own = [one for one in known if (one.source, one.company) == (operation.source, operation.company)]
        older = [one for one in own if one.target_kind == operation.target_kind]
        return made(operation, older[-1].target_id if older else target, answered, adopted, known)

    patch.setattr(outcome, "_sent_link", under_old)


def lost_is_forgotten(patch: Patch) -> None:
    """Nobody is asked about the document of a deal that is no longer won."""
    patch.setattr(planning, "found_again", lambda *_: ())
    patch.setattr(planning.DealPlanner, "_counts", lambda *_: False)


def dismissed_for_ever(patch: Patch) -> None:
    """A deal that was dismissed stays so whatever it says later."""
    patch.setattr(planning, "stays_dismissed", lambda before, *_: before.outcome == "dismissed")


def written_over(patch: Patch) -> None:
    """A changed deal changes its document although an accountant has changed it too."""
    obstacle = documents.obstacle

    def bold(*about: Any) -> Any:
        found = obstacle(*about)
        return None if found is not None and found.code == "both_changed" else found

    patch.setattr(documents, "obstacle", bold)


def accounts_not_followed(patch: Patch) -> None:
    """A customer is never brought up to date with its account."""
    patch.setattr(DealPlanning, "_touched_customers", lambda _self: [])


def accounts_not_told(patch: Patch) -> None:
    """No account hears of its customer's number."""
    patch.setattr(WriteBack, "_customers", lambda _self: [])


def told_by_state(patch: Patch) -> None:
    """A deal is told of its document only when that has another number or state."""
    digest = writeback.digest
    patch.setattr(writeback, "digest", lambda values: digest([*map(str, values.values())][:2]))


MUTANTS: Mapping[str, Callable[[Patch], None]] = {
    made.__name__: made
    for made in (
        no_intent,
        no_quarantine,
        no_probe,
        no_boot_gate,
        no_recovery,
        window_forgotten,
        slot_freed_early,
        cursor_first,
        unreadable_is_unsent,
        error_is_retried,
        no_echo_guard,
        float_money,
        commits_swapped,
        no_turn,
        no_single_flight,
        generation_ignored,
        attempt_not_counted,
        salesforce_echo,
        salesforce_logs_in_twice,
        stale_guard_bypassed,
        edit_outlives_its_source,
        edit_is_sent_once,
        rest_forgotten,
        mark_not_raised,
        unread_is_trusted,
        new_under_old_link,
        lost_is_forgotten,
        dismissed_for_ever,
        written_over,
        accounts_not_followed,
        accounts_not_told,
        told_by_state,
    )
}
