"""Scenarios of chance, five hundred of them: small worlds, people and faults all at once (engineering.md 2.7)."""

import os
from collections import Counter

import pytest

from tests.sim.running import judge
from tests.sim.seeds import CHOSEN, HOLDS, NIGHTS, REPAIRS, STEPS, scenario_of
from tests.sim.shrink import regression, shrunk

SEEDS = int(os.environ.get("KVITT_SIM_SEEDS", "500"))
IN_ONE = 100


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(0, SEEDS, IN_ONE))
def test_whatever_happens_there_is_exactly_one_of_everything_in_the_end(first: int) -> None:
    taken: Counter[str] = Counter()
    for seed in range(first, min(first + IN_ONE, SEEDS)):
        verdict = judge(scenario_of(seed))
        taken += verdict.taken
        if verdict.wrong:
            smallest = shrunk(verdict.scenario, lambda scenario: judge(scenario).wrong != ())
            pytest.fail(f"{verdict}\nThe smallest that fails:\n{regression(smallest, judge(smallest).wrong)}")
    assert [name for name in CHOSEN if not taken[name]] == [], "faults that never had an effect"


def test_the_seeds_hold_every_step_both_crms_and_both_nights_on_which_clocks_are_changed() -> None:
    scenarios = [scenario_of(seed) for seed in range(SEEDS)]
    assert {step for one in scenarios for step in one.steps} == {"flows", "copy_the_folder", *STEPS, *HOLDS, *REPAIRS}
    assert {one.night for one in scenarios} == {"", *NIGHTS}
    assert {one.books for one in scenarios} == {True, False}
    assert {one.crm for one in scenarios} == {"upsales", "salesforce"}
    repaired = [one for one in scenarios if {*HOLDS} & {*one.steps}]
    assert {one.crm for one in repaired} == {"upsales", "salesforce"}
