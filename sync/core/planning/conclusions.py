"""Turns the verdict on a deal into an operation to send, a question to a person, or neither, and notes it."""

from dataclasses import replace

from mappings import MappingSet, Problem
from sync.core import classes
from sync.core.bridge.measures import Deal
from sync.core.identity import correlation_id
from sync.core.planning import overrides
from sync.core.planning.plans import DealState, Plan, Planned, Target
from sync.core.planning.stability import says_the_same
from sync.core.planning.verdicts import Exclude, Hold, Leave, NotConcerned, Send, StayDismissed, Verdict
from sync.core.types import Decision, DecisionOutcome, Operation, State

REPLANNABLE = frozenset({"planned", "retry", "review"})
# Why a deal is looked at although nothing has happened to it.
WAITING = frozenset({"held", "blocked"})


class Conclusions:
    """Writes what is said of deals into a plan."""

    def __init__(self, mapping: MappingSet, plan: Plan) -> None:
        self._mapping = mapping
        self._document = mapping.document
        self._kind = mapping.document.kind
        self._plan = plan

    def conclude(self, state: DealState, deal: Deal, verdict: Verdict) -> None:
        """Write down what follows from a verdict."""
        self._plan.links += verdict.links
        match verdict:
            case Send():
                self._send(state, deal, verdict)
            case Hold():
                self._hold(state, deal, verdict)
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

    def _send(self, state: DealState, deal: Deal, verdict: Send) -> None:
        made, target = verdict.drafted.made, verdict.target
        assert made.draft is not None
        name = {} if target.number else {self._kind.reference: target.reference}
        wanted, mapped = {**verdict.fields, **name}, {**made.mapped, **name}
        payload, edited = overrides.payloads(wanted, mapped, every=target.number is None)
        operation = replace(
            self._operation(state, deal, target),
            reference=target.reference,
            generation=target.generation,
            payload=payload,
            edited=edited,
            draft=self._document.whole(made.draft),
            adjustments=tuple(adjustment.as_json() for adjustment in made.draft.adjustments),
        )
        standing = self._store(state, operation, verdict.drafted.waits_on)
        self.decide(state, target.company, "review" if standing == "review" else "open")

    def _hold(self, state: DealState, deal: Deal, verdict: Hold) -> None:
        made, problems = verdict.made, verdict.problems
        stored = tuple(problem.as_json() for problem in problems)
        payload, edited = overrides.payloads(made.fields, made.mapped, every=True) if made else (None, None)
        operation = replace(
            self._operation(state, deal, verdict.target),
            state="review",
            payload=payload,
            edited=edited,
            problems=stored,
            error_class=classes.of_problems(stored),
            error_code=problems[0].code,
        )
        self._store(state, operation, ())
        self.decide(state, verdict.target.company, "review", problems[0].code)

    def hold_unread(self, state: DealState, problem: Problem) -> None:
        """Hold a deal that a fault keeps from being read or mapped; of the deal itself only its name is used here."""
        record, before = state.record, state.decision
        own = [one for one in state.links if one.target_kind == self._kind.name and not one.is_beside]
        link = own[-1] if own else None
        company = link.company if link else before.company if before else None
        stored = (problem.as_json(),)
        operation = Operation(
            action="update" if link else "create",
            company=company,
            system=f"fortnox:{company}" if company else "fortnox",
            target_kind=self._kind.name,
            target_id=link.target_id if link else None,
            source=record.key,
            correlation_id=correlation_id(record.key, record.version),
            state="review",
            title=record.key.id,
            mapping_version=self._mapping.version,
            problems=stored,
            error_class=classes.of_problems(stored),
            error_code=problem.code,
        )
        self._store(state, operation, ())
        change, version = operation.correlation_id, self._mapping.version
        decision = Decision(
            record.key, self._kind.name, "review", record.version, change, version, company, problem.code
        )
        self._keep(state, replace(decision, reason=state.reason))

    def _cancel_open(self, state: DealState) -> None:
        """Give up what waits for a deal; what is under way or in doubt is left alone."""
        self._plan.cancelled += [operation for operation in state.open if operation.state in REPLANNABLE]

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

    def _keep(self, state: DealState, decision: Decision) -> None:
        """Put a decision into the plan, unless it is what was decided last time about a deal that waits.

        A deal that waits is looked at in every run: to write the same again would set all that rests on it in motion.
        """
        if decision != state.decision or state.reason not in WAITING:
            self._plan.decisions.append(decision)

    def _store(self, state: DealState, operation: Operation, waits_on: tuple[str, ...]) -> State:
        """Plan an operation unless an open one already says the same or must not be touched; return where it stands.

        What is blocked is planned anew: what it waited for was given up, as its record turned out to be there.
        """
        for other in state.open:
            if other.subject != operation.subject and other.state in REPLANNABLE:
                self._plan.cancelled.append(other)
        present = next((other for other in state.open if other.subject == operation.subject), None)
        if present is None:
            self._plan.operations.append(Planned(operation, waits_on))
            return operation.state
        stands = says_the_same(present, operation) and present.number not in state.blocked
        if present.state not in REPLANNABLE or stands:
            return present.state
        self._plan.operations.append(Planned(replace(operation, number=present.number), waits_on))
        return operation.state

    def _operation(self, state: DealState, deal: Deal, target: Target) -> Operation:
        record, company = state.record, target.company
        return Operation(
            action="create" if target.number is None else "update",
            company=company,
            system=f"fortnox:{company}" if company else "fortnox",
            target_kind=self._kind.name,
            target_id=target.number,
            source=record.key,
            correlation_id=correlation_id(record.key, record.version),
            title=f"{deal.title} – {deal.customer_name}" if deal.customer_name else deal.title,
            amount_sek=deal.net_sek,
            fingerprint=self._document.fingerprint(record.payload),
            mapping_version=self._mapping.version,
        )
