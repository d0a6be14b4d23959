"""The same scenario is the same run, to the last call and commit: else no failure could ever be looked at again."""

import os
import subprocess
import sys

from tests.sim.process import ROOT
from tests.sim.running import judge
from tests.sim.seeds import scenario_of

SEED = 7


def test_the_same_seed_and_plan_give_the_same_trace() -> None:
    first, second = (judge(scenario_of(SEED)) for _ in range(2))
    assert first.trace == second.trace
    assert first.met == second.met


def test_another_seed_gives_another_trace() -> None:
    assert judge(scenario_of(SEED)).trace != judge(scenario_of(SEED + 1)).trace


def test_another_process_with_another_order_of_sets_gives_the_same_trace() -> None:
    program = "from tests.sim.running import judge; from tests.sim.seeds import scenario_of; import sys; "
    program += f"sys.stdout.write(judge(scenario_of({SEED})).trace)"
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "271"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines()[-1] == judge(scenario_of(SEED)).trace
