"""How many simulated scenarios a core gets through: what makes five hundred seeds a part of `make test`."""

from pathlib import Path
from time import process_time

from tests.bench.figures import Figure, least
from tests.sim.running import judge
from tests.sim.seeds import scenario_of

SEEDS = 20
# Five hundred seeds in seven minutes on two cores: what people do in them takes effect, and many read in small pages.
WANTED = 0.6


def figures(_folder: Path) -> list[Figure]:
    """Return the scenarios for each second of processor time; each must also end well."""
    judge(scenario_of(0))
    began = process_time()
    for seed in range(1, SEEDS + 1):
        verdict = judge(scenario_of(seed))
        assert not verdict.wrong, str(verdict)
    return [least("simulated scenarios in a second of one core", SEEDS / (process_time() - began), WANTED)]
