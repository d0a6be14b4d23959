"""Every kind of boundary is hit by every fault that can strike there, and all comes out right (engineering.md 2.5).

A crash hits every single boundary about an operation, in every flow; other faults hit each kind of write once in a
flow, and all readings of a flow in one run. `soak.py --singles` takes every boundary of every flow by itself.
"""

import pytest

from tests.sim.faults import ON_THE_WIRE
from tests.sim.flows import FLOWS, crashes, fits_reading, read_faults, struck, write_faults
from tests.sim.running import judge

pytestmark = pytest.mark.timeout(1800)
PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("flow", FLOWS)
def test_a_process_killed_at_any_boundary_converges_after_its_restart(flow: str, part: int) -> None:
    for scenario in crashes(flow)[part::PARTS]:
        verdict = struck(scenario)
        assert verdict.wrong == (), verdict


@pytest.mark.parametrize("fault", ON_THE_WIRE)
def test_one_fault_at_any_write_leaves_exactly_one_of_everything(fault: str) -> None:
    for flow in FLOWS:
        for scenario in write_faults(flow, fault):
            verdict = struck(scenario)
            assert verdict.wrong == (), verdict


@pytest.mark.parametrize("flow", FLOWS)
def test_a_fault_at_every_reading_only_delays(flow: str) -> None:
    for fault in (name for name in ON_THE_WIRE if fits_reading(flow, name)):
        verdict = struck(read_faults(flow, fault))
        assert verdict.wrong == (), verdict


@pytest.mark.parametrize("flow", FLOWS)
def test_three_runs_after_a_flow_nothing_is_written(flow: str) -> None:
    verdict = judge(FLOWS[flow], idle_passes=3)
    assert verdict.wrong == (), verdict
