"""The flows that are hit at every sort of boundary, and the single faults that hit them.

`test` is what `make test` plays: each sort once over all flows, and at writes each fault at each way of writing, with
each sort of write among them. `verify` is what that leaves out: a crash at each sort of each flow, and at writes each
fault at each sort, in each flow, and each sort of each flow by some fault. `soak.py --singles` plays every single one.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Literal

from tests.sim.common import made_once
from tests.sim.faults import EVERY_READ, FITS, ON_THE_WIRE, Boundary, Sort
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

Tier = Literal["test", "verify"]
# Statements of the commits that decide whether a document is made, and what is known of it.
DECISIVE = frozenset({"save_operations", "move_operations", "put_links"})


@dataclass(frozen=True)
class Place:
    """A boundary of a flow, and a fault that can strike there."""

    flow: str
    fault: str
    boundary: Boundary

    @property
    def scenario(self) -> Scenario:
        """Return the flow with the fault there."""
        return replace(FLOWS[self.flow], plan=((self.boundary.number, self.fault),))

    @property
    def changes(self) -> bool:
        return self.boundary.kind in {"commit", "file"} or self.boundary.is_write

    @property
    def pairs(self) -> set[tuple[str | Sort, ...]]:
        """Return each two of its fault, its sort and its flow."""
        return {*combinations((self.fault, self.boundary.sort, self.flow), 2)}

    @property
    def decides(self) -> bool:
        return self.boundary.kind == "commit" and not DECISIVE.isdisjoint(self.boundary.what.split())


def crashes(tier: Tier) -> list[Scenario]:
    """Return flows with a crash at one boundary of each sort where something changes.

    Between two boundaries without a commit, a renamed file or a write in another system, the dead process leaves
    exactly the same behind. The longer run is killed, besides, at every commit of what decides whether a document is
    made.
    """
    places = [one for flow in FLOWS for one in places_of(flow, "crash") if one.changes]
    whole = {*_one_of_each_sort(places, of_flows=True), *(one for one in places if one.decides)}
    return _of(tier, _one_of_each_sort(places, of_flows=False), whole)


def write_faults(tier: Tier) -> list[Scenario]:
    """Return flows with each fault at one of each sort of write to another system that it can strike.

    A short run has one place for each fault at each way of writing (a system's method), and each sort of write.
    """
    places = [
        one for flow, fault in product(FLOWS, ON_THE_WIRE) for one in places_of(flow, fault) if one.boundary.is_write
    ]
    short = _spread(_one_of_each_sort(places, of_flows=False))
    return _of(tier, short, _paired(_one_of_each_sort(places, of_flows=True), short))


def read_faults(tier: Tier) -> list[Scenario]:
    """Return flows in which every reading suffers a fault once; in a short run, one flow for each CRM."""
    first_of_crm = {scenario.crm: flow for flow, scenario in reversed(FLOWS.items())}
    flows = [flow for flow in FLOWS if (flow in first_of_crm.values()) is (tier == "test")]
    return [
        replace(FLOWS[flow], plan=((1, fault + EVERY_READ),))
        for flow, fault in product(flows, ON_THE_WIRE)
        if any(one.boundary.method and not one.boundary.is_write for one in places_of(flow, fault))
    ]


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
        yield from (one.scenario for one in places_of(flow, fault))


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
    kept = made_once(f"boundaries-{flow}.json", lambda file: _keep_boundaries(flow, file))
    return tuple(Boundary(**one) for one in json.loads(kept.read_text(encoding="utf-8")))


def _keep_boundaries(flow: str, file: Path) -> None:
    clean = judge(FLOWS[flow])
    assert clean.wrong == (), clean
    file.write_text(json.dumps([asdict(one) for one in clean.met]), encoding="utf-8")


def places_of(flow: str, fault: str) -> list[Place]:
    """Return each boundary of a flow where a fault can strike."""
    return [Place(flow, fault, boundary) for boundary in boundaries_of(flow) if FITS[fault](boundary)]


def _one_of_each_sort(places: Iterable[Place], *, of_flows: bool) -> set[Place]:
    """Return for each fault the last of each sort of place, over all flows or of each flow: the most is there by then.

    Computed from what flows meet, so that a new flow, a new write and a new commit are struck without being named.
    """
    return set({(one.fault, one.boundary.sort, one.flow if of_flows else ""): one for one in places}.values())


def _spread(places: Iterable[Place]) -> set[Place]:
    """Return of these places one for each fault at each way of writing, and one of each sort.

    Of several that would do, it is one of the sort that is struck least so far.
    """
    ways: dict[tuple[str, str, str], list[Place]] = {}
    sorts: dict[Sort, list[Place]] = {}
    for one in sorted(places, key=_order):
        ways.setdefault((one.fault, one.boundary.system, one.boundary.method), []).append(one)
        sorts.setdefault(one.boundary.sort, []).append(one)
    struck = dict.fromkeys(sorts, 0)
    found = set[Place]()
    for choice in ways.values():
        least = min(choice, key=lambda one: struck[one.boundary.sort])
        struck[least.boundary.sort] += 1
        found.add(least)
    return found | {choice[0] for sort, choice in sorts.items() if not struck[sort]}


def _paired(places: Iterable[Place], struck: Iterable[Place]) -> set[Place]:
    """Return of these places what meets, with those struck already, each two of fault, sort and flow that go along."""
    pairs = {one: one.pairs for one in sorted(places, key=_order)}
    met = {pair for one in struck for pair in one.pairs}
    found = set[Place]()
    while any(not own <= met for own in pairs.values()):
        best = max(pairs, key=lambda one: len(pairs[one] - met))
        found.add(best)
        met |= pairs.pop(best)
    return found


def _order(place: Place) -> tuple[str, str, int]:
    return place.flow, place.fault, place.boundary.number


def _of(tier: Tier, short: set[Place], whole: set[Place]) -> list[Scenario]:
    """Return the scenarios of a tier in an order that is the same in every process; none is in both."""
    found = short if tier == "test" else whole - short
    return [one.scenario for one in sorted(found, key=_order)]
