"""States that flows start from, made once for each run of tests: both systems' tables and Kvitt's folder."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from tests.sim import loop
from tests.sim.boundaries import Killed
from tests.sim.common import made_once
from tests.sim.process import KilledTooOftenError
from tests.sim.scenario import Scenario
from tests.sim.simulation import Simulation

HISTORIES: dict[str, tuple[str, ...]] = {
    "settled": ("settle",),
    "edited": ("settle", "edit", "account"),
    "booked": ("settle", "book", "pay"),
    "lost": ("lose_after_invoice",),
    "in_doubt": ("settle", "win", "die_after_invoice"),
    "held": ("spoil", "refuse", "settle"),
}
_FILES, _ABOUT = "files", "about.json"


@dataclass(frozen=True)
class Prepared:
    """A state: where its files are, what time it is there, and whose deals people have touched."""

    folder: Path
    moment: datetime
    touched: frozenset[str]

    def unpack(self, folder: Path) -> None:
        """Put the state into a simulation's folder: `journal` and, where there is one, `data-0`."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)


@cache
def prepared(name: str) -> Prepared:
    """Return the state of a name, made at its first use."""
    made = made_once(f"prepared-{name}", lambda folder: _make(name, folder))
    about = json.loads((made / _ABOUT).read_text(encoding="utf-8"))
    return Prepared(made / _FILES, datetime.fromisoformat(about["moment"]), frozenset(about["touched"]))


def _make(name: str, made: Path) -> None:
    folder = made / _FILES
    folder.mkdir(parents=True)
    simulation = Simulation(Scenario(plain=True, steps=HISTORIES[name]), folder, folder / "journal", most_lives=1)

    async def main() -> None:
        try:
            await simulation.live()
            await simulation.restart()
        except KilledTooOftenError:
            pass
        await simulation.end()

    loop.run(main(), simulation.clock, simulation.chance("loop"), Killed)
    last = simulation.process.data
    last.mkdir(exist_ok=True)
    last.rename(folder / "data-0")
    about = {"moment": simulation.clock.now().isoformat(), "touched": sorted(simulation.people.touched)}
    (made / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
