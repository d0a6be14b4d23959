"""The flows that are hit at every boundary, and the single faults that hit them."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from tests.sim.faults import EVERY_READ, FITS, Boundary
from tests.sim.running import Verdict, judge
from tests.sim.simulation import Scenario

PUBLISHING = "command"
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
    """Return a flow with a crash at each boundary before which something has changed.

    Between two boundaries without a commit, a renamed file or a write in another system, the dead process leaves
    exactly the same behind. Publishing copies leaves the store as it is and is hit in one flow; `soak.py` hits it in
    every one.
    """
    found = [boundary for boundary in boundaries_of(flow) if _changes(boundary)]
    kept = found if flow == PUBLISHING else [boundary for boundary in found if not _publishes(boundary)]
    return [_with(flow, boundary, "crash") for boundary in kept]


def single_faults(flow: str, fault: str) -> list[Scenario]:
    """Return a flow with one fault at each boundary where it can strike."""
    return [_with(flow, boundary, fault) for boundary in boundaries_of(flow) if FITS[fault](boundary)]


def write_faults(flow: str, fault: str) -> list[Scenario]:
    """Return a flow with one fault at each write to another system where it can strike."""
    met = [boundary for boundary in boundaries_of(flow) if boundary.is_write]
    return [_with(flow, boundary, fault) for boundary in met if FITS[fault](boundary)]


def read_faults(flow: str, fault: str) -> Scenario:
    """Return a flow in which every kind of reading suffers a fault once."""
    return replace(FLOWS[flow], plan=((1, fault + EVERY_READ),))


def fits_reading(flow: str, fault: str) -> bool:
    """Return whether a flow reads anything that a fault can strike: some are of one system only."""
    return any(FITS[fault](boundary) for boundary in boundaries_of(flow) if not boundary.is_write)


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


def _with(flow: str, boundary: Boundary, fault: str) -> Scenario:
    return replace(FLOWS[flow], plan=((boundary.number, fault),))


def _changes(boundary: Boundary) -> bool:
    return boundary.kind in {"commit", "file"} or boundary.is_write


def _publishes(boundary: Boundary) -> bool:
    return boundary.kind == "file" and boundary.what.endswith((".part", ".duckdb"))


def all_single_faults() -> Iterator[Scenario]:
    """Yield every flow with every fault at every boundary where it can strike."""
    for flow in FLOWS:
        for fault in FITS:
            yield from single_faults(flow, fault)
