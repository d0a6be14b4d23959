"""Each deliberate bug is seen by the checker, and the product without it passes the same plan.

One for each invariant in a short run, all others in `verify`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from _pytest.mark import ParameterSet

from tests.sim import worlds
from tests.sim.flows import FLOWS, boundaries_of
from tests.sim.mutants import MUTANTS
from tests.sim.running import judge
from tests.sim.scenario import Scenario

Scenarios = Iterable[Scenario]


def _first(*plan: tuple[int, str]) -> Scenario:
    return replace(FLOWS["first"], plan=plan)


def _salesforce(*plan: tuple[int, str]) -> Scenario:
    """The same from Salesforce."""
    return Scenario(plain=True, crm="salesforce", plan=plan)


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
    """A call that takes effect after the data folder was lost, and a near-by process has sent the same again."""
    steps, late = ("flows", "lose_the_folder", "flows"), (1, "late_commit@send POST /3/invoices")
    return [Scenario(seed=seed, plain=True, deals=1, pace=10.0, steps=steps, plan=(late,)) for seed in range(5)]


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


def _doubt_and_away() -> Scenarios:
    """Whether an invoice was made is not known, and Fortnox is away when it is asked."""
    doubt = replace(_first((1, "timeout_after@answer POST /3/invoices")), steps=("flows", "quarantine", "flows"))
    met = judge(doubt).met
    made = next(one.number for one in met if one.kind == "answer" and one.what == "POST /3/invoices")
    asked = [one.number for one in met if one.kind == "send" and one.what == "GET /3/invoices" and one.number > made]
    return [replace(doubt, plan=(*doubt.plan, (number, "outage"))) for number in asked]


def _credited_in_doubt() -> Scenarios:
    """Whether an invoice was made is not known; meanwhile an accountant books and credits it."""
    return [replace(one, steps=("flows", "book", "credit")) for one in _invoice("answer", "timeout_after")]


def _another_document() -> Scenarios:
    """Another document was allowed, and what became of it is not known at first."""
    steps = ("settle", "cancel", "settle", "another")
    number = len(judge(Scenario(plain=True, steps=steps[:-1])).met)
    return [Scenario(plain=True, steps=steps, plan=((number, "timeout_before@send POST /3/invoices"),))]


def _repair(*steps: str) -> Scenarios:
    """Deals that wait for a person, and what people do about them."""
    return [Scenario(plain=True, prepared="held", steps=steps)]


def _plain(*steps: str) -> Scenario:
    """Two won deals and an open one, and what people do."""
    return Scenario(plain=True, steps=steps)


def _one(*steps: str) -> Scenarios:
    """One deal, and what people do."""
    return [Scenario(plain=True, deals=1, steps=steps)]


def _restarted_soon() -> Scenarios:
    """A process that is started anew, near by, while a call of the one before is still on its way."""
    late = (1, "late_commit@send POST /3/invoices")
    return [replace(_first(late), steps=("flows", "restart", "flows", "flows", "flows"), pace=10.0)]


def _put_back_soon() -> Scenarios:
    """An older data folder is put back, near by, while a call of the process before is still on its way."""
    late = (1, "late_commit@send POST /3/invoices")
    back = Scenario(plain=True, deals=1, plan=(late,), pace=10.0)
    return [
        replace(back, seed=seed, steps=("copy_the_folder", "flows", "put_back", *["flows"] * 3)) for seed in range(4)
    ]


def _sold_and_put_back() -> Scenarios:
    """A deal is won and sent after the data folder was copied; the copy is put back."""
    steps = ("settle", "copy_the_folder", "win", "flows", "put_back", "flows")
    return [Scenario(seed=seed, plain=True, steps=steps) for seed in range(1, 5)]


def _lost_and_away() -> Scenarios:
    """Fortnox is away, twice, when a process without memory wants to read what it has sent."""
    lost = Scenario(plain=True, deals=1, steps=("settle", "lose_the_folder"))
    number = len(judge(lost).met)
    steps = (*lost.steps, "flows", "quarantine", "flows", "flows")
    return [
        replace(lost, steps=steps, plan=((number, "outage"), (number + more, "outage"))) for more in range(60, 90, 3)
    ]


def _moved() -> Scenarios:
    """A deal that is sent, and then belongs to another company."""
    found = (Scenario(seed=seed, deals=1, steps=("settle", "transfer", "flows")) for seed in range(20))
    return [one for one in found if len(worlds.world(one.seed, 1).companies) > 1]


_PAYS = ("pay", "flows") * 3


# For each bug: the invariant that it breaks, and scenarios in which it does. A short run plays the first bug of each
# invariant: the cheapest stands there.
PLANS: dict[str, tuple[str, Callable[[], Scenarios]]] = {
    "no_quarantine": ("I1", lambda: _invoice("send", "late_commit")),
    "no_echo_guard": ("I4", lambda: [_first()]),
    "no_single_flight": ("I10", lambda: [_first((1, "token_invalidated@send POST /3/customers"))]),
    "no_intent": ("I1", _late_and_killed),
    "no_probe": ("I1", lambda: _invoice("answer", "timeout_after")),
    "failed_probe_is_a_retry": ("I1", _doubt_and_away),
    "foreign_customer_taken": ("I2", lambda: _one("take_the_number", "flows")),
    "foreign_article_taken": ("I2", lambda: _one("take_the_article", "flows")),
    "credits_count_when_planning": (
        "I2",
        lambda: _one("settle", "book", "settle", "credit", "settle", "lose_the_folder"),
    ),
    "credits_count_when_looked_up": ("I2", _credited_in_doubt),
    "dismissal_ignores_version": (
        "I4",
        lambda: [replace(one, seed=s) for s in range(6) for one in _repair("disagree")],
    ),
    "autumn_hour_missed": ("I3", lambda: [replace(one, night="autumn") for one in _one("settle", "cancel")]),
    "link_keeps_answer_digest": ("I2", lambda: _one("settle", "edit", "settle", "edit")),
    "blocked_not_decided_again": ("I9", lambda: _one("refuse_customer", "flows")),
    "waits_in_vain": ("I9", lambda: _one("take_the_article", "flows")),
    "no_boot_gate": ("I1", _sold_and_put_back),
    "no_recovery": ("I1", _late_and_lost),
    "window_forgotten": ("I10", _crowd_killed),
    "slot_freed_early": ("I10", _crowd),
    "cursor_first": ("I3", lambda: _killed_around("_cursor")),
    "unreadable_is_unsent": ("I1", lambda: _invoice("answer", "cut_body")),
    "error_is_retried": ("I1", lambda: _invoice("answer", "status_500_after")),
    "float_money": ("I2", lambda: [Scenario(seed=seed) for seed in range(20)]),
    "commits_swapped": ("I2", lambda: [_first((number, "crash@commit put_links")) for number in (1, 70, 80, 85, 90)]),
    "no_turn": ("I7", lambda: [Scenario(seed=seed, plain=True, steps=("twice",)) for seed in range(12)]),
    "generation_ignored": ("I1", _another_document),
    "salesforce_echo": ("I4", lambda: [_salesforce()]),
    "salesforce_logs_in_twice": ("I10", lambda: [_salesforce((1, "token_invalidated@send PATCH"))]),
    "stale_guard_bypassed": ("I4", lambda: _repair("two_replays")),
    "edit_outlives_its_source": ("I2", lambda: _repair("edit_replay", "flows", "respell", "flows")),
    "edit_is_sent_once": ("I2", lambda: _repair("edit_replay", "settle", "change_repaired", "flows")),
    "edit_stays_behind": (
        "I2",
        lambda: [Scenario(seed=11953, deals=1, steps=("refuse", "flows", "transfer", "edit_replay"))],
    ),
    "rest_forgotten": ("I1", _restarted_soon),
    "mark_not_raised": ("I1", _put_back_soon),
    "unread_is_trusted": ("I1", _lost_and_away),
    "new_under_old_link": ("I2", lambda: _one("settle", "cancel", "settle", "another")),
    "lost_is_forgotten": ("I2", lambda: _one("settle", "lose")),
    "moved_is_made_again": ("I1", _moved),
    "dismissed_for_ever": ("I2", lambda: _one("spoil", "settle", "dismiss", "respell")),
    "written_over": ("I2", lambda: _one("settle", "hand", "edit")),
    "accounts_not_followed": ("I2", lambda: _one("settle", "account")),
    "accounts_not_told": ("I2", lambda: _one("flows")),
    "told_by_state": (
        "I2",
        lambda: [replace(one, seed=s) for s in range(12) for one in _one("settle", "book", *_PAYS)],
    ),
    "rows_without_identity": ("I2", lambda: [_plain("retax", "settle", "put_first", "flows")]),
    "own_fields_compared": ("I2", lambda: [_plain("settle", "row_hand", "swap_first", "flows")]),
    "texts_are_numbers": ("I2", lambda: [_plain("zeros", "settle", "no_zeros", "flows")]),
    "deletion_unseen": ("I2", lambda: [_plain("settle", "vanish", "sweep")]),
    "card_ignored": ("I2", lambda: [_plain("settle", "card", "win", "flows")]),
    "source_not_looked_at": (
        "I2",
        lambda: [replace(_plain("flows", "vanish", "quarantine", "flows", "flows", "sweep"), books=True)],
    ),
    "bar_forgotten": ("I6", lambda: _one("flows")),
    "secret_told": ("I8", lambda: _one("flows")),
    "attempt_not_counted": ("I5", lambda: _invoice("send", "refused")),
}


FIRST_OF_EACH = {broken: name for name, (broken, _) in reversed(PLANS.items())}


def _tiered(name: str) -> ParameterSet:
    return pytest.param(name, marks=() if name in FIRST_OF_EACH.values() else pytest.mark.verify)


def test_every_deliberate_bug_has_scenarios() -> None:
    assert PLANS.keys() == MUTANTS.keys()


@pytest.mark.parametrize("name", [_tiered(name) for name in MUTANTS])
def test_a_deliberate_bug_is_caught(name: str) -> None:
    broken, scenarios = PLANS[name]
    for scenario in scenarios():
        with pytest.MonkeyPatch.context() as patch:
            MUTANTS[name](patch)
            caught = judge(scenario, idle_passes=0)
        if any(sentence.startswith(f"{broken}:") for sentence in caught.wrong):
            sound = judge(scenario, idle_passes=0)
            assert sound.wrong == (), sound
            return
    pytest.fail(f"{name} survived: {MUTANTS[name].__doc__}")
