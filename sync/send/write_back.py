"""Telling the CRM: plan what its records should say of their documents, then write it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from mappings import MappingSet
from mappings.spec import FieldRule
from mappings.values.company_numbers import company_of
from sync.clock import Clock, stockholm_date
from sync.connectors.base import CrmConnector, Item
from sync.connectors.http import ABOUT, About
from sync.core.bridge.measures import DocumentName
from sync.core.documents.writeback import Fact, document_write_back, number_fields, number_write_back
from sync.core.identity import digest
from sync.core.planning.plans import Planned
from sync.core.planning.stability import REPLANNABLE
from sync.core.types import Event, Link, Operation, RecordKey
from sync.log import log
from sync.quarantine import Quarantine
from sync.send.recorder import Recorder, Result, Stop
from sync.side_by_side import gather_all
from sync.store.database import Store
from sync.store.tables import facts, links, operations, trail, write_backs
from sync.store.tables.facts import StoredDocument
from sync.store.tables.runs import Tally
from sync.store.tables.write_backs import ChangedWriteBack

BATCH = 200
WAVE = 40
# Deals whose write-backs are worked out in one transaction.
AT_ONCE = 2_000
_SHARED = "number_field_shared"


class WriteBack:
    """Keeps one CRM account's deals and accounts up to date with Fortnox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        mapping: MappingSet,
        crm: CrmConnector,
        quarantine: Quarantine,
        recorder: Recorder,
    ) -> None:
        self._store = store
        self._clock = clock
        self._mapping = mapping
        self._crm = crm
        self._quarantine = quarantine
        self._recorder = recorder
        self._deal = mapping.document.rule.source
        self._account = mapping.customer.rule.source
        self._reported: set[str] = set()
        self._shared = ""
        self._numbers_known = False
        self._untold: set[tuple[RecordKey, str]] = set()

    def notice(self) -> str:
        """Return what a person should mend in the mapping although everything else works, '' for nothing."""
        return self._shared

    async def plan(self, run_id: int, tally: Tally) -> None:
        """Store a write-back for every link whose CRM side does not say what Fortnox says; other work goes on."""
        self._plan_numbers(run_id, tally)
        rules = self._rules(self._deal)
        today = stockholm_date(self._clock.now())
        changed = write_backs.changed(self._store, self._crm.system, self._deal, self._about(rules), today)
        for start in range(0, len(changed), AT_ONCE):
            part = changed[start : start + AT_ONCE]
            bases = {one.deal_id: one.basis for one in part}
            self._keep(self._documents(part, rules, today), self._deal, bases, run_id, tally)
            await asyncio.sleep(0)

    def _plan_numbers(self, run_id: int, tally: Tally) -> None:
        """Work out the customers' numbers, once after a start and when a link or a rule has changed."""
        rules = self._rules(self._account)
        basis = write_backs.changed_numbers(self._store, self._crm.system, self._account, self._about(rules))
        if basis or not self._numbers_known:
            self._keep(self._customers(rules), self._account, {"": basis} if basis else {}, run_id, tally)
            self._numbers_known = True

    def _about(self, rules: Mapping[str, FieldRule]) -> str:
        """Return what tells these rules from others: fields that a CRM closes are not among them."""
        return digest({"mapping": self._mapping.version, "fields": sorted(rules)})

    def _keep(
        self, wanted: Iterable[Operation], kind: str, bases: Mapping[str, str], run_id: int, tally: Tally
    ) -> None:
        """Store what is not open yet, and what waits with its newest values; with it, what that was worked out from.

        What is under way with other values is worked out again when that has come to its end.
        """
        waiting = {
            item.subject: item
            for item in operations.open_for(self._store, self._crm.system)
            if item.action == "write_back"
        }
        planned, unsettled = list[Planned](), set[str]()
        for operation in wanted:
            present = waiting.get(operation.subject)
            if present is None:
                planned.append(Planned(operation))
            elif present.fingerprint != operation.fingerprint and present.state in REPLANNABLE:
                planned.append(Planned(replace(operation, number=present.number)))
            elif present.fingerprint != operation.fingerprint:
                unsettled.add(operation.source.id if kind == self._deal else "")
        settled = {key: basis for key, basis in bases.items() if key not in unsettled}
        if not planned and not settled:
            return
        with self._store.transaction():
            saved = operations.save_planned(self._store, planned, self._clock.now(), run_id) if planned else []
            write_backs.keep(self._store, self._crm.system, kind, settled)
        held = sum(1 for one in saved if one.state == "review")
        tally.held += held
        tally.planned += len(saved) - held

    async def drain(self, run_id: int, tally: Tally) -> Stop | None:
        """Write everything that is due, each record read just before; returns why it stopped early, or None."""
        self._give_up_unwanted()
        while batch := self._due():
            for kind in sorted({item.target_kind for item in batch}):
                own = [item for item in batch if item.target_kind == kind]
                for start in range(0, len(own), WAVE):
                    stop = await self._write(own[start : start + WAVE], kind, run_id, tally)
                    if stop is not None:
                        return stop
        return None

    def _give_up_unwanted(self) -> None:
        """Cancel what was planned for a kind, or an account, that is told nothing now."""
        waiting = operations.open_for(self._store, self._crm.system)
        written = {self._account, self._deal}
        unwanted = [
            one
            for one in waiting
            if one.action == "write_back"
            and one.state in REPLANNABLE
            and (one.target_kind not in written or (one.source, one.company) in self._untold)
        ]
        if unwanted:
            with self._store.transaction():
                operations.cancel(self._store, unwanted, self._clock.now())

    def _due(self) -> list[Operation]:
        resting = self._quarantine.resting()
        return operations.due(self._store, self._crm.system, self._clock.now(), resting, BATCH)

    async def _write(self, wave: list[Operation], kind: str, run_id: int, tally: Tally) -> Stop | None:
        doubtful = [item for item in wave if item.state == "unknown"]
        self._recorder.release(doubtful)
        wave = [item for item in wave if item.state != "unknown"]
        current = await self._crm.fetch_many(kind, [item.target_id or "" for item in wave])
        sending = self._recorder.intend(wave)
        sent = await gather_all(self._set(operation, current, run_id) for operation in sending)
        results = [each.result() for each in sent]
        self._recorder.record(results, run_id, tally)
        for each in results:
            if each.outcome.kind in {"login", "retry", "unknown"}:
                return Stop(each.outcome.message, needs_person=each.outcome.kind == "login")
        return None

    async def _set(self, operation: Operation, current: Mapping[str, Item], run_id: int) -> Result:
        token = ABOUT.set(About(run_id, operation.number, operation.correlation_id))
        try:
            key = operation.target_id or ""
            values = operation.edited or operation.payload or {}
            outcome = await self._crm.set_fields(operation.target_kind, key, values, current.get(key))
        finally:
            ABOUT.reset(token)
        return Result(operation, outcome)

    def _rules(self, kind: str) -> dict[str, FieldRule]:
        """Return what is written to a kind: a field that opens later is thus told what it missed."""
        rules = self._mapping.file.write_back.get(kind, {})
        self._report_missing(kind, rules)
        closed = set(self._crm.unwritable(kind, rules))
        return {name: rule for name, rule in rules.items() if name not in closed}

    def _report_missing(self, entity: str, rules: Mapping[str, FieldRule]) -> None:
        """Say once which fields the CRM lacks or closes: they are left out (one notice, not one for every record)."""
        missing = (*self._crm.unreadable(entity), *self._crm.unwritable(entity, rules))
        if missing and entity not in self._reported:
            self._reported.add(entity)
            event = Event("fields_missing", details={"entity": entity, "aliases": list(missing)})
            with self._store.transaction():
                trail.add_events(self._store, [event], self._clock.now())
            log.warning(
                "The CRM lacks fields, or closes them to Kvitt; they are left out.",
                action="fields_missing",
                aliases=missing,
            )

    def _customers(self, rules: Mapping[str, FieldRule]) -> list[Operation]:
        found = number_fields(links.load(self._store, self._crm.system, self._account), rules)
        self._untold = {(link.source, link.company) for link, fields in found if rules and not fields}
        self._report_shared(rules, [link for link, _ in found])
        made = (number_write_back(link, own, self._mapping.tables, self._mapping.version) for link, own in found)
        return [operation for operation in made if operation is not None]

    def _report_shared(self, rules: Mapping[str, FieldRule], found: Sequence[Link]) -> None:
        """Say which fields have room for one company's number: the others' are left out. The trail has it once."""
        shared = sorted(name for name, rule in rules.items() if not company_of(rule))
        companies = sorted({link.company for link in found})
        clash = bool(shared) and len(companies) > 1
        self._shared = _clash(companies, shared) if clash else ""
        if not clash or _SHARED in self._reported:
            return
        self._reported.add(_SHARED)
        event = Event(_SHARED, details={"fields": shared, "companies": companies})
        with self._store.transaction():
            trail.add_events(self._store, [event], self._clock.now())
        log.warning(
            "Several companies share one field for the customer number: it tells the number in one company for each "
            "account. Give each company its own field in the mapping.",
            action=_SHARED,
            fields=shared,
        )

    def _documents(
        self, changed: Sequence[ChangedWriteBack], rules: Mapping[str, FieldRule], today: date
    ) -> list[Operation]:
        ids, numbers = [one.deal_id for one in changed], sorted({one.number for one in changed})
        stored = facts.documents(self._store, numbers)
        rows = self._store.rows("last_payments", {"numbers": numbers})
        paid = {(row[0], DocumentName(row[1], row[2])): row[3] for row in rows}
        found = links.load(self._store, self._crm.system, self._deal, ids)
        newest = {link.source.id: link for link in found if not link.is_beside}
        made = []
        for link in newest.values():
            document = stored.get((link.company, DocumentName(link.target_kind, link.target_id)))
            if document is not None:
                fact = _fact(link, document, paid)
                made.append(document_write_back(fact, rules, self._mapping.tables, today, self._mapping.version))
        return [operation for operation in made if operation is not None]


def _clash(companies: Sequence[str], fields: Sequence[str]) -> str:
    return (
        f"{', '.join(companies)} share {', '.join(fields)} for their customer numbers, which has room for one: of an "
        "account that is a customer of several, the others' numbers are not told to the CRM. Give each company its own "
        "field in the mapping and start Kvitt again."
    )


def _fact(link: Link, stored: StoredDocument, paid: Mapping[tuple[str, DocumentName], date]) -> Fact:
    booked = stored.first_seen_booked_at
    return Fact(
        link=link,
        document=stored.document,
        version=stored.version,
        last_payment=paid.get((link.company, stored.document.name)),
        booked_day=stockholm_date(booked) if booked else None,
        title=stored.document.customer_name,
    )
