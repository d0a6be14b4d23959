"""Every single fault strikes at every boundary of every flow, and all comes out right (engineering.md 2.5).

What can leave something different behind is struck by itself: a crash at every change, a fault at every write. What
can only delay is struck all in one run: every reading by one fault, every boundary by a jump of the clock.
`soak.py --singles` strikes those too one by one.
"""

from collections.abc import Iterable

import pytest

from tests.sim.faults import ON_THE_WIRE
from tests.sim.flows import FLOWS, clock_jumps, crashes, read_faults, struck, write_faults
from tests.sim.running import judge
from tests.sim.scenario import Scenario

pytestmark = pytest.mark.timeout(1800)
PARTS = 3


def _all_right(scenarios: Iterable[Scenario]) -> None:
    for scenario in scenarios:
        verdict = struck(scenario)
        assert verdict.wrong == (), verdict


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("flow", FLOWS)
def test_a_process_killed_at_any_boundary_converges_after_its_restart(flow: str, part: int) -> None:
    _all_right(crashes(flow)[part::PARTS])


@pytest.mark.parametrize("fault", ON_THE_WIRE)
def test_one_fault_at_any_write_leaves_exactly_one_of_everything(fault: str) -> None:
    for flow in FLOWS:
        _all_right(write_faults(flow, fault))


@pytest.mark.parametrize("flow", FLOWS)
def test_a_fault_at_every_reading_only_delays(flow: str) -> None:
    for fault in ON_THE_WIRE:
        _all_right(read_faults(flow, fault))


@pytest.mark.parametrize("flow", FLOWS)
def test_a_clock_that_jumps_at_every_boundary_only_delays(flow: str) -> None:
    _all_right(clock_jumps(flow))


@pytest.mark.parametrize("flow", FLOWS)
def test_three_runs_after_a_flow_nothing_is_written(flow: str) -> None:
    verdict = judge(FLOWS[flow], idle_passes=3)
    assert verdict.wrong == (), verdict
