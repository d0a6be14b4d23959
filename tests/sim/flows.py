"""The flows that are hit at every boundary, and the single faults that hit them."""

from collections.abc import Iterator
from dataclasses import replace

from tests.sim.faults import FITS, Boundary
from tests.sim.running import judge
from tests.sim.simulation import Scenario

FLOWS: dict[str, Scenario] = {
    "first": Scenario(plain=True),
    "update": Scenario(plain=True, prepared="edited"),
    "write_back": Scenario(plain=True, prepared="booked"),
    "command": Scenario(plain=True, prepared="edited", steps=("command", "publish")),
    "restart": Scenario(plain=True, prepared="in_doubt"),
    "recovery": Scenario(plain=True, prepared="lost"),
}


def boundaries_of(flow: str) -> tuple[Boundary, ...]:
    """Return the boundaries a flow meets when nothing goes wrong."""
    clean = judge(FLOWS[flow])
    assert clean.wrong == (), clean
    return clean.met


def single_faults(flow: str, fault: str) -> Iterator[Scenario]:
    """Yield a flow with one fault, at each of its boundaries where that fault can strike."""
    fits = FITS[fault]
    for boundary in boundaries_of(flow):
        if fits(boundary):
            yield replace(FLOWS[flow], plan=((boundary.number, fault),))
