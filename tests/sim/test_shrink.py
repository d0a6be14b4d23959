"""A failing scenario is made smaller as long as it fails, and told as a test to paste."""

from tests.sim.scenario import Scenario
from tests.sim.shrink import regression, shrunk

BIG = Scenario(
    seed=3,
    steps=("flows", "edit", "flows", "book"),
    plan=((4, "crash"), (9, "throttled"), (30, "late_commit")),
    night="autumn",
)


def test_only_what_makes_it_fail_is_left() -> None:
    smallest = shrunk(BIG, lambda one: (30, "late_commit") in one.plan and "edit" in one.steps)
    assert smallest == Scenario(seed=3, steps=("edit",), plan=((30, "late_commit"),), deals=1)


def test_what_cannot_be_smaller_stays_as_it_is() -> None:
    assert shrunk(BIG, lambda one: one == BIG) == BIG


def test_a_regression_holds_the_scenario_and_what_was_wrong() -> None:
    pasted = regression(Scenario(seed=3, plan=((4, "crash"),)), ("I1: two of them.\nand more",))
    assert "    # I1: two of them.\n" in pasted
    assert "judge(Scenario(seed=3," in pasted
    assert "plan=((4, 'crash'),)" in pasted
