"""Scenarios of chance, five hundred of them: small worlds, people and faults all at once (engineering.md 2.7)."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.sim.running import judge
from tests.sim.seeds import CHOSEN, EVERY_STEP, HOLDS, NIGHTS, scenario_of
from tests.sim.shrink import regression, shrunk

SEEDS = int(os.environ.get("KVITT_SIM_SEEDS", "500"))
IN_ONE = 100


@pytest.fixture(scope="session")
def in_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all processes of this run of tests share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "steps"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", range(0, SEEDS, IN_ONE))
def test_whatever_happens_there_is_exactly_one_of_everything_in_the_end(first: int, in_all: Path) -> None:
    """In every hundred seeds each fault takes effect, and in all of them together each step."""
    taken: Counter[str] = Counter()
    did: Counter[str] = Counter()
    for seed in range(first, min(first + IN_ONE, SEEDS)):
        verdict = judge(scenario_of(seed))
        taken += verdict.taken
        did += verdict.did
        if verdict.wrong:
            smallest = shrunk(verdict.scenario, lambda scenario: judge(scenario).wrong != ())
            pytest.fail(f"{verdict}\nThe smallest that fails:\n{regression(smallest, judge(smallest).wrong)}")
    assert [name for name in CHOSEN if not taken[name]] == [], "faults that never had an effect"
    assert _idle_steps(in_all, first, did) == [], "steps that never had an effect in all the seeds"


def _idle_steps(in_all: Path, first: int, did: Counter[str]) -> list[str]:
    """Write down what took effect in these seeds; whoever comes last learns which steps never did, in any."""
    ready = in_all / f"{first}.json"
    ready.with_suffix(".new").write_text(json.dumps(did), encoding="utf-8")
    ready.with_suffix(".new").replace(ready)
    told = [json.loads(one.read_text(encoding="utf-8")) for one in in_all.glob("*.json")]
    if len(told) < len(range(0, SEEDS, IN_ONE)):
        return []
    return sorted(EVERY_STEP - {step for one in told for step in one})


def test_the_seeds_hold_every_step_both_crms_and_both_nights_on_which_clocks_are_changed() -> None:
    scenarios = [scenario_of(seed) for seed in range(SEEDS)]
    assert {step for one in scenarios for step in one.steps} == EVERY_STEP
    assert {one.night for one in scenarios} == {"", *NIGHTS}
    assert {one.books for one in scenarios} == {True, False}
    assert {one.crm for one in scenarios} == {"upsales", "salesforce"}
    repaired = [one for one in scenarios if {*HOLDS} & {*one.steps}]
    assert {one.crm for one in repaired} == {"upsales", "salesforce"}
