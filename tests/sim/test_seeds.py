"""Scenarios of chance: small worlds, people and faults all at once.

A short run plays thirty-three that were chosen of five hundred and together meet most of what all of them do (see
`choosing`); `verify` plays the first hundred and twenty besides, and `soak.py` as many as there is time for.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.sim.choosing import chosen
from tests.sim.running import judge
from tests.sim.seeds import CHOSEN, EVERY_STEP, HOLDS, NIGHTS, scenario_of, without_effect
from tests.sim.shrink import regression, shrunk

SEEDS = int(os.environ.get("SIM_SEEDS", "120"))
SHORT = chosen()
REST = sorted({*range(SEEDS)} - {*SHORT})
IN_ONE = 9
# In so many seeds each fault takes effect at least once, and each step too; those of a short run are chosen so that
# they do.
ENOUGH_FOR_FAULTS = 100
ENOUGH_FOR_STEPS = 300


def _parts(tier: str, seeds: Sequence[int]) -> list[Sequence[int]]:
    marks = [pytest.mark.verify] if tier == "verify" else []
    return [pytest.param(tier, seeds, part, marks=marks, id=f"{tier}-{part}") for part in range(0, len(seeds), IN_ONE)]


# Where one fails, the smallest that does is looked for.
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("tier", "seeds", "part"), [*_parts("test", SHORT), *_parts("verify", REST)])
def test_whatever_happens_there_is_exactly_one_of_everything_in_the_end(
    tier: str, seeds: Sequence[int], part: int, in_all: Path
) -> None:
    """In all of a run's seeds together each fault takes effect, in many seeds often, and in enough each step."""
    taken: Counter[str] = Counter()
    did: Counter[str] = Counter()
    for seed in seeds[part : part + IN_ONE]:
        verdict = judge(scenario_of(seed))
        taken += verdict.taken
        did += verdict.did
        if verdict.wrong:
            smallest = shrunk(verdict.scenario, lambda scenario: judge(scenario).wrong != ())
            pytest.fail(f"{verdict}\nThe smallest that fails:\n{regression(smallest, judge(smallest).wrong)}")
    told = _told(in_all, f"{tier}-{part}", taken, did)
    if len(told) == len(_parts(tier, seeds)):
        taken, did = (sum((one[place] for one in told), Counter[str]()) for place in (0, 1))
        if tier == "test" or len(seeds) >= ENOUGH_FOR_STEPS:
            assert without_effect(taken, did) == [], "faults and steps that never had an effect in all the seeds"
        often = max(1, len(seeds) // ENOUGH_FOR_FAULTS)
        assert [name for name in CHOSEN if taken[name] < often] == [], "faults that seldom had an effect"


def _told(in_all: Path, name: str, *counted: Counter[str]) -> list[list[Counter[str]]]:
    """Write down what took effect in these seeds, and return what every test of this run has written so far."""
    ready = in_all / f"seeds-{name}.json"
    ready.with_suffix(".new").write_text(json.dumps(counted), encoding="utf-8")
    ready.with_suffix(".new").replace(ready)
    kept = in_all.glob(f"seeds-{name.partition('-')[0]}-*.json")
    return [[Counter(one) for one in json.loads(file.read_text(encoding="utf-8"))] for file in kept]


def test_the_seeds_of_a_short_run_are_some_of_them() -> None:
    assert sorted(set(SHORT)) == SHORT
    assert {*chosen()} < {*range(500)}


def test_the_seeds_hold_every_step_both_crms_and_both_nights_on_which_clocks_are_changed() -> None:
    scenarios = [scenario_of(seed) for seed in range(SEEDS)]
    assert {step for one in scenarios for step in one.steps} == EVERY_STEP
    assert {one.night for one in scenarios} == {"", *NIGHTS}
    assert {one.books for one in scenarios} == {True, False}
    assert {one.crm for one in scenarios} == {"upsales", "salesforce"}
    repaired = [one for one in scenarios if {*HOLDS} & {*one.steps}]
    assert {one.crm for one in repaired} == {"upsales", "salesforce"}
