"""Turns every verdict, on a deal and on what its draft needs, into what is sent, asked, linked, given up and noted."""

from collections.abc import Iterable
from dataclasses import replace

from mappings import MappingSet, Problem
from sync.core.bridge.measures import Deal
from sync.core.identity import correlation_id
from sync.core.planning import writes
from sync.core.planning.plans import DealState, Plan, Planned, Subject
from sync.core.planning.stability import REPLANNABLE, in_place_of, stands
from sync.core.planning.verdicts import (
    Exclude,
    Hold,
    Leave,
    Need,
    NotConcerned,
    Resolved,
    Send,
    StayDismissed,
    Verdict,
)
from sync.core.types import Decision, DecisionOutcome, Operation, State

# Why a deal is looked at although nothing has happened to it.
WAITING = frozenset({"held", "blocked"})


class Conclusions:
    """Writes what is said of records into a plan; nothing else does."""

    def __init__(self, mapping: MappingSet, plan: Plan) -> None:
        self._mapping = mapping
        self._document = mapping.document
        self._kind = mapping.document.kind
        self._plan = plan

    def conclude(self, state: DealState, deal: Deal, verdict: Verdict) -> None:
        """Write down what follows from a verdict on a deal, and on what its draft needs."""
        self._note(verdict)
        for need in verdict.needs:
            self.conclude_need(need)
        match verdict:
            case Send(target=target):
                operation = writes.sent(self._subject(state, deal), verdict, self._mapping.version)
                standing = self._put(state, operation, verdict.needs)
                self.decide(state, target.company, "review" if standing == "review" else "open")
            case Hold(target=target, problems=problems):
                self._put(state, writes.held(self._subject(state, deal), verdict, self._mapping.version))
                self.decide(state, target.company, "review", problems[0].code)
            case Leave(company):
                self._cancel_open(state)
                self.decide(state, company, "linked")
            case Exclude(company, code):
                self._cancel_open(state)
                self.decide(state, company, "excluded", code)
            case NotConcerned(company):
                self._cancel_open(state)
                self.decide(state, company, "not_concerned")
            case StayDismissed(company, code):
                self.decide(state, company, "dismissed", code)

    def conclude_need(self, need: Need, is_sent: bool = False) -> None:
        """Write down what follows from a verdict on a customer or an article, once in a plan.

        One that is to be made is made for a document that `is_sent`: one that is held needs none.
        """
        is_first = self._plan.is_first(need.key)
        if is_first:
            self._note(need.verdict)
        subject, verdict = need.subject, need.verdict
        match verdict:
            case Hold() if is_first and subject:
                self._store(writes.held(subject, verdict, self._mapping.version), subject.present)
            case Send(target=target) if subject:
                is_new = target.number is None and subject.present is None
                if (is_sent and self._plan.is_first((*need.key, "made"))) if is_new else is_first:
                    self._store(writes.sent(subject, verdict, self._mapping.version), subject.present)

    def decide_customer(self, need: Need, before: Decision | None) -> None:
        """Write down a verdict on the customer of an account that is there, and note that it was decided on."""
        self.conclude_need(need)
        subject, verdict = need.subject, need.verdict
        assert subject is not None
        present, record = subject.present, subject.record
        asks = present is not None and present.state == "review" and present not in verdict.given_up
        is_held = isinstance(verdict, Hold) or (asks and not isinstance(verdict, Send))
        decision = Decision(
            key=record.key,
            target_kind=need.kind,
            outcome="review" if is_held else "linked",
            version=record.version,
            correlation_id=correlation_id(record.key, record.version),
            mapping_version=self._mapping.version,
            company=need.company,
            fingerprint=subject.entity.fingerprint(record.payload),
        )
        if before != decision:
            self._plan.decisions.append(decision)

    def hold_unread(self, state: DealState, problem: Problem) -> None:
        """Hold a deal that a fault keeps from being read or mapped; of the deal itself only its name is used here."""
        record, before = state.record, state.decision
        own = [one for one in state.links if one.target_kind == self._kind.name and not one.is_beside]
        link = own[-1] if own else None
        company = link.company if link else before.company if before else None
        operation = Operation(
            action="update" if link else "create",
            company=company,
            system=f"fortnox:{company}" if company else "fortnox",
            target_kind=self._kind.name,
            target_id=link.target_id if link else None,
            source=record.key,
            correlation_id=correlation_id(record.key, record.version),
            title=record.key.id,
            mapping_version=self._mapping.version,
            **writes.question((problem,)),
        )
        self._put(state, operation)
        change, version = operation.correlation_id, self._mapping.version
        decision = Decision(
            record.key, self._kind.name, "review", record.version, change, version, company, problem.code
        )
        self._keep(state, replace(decision, reason=state.reason))

    def decide(self, state: DealState, company: str | None, outcome: DecisionOutcome, code: str = "") -> None:
        """Note what was decided about a deal as it is now."""
        self._keep(state, self.decision(state, company, outcome, code))

    def decision(self, state: DealState, company: str | None, outcome: DecisionOutcome, code: str = "") -> Decision:
        """Return what is noted of a deal as it is now, mapped as it is now."""
        record = state.record
        return Decision(
            key=record.key,
            target_kind=self._kind.name,
            outcome=outcome,
            version=record.version,
            correlation_id=correlation_id(record.key, record.version),
            mapping_version=self._mapping.version,
            company=company,
            code=code,
            fingerprint=self._document.fingerprint(record.payload),
            reason=state.reason,
        )

    # --- parts ----------------------------------------------------------------------------------------

    def _note(self, verdict: Verdict) -> None:
        """Write down what is known, what holds no longer and what nobody wants, whatever else is said."""
        self._plan.links += verdict.links
        self._plan.ended += verdict.ended
        self._give_up(verdict.given_up)

    def _give_up(self, open_ones: Iterable[Operation]) -> None:
        """Cancel what waits; what is under way or in doubt is left alone."""
        self._plan.cancelled += [operation for operation in open_ones if operation.state in REPLANNABLE]

    def _cancel_open(self, state: DealState) -> None:
        self._give_up(state.open)

    def _keep(self, state: DealState, decision: Decision) -> None:
        """Put a decision into the plan, unless it is what was decided last time about a deal that waits.

        A deal that waits is looked at in every run: to write the same again would set all that rests on it in motion.
        """
        if decision != state.decision or state.reason not in WAITING:
            self._plan.decisions.append(decision)

    def _put(self, state: DealState, operation: Operation, needs: tuple[Need, ...] = ()) -> State:
        """Plan the one operation of a deal, and first what its document needs; return where it stands."""
        self._give_up(other for other in state.open if other.subject != operation.subject)
        present = next((other for other in state.open if other.subject == operation.subject), None)
        if present is not None and stands(present, operation, state.blocked):
            return present.state
        waits_on = {need.found.waits_on for need in needs if isinstance(need.found, Resolved)} - {""}
        self._plan.operations.append(Planned(in_place_of(present, operation), tuple(sorted(waits_on))))
        for need in needs:
            self.conclude_need(need, is_sent=True)
        return operation.state

    def _store(self, operation: Operation, present: Operation | None) -> None:
        """Plan the one operation of a customer or an article."""
        if present is None or not stands(present, operation):
            self._plan.operations.append(Planned(in_place_of(present, operation)))

    def _subject(self, state: DealState, deal: Deal) -> Subject:
        title = f"{deal.title} – {deal.customer_name}" if deal.customer_name else deal.title
        return Subject(self._document, state.record, title, deal.net_sek)
