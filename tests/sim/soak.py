"""Many more scenarios than a test run has time for: `python -m tests.sim.soak --pairs --seeds 20000`; `--help` has all.

Prints what fails as it comes, smallest first, and a JSON summary at the end. The exit code is 1 when anything failed,
and when a fault or a step never took effect although there were seeds enough for each.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import chain, product

from tests.sim import choosing
from tests.sim.faults import FITS, Boundary
from tests.sim.flows import FLOWS, all_single_faults, boundaries_of
from tests.sim.running import Verdict, judge
from tests.sim.scenario import Scenario
from tests.sim.seeds import HOLDS, REPAIRS, STEPS, scenario_of, without_effect
from tests.sim.shrink import regression, shrunk

SAID_EVERY = 200
# So many seeds let every fault and every step take effect.
ENOUGH = 500
# How far behind the first fault of a pair the second one strikes.
REACH = 12


def main() -> int:
    """Run what the arguments ask for."""
    asked = _arguments()
    began, done, failed = time.monotonic(), 0, 0
    taken: Counter[str] = Counter()
    did: Counter[str] = Counter()
    met: dict[int, frozenset[choosing.Meeting]] = {}
    with ProcessPoolExecutor(asked.processes) as pool:
        for verdict in pool.map(judge, _scenarios(asked), chunksize=8):
            done += 1
            taken += verdict.taken
            did += verdict.did
            if asked.choose and not verdict.scenario.plain:
                met[verdict.scenario.seed] = choosing.meetings(verdict)
            if verdict.wrong:
                failed += 1
                _tell(verdict)
            if done % SAID_EVERY == 0:
                _say(f"{done} scenarios, {failed} failed, {time.monotonic() - began:.0f} s")
    if met:
        choosing.keep(choosing.cover(met, asked.choose), len(met))
    idle = without_effect(taken, did) if asked.seeds >= ENOUGH else []
    summary = {"scenarios": done, "failed": failed, "seconds": round(time.monotonic() - began), "never": idle}
    sys.stdout.write(json.dumps(summary | {"faults": taken, "steps": did}, sort_keys=True) + "\n")
    if idle:
        _say(f"Never took effect: {', '.join(idle)}.")
    return 1 if failed or idle or not done else 0


def pairs() -> Iterator[Scenario]:
    """Yield the invoice flow with every two faults: one where an invoice is written, one soon after it."""
    met = boundaries_of("first")
    for first in filter(_about_an_invoice, met):
        for fault in (name for name in FITS if FITS[name](first)):
            for number in range(first.number + 1, min(first.number + 1 + REACH, len(met))):
                for other in (name for name in FITS if FITS[name](met[number - 1])):
                    yield replace(FLOWS["first"], plan=((first.number, fault), (number, other)))


def losses() -> Iterator[Scenario]:
    """Yield every two things that happen to what is settled, after which the data folder is lost."""
    happens = sorted({*STEPS, *HOLDS, *REPAIRS})
    for one, other, books in product(happens, happens, (False, True)):
        yield Scenario(plain=True, prepared="settled", steps=(one, other, "lose_the_folder"), books=books)


def _about_an_invoice(boundary: Boundary) -> bool:
    intent = boundary.kind in {"commit", "file"} and ("count_intent" in boundary.what or "high" in boundary.what)
    return boundary.what == "POST /3/invoices" or intent


def _scenarios(asked: argparse.Namespace) -> Iterable[Scenario]:
    seeds = (scenario_of(seed) for seed in range(asked.first, asked.first + asked.seeds))
    singles = all_single_faults() if asked.singles else ()
    return chain(singles, list(pairs())[:: asked.every] if asked.pairs else (), losses() if asked.losses else (), seeds)


def _tell(verdict: Verdict) -> None:
    smallest = shrunk(verdict.scenario, lambda scenario: judge(scenario).wrong != ())
    _say(f"{verdict}\n{regression(smallest, judge(smallest).wrong)}")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=0, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--singles", action="store_true", help="every fault at every boundary of every flow")
    parser.add_argument("--pairs", action="store_true", help="every two faults on the invoice flow")
    parser.add_argument("--losses", action="store_true", help="every two events, then the loss of the data folder")
    parser.add_argument("--every", type=int, default=1, help="of the pairs, every so manieth")
    parser.add_argument("--choose", type=int, default=0, help="choose so many of the seeds for `make test`")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
