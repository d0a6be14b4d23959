"""The flows that are hit at every boundary, and the single faults that hit them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from tests.sim.faults import DOUBTS, EVERY_READ, FITS, Boundary
from tests.sim.running import Verdict, judge
from tests.sim.simulation import Scenario

PUBLISHING = "command"
# Flows in which writes that are known from others go out with another history behind them: doubts end differently.
OWN_HISTORY = frozenset({"recovery", "repair"})
# What the statements of a commit are called that is about an operation: what is to be sent, or what came of it.
OF_AN_OPERATION = ("operation", "intent", "links", "decision", "override", "high-water")
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
    """Return a flow with a crash wherever something about an operation changes, and at everything new that changes.

    Between two boundaries without a commit, a renamed file or a write in another system, the dead process leaves
    exactly the same behind. Commits of readings and of figures are the same in every flow: one of each kind is hit.
    """
    found = [boundary for boundary in boundaries_of(flow) if _changes(boundary)]
    new = _new(flow)
    return [_with(flow, one, "crash") for one in found if one in new or _about_an_operation(one)]


def single_faults(flow: str, fault: str) -> list[Scenario]:
    """Return a flow with one fault at each boundary where it can strike."""
    return [_with(flow, boundary, fault) for boundary in boundaries_of(flow) if FITS[fault](boundary)]


def write_faults(flow: str, fault: str) -> list[Scenario]:
    """Return a flow with one fault at each kind of write to another system that is the flow's own."""
    met = _of_each_kind(boundaries_of(flow)) if flow in OWN_HISTORY and fault in DOUBTS else _new(flow)
    return [_with(flow, one, fault) for one in met if one.is_write and FITS[fault](one)]


def read_faults(flow: str, fault: str) -> Scenario:
    """Return a flow in which every kind of reading suffers a fault once."""
    return replace(FLOWS[flow], plan=((1, fault + EVERY_READ),))


def fits_reading(flow: str, fault: str) -> bool:
    """Return whether a flow has a reading that no earlier flow has shown and that a fault can strike."""
    return any(FITS[fault](one) for one in _new(flow) if one.method and not one.is_write)


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


def _about_an_operation(boundary: Boundary) -> bool:
    return boundary.is_write or any(word in boundary.what for word in OF_AN_OPERATION)


def _new(flow: str) -> list[Boundary]:
    """Return the first boundary of each kind that no earlier flow has met.

    Publishing copies leaves the store as it is: that is new in one flow only.
    """
    earlier = list(FLOWS)[: list(FLOWS).index(flow)]
    known = {one.sort for name in earlier for one in boundaries_of(name)}
    found = [one for one in _of_each_kind(boundaries_of(flow)) if one.sort not in known]
    return found if flow == PUBLISHING else [one for one in found if not _publishes(one)]


def _of_each_kind(met: Iterable[Boundary]) -> list[Boundary]:
    """Return the first boundary of each kind."""
    first: dict[tuple[str, ...], Boundary] = {}
    for boundary in met:
        first.setdefault(boundary.sort, boundary)
    return list(first.values())


def _publishes(boundary: Boundary) -> bool:
    return boundary.kind == "file" and boundary.what.endswith((".part", ".duckdb"))


def all_single_faults() -> Iterator[Scenario]:
    """Yield every flow with every fault at every boundary where it can strike."""
    for flow in FLOWS:
        for fault in FITS:
            yield from single_faults(flow, fault)
