"""Planning: gather what changed and what is known, let the core decide, store the plan in one transaction."""

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from mappings import MappingSet, Problem
from mappings.kinds import DocumentKind
from sync.clock import Clock
from sync.core.bridge.measures import ReadDeal, is_credit
from sync.core.documents.agreement import agreed_fields
from sync.core.documents.deal_documents import name_of
from sync.core.documents.documents import differing_fields, is_effective, whole_digest
from sync.core.identity import document_reference, first_name
from sync.core.planning.deals import DealPlanner
from sync.core.planning.matching import index_customers
from sync.core.planning.overrides import of_target
from sync.core.planning.plans import Books, DealState, Plan
from sync.core.planning.register import Register
from sync.core.types import Link, Operation, Payload, Record
from sync.decide import same_deals
from sync.decide.company import company_facts
from sync.decide.events import events_of
from sync.log import keep_fault, kept_fault, log
from sync.store.database import Store
from sync.store.tables import links, operations, overrides, records, trail
from sync.store.tables.needs import NeedsPlanning
from sync.store.tables.runs import Tally


class DealPlanning:
    """Plans one CRM account's deals into the connected companies."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        mapping: MappingSet,
        crm: str,
        read_deal: ReadDeal,
        go_lives: Mapping[str, date],
    ) -> None:
        self._store = store
        self._clock = clock
        self._mapping = mapping
        self._crm = crm
        self._read_deal = read_deal
        self.kind = mapping.document.kind
        self._deal = mapping.document.rule.source
        self._account = mapping.customer.rule.source
        self._product = mapping.article.rule.source
        self._go_lives = go_lives
        self._needs = NeedsPlanning(store, crm, mapping.version)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the CRM's kinds of records that become something in Fortnox."""
        return self._deal, self._account, self._product

    @property
    def stated_sum(self) -> str:
        """Return where a deal of the CRM states its own sum, '' where it does not."""
        rows = self._mapping.document.rule.rows
        return (rows.sum_equals or "") if rows else ""

    def needed(self) -> dict[str, str]:
        """Return the deals that must be planned, by id, each with the reason for it."""
        return self._needs.of(self._deal, self.kind.name)

    def about_to_change(self, company: str) -> list[str]:
        """Return the documents to read again: a mapped field of their deal has changed, or a successor is approved."""
        deals = records.load(self._store, self._crm, self._deal, self.needed())
        approved = links.approvals(self._store, self._crm, self._deal)
        return [
            link.target_id
            for link in links.load(self._store, self._crm, self._deal, deals)
            if (link.company, link.target_kind) == (company, self.kind.name)
            and (
                self._mapping.document.fingerprint(deals[link.source.id].payload) != link.fingerprint
                or approved.get(link.source.id, 1) > link.generation
            )
        ]

    def see_adopted(self, company: str) -> None:
        """Complete the links of documents adopted from a list row: edits are held against their first whole reading.

        A document whose fields differ from its deal's gets no fingerprint, so its deal is planned again.
        """
        unseen = links.adopted_unseen(self._store, self._crm, company)
        if not unseen:
            return
        held = records.load(self._store, f"fortnox:{company}", self.kind.name, [link.target_id for link in unseen])
        first = records.first_named(self._store, f"fortnox:{company}", self.kind, held)
        seen = [_seen(self.kind, link, held[link.target_id].payload, first.get(link.target_id)) for link in unseen]
        with self._store.transaction():
            links.save(self._store, seen, self._clock.now())

    def plan(self, mirrored: Collection[str], run_id: int, tally: Tally) -> bool:
        """Decide about every changed deal of the companies just mirrored and store what follows.

        Returns whether all of them could be considered: what raised may do so no more the next time.
        """
        needed = self.needed()
        deals = records.load(self._store, self._crm, self._deal, needed)
        touched = self._touched_customers()
        if not deals and not touched:
            return True
        planner = self._planner(deals, set(touched), mirrored)
        all_links = _by_source(links.load(self._store, self._crm, self._deal, deals))
        open_operations = _by_id(operations.open_for(self._store, self._crm, self._deal))
        made = links.decisions(self._store, self._crm, self._deal, deals)
        decided = {one.key.id: one for one in made if one.target_kind == self.kind.name}
        approved = links.approvals(self._store, self._crm, self._deal)
        edits = overrides.active(self._store, self._crm, self._deal, deals)
        twins = same_deals.twins(self._store, self._mapping.document, self._read_deal, deals)
        ended, blocked = self._ended(all_links, mirrored), operations.blocked_forever(self._store)
        considered = True
        for key, record in deals.items():
            waiting = tuple(item for item in open_operations.get(key, ()) if item.action != "write_back")
            known = tuple(all_links.get(key, ()))
            edited = edits.get(key, ())
            before = decided.get(key)
            state = DealState(record, known, waiting, before, approved.get(key, 1), edited, ended, blocked, needed[key],
                              twins.get(key))  # fmt: skip
            considered &= _consider(planner, state)
        for account, companies in touched.items():
            considered &= _consider_customer(planner, account, companies)
        self._save(planner.finish(), run_id, tally)
        return considered

    def _ended(self, held: Mapping[str, list[Link]], mirrored: Collection[str]) -> frozenset[tuple[str, str]]:
        """Return the linked documents that count no more, of companies that are not mirrored now."""
        numbers: dict[str, list[str]] = {}
        for link in itertools.chain.from_iterable(held.values()):
            if link.company not in mirrored:
                numbers.setdefault(link.company, []).append(link.target_id)
        return frozenset(
            (company, key)
            for company, wanted in numbers.items()
            for key, record in records.load(self._store, f"fortnox:{company}", self.kind.name, wanted).items()
            if record.deleted or not is_effective(record.payload)
        )

    def _touched_customers(self) -> dict[str, list[str]]:
        """Return linked accounts that changed since they were looked at, with the companies they are linked in."""
        touched: dict[str, list[str]] = {}
        for link in links.load(self._store, self._crm, self._account, self._needs.of(self._account, "customer")):
            if link.company in self._go_lives:
                touched.setdefault(link.source.id, []).append(link.company)
        return touched

    def _planner(self, deals: Mapping[str, Record], touched: Collection[str], mirrored: Collection[str]) -> DealPlanner:
        views = [record.payload for record in deals.values()]
        document = self._mapping.document
        accounts = {key for view in views for key in document.linked("customer", view)} | set(touched)
        products = {key for view in views for key in document.linked("article", view)}
        return DealPlanner(
            self._mapping,
            self._read_deal,
            self._go_lives,
            {company: self._books(company, deals) for company in mirrored},
            records.load(self._store, self._crm, self._account, accounts),
            records.load(self._store, self._crm, self._product, products),
        )

    def _books(self, company: str, deals: Mapping[str, Record]) -> Books:
        system = f"fortnox:{company}"
        linked = links.load(self._store, self._crm, self._deal, deals)
        wanted = [link.target_id for link in linked if link.company == company]
        names = [document_reference(record.key, self.kind.name, 1) for record in deals.values()]
        found: dict[str, tuple[Mapping[str, Any], ...]] = {}
        unlinked: list[str] = []
        for record in self._by_reference(system, names):
            if is_credit(record.payload):
                continue
            reference = first_name(name_of(self.kind, record.payload))
            found[reference] = (*found.get(reference, ()), record.payload)
            if record.key.id not in wanted:
                unlinked.append(record.key.id)
        return Books(
            facts=company_facts(self._store, company, self._go_lives[company]),
            customers=self._register(system, company, self._account, "customer"),
            articles=self._register(system, company, self._product, "article"),
            by_reference=found,
            documents={
                key: record.payload
                for key, record in records.load(self._store, system, self.kind.name, wanted).items()
                if not record.deleted
            },
            first_seen=records.first_named(self._store, system, self.kind, unlinked),
        )

    def _by_reference(self, system: str, names: list[str]) -> list[Record]:
        about = {"system": system, "kind": self.kind.name, "path": f"$.{self.kind.reference}", "names": names}
        rows = self._store.rows("references", about)
        keys = [row[0] for row in rows]
        return list(records.load(self._store, system, self.kind.name, keys).values())

    def _register(self, system: str, company: str, source_kind: str, kind: str) -> Register:
        found = links.load(self._store, self._crm, source_kind)
        linked = {link.source.id: link for link in found if link.company == company}
        elsewhere: dict[str, frozenset[str]] = {}
        for link in found:
            if link.company != company:
                elsewhere[link.source.id] = elsewhere.get(link.source.id, frozenset()) | {link.target_id}
        waiting = [o for o in operations.open_for(self._store, self._crm, source_kind) if o.company == company]
        opened = {item.source.id: item for item in waiting if item.action == "create"}
        updates = {item.source.id: item for item in waiting if item.action == "update"}
        edited = overrides.active(self._store, self._crm, source_kind)
        decided = links.decisions(self._store, self._crm, source_kind, linked)
        rows = self._store.rows("names_in_register", {"system": system, "kind": kind})
        index, gone, there = None, frozenset[str](), dict[str, Payload]()
        if kind == "customer":
            gone = frozenset(row[0] for row in self._store.rows("gone_but_linked", {"system": self._crm}))
            held = records.load(self._store, system, kind)
            there = {number: record.payload for number, record in held.items() if not record.deleted}
            index = index_customers(there.values())
        return Register(
            links=linked,
            names={row[0]: row[1] for row in rows},
            open=opened,
            updates=updates,
            decided={one.key.id: one for one in decided if one.company == company},
            elsewhere=elsewhere,
            gone=gone,
            inactive=self._inactive(system) if kind == "customer" else frozenset(),
            beside=links.crms_beside(self._store, self._crm),
            index=index,
            there=there,
            overrides={key: of_target(edits, kind, company) for key, edits in edited.items()},
            dismissed=operations.dismissed(self._store, self._crm, source_kind, company),
        )

    def _inactive(self, system: str) -> frozenset[str]:
        listed = records.load(self._store, system, "inactive_customers").get("1")
        return frozenset(listed.payload["Numbers"] if listed else ())

    def _save(self, plan: Plan, run_id: int, tally: Tally) -> None:
        now = self._clock.now()
        with self._store.transaction():
            operations.cancel(self._store, plan.cancelled, now)
            saved = operations.save_planned(self._store, plan.operations, now, run_id)
            links.save(self._store, plan.links, now)
            links.decide(self._store, plan.decisions, now)
            overrides.end(self._store, plan.ended, now)
            trail.add_events(self._store, events_of(plan, saved), now, run_id)
        held = sum(1 for operation in saved if operation.state == "review")
        tally.held += held
        tally.planned += len(saved) - held
        tally.adopted += sum(1 for link in plan.links if link.rung == "adopted")


def _consider(planner: DealPlanner, state: DealState) -> bool:
    """Let a deal be considered; a fault that one brings up, in its record or its mapping, holds that one alone."""
    mark = planner.plan.mark()
    try:
        planner.consider(state)
    except Exception as error:
        planner.plan.back_to(mark)
        planner.hold_unread(state, Problem("fault", params={"value": kept_fault(error)}))
        return False
    return True


def _consider_customer(planner: DealPlanner, account: str, companies: Collection[str]) -> bool:
    mark = planner.plan.mark()
    try:
        planner.consider_customer(account, companies)
    except Exception as error:
        planner.plan.back_to(mark)
        log.error(keep_fault(error), action="customer_not_planned", account=account)
        return False
    return True


def _seen(kind: DocumentKind, link: Link, document: Payload, first: Payload | None) -> Link:
    draft = link.draft or {}
    fingerprint = "" if differing_fields(kind, document, draft) else link.fingerprint
    agreed = agreed_fields(kind.name, draft, document)
    return replace(link, answer_digest=whole_digest(kind, first or document), fingerprint=fingerprint, agreed=agreed)


def _by_source(found: Iterable[Link]) -> dict[str, list[Link]]:
    grouped: dict[str, list[Link]] = {}
    for link in found:
        grouped.setdefault(link.source.id, []).append(link)
    return grouped


def _by_id(found: Iterable[Operation]) -> dict[str, list[Operation]]:
    grouped: dict[str, list[Operation]] = {}
    for operation in found:
        grouped.setdefault(operation.source.id, []).append(operation)
    return grouped
