"""The life of an operation: only the drawn arrows, and what each outcome leads to (ARCHITECTURE.md: I7)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync.core import classes, lifecycle
from sync.core.lifecycle import ARROWS, FINAL, IllegalMoveError, after_outcome, check, moved, wait
from sync.core.types import ErrorClass, Operation, Outcome, OutcomeKind, State
from tests.unit.making import key
from tests.virtual_time import START

QUARANTINE = timedelta(seconds=120)
STATES: tuple[State, ...] = get_args(State)
KINDS: tuple[OutcomeKind, ...] = get_args(OutcomeKind)


def operation(state: State = "sending", attempt: int = 1, sent_at: datetime | None = START) -> Operation:
    return Operation(
        "create", "nord", "fortnox:nord", "invoice", key(), "c0ffee", state, number=7, attempt=attempt, sent_at=sent_at
    )


def test_every_state_has_its_arrows_and_every_arrow_ends_in_a_state() -> None:
    assert set(ARROWS) == set(STATES)
    assert set().union(*ARROWS.values()) <= set(STATES)
    assert {state for state, after in ARROWS.items() if not after} == FINAL == {"done", "dismissed", "cancelled"}


def test_nothing_is_sent_that_was_not_planned_and_doubt_is_planned_again_before_it_is_sent() -> None:
    into_sending = {state for state, after in ARROWS.items() if "sending" in after}
    assert into_sending == {"planned", "retry"}
    assert "planned" in ARROWS["unknown"]


@given(st.sampled_from(STATES), st.sampled_from(STATES))
def test_a_move_that_is_not_drawn_is_refused(before: State, after: State) -> None:
    if after in ARROWS[before]:
        check(before, after)
        assert moved(operation(before), after, attempt=4) == replace(operation(before), state=after, attempt=4)
    else:
        with pytest.raises(IllegalMoveError, match=f"cannot go from {before} to {after}"):
            moved(operation(before), after)


@given(st.sampled_from(KINDS), st.integers(1, 20), st.sampled_from(["sending", "unknown"]))
def test_every_outcome_leads_along_a_drawn_arrow(kind: OutcomeKind, attempt: int, state: State) -> None:
    if state == "unknown" and kind not in {"done", "unknown"}:
        return  # a probe finds what it was looking for, or leaves the doubt
    after = after_outcome(operation(state, attempt), Outcome(kind, wait_seconds=5.0), START, QUARANTINE)
    check(state, after.state)
    assert after.error_class in get_args(ErrorClass)
    assert (after.error_class == "") is (after.state == "done")


def test_a_call_that_was_not_let_through_costs_no_attempt_and_waits_as_told() -> None:
    after = after_outcome(operation(), Outcome("throttled", 429, wait_seconds=5.0), START, QUARANTINE)
    assert (after.state, after.counts, after.not_before) == ("planned", False, START + timedelta(seconds=5))


def test_a_login_that_is_refused_costs_no_attempt_either() -> None:
    after = after_outcome(operation(), Outcome("login", 403), START, QUARANTINE)
    assert (after.state, after.counts, after.error_class) == ("planned", False, "login")


def test_doubt_lasts_for_the_quarantine_counted_from_the_sending() -> None:
    late = START + timedelta(seconds=60)
    after = after_outcome(operation(sent_at=START), Outcome("unknown"), late, QUARANTINE)
    assert (after.state, after.not_before) == ("unknown", START + QUARANTINE)


def test_doubt_that_was_probed_in_vain_is_probed_again_a_little_later() -> None:
    late = START + timedelta(hours=1)
    after = after_outcome(operation("unknown"), Outcome("unknown", 500), late, QUARANTINE)
    assert (after.state, after.not_before) == ("unknown", late + timedelta(seconds=lifecycle.FIRST_WAIT_SECONDS))


def test_a_refusal_goes_to_a_person_at_once_under_its_class() -> None:
    for code, error_class in (("2000401", "closed"), ("2000637", "match"), ("2000310", "login"), ("2000428", "data")):
        after = after_outcome(operation(), Outcome("rejected", 400, code=code), START, QUARANTINE)
        assert (after.state, after.error_class, after.not_before) == ("review", error_class, None)


def test_after_the_last_attempt_a_person_is_asked() -> None:
    last = lifecycle.MOST_ATTEMPTS
    assert after_outcome(operation(attempt=last - 1), Outcome("retry"), START, QUARANTINE).state == "retry"
    assert after_outcome(operation(attempt=last), Outcome("retry"), START, QUARANTINE).state == "review"


@given(st.integers(1, 10**6), st.integers(1, 60))
def test_the_pause_doubles_up_to_an_hour_with_a_quarter_of_jitter(number: int, attempt: int) -> None:
    least = min(15 * 2 ** (attempt - 1), 3600)
    assert timedelta(seconds=least) <= wait(number, attempt) <= timedelta(seconds=least * 1.25)
    assert wait(number, attempt) == wait(number, attempt)


def test_operations_that_failed_together_do_not_come_back_together() -> None:
    assert len({wait(number, 1) for number in range(1, 21)}) > 15


def test_the_whole_schedule_of_attempts_takes_about_an_hour() -> None:
    """Eight attempts: long enough for a night's restart, short enough that a person hears of it the same day."""
    total = sum((wait(1, attempt) for attempt in range(1, lifecycle.MOST_ATTEMPTS)), timedelta())
    assert timedelta(minutes=30) <= total <= timedelta(hours=3)


@pytest.mark.parametrize(
    ("codes", "error_class"),
    [(["missing"], "data"), (["no_route", "missing"], "rule"), (["ambiguous_customer"], "match"),
     (["period_locked"], "closed"), (["never heard of"], "data"), ([], "data")],
)  # fmt: skip
def test_problems_are_filed_under_the_first(codes: list[str], error_class: str) -> None:
    assert classes.of_problems({"code": code} for code in codes) == error_class


class Life(RuleBasedStateMachine):
    """Any sequence of sendings, outcomes, probes, plannings and decisions keeps to the arrows and to time."""

    @initialize()
    def planned(self) -> None:
        self.operation = operation("planned", attempt=0, sent_at=None)
        self.now = START
        self.seen: list[State] = ["planned"]

    def _move(self, state: State, **values: object) -> None:
        assert state in ARROWS[self.operation.state]
        self.operation = moved(self.operation, state, **values)
        self.seen.append(state)

    @rule(seconds=st.integers(0, 4000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.operation.state == "unknown" and self._due())
    @rule()
    def find_nothing(self) -> None:
        self._move("planned", not_before=None)

    @precondition(lambda self: self.operation.state in {"planned", "retry"} and self._due())
    @rule()
    def send(self) -> None:
        self._move("sending", attempt=self.operation.attempt + 1, sent_at=self.now, not_before=None)

    @precondition(lambda self: self.operation.state == "sending")
    @rule(kind=st.sampled_from(KINDS))
    def answer(self, kind: OutcomeKind) -> None:
        after = after_outcome(self.operation, Outcome(kind, wait_seconds=5.0), self.now, QUARANTINE)
        attempt = self.operation.attempt - (0 if after.counts else 1)
        self._move(after.state, attempt=attempt, not_before=after.not_before, error_class=after.error_class)

    @precondition(lambda self: self.operation.state == "sending")
    @rule()
    def crash(self) -> None:
        assert self.operation.sent_at is not None
        self._move("unknown", not_before=self.operation.sent_at + QUARANTINE)

    @precondition(lambda self: self.operation.state in {"planned", "retry", "review"})
    @rule(state=st.sampled_from(["planned", "review"]))
    def plan_again(self, state: State) -> None:
        self._move(state, not_before=None)

    @precondition(lambda self: self.operation.state == "review")
    @rule()
    def dismiss(self) -> None:
        self._move("dismissed")

    def _due(self) -> bool:
        return self.operation.not_before is None or self.operation.not_before <= self.now

    @invariant()
    def doubt_is_never_shorter_than_the_quarantine(self) -> None:
        held = self.operation
        if held.state == "unknown":
            assert held.sent_at is not None
            assert held.not_before is not None
            assert held.not_before >= held.sent_at + QUARANTINE

    @invariant()
    def attempts_are_bounded_and_an_end_is_an_end(self) -> None:
        assert self.operation.attempt >= 0
        assert not (set(self.seen[:-1]) & FINAL)


TestLife = Life.TestCase
