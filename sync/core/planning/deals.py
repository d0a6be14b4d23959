"""Plans deals: compares what should be with what is, and plans the difference.

A planner works on one run's frozen view of both systems and collects operations, links and decisions; it calls
nothing and stores nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from mappings import Draft, MappingSet, Problem, Route
from mappings.kinds import NUMBER
from mappings.routing import route
from sync.core.bridge.measures import Deal, ReadDeal
from sync.core.documents import documents
from sync.core.documents.deal_documents import DealDocuments, bearing, documents_of, name_of, named_generation
from sync.core.documents.successors import beside, is_made_of_another
from sync.core.identity import correlation_id, document_reference
from sync.core.planning import drafting, masters, overrides
from sync.core.planning.conclusions import Conclusions
from sync.core.planning.plans import Books, DealState, Plan, Planned, Target
from sync.core.planning.stability import Question, stays_dismissed
from sync.core.types import Decision, Link, Operation, Payload, Record, RecordKey


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
        self._document = mapping.document
        self._kind = mapping.document.kind
        self._read_deal = read_deal
        self._go_lives = go_lives
        self._books = books
        self._sources = {"customer": accounts, "article": products}
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
        held = documents_of(self._kind, state, self._books, self._go_lives.keys())
        self._link(state, beside(held))
        asked = self._asked(state, deal, routed, held)
        now = self._conclude.decision(state, None, "dismissed")
        if before and stays_dismissed(before, now, asked) and not _may_have_another(state, held):
            self._conclude.decide(state, before.company, "dismissed", before.code)
        elif asked == "no_longer_won":
            self._not_won(state, deal, routed, held)
        elif isinstance(routed, Route) and routed.company not in self._books:
            return  # not mirrored now: nothing can be said about it
        elif asked == "taken_out":
            self._taken_out(state, deal, routed, held)
        elif isinstance(routed, Problem):
            self._unrouted(state, deal, routed, held)
        elif self._before_go_live(deal.day, routed.company) and not held.linked:
            self._conclude.exclude(state, routed.company, "O71")
        else:
            self._won(state, deal, routed, held)

    def hold_unread(self, state: DealState, problem: Problem) -> None:
        """Hold a deal that cannot be considered for a fault: it stops itself alone."""
        if not any(operation.state in {"sending", "unknown"} for operation in state.open):
            self._conclude.hold_unread(state, problem)

    def consider_customer(self, account: str, companies: Collection[str]) -> None:
        """Bring the customers that an account is linked to up to date with it, where their company is mirrored now."""
        record = self._sources["customer"].get(account)
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
        needed = {subject for one in self.plan.operations for subject in one.waits_on}
        for made in self._masters.values():
            found = made.concluded
            wanted = [one for one in found.operations.values() if _is_wanted(one, needed)]
            self.plan.operations[:0] = [Planned(operation) for operation in wanted]
            self.plan.links += found.links
            self.plan.cancelled += found.cancelled
            self.plan.ended += found.ended
        return self.plan

    def _elsewhere(self, company: str) -> Callable[[str], bool | None]:
        """Return what says whether another company has a customer number, None where one cannot be seen now."""
        unseen = any(key not in self._books for key in self._go_lives)
        others = [held.customers.names for key, held in self._books.items() if key != company]
        return lambda number: any(number in names for names in others) or (None if unseen else False)

    # --- one deal -------------------------------------------------------------------------------------

    def _asked(self, state: DealState, deal: Deal, routed: Route | Problem, held: DealDocuments) -> Question:
        """Return what a deal asks of a person by where it stands."""
        if state.record.deleted or deal.state != "won":
            return "no_longer_won"
        if not self._document.qualifies(state.record.payload):
            return "taken_out"
        if isinstance(routed, Problem):
            return "no_route"
        return "moved_company" if held.elsewhere(routed.company) else ""

    def _won(self, state: DealState, deal: Deal, routed: Route, held: DealDocuments) -> None:
        newest, in_the_way = held.newest, held.in_the_way
        elsewhere = held.elsewhere(routed.company)
        later = [link for link in held.later if link.company == routed.company]
        if later and all(link in later for link in in_the_way):
            self._adopt_or_create(state, deal, routed, max(link.generation for link in later))
        elif _may_have_another(state, held) and not in_the_way and not held.living_beside:
            self._adopt_or_create(state, deal, routed, held.last + 1)
        elif elsewhere:
            self._remember(state, held)
            params = {"company": routed.company, "earlier": elsewhere[0].company}
            self._conclude.hold(state, deal, Target(routed.company), [Problem("moved_company", params=params)])
        elif newest:
            self._existing(state, deal, newest, held)
        else:
            self._adopt_or_create(state, deal, routed, 1)

    def _adopt_or_create(self, state: DealState, deal: Deal, routed: Route, generation: int) -> None:
        """Make the document of a generation, unless one of it, or of a later one, is there already."""
        books = self._books[routed.company]
        generations = [(named_generation(self._kind, row), row) for row in bearing(self._kind, state.record.key, books)]
        generation = max([generation, *(one for one, _ in generations)])
        reference = document_reference(state.record.key, self._kind.name, generation)
        found = documents.effective_or_last([row for one, row in generations if one == generation])
        # What Fortnox made of another document goes with ours and is not in question.
        found = tuple(row for row in found if not is_made_of_another(row)) or found
        if len(found) > 1:
            numbers = ", ".join(str(row[NUMBER]) for row in found)
            problem = Problem("several_documents", params={"numbers": numbers})
            self._conclude.hold(state, deal, Target(routed.company), [problem])
            return
        if state.twin and not found:
            self._conclude.hold(state, deal, Target(routed.company), [self._same_deal(state, state.twin)])
            return
        drafted = self._draft(state, routed.company)
        if drafted.draft is None:
            self._conclude.hold(state, deal, Target(routed.company), drafted.problems, drafted.made)
        elif found:
            self._adopt(state, routed.company, found[0], drafted.draft)
        elif (number := str(drafted.draft.fields["CustomerNumber"])) in books.customers.inactive:
            self._conclude.hold(state, deal, Target(routed.company), [masters.inactive_customer(number)], drafted.made)
        elif problems := documents.problems_of(self._kind, drafted.draft.fields, books.facts):
            self._conclude.hold(state, deal, Target(routed.company), problems, drafted.made)
        else:
            target = Target(routed.company, reference=reference, generation=generation)
            self._conclude.send(state, deal, target, drafted, drafted.draft.fields)

    def _same_deal(self, state: DealState, twin: RecordKey) -> Problem:
        key = self._document.agreed_key(state.record.payload)
        return Problem("same_deal", params={"system": twin.system, "record": twin.id, "key": key})

    def _adopt(self, state: DealState, company: str, row: Payload, draft: Draft) -> None:
        number = str(row[NUMBER])
        books = self._books[company]
        document = books.documents.get(number, row)
        seen, whole = self._kind.rows in document, self._document.whole(draft)
        differs = seen and documents.differing_fields(self._kind, document, draft.fields)
        first = books.first_seen.get(number, document)
        self.plan.links.append(
            Link(
                source=state.record.key,
                company=company,
                target_kind=self._kind.name,
                target_id=number,
                rung="adopted",
                generation=named_generation(self._kind, row),
                reference=name_of(self._kind, row),
                fingerprint="" if differs else self._document.fingerprint(state.record.payload),
                draft=whole,
                answer_digest=documents.whole_digest(self._kind, first) if seen else "",
                mapping_version=self._mapping.version,
                correlation_id=correlation_id(state.record.key, state.record.version),
            )
        )
        self._conclude.leave_unchanged(state, company)

    def _compare(self, state: DealState, deal: Deal, link: Link) -> None:
        """An adopted document says otherwise than its deal: who changed what, nobody knows; a person decides."""
        drafted = self._draft(state, link.company)
        entity, document = self._document, self._books[link.company].documents.get(link.target_id, {})
        if drafted.draft is None:
            self._conclude.hold(state, deal, Target.of(link), drafted.problems, drafted.made)
        elif problem := documents.disagreement(self._kind, link.target_id, document, drafted.draft.fields):
            self._conclude.hold(state, deal, Target.of(link), [problem], drafted.made)
        else:
            fingerprint, whole = entity.fingerprint(state.record.payload), entity.whole(drafted.draft)
            seen = documents.whole_digest(self._kind, document)
            self.plan.links.append(replace(link, fingerprint=fingerprint, draft=whole, answer_digest=seen))
            self._conclude.leave_unchanged(state, link.company)

    def _existing(self, state: DealState, deal: Deal, link: Link, held: DealDocuments) -> None:
        fingerprint = self._document.fingerprint(state.record.payload)
        if not link.fingerprint:
            self._compare(state, deal, link)
        elif fingerprint == link.fingerprint or self._settled(state, fingerprint):
            self._conclude.leave_unchanged(state, link.company)
        else:
            self._bring_up_to_date(state, deal, link, held)

    def _bring_up_to_date(self, state: DealState, deal: Deal, link: Link, held: DealDocuments) -> None:
        """A deal that says something new changes its document, unless that is no longer ours to change."""
        drafted = self._draft(state, link.company)
        if drafted.draft is None:
            self._conclude.hold(state, deal, Target.of(link), drafted.problems, drafted.made)
            return
        entity, document = self._document, self._books[link.company].documents.get(link.target_id)
        whole = entity.whole(drafted.draft)
        changes = documents.changes(link.draft or {}, whole)
        if not changes:
            self.plan.links.append(replace(link, fingerprint=entity.fingerprint(state.record.payload), draft=whole))
            self._conclude.leave_unchanged(state, link.company)
        elif obstacle := _delivered_in_parts(link, held) or documents.obstacle(link, document, changes, _begun(state)):
            self._conclude.hold(state, deal, Target.of(link), [obstacle], drafted.made)
        else:
            self._conclude.send(state, deal, Target.of(link), drafted, changes)

    def _settled(self, state: DealState, fingerprint: str) -> bool:
        """A document follows its source, not its mapping: a new mapping alone never updates what was sent."""
        decision = state.decision
        if decision is None or decision.outcome != "linked":
            return False
        if decision.mapping_version != self._mapping.version:
            return decision.version == state.record.version
        return decision.fingerprint == fingerprint

    def _draft(self, state: DealState, company: str) -> drafting.Drafted:
        """Return what a deal becomes in a company, with the edits that hold there."""
        edits = overrides.of_target(state.overrides, self._kind.name, company)
        view, made = state.record.payload, self._masters[company]
        drafted = drafting.drafted(self._document, view, made, self._sources, edits)
        self.plan.ended += [(one, "source_changed") for one in drafted.made.ended]
        return drafted

    def _not_won(self, state: DealState, deal: Deal, routed: Route | Problem, held: DealDocuments) -> None:
        """Leave a deal that is not won alone; it counts in the pipeline of the company that it would be invoiced in."""
        if not held.are_all_seen:
            return
        counting = next(iter(held.living), None)
        if counting is None:
            self._conclude.cancel_open(state)
            self._conclude.decide(state, routed.company if isinstance(routed, Route) else None, "not_concerned")
            return
        self._remember(state, held)
        problem = Problem("no_longer_won", params={"number": counting.target_id})
        self._conclude.hold(state, deal, Target.of(counting), [problem])

    def _taken_out(self, state: DealState, deal: Deal, routed: Route | Problem, held: DealDocuments) -> None:
        """Who takes a deal out of the sync is told of the draft that this leaves alone from now on."""
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
        self._link(state, held.later)

    def _link(self, state: DealState, found: Iterable[Link]) -> None:
        version, change = self._mapping.version, correlation_id(state.record.key, state.record.version)
        self.plan.links += [replace(one, mapping_version=version, correlation_id=change) for one in found]

    def _unrouted(self, state: DealState, deal: Deal, problem: Problem, held: DealDocuments) -> None:
        first = min(self._go_lives.values(), default=date.max)
        if deal.day is not None and deal.day < first and not held.linked:
            self._conclude.exclude(state, None, "O71")
        else:
            self._conclude.hold(state, deal, Target(None), [problem])

    def _before_go_live(self, day: date | None, company: str) -> bool:
        return day is not None and day < self._go_lives[company]


def _is_wanted(operation: Operation, needed: Collection[str]) -> bool:
    fresh = operation.action == "create" and operation.state == "planned" and not operation.number
    return not fresh or operation.subject in needed


def _begun(state: DealState) -> Payload | None:
    """Return what an update that was tried before may have written in part, None where there is none."""
    tried = (one for one in state.open if one.action == "update" and one.attempt)
    return next((overrides.effective(one.payload, one.edited) for one in tried), None)


def _delivered_in_parts(link: Link, held: DealDocuments) -> Problem | None:
    """Return why a changed deal must change none of its documents: which of several it is about, nobody has said."""
    numbers = [one.target_id for one in held.living_beside]
    if not numbers:
        return None
    return Problem("further_documents", params={"number": link.target_id, "numbers": ", ".join(numbers)})


def _may_have_another(state: DealState, held: DealDocuments) -> bool:
    """Return whether a person has allowed another document after the last one that is linked."""
    return 0 < held.last < state.approved
