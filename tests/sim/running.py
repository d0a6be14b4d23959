"""Running scenarios: in a folder of their own, judged, and told so that a failure can be pasted."""

import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from sync.log import configure
from tests.memory import memory_folder
from tests.sim import loop
from tests.sim.boundaries import Boundaries, Killed
from tests.sim.checker import faults_of
from tests.sim.faults import Boundary, Sort
from tests.sim.prepared import prepared
from tests.sim.scenario import Scenario
from tests.sim.simulation import NeverQuietError, Simulation


@dataclass(frozen=True)
class Verdict:
    """What came of a scenario; `met` are the boundaries at which a fault could have struck.

    `taken` counts how often each fault took effect, `did` how often each step; `struck` says at which sorts of
    boundary each fault did.
    """

    scenario: Scenario
    wrong: tuple[str, ...]
    taken: Counter[str]
    did: Counter[str]
    struck: frozenset[tuple[str, Sort]]
    met: tuple[Boundary, ...]
    trace: str
    lives: int

    def __str__(self) -> str:
        return "\n".join((*self.wrong, f"judge({self.scenario!r})"))


def judge(scenario: Scenario, idle_passes: int = 1) -> Verdict:
    """Run a scenario and say what is wrong with what it left."""
    folder = Path(tempfile.mkdtemp(dir=memory_folder()))
    try:
        simulation = _simulation(scenario, folder)
        simulation.idle_passes = idle_passes
        return _judged(simulation)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _simulation(scenario: Scenario, folder: Path) -> Simulation:
    if not scenario.prepared:
        return Simulation(scenario, folder)
    state = prepared(scenario.prepared)
    state.unpack(folder)
    simulation = Simulation(scenario, folder, folder / "journal", state.moment)
    simulation.people.touched |= state.touched
    return simulation


def _judged(simulation: Simulation) -> Verdict:
    async def main() -> tuple[str, ...]:
        try:
            await simulation.run()
            wrong = tuple(faults_of(simulation))
        except NeverQuietError as error:
            wrong = (f"I9: {error}",)
        except Exception:
            wrong = (f"The simulation itself broke:\n{traceback.format_exc()}",)
        await simulation.end()
        return wrong

    with _listening(simulation.said):
        wrong = loop.run(main(), simulation.clock, simulation.chance("loop"), Killed)
    boundaries: Boundaries = simulation.boundaries
    return Verdict(
        simulation.scenario,
        wrong,
        simulation.faults.taken,
        simulation.did,
        frozenset(simulation.faults.struck),
        tuple(boundaries.met[: simulation.within_reach]),
        boundaries.trace,
        simulation.process.lives,
    )


@contextmanager
def _listening(said: list[str]) -> Iterator[None]:
    """Keep what the product logs, as it would be written."""
    before = structlog.get_config()
    configure()
    structlog.configure(logger_factory=lambda *_: _Ear(said))
    try:
        yield
    finally:
        structlog.configure(**before)


class _Ear:
    def __init__(self, said: list[str]) -> None:
        self.msg = self.debug = self.info = self.warning = self.error = said.append
