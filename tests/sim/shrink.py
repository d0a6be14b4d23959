"""Making a failing scenario smaller: fewer faults, then fewer steps, then fewer deals, as long as it still fails."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.sim.scenario import Scenario

Fails = Callable[[Scenario], bool]


def shrunk(scenario: Scenario, fails: Fails) -> Scenario:
    """Return the smallest scenario on the way down that still fails."""
    while (smaller := next((one for one in _smaller(scenario) if fails(one)), None)) is not None:
        scenario = smaller
    return scenario


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    for place in range(len(scenario.plan)):
        yield replace(scenario, plan=scenario.plan[:place] + scenario.plan[place + 1 :])
    for place in range(len(scenario.steps)):
        yield replace(scenario, steps=scenario.steps[:place] + scenario.steps[place + 1 :])
    if not scenario.plain:
        yield from (replace(scenario, deals=deals) for deals in (1, 2) if not scenario.deals or deals < scenario.deals)
    if scenario.night:
        yield replace(scenario, night="")
    if scenario.page:
        yield replace(scenario, page=0)
    if scenario.crm != "upsales":
        yield replace(scenario, crm="upsales")


def regression(scenario: Scenario, wrong: tuple[str, ...]) -> str:
    """Return a test to paste into `regressions/`."""
    said = "\n".join(f"    # {sentence.splitlines()[0]}" for sentence in wrong)
    return f"def test_() -> None:\n{said}\n    assert judge({scenario!r}).wrong == ()\n"
