"""The flows that are hit at every boundary, and the single faults that hit them."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from tests.sim.faults import FITS, Boundary
from tests.sim.running import Verdict, judge
from tests.sim.simulation import Scenario

FLOWS: dict[str, Scenario] = {
    "first": Scenario(plain=True),
    "update": Scenario(plain=True, prepared="edited"),
    "write_back": Scenario(plain=True, prepared="booked"),
    "command": Scenario(plain=True, prepared="edited", steps=("command", "publish")),
    "restart": Scenario(plain=True, prepared="in_doubt"),
    "recovery": Scenario(plain=True, prepared="lost", steps=("flows", "quarantine", "flows")),
}


def at_boundaries(flow: str, fault: str) -> Iterator[Scenario]:
    """Yield a flow with one fault, at each boundary where it can strike.

    Reading is the same in all flows: beyond the first, faults other than a crash strike where something is written
    or looked up just before.
    """
    for boundary in boundaries_of(flow):
        if FITS[fault](boundary) and (flow == "first" or fault == "crash" or _about_a_write(boundary)):
            yield replace(FLOWS[flow], plan=((boundary.number, fault),))


def struck(scenario: Scenario) -> Verdict:
    """Return what came of a flow with one fault; a fault without effect is wrong too."""
    verdict = judge(scenario, idle_passes=1)
    ((_, fault),) = scenario.plan
    if verdict.taken[fault]:
        return verdict
    return replace(verdict, wrong=(*verdict.wrong, f"The fault {fault} had no effect."))


@cache
def boundaries_of(flow: str) -> tuple[Boundary, ...]:
    """Return the boundaries that a flow meets when nothing goes wrong."""
    clean = judge(FLOWS[flow])
    assert clean.wrong == (), clean
    return clean.met


def _about_a_write(boundary: Boundary) -> bool:
    one_record = boundary.path.count("/") > 2 and boundary.path.startswith("/3/")
    return boundary.is_write or one_record
