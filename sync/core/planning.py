"""What should be done about a deal: compare what should be with what is, and plan the difference.

A planner works on one run's frozen view of both systems and collects wishes, links and decisions; it calls
nothing and stores nothing.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date

from mappings import Draft, MappingSet, Problem, Route
from mappings.edits import standing
from mappings.routing import route
from sync.core import documents, masters, overrides
from sync.core.conclusions import Conclusions
from sync.core.deal_documents import DealDocuments, bearing, documents_of, named_generation
from sync.core.identity import correlation_id, document_reference
from sync.core.measures import Deal, ReadDeal
from sync.core.overrides import Edited
from sync.core.plans import Books, DealState, Plan, Target, Wish
from sync.core.standing import Question, stays_dismissed
from sync.core.types import Decision, Link, Operation, Payload, Record


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
        self._conclude = Conclusions(mapping, self.plan)
        self._masters = {
            key: masters.Masters(mapping, key, held.customers, held.articles, self._elsewhere(key))
            for key, held in books.items()
        }

    def consider(self, state: DealState) -> None:
        """Decide about one deal and add what follows to the plan.

        A deal whose write is under way or in doubt is not decided on: it is looked at again when that is settled.
        """
        if any(operation.state in {"sending", "unknown"} for operation in state.open):
            return
        view, before = state.record.payload, state.decision
        deal = self._read_deal(view)
        routed = route(view, self._mapping.companies, self._go_lives.keys())
        asked = self._asked(state, deal, routed)
        now = self._conclude.decision(state, None, "dismissed")
        if before and stays_dismissed(before, now, asked) and not _may_have_another(state):
            self._conclude.decide(state, before.company, "dismissed", before.code)
        elif asked == "no_longer_won":
            self._not_won(state)
        elif isinstance(routed, Route) and routed.company not in self._books:
            return  # not mirrored now: nothing can be said about it
        elif asked == "taken_out":
            self._taken_out(state, deal, routed)
        elif isinstance(routed, Problem):
            self._unrouted(state, deal, routed)
        elif self._before_go_live(deal.day, routed.company) and not _live(state.links):
            self._conclude.exclude(state, routed.company, "O71")
        else:
            self._won(state, deal, routed)

    def consider_customer(self, account: str, companies: Collection[str]) -> None:
        """Bring the customers that an account is linked to up to date with it, where their company is mirrored now."""
        record = self._accounts.get(account)
        found = {company: self._masters[company] for company in companies if company in self._masters}
        if record is None or not found or any(made.under_way(record) for made in found.values()):
            return
        for made in found.values():
            made.resolve("customer", account, record)
        holding = [company for company, made in found.items() if made.holds(record)]
        before = next(iter(found.values())).decided(record)
        decision = Decision(
            key=record.key,
            outcome="review" if holding else "linked",
            version=record.version,
            correlation_id=correlation_id(record.key, record.version),
            mapping_version=self._mapping.version,
            company=next(iter(holding or found)),
            fingerprint=self._mapping.customer.fingerprint(record.payload),
        )
        if before != decision:
            self.plan.decisions.append(decision)

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

    def _elsewhere(self, company: str) -> Callable[[str], bool | None]:
        """Return what says whether another company has a customer number, None where one cannot be seen now."""
        unseen = any(key not in self._books for key in self._go_lives)
        others = [held.customers.names for key, held in self._books.items() if key != company]
        return lambda number: any(number in names for names in others) or (None if unseen else False)

    # --- one deal -------------------------------------------------------------------------------------

    def _asked(self, state: DealState, deal: Deal, routed: Route | Problem) -> Question:
        """Return what a deal asks of a person by where it stands."""
        if state.record.deleted or deal.state != "won":
            return "no_longer_won"
        if not self._mapping.invoice.qualifies(state.record.payload):
            return "taken_out"
        if isinstance(routed, Problem):
            return "no_route"
        return "moved_company" if self._documents_of(state).elsewhere(routed.company) else ""

    def _won(self, state: DealState, deal: Deal, routed: Route) -> None:
        held = self._documents_of(state)
        newest, in_the_way = held.newest, held.in_the_way
        elsewhere = held.elsewhere(routed.company)
        later = [link for link in held.later if link.company == routed.company]
        if later and all(link in later for link in in_the_way):
            self._adopt_or_create(state, deal, routed, max(link.generation for link in later))
        elif _may_have_another(state) and not in_the_way:
            self._adopt_or_create(state, deal, routed, held.last + 1)
        elif elsewhere:
            self._remember(state, held)
            params = {"company": routed.company, "earlier": elsewhere[0].company}
            self._conclude.hold(state, deal, Target(routed.company), [Problem("moved_company", params=params)])
        elif newest:
            self._existing(state, deal, newest)
        else:
            self._adopt_or_create(state, deal, routed, 1)

    def _adopt_or_create(self, state: DealState, deal: Deal, routed: Route, generation: int) -> None:
        """Make the document of a generation, unless one of it, or of a later one, is there already."""
        books = self._books[routed.company]
        named = bearing(state.record.key, books)
        generation = max([generation, *map(named_generation, named)])
        reference = document_reference(state.record.key, "invoice", generation)
        found = documents.that_count([row for row in named if named_generation(row) == generation])
        if len(found) > 1:
            numbers = ", ".join(str(row["DocumentNumber"]) for row in found)
            problem = Problem("several_documents", params={"numbers": numbers})
            self._conclude.hold(state, deal, Target(routed.company), [problem])
            return
        made, problems, waits_on = self._draft(state, routed.company)
        draft = None if problems else made.draft
        if found and draft is not None:
            self._adopt(state, routed.company, found[0], draft)
        elif draft is None or (problems := documents.problems_of(draft.fields, books.facts)):
            self._conclude.hold(state, deal, Target(routed.company), problems, made)
        else:
            target = Target(routed.company, reference=reference, generation=generation)
            self._conclude.wish(state, deal, target, made, draft.fields, waits_on)

    def _adopt(self, state: DealState, company: str, row: Payload, draft: Draft) -> None:
        number = str(row["DocumentNumber"])
        invoice = self._books[company].invoices.get(number, row)
        seen, whole = "InvoiceRows" in invoice, self._mapping.invoice.whole(draft)
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
        self._conclude.cancel_open(state)
        self._conclude.decide(state, company, "linked")

    def _compare(self, state: DealState, deal: Deal, link: Link) -> None:
        """An adopted document says otherwise than its deal: who changed what, nobody knows; a person decides."""
        made, problems, _ = self._draft(state, link.company)
        draft = None if problems else made.draft
        entity, invoice = self._mapping.invoice, self._books[link.company].invoices.get(link.target_id, {})
        if draft is None:
            self._conclude.hold(state, deal, Target.of(link), problems, made)
        elif problem := documents.disagreement(link.target_id, invoice, draft.fields, state.open):
            self._conclude.hold(state, deal, Target.of(link), [problem], made)
        else:
            fingerprint, whole = entity.fingerprint(state.record.payload), entity.whole(draft)
            seen = documents.projection_digest(invoice, whole)
            self.plan.links.append(replace(link, fingerprint=fingerprint, draft=whole, answer_digest=seen))
            self._conclude.cancel_open(state)
            self._conclude.decide(state, link.company, "linked")

    def _existing(self, state: DealState, deal: Deal, link: Link) -> None:
        if not link.fingerprint:
            self._compare(state, deal, link)
            return
        fingerprint = self._mapping.invoice.fingerprint(state.record.payload)
        if fingerprint == link.fingerprint or self._settled(state, fingerprint):
            self._conclude.cancel_open(state)
            self._conclude.decide(state, link.company, "linked")
            return
        made, problems, waits_on = self._draft(state, link.company)
        draft = None if problems else made.draft
        if draft is None:
            self._conclude.hold(state, deal, Target.of(link), problems, made)
            return
        whole = self._mapping.invoice.whole(draft)
        changes = documents.changes(link.draft or {}, whole)
        if not changes:
            self.plan.links.append(replace(link, fingerprint=fingerprint, draft=whole))
            self._conclude.cancel_open(state)
            self._conclude.decide(state, link.company, "linked")
            return
        invoice = self._books[link.company].invoices.get(link.target_id)
        obstacle = documents.obstacle(link, invoice, changes)
        if obstacle is not None:
            self._conclude.hold(state, deal, Target.of(link), [obstacle], made)
            return
        self._conclude.wish(state, deal, Target.of(link), made, changes, waits_on)

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

        edits = overrides.of_target(state.overrides, "invoice", company)
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

    def _not_won(self, state: DealState) -> None:
        held = self._documents_of(state)
        if not held.are_all_seen:
            return
        counting = next(iter(held.living), None)
        if counting is None:
            self._conclude.cancel_open(state)
            self._conclude.decide(state, None, "not_concerned")
            return
        self._remember(state, held)
        deal = self._read_deal(state.record.payload)
        problem = Problem("no_longer_won", params={"number": counting.target_id})
        self._conclude.hold(state, deal, Target.of(counting), [problem])

    def _taken_out(self, state: DealState, deal: Deal, routed: Route | Problem) -> None:
        """Who takes a deal out of the sync is told of the draft that this leaves alone from now on."""
        held = self._documents_of(state)
        if not held.are_all_seen:
            return
        draft = next((link for link in held.living if not held.is_booked(link)), None)
        if draft is None:
            self._conclude.exclude(state, routed.company if isinstance(routed, Route) else None, "skip")
            return
        self._remember(state, held)
        problem = Problem("taken_out", params={"number": draft.target_id})
        self._conclude.hold(state, deal, Target.of(draft), [problem])

    def _remember(self, state: DealState, held: DealDocuments) -> None:
        """Link what only its name tells of: it must stay known while its company is out of sight."""
        version, change = self._mapping.version, correlation_id(state.record.key, state.record.version)
        self.plan.links += [replace(one, mapping_version=version, correlation_id=change) for one in held.later]

    def _documents_of(self, state: DealState) -> DealDocuments:
        return documents_of(state, self._books, self._go_lives.keys())

    def _unrouted(self, state: DealState, deal: Deal, problem: Problem) -> None:
        first = min(self._go_lives.values(), default=date.max)
        if deal.day is not None and deal.day < first and not _live(state.links):
            self._conclude.exclude(state, None, "O71")
        else:
            self._conclude.hold(state, deal, Target(None), [problem])

    def _before_go_live(self, day: date | None, company: str) -> bool:
        return day is not None and day < self._go_lives[company]


def _is_wanted(operation: Operation, needed: Collection[str]) -> bool:
    fresh = operation.action == "create" and operation.state == "planned" and not operation.number
    return not fresh or operation.subject in needed


def _may_have_another(state: DealState) -> bool:
    """Return whether a person has allowed another document after the last one that is linked."""
    made = [link.generation for link in _live(state.links)]
    return bool(made) and state.approved > max(made)


def _live(links: tuple[Link, ...]) -> tuple[Link, ...]:
    return tuple(link for link in links if link.target_kind == "invoice")
