"""Single faults strike at every sort of boundary of every flow, and all comes out right.

What can leave something different behind is struck by itself: a crash at a change, a fault at a write. What can only
delay is struck all in one run: every reading by one fault, every boundary by a jump of the clock. Which boundaries
there are is found out by running the flows: a short run strikes each sort once, `verify` each sort of each flow (see
`flows.py`), and `soak.py --singles` every single one.
"""

from collections.abc import Callable, Sequence

import pytest

from tests.sim.faults import ON_THE_WIRE
from tests.sim.flows import FLOWS, Place, Tier, clock_jumps, crashes, places_of, read_faults, struck, write_faults
from tests.sim.running import judge
from tests.sim.scenario import Scenario

pytestmark = pytest.mark.timeout(1800)


def _parts(test: int, verify: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a test out in parts of about a dozen scenarios, so that the workers end together."""
    short = [pytest.param("test", part, test) for part in range(test)]
    rest = [pytest.param("verify", part, verify, marks=pytest.mark.verify) for part in range(verify)]
    return pytest.mark.parametrize(("tier", "part", "parts"), [*short, *rest])


def _all_right(scenarios: Sequence[Scenario]) -> None:
    assert scenarios
    for scenario in scenarios:
        verdict = struck(scenario)
        assert verdict.wrong == (), verdict


@_parts(test=6, verify=18)
def test_a_process_killed_at_any_boundary_converges_after_its_restart(tier: Tier, part: int, parts: int) -> None:
    _all_right(crashes(tier)[part::parts])


@_parts(test=6, verify=10)
def test_one_fault_at_any_write_leaves_exactly_one_of_everything(tier: Tier, part: int, parts: int) -> None:
    _all_right(write_faults(tier)[part::parts])


@_parts(test=3, verify=11)
def test_a_fault_at_every_reading_only_delays(tier: Tier, part: int, parts: int) -> None:
    _all_right(read_faults(tier)[part::parts])


@pytest.mark.parametrize(
    "flow", [pytest.param(flow, marks=[] if flow in ("first", "salesforce") else pytest.mark.verify) for flow in FLOWS]
)
def test_a_clock_that_jumps_at_every_boundary_only_delays(flow: str) -> None:
    _all_right(clock_jumps(flow))


@pytest.mark.verify
@pytest.mark.parametrize("flow", FLOWS)
def test_three_runs_after_a_flow_nothing_is_written(flow: str) -> None:
    verdict = judge(FLOWS[flow], idle_passes=3)
    assert verdict.wrong == (), verdict


@pytest.mark.parametrize("scenarios", [crashes, write_faults, read_faults])
def test_what_a_short_run_has_played_is_not_played_again(scenarios: Callable[[Tier], list[Scenario]]) -> None:
    assert {*scenarios("test")}.isdisjoint(scenarios("verify"))


def test_every_sort_of_change_is_met_by_a_crash_in_a_short_run_and_that_of_every_flow_in_both() -> None:
    changes = [one for flow in FLOWS for one in places_of(flow, "crash") if one.changes]
    numbers = {one.scenario: (one.flow, one.boundary.sort) for one in changes}
    short = {numbers[one] for one in crashes("test")}
    assert {sort for _, sort in short} == {one.boundary.sort for one in changes}
    assert short | {numbers[one] for one in crashes("verify")} == set(numbers.values())


def test_every_fault_meets_every_way_of_writing_and_every_sort_of_write_is_struck_in_a_short_run() -> None:
    writes = [one for flow in FLOWS for fault in ON_THE_WIRE for one in places_of(flow, fault) if one.boundary.is_write]
    played = {*write_faults("test")}
    short = [one for one in writes if one.scenario in played]
    assert _ways(short) == _ways(writes)
    assert {one.boundary.sort for one in short} == {one.boundary.sort for one in writes}


def test_each_fault_meets_each_sort_of_write_and_each_flow_and_each_sort_of_a_flow_is_struck_in_both_runs() -> None:
    writes = [one for flow in FLOWS for fault in ON_THE_WIRE for one in places_of(flow, fault) if one.boundary.is_write]
    played = {*write_faults("test"), *write_faults("verify")}
    struck = {pair for one in writes if one.scenario in played for pair in one.pairs}
    assert struck == {pair for one in writes for pair in one.pairs}


def _ways(places: Sequence[Place]) -> set[tuple[str, str, str]]:
    return {(one.fault, one.boundary.system, one.boundary.method) for one in places}
