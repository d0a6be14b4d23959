"""Plans deals: compares what should be with what is, and plans the difference.

A planner works on one run's frozen view of both systems and returns a verdict on each deal; it calls nothing and stores
nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from mappings import Draft, MappingSet, Problem, Route
from mappings.kinds import NUMBER
from mappings.routing import route
from sync.core.bridge.measures import Deal, ReadDeal
from sync.core.documents import documents
from sync.core.documents.agreement import agreed_fields
from sync.core.documents.deal_documents import DealDocuments, bearing, documents_of, name_of, named_generation
from sync.core.documents.successors import beside, is_made_of_another
from sync.core.identity import correlation_id, document_reference
from sync.core.planning import drafting, masters, overrides
from sync.core.planning.conclusions import Conclusions
from sync.core.planning.drafting import Drafted
from sync.core.planning.matching import inactive_customer
from sync.core.planning.plans import Books, DealState, Plan, Target
from sync.core.planning.stability import Question, stays_dismissed
from sync.core.planning.verdicts import Exclude, Hold, Leave, NotConcerned, Send, StayDismissed, Verdict, Wait
from sync.core.types import Link, Payload, Record, RecordKey


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
        self._conclusions = Conclusions(mapping, self.plan)
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
        deal = self._read_deal(state.record.payload)
        held = documents_of(self._kind, state, self._books, self._go_lives.keys())
        verdict = self._verdict(state, deal, held)
        known = self._known(state, beside(held))
        self._conclusions.conclude(state, deal, replace(verdict, links=(*known, *verdict.links)))

    def hold_unread(self, state: DealState, problem: Problem) -> None:
        """Hold a deal that cannot be considered for a fault: it stops itself alone."""
        if not any(operation.state in {"sending", "unknown"} for operation in state.open):
            self._conclusions.hold_unread(state, problem)

    def consider_customer(self, account: str, companies: Collection[str]) -> None:
        """Bring the customers that an account is linked to up to date with it, where their company is mirrored now."""
        record = self._sources["customer"].get(account)
        found = [self._masters[company] for company in companies if company in self._masters]
        if record is None:
            return
        for made in found:
            if not made.under_way(record):
                need = made.resolve("customer", account, record)
                self._conclusions.decide_customer(need, made.decided(record))

    def finish(self) -> Plan:
        """Return the plan, customers and articles before the documents that need them."""
        self.plan.operations.sort(key=lambda one: one.operation.document is not None)
        return self.plan

    def _elsewhere(self, company: str) -> Callable[[str], bool | None]:
        """Return what says whether another company has a customer number, None where one cannot be seen now."""
        unseen = any(key not in self._books for key in self._go_lives)
        others = [held.customers.names for key, held in self._books.items() if key != company]
        return lambda number: any(number in names for names in others) or (None if unseen else False)

    # --- one deal -------------------------------------------------------------------------------------

    def _verdict(self, state: DealState, deal: Deal, held: DealDocuments) -> Verdict:
        before = state.decision
        routed = route(state.record.payload, self._mapping.companies, self._go_lives.keys())
        asked = self._asked(state, deal, routed, held)
        now = self._conclusions.decision(state, None, "dismissed")
        if before and stays_dismissed(before, now, asked) and not _may_have_another(state, held):
            return StayDismissed(before.company, before.code)
        if asked == "no_longer_won":
            return self._not_won(state, routed, held)
        if isinstance(routed, Route) and routed.company not in self._books:
            return Wait()
        if asked == "taken_out":
            return self._taken_out(state, routed, held)
        if isinstance(routed, Problem):
            return self._unrouted(deal, routed, held)
        if self._before_go_live(deal.day, routed.company) and not held.linked:
            return Exclude(routed.company, "O71")
        return self._won(state, routed, held)

    def _asked(self, state: DealState, deal: Deal, routed: Route | Problem, held: DealDocuments) -> Question:
        """Return what a deal asks of a person by where it stands."""
        if state.record.deleted or deal.state != "won":
            return "no_longer_won"
        if not self._document.qualifies(state.record.payload):
            return "taken_out"
        if isinstance(routed, Problem):
            return "no_route"
        return "moved_company" if held.elsewhere(routed.company) else ""

    def _won(self, state: DealState, routed: Route, held: DealDocuments) -> Verdict:
        newest, in_the_way = held.newest, held.in_the_way
        elsewhere = held.elsewhere(routed.company)
        later = [link for link in held.later if link.company == routed.company]
        if later and all(link in later for link in in_the_way):
            return self._adopt_or_create(state, routed, max(link.generation for link in later))
        if _may_have_another(state, held) and not in_the_way and not held.living_beside:
            return self._adopt_or_create(state, routed, held.last + 1)
        if elsewhere:
            problem = Problem("moved_company", params={"company": routed.company, "earlier": elsewhere[0].company})
            return Hold(Target(routed.company), (problem,), links=self._known(state, held.later))
        if newest:
            return self._existing(state, newest, held)
        return self._adopt_or_create(state, routed, 1)

    def _adopt_or_create(self, state: DealState, routed: Route, generation: int) -> Verdict:
        """Make the document of a generation, unless one of it, or of a later one, is there already."""
        books = self._books[routed.company]
        generations = [(named_generation(self._kind, row), row) for row in bearing(self._kind, state.record.key, books)]
        generation = max([generation, *(one for one, _ in generations)])
        found = documents.effective_or_last([row for one, row in generations if one == generation])
        # What Fortnox made of another document goes with ours and is not in question.
        found = tuple(row for row in found if not is_made_of_another(row)) or found
        if len(found) > 1:
            numbers = ", ".join(str(row[NUMBER]) for row in found)
            return Hold(Target(routed.company), (Problem("several_documents", params={"numbers": numbers}),))
        if state.twin and not found:
            return Hold(Target(routed.company), (self._same_deal(state, state.twin),))

        def said(drafted: Drafted) -> Verdict:
            if found and drafted.draft is not None:
                return self._adopt(state, routed.company, found[0], drafted.draft)
            return self._create(state, routed.company, drafted, generation)

        return self._drafted(state, routed.company, said)

    def _create(self, state: DealState, company: str, drafted: Drafted, generation: int) -> Verdict:
        """Send the document of a generation, unless something stands in its way."""
        draft = drafted.draft
        problems = drafted.problems if draft is None else self._refused(company, draft)
        if draft is None or problems:
            return Hold(Target(company), problems, drafted.made)
        reference = document_reference(state.record.key, self._kind.name, generation)
        target = Target(company, reference=reference, generation=generation)
        return Send(target, drafted.made, draft.fields, names={self._kind.reference: reference})

    def _refused(self, company: str, draft: Draft) -> tuple[Problem, ...]:
        """Return why a company's books would not take a document."""
        books, number = self._books[company], str(draft.fields["CustomerNumber"])
        if number in books.customers.inactive:
            return (inactive_customer(number),)
        return tuple(documents.problems_of(self._kind, draft.fields, books.facts))

    def _same_deal(self, state: DealState, twin: RecordKey) -> Problem:
        key = self._document.agreed_key(state.record.payload)
        return Problem("same_deal", params={"system": twin.system, "record": twin.id, "key": key})

    def _adopt(self, state: DealState, company: str, row: Payload, draft: Draft) -> Verdict:
        number = str(row[NUMBER])
        books = self._books[company]
        document = books.documents.get(number, row)
        seen, whole = self._kind.rows in document, self._document.whole(draft)
        differs = seen and documents.differing_fields(self._kind, document, draft.fields)
        first = books.first_seen.get(number, document)
        adopted = Link(
            source=state.record.key,
            company=company,
            target_kind=self._kind.name,
            target_id=number,
            rung="adopted",
            generation=named_generation(self._kind, row),
            reference=name_of(self._kind, row),
            fingerprint="" if differs else self._document.fingerprint(state.record.payload),
            draft=whole,
            agreed=agreed_fields(self._kind.name, whole, document) if seen else None,
            answer_digest=documents.whole_digest(self._kind, first) if seen else "",
            mapping_version=self._mapping.version,
            correlation_id=correlation_id(state.record.key, state.record.version),
        )
        return Leave(company, links=(adopted,))

    def _compare(self, state: DealState, link: Link, drafted: Drafted) -> Verdict:
        """An adopted document says otherwise than its deal: who changed what, nobody knows; a person decides."""
        entity, document = self._document, self._books[link.company].documents.get(link.target_id, {})
        if drafted.draft is None:
            return Hold(Target.of(link), drafted.problems, drafted.made)
        if problem := documents.disagreement(self._kind, link.target_id, document, drafted.draft.fields):
            return Hold(Target.of(link), (problem,), drafted.made)
        fingerprint, whole = entity.fingerprint(state.record.payload), entity.whole(drafted.draft)
        agreed, seen = agreed_fields(self._kind.name, whole, document), documents.whole_digest(self._kind, document)
        known = replace(link, fingerprint=fingerprint, draft=whole, agreed=agreed, answer_digest=seen)
        return Leave(link.company, links=(known,))

    def _existing(self, state: DealState, link: Link, held: DealDocuments) -> Verdict:
        fingerprint = self._document.fingerprint(state.record.payload)
        if not link.fingerprint:
            return self._drafted(state, link.company, lambda drafted: self._compare(state, link, drafted))
        if fingerprint == link.fingerprint or self._settled(state, fingerprint):
            return Leave(link.company)
        return self._drafted(state, link.company, lambda drafted: self._bring_up_to_date(state, link, held, drafted))

    def _bring_up_to_date(self, state: DealState, link: Link, held: DealDocuments, drafted: Drafted) -> Verdict:
        """A deal that says something new changes its document, unless that is no longer ours to change."""
        if drafted.draft is None:
            return Hold(Target.of(link), drafted.problems, drafted.made)
        entity, document = self._document, self._books[link.company].documents.get(link.target_id)
        whole = entity.whole(drafted.draft)
        changes = documents.changes(link.draft or {}, whole)
        if not changes:
            fingerprint = entity.fingerprint(state.record.payload)
            return Leave(link.company, links=(replace(link, fingerprint=fingerprint, draft=whole),))
        if obstacle := _delivered_in_parts(link, held) or documents.obstacle(link, document, changes, _begun(state)):
            return Hold(Target.of(link), (obstacle,), drafted.made)
        return Send(Target.of(link), drafted.made, changes, names={})

    def _settled(self, state: DealState, fingerprint: str) -> bool:
        """A document follows its source, not its mapping: a new mapping alone never updates what was sent."""
        decision = state.decision
        if decision is None or decision.outcome != "linked":
            return False
        if decision.mapping_version != self._mapping.version:
            return decision.version == state.record.version
        return decision.fingerprint == fingerprint

    def _drafted(self, state: DealState, company: str, said: Callable[[Drafted], Verdict]) -> Verdict:
        """Return what is said of what a deal becomes in a company, with the edits that hold there and what it needs."""
        edits = overrides.of_target(state.overrides, self._kind.name, company)
        view, made = state.record.payload, self._masters[company]
        drafted = drafting.drafted(self._document, view, made, self._sources, edits)
        return replace(said(drafted), needs=drafted.needs, ended=overrides.outlived(drafted.made))

    def _not_won(self, state: DealState, routed: Route | Problem, held: DealDocuments) -> Verdict:
        """Leave a deal that is not won alone; it counts in the pipeline of the company that it would be invoiced in."""
        if not held.are_all_seen:
            return Wait()
        counting = next(iter(held.living), None)
        if counting is None:
            return NotConcerned(routed.company if isinstance(routed, Route) else None)
        problem = Problem("no_longer_won", params={"number": counting.target_id})
        return Hold(Target.of(counting), (problem,), links=self._known(state, held.later))

    def _taken_out(self, state: DealState, routed: Route | Problem, held: DealDocuments) -> Verdict:
        """Who takes a deal out of the sync is told of the draft that this leaves alone from now on."""
        if not held.are_all_seen:
            return Wait()
        draft = next((link for link in held.living if not held.is_booked(link)), None)
        if draft is None:
            return Exclude(routed.company if isinstance(routed, Route) else None, "skip")
        problem = Problem("taken_out", params={"number": draft.target_id})
        return Hold(Target.of(draft), (problem,), links=self._known(state, held.later))

    def _known(self, state: DealState, found: Iterable[Link]) -> tuple[Link, ...]:
        """Return links to be kept: what they lead to must stay known while its company is out of sight."""
        version, change = self._mapping.version, correlation_id(state.record.key, state.record.version)
        return tuple(replace(one, mapping_version=version, correlation_id=change) for one in found)

    def _unrouted(self, deal: Deal, problem: Problem, held: DealDocuments) -> Verdict:
        first = min(self._go_lives.values(), default=date.max)
        if deal.day is not None and deal.day < first and not held.linked:
            return Exclude(None, "O71")
        return Hold(Target(None), (problem,))

    def _before_go_live(self, day: date | None, company: str) -> bool:
        return day is not None and day < self._go_lives[company]


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
