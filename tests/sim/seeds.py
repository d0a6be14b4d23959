"""Scenarios of chance: a small world, what people do in it, and a few faults, all from one number."""

from random import Random

from tests.sim.faults import FITS, Plan
from tests.sim.simulation import Scenario

CHOSEN = tuple(FITS)
STEPS = (
    "edit", "edit", "account", "win", "lose", "book", "book", "pay", "cancel", "another", "hand", "command", "twice",
    "documents_first", "restart", "wait", "publish", "lose_the_folder", "lose_after_invoice",
    "delete", "respell", "change_repaired", "edit_replay", "two_replays", "dismiss",
)  # fmt: skip
LAST_BOUNDARY = 220
NIGHTS = ("spring", "autumn")


def scenario_of(seed: int) -> Scenario:
    """Return the scenario of a seed.

    Seeds take their first fault in turn, so that every run of so many seeds meets every fault.
    """
    chance = Random(f"scenario:{seed}")
    steps = ["flows"]
    for _ in range(chance.randint(0, 3)):
        steps.append(chance.choice(STEPS))
        if chance.random() < 0.6:
            steps.append("flows")
    night = chance.choice(NIGHTS) if chance.random() < 0.1 else ""
    books = chance.random() < 0.2
    return Scenario(seed=seed, steps=tuple(steps), plan=_plan(seed, chance), night=night, books=books)


def _plan(seed: int, chance: Random) -> Plan:
    names = [CHOSEN[seed % len(CHOSEN)], *(chance.choice(CHOSEN) for _ in range(chance.randint(0, 3)))]
    return tuple(sorted((chance.randint(1, LAST_BOUNDARY if place else 60), name) for place, name in enumerate(names)))
