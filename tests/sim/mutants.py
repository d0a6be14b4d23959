"""Deliberate bugs: what the simulator must be able to see. Each is put into the product for one test.

Those of what deals become are in `planning_mutants`.

A machine that finds no bug that was put in proves nothing by finding none.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from mappings import compile as compiling
from sync.clock import STOCKHOLM
from sync.commands import repair
from sync.commands.handling import CommandContext
from sync.connectors.errors import NoAnswer, Unreached
from sync.connectors.fortnox import client
from sync.connectors.fortnox.auth import ClientCredentials
from sync.connectors.http import ApiClient
from sync.connectors.limiter import SlidingWindow, Slot
from sync.connectors.salesforce.auth import Session
from sync.connectors.salesforce.client import Salesforce
from sync.core import lifecycle
from sync.core.documents import documents
from sync.core.planning import deals as planning
from sync.core.types import Operation, Outcome, Payload
from sync.flows.company_mirrors import CompanyMirrors
from sync.flows.engine import Engine
from sync.flows.recovery import Recovery
from sync.flows.turns import Turns
from sync.quarantine import Quarantine
from sync.read import pull
from sync.read.pull import Puller
from sync.send import recorder as outcome
from sync.send.execute import Executor
from sync.send.recorder import Recorder
from sync.store.publish.high_water import HighWater
from sync.store.tables import links, operations, records
from tests.sim import meaning_mutants, planning_mutants

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


def failed_probe_is_a_retry(patch: Patch) -> None:
    """Where nobody answers what became of a create, it is sent again."""
    probe = Executor._probe

    async def hasty(self: Executor, operation: Operation) -> Any:
        found = await probe(self, operation)
        return replace(found, kind="retry") if isinstance(found, Outcome) else found

    patch.setattr(Executor, "_probe", hasty)


def foreign_customer_taken(patch: Patch) -> None:
    """Whatever bears the number of a customer is taken for our own."""
    _all_are_ours(patch, "customer")


def foreign_article_taken(patch: Patch) -> None:
    """Whatever bears the number of an article is taken for our own."""
    _all_are_ours(patch, "article")


def _all_are_ours(patch: Patch, kind: str) -> None:
    not_ours = outcome._not_ours

    def but_one_kind(operation: Operation, found: Any) -> Any:
        return None if operation.target_kind == kind else not_ours(operation, found)

    patch.setattr(outcome, "_not_ours", but_one_kind)


def no_boot_gate(patch: Patch) -> None:
    """After a start, documents are planned without reading what is in Fortnox."""

    async def read(self: CompanyMirrors, company: Any, run_id: int, tally: Any) -> Any:
        with patch.context() as for_now:
            for_now.setattr(CompanyMirrors, "_streams", lambda _self: ())
            return await self.company(company, run_id, tally)

    patch.setattr(CompanyMirrors, "company_for_deals", read)


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
    patch.setattr(documents, "matches", lambda *_: False)
    fingerprint = compiling.EntityMapping.fingerprint

    def by_version(self: Any, record: Payload) -> str:
        return fingerprint(self, record) + str(record.get(stamp))

    patch.setattr(compiling.EntityMapping, "fingerprint", by_version)


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

    async def acquire(self) -> None: ...

    def release(self) -> None: ...


def no_turn(patch: Patch) -> None:
    """Two runs may go on at once."""
    made = Turns.__init__

    def init(self: Turns) -> None:
        made(self)
        self._lock = _Open()  # type: ignore[assignment]

    patch.setattr(Turns, "__init__", init)


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


def attempt_not_counted(patch: Patch) -> None:
    """A retry is the same attempt again."""
    intend = Recorder.intend

    def same(self: Recorder, wave: Sequence[Operation]) -> list[Operation]:
        return intend(self, [replace(one, attempt=max(0, one.attempt - 1)) for one in wave])

    patch.setattr(Recorder, "intend", same)


def stale_guard_bypassed(patch: Patch) -> None:
    """A wish is granted whatever has become of the operation since the person saw it."""
    refusal = repair.refusal

    def as_it_is(context: CommandContext, operation: Operation, _version: int, choice: Any) -> Any:
        present = operations.version(context.store, operation.number)
        return refusal(context, operation, present, choice or "edited")

    patch.setattr(repair, "refusal", as_it_is)


def dismissal_ignores_version(patch: Patch) -> None:
    """What a person dismisses need not be what they saw."""
    dismiss = repair.dismiss_one

    def as_it_is(context: CommandContext, operation: Operation, _version: int, reason: str, actor: str) -> str:
        return dismiss(context, operation, operations.version(context.store, operation.number), reason, actor)

    patch.setattr(repair, "dismiss_one", as_it_is)


def autumn_hour_missed(patch: Patch) -> None:
    """What changed is asked for by the local time, whichever of its two hours that is when summer time ends."""
    patch.setattr(client, "_stockholm_text", lambda moment: f"{moment.astimezone(STOCKHOLM):%Y-%m-%d %H:%M:%S}")


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
    read = Engine._read_companies

    async def all_of_them(self: Engine, companies: Any, *about: Any) -> Any:
        await read(self, companies, *about)
        return companies

    patch.setattr(Engine, "_read_companies", all_of_them)


MUTANTS: Mapping[str, Callable[[Patch], None]] = {
    made.__name__: made
    for made in (
        *planning_mutants.MADE,
        *meaning_mutants.MADE,
        no_intent,
        no_quarantine,
        no_probe,
        failed_probe_is_a_retry,
        foreign_customer_taken,
        foreign_article_taken,
        no_boot_gate,
        no_recovery,
        window_forgotten,
        slot_freed_early,
        cursor_first,
        unreadable_is_unsent,
        error_is_retried,
        no_echo_guard,
        commits_swapped,
        no_turn,
        no_single_flight,
        attempt_not_counted,
        salesforce_echo,
        salesforce_logs_in_twice,
        stale_guard_bypassed,
        dismissal_ignores_version,
        autumn_hour_missed,
        rest_forgotten,
        mark_not_raised,
        unread_is_trusted,
    )
}
