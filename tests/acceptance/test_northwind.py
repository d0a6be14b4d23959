"""The published figures of Northwind, from the command as people type it (ARCHITECTURE.md: the worlds)."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.processes import ROOT, Finished, kvitt

pytestmark = [pytest.mark.process, pytest.mark.shared, pytest.mark.verify]

COMMAND = "demo --world ../shared/data/northwind --crm {crm} --headless --until-quiet --book-all --json"
PUBLISHED = {
    "crm": {"deals": 830, "gross": "1354458.59", "discount": "88665.55", "net": "1265793.04"},
    "fortnox": {
        "customers": 89,
        "articles": 77,
        "documents": 830,
        "booked_net": "1265793.29",
        "throttled": 0,
    },
    "bridge": {"V7": "0.25"},
    "unclassified": "0.00",
    "duplicates": 0,
    "lost": 0,
}
# A Salesforce line states its own total in two decimals: both sides say the same, and nothing is left to explain.
OF_SALESFORCE = PUBLISHED | {
    "crm": {"deals": 830, "gross": "1354458.59", "discount": "88665.30", "net": "1265793.29"},
    "bridge": {},
}
LONGEST_SECONDS = 120


def command(northwind: Path, data: Path, crm: str) -> Finished:
    """Run the issue's command as it stands; the data folder is named by its setting."""
    words = COMMAND.format(crm=crm)
    if northwind.resolve() != (ROOT / "../shared/data/northwind").resolve():
        words = words.replace("../shared/data/northwind", shlex.quote(str(northwind.resolve())))
    return kvitt(*shlex.split(words), settings={"KVITT_DATA": str(data)})


@pytest.mark.parametrize(("crm", "published"), [("upsales", PUBLISHED), ("salesforce", OF_SALESFORCE)])
def test_northwind_comes_to_the_published_figures_and_a_second_run_writes_nothing(
    northwind: Path, data: Path, crm: str, published: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    first = command(northwind, data, crm)
    with capsys.disabled():
        print(f"\nNorthwind from nothing through {crm}: {first.seconds:.1f} s")  # noqa: T201 - a figure people want to see
    assert first.code == 0, first.err
    assert {name: first.result[name] for name in published} == published
    assert first.result["operations"]["review"] == 0
    assert set(first.result) == {*published, "operations", "calls", "writes"}
    assert first.out.count("\n") == 1, "stdout holds one line and nothing else"
    assert first.result["writes"]["fortnox"] == 830 + 89 + 77
    assert first.seconds < LONGEST_SECONDS

    again = command(northwind, data, crm)
    assert again.code == 0, again.err
    assert again.result["writes"] == {"fortnox": 0, "crm": 0}
    assert {name: again.result[name] for name in published} == published
