"""The seeds that a short run of tests plays: few that together meet most of what many do, kept in a file.

`python -m tests.sim.soak --seeds 500 --choose 33` chooses them anew, of the seeds that it has played.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.sim.running import Verdict

FILE = Path(__file__).with_name("chosen_seeds.json")
Meeting = tuple[object, ...]


def chosen() -> list[int]:
    """Return the seeds of the file."""
    return list(json.loads(FILE.read_text(encoding="utf-8"))["seeds"])


def keep(seeds: Iterable[int], of: int) -> None:
    """Write the seeds that were chosen of so many to the file."""
    FILE.write_text(json.dumps({"of": of, "seeds": sorted(seeds)}) + "\n", encoding="utf-8")


def meetings(verdict: Verdict) -> frozenset[Meeting]:
    """Return what a scenario met: steps and faults that took effect, faults at sorts of boundary, with either CRM."""
    faults = {("fault", name) for name, times in verdict.taken.items() if times}
    steps = {("step", name, verdict.scenario.crm) for name, times in verdict.did.items() if times}
    about = {("night", verdict.scenario.night), ("books", verdict.scenario.books), ("page", verdict.scenario.page)}
    return frozenset({*faults, *steps, *about, *verdict.struck})


def cover(met: Mapping[int, frozenset[Meeting]], most: int) -> list[int]:
    """Return so many seeds, each the one that adds most to those before it."""
    left, taken, seen = dict(met), list[int](), set[Meeting]()
    while left and len(taken) < most:
        best = max(left, key=lambda seed: (sum(_weight(one) for one in left[seed] - seen), -seed))
        taken.append(best)
        seen |= left.pop(best)
    return taken


def _weight(meeting: Meeting) -> int:
    """Whole faults and steps come before the places where they strike: each must take effect in a short run."""
    return 20 if meeting[0] in {"fault", "step"} else 1
