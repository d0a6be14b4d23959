"""The flows that are hit at every boundary, and the single faults that hit them."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

from tests.sim.faults import EVERY_READ, FITS, Boundary
from tests.sim.running import Verdict, judge
from tests.sim.scenario import Scenario

FLOWS: dict[str, Scenario] = {
    "first": Scenario(plain=True),
    "update": Scenario(plain=True, prepared="edited"),
    "write_back": Scenario(plain=True, prepared="booked"),
    "command": Scenario(plain=True, prepared="edited", steps=("command", "publish")),
    "restart": Scenario(plain=True, prepared="in_doubt", steps=("flows", "quarantine", "flows")),
    "recovery": Scenario(plain=True, prepared="lost", steps=("flows", "quarantine", "flows")),
    "salesforce": Scenario(plain=True, deals=1, crm="salesforce", steps=("flows", "book", "flows")),
    "repair": Scenario(plain=True, prepared="held", steps=("repair", "change_repaired", "flows")),
    "booking": Scenario(plain=True, prepared="settled", steps=("quarantine", "flows"), books=True),
}


def crashes(flow: str) -> list[Scenario]:
    """Return a flow with a crash wherever something changes.

    Between two boundaries without a commit, a renamed file or a write in another system, the dead process leaves
    exactly the same behind.
    """
    return [_with(flow, boundary, "crash") for boundary in boundaries_of(flow) if _changes(boundary)]


def write_faults(flow: str, fault: str) -> list[Scenario]:
    """Return a flow with one fault at each of its writes to another system that it can strike."""
    return [one for boundary, one in _struck_by(flow, fault) if boundary.is_write]


def read_faults(flow: str, fault: str) -> list[Scenario]:
    """Return a flow in which every reading suffers a fault once; nothing where it can strike none."""
    fits = any(boundary.method and not boundary.is_write for boundary, _ in _struck_by(flow, fault))
    return [replace(FLOWS[flow], plan=((1, fault + EVERY_READ),))] if fits else []


def clock_jumps(flow: str) -> list[Scenario]:
    """Return a flow in which the clock jumps at every boundary, there and back: ahead first, and behind first."""
    turns = ("clock_jump_forward", "clock_jump_back")
    numbers = [boundary.number for boundary in boundaries_of(flow)]
    return [
        replace(FLOWS[flow], plan=tuple((number, turns[(number + first) % 2]) for number in numbers))
        for first in range(len(turns))
    ]


def all_single_faults() -> Iterator[Scenario]:
    """Yield every flow with every fault at every boundary where it can strike."""
    for flow, fault in product(FLOWS, FITS):
        yield from (one for _, one in _struck_by(flow, fault))


def struck(scenario: Scenario) -> Verdict:
    """Return what came of a flow with one fault; a fault without effect is wrong too."""
    verdict = judge(scenario, idle_passes=0)
    fault = scenario.plan[0][1].removesuffix(EVERY_READ)
    if verdict.taken[fault]:
        return verdict
    return replace(verdict, wrong=(*verdict.wrong, f"The fault {fault} had no effect."))


@cache
def boundaries_of(flow: str) -> tuple[Boundary, ...]:
    """Return the boundaries that a flow meets when nothing goes wrong."""
    clean = judge(FLOWS[flow])
    assert clean.wrong == (), clean
    return clean.met


def _struck_by(flow: str, fault: str) -> list[tuple[Boundary, Scenario]]:
    """Return each boundary of a flow where a fault can strike, and the flow with the fault there."""
    return [(boundary, _with(flow, boundary, fault)) for boundary in boundaries_of(flow) if FITS[fault](boundary)]


def _with(flow: str, boundary: Boundary, fault: str) -> Scenario:
    return replace(FLOWS[flow], plan=((boundary.number, fault),))


def _changes(boundary: Boundary) -> bool:
    return boundary.kind in {"commit", "file"} or boundary.is_write
