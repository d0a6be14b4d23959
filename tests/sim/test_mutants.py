"""Each deliberate bug is seen by the checker, and the product without it passes the same plan (engineering.md 2.7)."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from tests.sim.flows import FLOWS, boundaries_of
from tests.sim.mutants import MUTANTS
from tests.sim.running import judge
from tests.sim.seeds import scenario_of
from tests.sim.simulation import Scenario

Scenarios = Iterable[Scenario]


def _first(*plan: tuple[int, str]) -> Scenario:
    return replace(FLOWS["first"], plan=plan)


def _invoice(kind: str, fault: str) -> Scenarios:
    """The first flow, with a fault where its first invoice is made."""
    return [_first((1, f"{fault}@{kind} POST /3/invoices"))]


def _killed_around(statement: str) -> Scenarios:
    """The first flow, killed just before and just after commits that hold a statement."""
    found = [b.number for b in boundaries_of("first") if b.kind == "commit" and statement in b.what]
    return [_first((number + after, "crash")) for number in found for after in (0, 1)]


def _late_and_killed() -> Scenarios:
    """A call that is still on its way when its sender dies, and takes effect when the next one is at work."""
    late = (1, "late_commit@send POST /3/invoices")
    return [_first(late, (1, f"crash@{place} POST /3/invoices")) for place in ("answer", "send")]


def _late_and_lost() -> Scenarios:
    """A call that takes effect after the data folder was lost."""
    steps = ("flows", "lose_the_folder", "flows")
    return [replace(one, steps=steps) for one in _invoice("send", "late_commit")]


def _crowd() -> Scenarios:
    """A dozen deals: more calls than fit into one window."""
    return [Scenario(seed=seed, deals=12) for seed in range(6)]


def _crowd_killed() -> Scenarios:
    """The same near by, killed while it is busy."""
    return [
        Scenario(seed=seed, deals=12, pace=10.0, plan=((number, "crash"),))
        for seed in range(3)
        for number in (80, 100, 120, 140)
    ]


def _another_document() -> Scenarios:
    """Another document was allowed, and what became of it is not known at first."""
    steps = ("settle", "cancel", "settle", "another")
    number = len(judge(Scenario(plain=True, steps=steps[:-1])).met)
    return [Scenario(plain=True, steps=steps, plan=((number, "timeout_before@send POST /3/invoices"),))]


PLANS: dict[str, Callable[[], Scenarios]] = {
    "no_intent": _late_and_killed,
    "no_quarantine": lambda: _invoice("send", "late_commit"),
    "no_probe": lambda: _invoice("answer", "timeout_after"),
    "no_boot_gate": lambda: [FLOWS["recovery"]],
    "no_recovery": _late_and_lost,
    "window_forgotten": _crowd_killed,
    "slot_freed_early": _crowd,
    "cursor_first": lambda: _killed_around("_cursor"),
    "unreadable_is_unsent": lambda: _invoice("answer", "cut_body"),
    "error_is_retried": lambda: _invoice("answer", "status_500_after"),
    "no_echo_guard": lambda: [_first()],
    "float_money": lambda: [replace(scenario_of(seed), plan=(), steps=("flows",)) for seed in range(20)],
    "commits_swapped": lambda: _killed_around("put_decisions"),
    "no_turn": lambda: [Scenario(seed=seed, plain=True, steps=("twice",)) for seed in range(8)],
    "no_single_flight": lambda: [_first((1, "token_invalidated@send POST /3/customers"))],
    "generation_ignored": _another_document,
    "attempt_not_counted": lambda: _invoice("send", "refused"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_deliberate_bug_is_caught(name: str) -> None:
    for scenario in PLANS[name]():
        with pytest.MonkeyPatch.context() as patch:
            MUTANTS[name](patch)
            caught = judge(scenario, idle_passes=0)
        if caught.wrong:
            sound = judge(scenario, idle_passes=0)
            assert sound.wrong == (), sound
            return
    pytest.fail(f"{name} survived: {MUTANTS[name].__doc__}")
