"""Scenarios of chance: a small world, what people do in it, and a few faults, all from one number."""

from collections import Counter
from random import Random

from tests.sim import worlds
from tests.sim.faults import FITS, OF_SALESFORCE, Plan
from tests.sim.scenario import Scenario

CHOSEN = tuple(FITS)
STEPS = (
    "edit", "edit", "account", "win", "lose", "book", "book", "pay", "cancel", "another", "hand", "command", "twice",
    "documents_first", "restart", "wait", "publish", "lose_the_folder", "lose_after_invoice",
    "delete", "credit", "put_back", "transfer",
)  # fmt: skip
# How a deal comes to wait for a person, and what people do about it then.
HOLDS = ("spoil", "refuse", "refuse_customer", "refuse_article", "take_the_number", "take_the_article")
REPAIRS = ("edit_replay", "edit_replay", "two_replays", "dismiss", "disagree", "respell", "change_repaired")
EVERY_STEP = frozenset({"flows", "copy_the_folder", *STEPS, *HOLDS, *REPAIRS})
LAST_BOUNDARY = 220
NIGHTS = ("spring", "autumn")
PAGES = (1, 2, 5)


def scenario_of(seed: int) -> Scenario:
    """Return the scenario of a seed.

    Seeds take their first fault in turn, so that every run of so many seeds meets every fault.
    """
    chance = Random(f"scenario:{seed}")
    steps = ["flows"]
    for _ in range(chance.randint(0, 3)):
        step = chance.choice(_possible(seed))
        # An invoice can only be lost where one is still to be made.
        steps += ["win", step] if step == "lose_after_invoice" else [step]
        if chance.random() < 0.6:
            steps.append("flows")
    night = chance.choice(NIGHTS) if chance.random() < 0.1 else ""
    books = chance.random() < 0.2
    plan = _plan(seed, chance)
    # Only Salesforce tells of a deal that was deleted.
    needed = CHOSEN[seed % len(CHOSEN)] in OF_SALESFORCE or "delete" in steps
    crm = "salesforce" if needed or chance.random() < 0.25 else "upsales"
    if chance.random() < 0.25:
        steps = _repaired(steps, chance)
    steps = _copied(steps, chance)
    page = chance.choice(PAGES) if chance.random() < 0.25 else 0
    return Scenario(seed=seed, steps=tuple(steps), plan=plan, night=night, books=books, crm=crm, page=page)


def without_effect(taken: Counter[str], did: Counter[str]) -> list[str]:
    """Return the faults and the steps that never took effect."""
    faults = [name for name in CHOSEN if not taken[name]]
    return [*faults, *sorted(step for step in EVERY_STEP if not did[step])]


def _possible(seed: int) -> tuple[str, ...]:
    """Only where there are several companies can a deal move to another; there it does so more often."""
    several = len(worlds.world(seed).companies) > 1
    return (*STEPS, "transfer", "transfer") if several else tuple(step for step in STEPS if step != "transfer")


def _repaired(steps: list[str], chance: Random) -> list[str]:
    """Let a deal wait for a person from the first, and put one or two repairs somewhere among the steps."""
    mixed = list(steps)
    for _ in range(chance.randint(1, 2)):
        mixed.insert(chance.randint(1, len(mixed)), chance.choice(REPAIRS))
    return [chance.choice(HOLDS), *mixed]


def _copied(steps: list[str], chance: Random) -> list[str]:
    """Let the data folder be copied somewhere before it is first put back."""
    if "put_back" not in steps:
        return steps
    place = chance.randint(0, steps.index("put_back"))
    return [*steps[:place], "copy_the_folder", *steps[place:]]


def _plan(seed: int, chance: Random) -> Plan:
    names = [CHOSEN[seed % len(CHOSEN)], *(chance.choice(CHOSEN) for _ in range(chance.randint(0, 3)))]
    return tuple(sorted((chance.randint(1, LAST_BOUNDARY if place else 60), name) for place, name in enumerate(names)))
