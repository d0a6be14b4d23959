"""What should be done about a deal: compare what should be with what is, and plan the difference.

A planner works on one run's frozen view of both systems and collects wishes, links and decisions; it calls
nothing and stores nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from mappings import Draft, MappingSet, Problem, Route
from mappings.edits import standing
from mappings.routing import route
from sync.core import classes, documents, masters, overrides
from sync.core.found_again import found_again, named_generation
from sync.core.identity import correlation_id, document_reference
from sync.core.measures import Deal, ReadDeal
from sync.core.overrides import Edited
from sync.core.plans import Books, DealState, Plan, Wish
from sync.core.standing import says_the_same, stays_dismissed
from sync.core.types import Decision, DecisionOutcome, Link, Operation, Payload, Record

REPLANNABLE = frozenset({"planned", "retry", "review"})


class DealPlanner:
    """Plans the deals of one CRM account against the books of the connected companies."""

    def __init__(
        self,
        mapping: MappingSet,
        read_deal: ReadDeal,
        go_lives: Mapping[str, date],
        books: Mapping[str, Books],
        accounts: Mapping[str, Record],
        products: Mapping[str, Record],
    ) -> None:
        self._mapping = mapping
        self._read_deal = read_deal
        self._go_lives = go_lives
        self._books = books
        self._accounts = accounts
        self._products = products
        self.plan = Plan()
        self._masters = {
            key: masters.Masters(mapping, key, held.customers, held.articles) for key, held in books.items()
        }

    def consider(self, state: DealState) -> None:
        """Decide about one deal and add what follows to the plan.

        A deal whose write is under way or in doubt is not decided on: it is looked at again when that is settled.
        """
        if any(operation.state in {"sending", "unknown"} for operation in state.open):
            return
        view = state.record.payload
        deal = self._read_deal(view)
        before = state.decision
        if before and stays_dismissed(before, self._decision(state, None, "dismissed"), deal.state == "won"):
            self._decide(state, before.company, "dismissed", before.code)
            return
        if state.record.deleted or deal.state != "won":
            self._not_won(state)
            return
        routed = route(view, self._mapping.companies, self._go_lives.keys())
        if isinstance(routed, Problem):
            self._unrouted(state, deal, routed)
        elif routed.company not in self._books:
            return  # not mirrored now: nothing can be said about it
        elif not self._mapping.invoice.qualifies(view):
            self._exclude(state, routed.company, "skip")
        elif self._before_go_live(deal.day, routed.company) and not _live(state.links):
            self._exclude(state, routed.company, "O71")
        else:
            self._won(state, deal, routed)

    def consider_customer(self, account: str, company: str) -> None:
        """Bring a linked customer up to date with an account that changed."""
        record = self._accounts.get(account)
        if record is None or company not in self._masters:
            return
        made = self._masters[company]
        if made.under_way(record):
            return
        made.resolve("customer", account, record)
        outcome: DecisionOutcome = "review" if made.holds(record) else "linked"
        self.plan.decisions.append(
            Decision(
                key=record.key,
                outcome=outcome,
                version=record.version,
                correlation_id=correlation_id(record.key, record.version),
                mapping_version=self._mapping.version,
                company=company,
                fingerprint=self._mapping.customer.fingerprint(record.payload),
            )
        )

    def finish(self) -> Plan:
        """Return the plan, with the customers and articles that its documents need first; held deals need none."""
        needed = {subject for wish in self.plan.wishes for subject in wish.waits_on}
        for made in self._masters.values():
            wanted = [one for one in made.operations.values() if _is_wanted(one, needed)]
            self.plan.wishes[:0] = [Wish(operation) for operation in wanted]
            self.plan.links += made.links
            self.plan.cancelled += made.cancelled
            self.plan.ended += made.ended
        return self.plan

    # --- one deal -------------------------------------------------------------------------------------

    def _won(self, state: DealState, deal: Deal, routed: Route) -> None:
        known = _live(state.links) or found_again(state.record.key, self._books)
        elsewhere = [link for link in known if link.company != routed.company]
        here = [link for link in _live(state.links) if link.company == routed.company]
        if elsewhere:
            params = {"company": routed.company, "earlier": elsewhere[0].company}
            self._hold(state, deal, routed.company, [Problem("moved_company", params=params)])
        elif here:
            newest = max(here, key=lambda link: link.generation)
            if state.approved > newest.generation and not any(self._document_lives(link) for link in here):
                self._adopt_or_create(state, deal, routed, newest.generation + 1)
            else:
                self._existing(state, deal, newest)
        else:
            self._adopt_or_create(state, deal, routed, 1)

    def _adopt_or_create(self, state: DealState, deal: Deal, routed: Route, generation: int) -> None:
        """Make the document of a generation, unless one of it, or of a later one, is there already."""
        books = self._books[routed.company]
        bearing = books.by_reference.get(document_reference(state.record.key, "invoice", 1), ())
        generation = max([generation, *map(named_generation, bearing)])
        reference = document_reference(state.record.key, "invoice", generation)
        found = documents.that_count([row for row in bearing if named_generation(row) == generation])
        if len(found) > 1:
            numbers = ", ".join(str(row["DocumentNumber"]) for row in found)
            self._hold(state, deal, routed.company, [Problem("several_documents", params={"numbers": numbers})])
            return
        made, problems, waits_on = self._draft(state, routed.company)
        draft = None if problems else made.draft
        if found and draft is not None:
            self._adopt(state, routed.company, found[0], draft)
        elif draft is None or (problems := documents.problems_of(draft.fields, books.facts)):
            self._hold(state, deal, routed.company, problems, made=made)
        else:
            self._wish(state, deal, routed.company, made, draft.fields, waits_on, reference, generation=generation)

    def _adopt(self, state: DealState, company: str, row: Payload, draft: Draft) -> None:
        number = str(row["DocumentNumber"])
        invoice = self._books[company].invoices.get(number, row)
        seen, whole = "InvoiceRows" in invoice, self._whole(draft)
        differs = seen and documents.otherwise(invoice, draft.fields)
        self.plan.links.append(
            Link(
                source=state.record.key,
                company=company,
                target_kind="invoice",
                target_id=number,
                rung="adopted",
                generation=named_generation(row),
                reference=str(row.get("ExternalInvoiceReference1") or ""),
                fingerprint="" if differs else self._mapping.invoice.fingerprint(state.record.payload),
                draft=whole,
                answer_digest=documents.projection_digest(invoice, whole) if seen else "",
                mapping_version=self._mapping.version,
                correlation_id=correlation_id(state.record.key, state.record.version),
            )
        )
        self._cancel_open(state)
        self._decide(state, company, "linked")

    def _compare(self, state: DealState, deal: Deal, link: Link) -> None:
        """An adopted document says otherwise than its deal: who changed what, nobody knows; a person decides."""
        made, problems, _ = self._draft(state, link.company)
        draft = None if problems else made.draft
        invoice = self._books[link.company].invoices.get(link.target_id, {})
        if draft is None:
            self._hold(state, deal, link.company, problems, link.target_id, made)
        elif problem := documents.disagreement(link.target_id, invoice, draft.fields, state.open):
            self._hold(state, deal, link.company, [problem], link.target_id, made)
        else:
            whole, fingerprint = self._whole(draft), self._mapping.invoice.fingerprint(state.record.payload)
            seen = documents.projection_digest(invoice, whole)
            self.plan.links.append(replace(link, fingerprint=fingerprint, draft=whole, answer_digest=seen))
            self._cancel_open(state)
            self._decide(state, link.company, "linked")

    def _existing(self, state: DealState, deal: Deal, link: Link) -> None:
        if not link.fingerprint:
            self._compare(state, deal, link)
            return
        fingerprint = self._mapping.invoice.fingerprint(state.record.payload)
        if fingerprint == link.fingerprint or self._settled(state, fingerprint):
            self._cancel_open(state)
            self._decide(state, link.company, "linked")
            return
        made, problems, waits_on = self._draft(state, link.company)
        draft = None if problems else made.draft
        if draft is None:
            self._hold(state, deal, link.company, problems, link.target_id, made)
            return
        changes = documents.changes(link.draft or {}, self._whole(draft))
        if not changes:
            self.plan.links.append(replace(link, fingerprint=fingerprint, draft=self._whole(draft)))
            self._cancel_open(state)
            self._decide(state, link.company, "linked")
            return
        invoice = self._books[link.company].invoices.get(link.target_id)
        obstacle = documents.obstacle(link, invoice, changes)
        if obstacle is not None:
            self._hold(state, deal, link.company, [obstacle], link.target_id, made)
            return
        self._wish(state, deal, link.company, made, changes, waits_on, link.reference, link.target_id, link.generation)

    def _settled(self, state: DealState, fingerprint: str) -> bool:
        """A document follows its source, not its mapping: a new mapping alone never updates what was sent."""
        decision = state.decision
        if decision is None or decision.outcome != "linked":
            return False
        if decision.mapping_version != self._mapping.version:
            return decision.version == state.record.version
        return decision.fingerprint == fingerprint

    def _draft(self, state: DealState, company: str) -> tuple[Edited, list[Problem], tuple[str, ...]]:
        """Return the draft with its customer and articles resolved and an operator's edits, and every problem."""
        made = self._masters[company]
        view = state.record.payload
        waits_on: set[str] = set()
        problems: list[Problem] = []

        def link_of(kind: str, key: str) -> str | None:
            records = self._accounts if kind == "customer" else self._products
            found = made.resolve(kind, key, records.get(key))
            if isinstance(found, Problem):
                if found not in problems:
                    problems.append(found)
                return None
            if found.waits_on:
                waits_on.add(found.waits_on)
            return found.number

        edits = [one for one in state.overrides if one.company == company and one.target_kind == "invoice"]
        made_of = overrides.edited(self._mapping.invoice, view, link_of, edits)
        self.plan.ended += [(one, "source_changed") for one in made_of.ended]
        kept = [one.path for one in edits if one not in made_of.ended]
        problems = standing(problems, kept)
        own = made_of.problems
        hidden = {"CustomerNumber"} if any(p.code in {"customer_waits", "no_customer"} for p in problems) else set()
        problems += [problem for problem in own if not (problem.code == "missing" and problem.field in hidden)]
        if not self._mapping.invoice.linked("customer", view):
            problems = [p for p in problems if p.field != "CustomerNumber"] + [Problem("no_customer")]
        return made_of, problems, tuple(sorted(waits_on))

    def _whole(self, draft: Draft) -> Payload:
        """Return every mapped field, None where the deal says nothing: an edit of such a field is an edit too."""
        return {**dict.fromkeys(self._mapping.invoice.rule.fields), **draft.fields}

    # --- what a decision leads to -----------------------------------------------------------------------

    def _wish(
        self,
        state: DealState,
        deal: Deal,
        company: str,
        made: Edited,
        wanted: Payload,
        waits_on: tuple[str, ...],
        reference: str,
        target_id: str | None = None,
        generation: int = 1,
    ) -> None:
        assert made.draft is not None
        name = {} if target_id else {"ExternalInvoiceReference1": reference}
        payload, edited = overrides.payloads({**wanted, **name}, {**made.mapped, **name}, every=target_id is None)
        operation = replace(
            self._operation(state, deal, company, target_id),
            reference=reference,
            generation=generation,
            payload=payload,
            edited=edited,
            draft=self._whole(made.draft),
            adjustments=tuple(adjustment.as_json() for adjustment in made.draft.adjustments),
        )
        self._store(state, operation, waits_on)
        self._decide(state, company, "open")

    def _hold(
        self,
        state: DealState,
        deal: Deal,
        company: str | None,
        problems: list[Problem],
        target_id: str | None = None,
        made: Edited | None = None,
    ) -> None:
        """Hold a deal for a person, with what it would become as far as that is known: it can be edited."""
        stored = tuple(problem.as_json() for problem in problems)
        payload, edited = overrides.payloads(made.fields, made.mapped, every=True) if made else (None, None)
        operation = replace(
            self._operation(state, deal, company, target_id),
            state="review",
            payload=payload,
            edited=edited,
            problems=stored,
            error_class=classes.of_problems(stored),
            error_code=problems[0].code,
        )
        self._store(state, operation, ())
        self._decide(state, company, "review", problems[0].code)

    def _store(self, state: DealState, operation: Operation, waits_on: tuple[str, ...]) -> None:
        """Add the wish unless an open operation already says the same or must not be touched."""
        for other in state.open:
            if other.subject != operation.subject and other.state in REPLANNABLE:
                self.plan.cancelled.append(other)
        present = next((other for other in state.open if other.subject == operation.subject), None)
        if present is None:
            self.plan.wishes.append(Wish(operation, waits_on))
        elif present.state in REPLANNABLE and not says_the_same(present, operation):
            self.plan.wishes.append(Wish(replace(operation, number=present.number), waits_on))

    def _operation(self, state: DealState, deal: Deal, company: str | None, target_id: str | None) -> Operation:
        record = state.record
        return Operation(
            action="create" if target_id is None else "update",
            company=company,
            system=f"fortnox:{company}" if company else "fortnox",
            target_kind="invoice",
            target_id=target_id,
            source=record.key,
            correlation_id=correlation_id(record.key, record.version),
            title=f"{deal.title} – {deal.customer_name}" if deal.customer_name else deal.title,
            amount_sek=deal.net_sek,
            fingerprint=self._mapping.invoice.fingerprint(record.payload),
            mapping_version=self._mapping.version,
        )

    def _not_won(self, state: DealState) -> None:
        live = _live(state.links)
        if any(link.company in self._go_lives and link.company not in self._books for link in live):
            return  # not mirrored now: nothing can be said about its document
        found = () if live else found_again(state.record.key, self._books)
        counting = next((link for link in live if self._document_lives(link)), next(iter(found), None))
        if counting is None:
            self._cancel_open(state)
            self._decide(state, None, "not_concerned")
            return
        deal = self._read_deal(state.record.payload)
        problem = Problem("no_longer_won", params={"number": counting.target_id})
        self._hold(state, deal, counting.company, [problem], counting.target_id)

    def _document_lives(self, link: Link) -> bool:
        books = self._books.get(link.company)
        invoice = books.invoices.get(link.target_id) if books else None
        return invoice is not None and documents.lives(invoice)

    def _unrouted(self, state: DealState, deal: Deal, problem: Problem) -> None:
        first = min(self._go_lives.values(), default=date.max)
        if deal.day is not None and deal.day < first:
            self._exclude(state, None, "O71")
        else:
            self._hold(state, deal, None, [problem])

    def _exclude(self, state: DealState, company: str | None, code: str) -> None:
        self._cancel_open(state)
        self._decide(state, company, "excluded", code)

    def _cancel_open(self, state: DealState) -> None:
        self.plan.cancelled += [operation for operation in state.open if operation.state in REPLANNABLE]

    def _before_go_live(self, day: date | None, company: str) -> bool:
        return day is not None and day < self._go_lives[company]

    def _decide(self, state: DealState, company: str | None, outcome: DecisionOutcome, code: str = "") -> None:
        self.plan.decisions.append(self._decision(state, company, outcome, code))

    def _decision(self, state: DealState, company: str | None, outcome: DecisionOutcome, code: str = "") -> Decision:
        record = state.record
        return Decision(
            key=record.key,
            outcome=outcome,
            version=record.version,
            correlation_id=correlation_id(record.key, record.version),
            mapping_version=self._mapping.version,
            company=company,
            code=code,
            fingerprint=self._mapping.invoice.fingerprint(record.payload),
        )


def _is_wanted(operation: Operation, needed: Collection[str]) -> bool:
    fresh = operation.action == "create" and operation.state == "planned" and not operation.number
    return not fresh or operation.subject in needed


def _live(links: tuple[Link, ...]) -> tuple[Link, ...]:
    return tuple(link for link in links if link.target_kind == "invoice")
