"""Copies of a part of Northwind with 25 edits each: Kvitt must come to what the files themselves add up to."""

import shutil
from pathlib import Path

import pytest

from tests.acceptance import csv_files
from tests.acceptance.processes import free_ports, kvitt

pytestmark = [pytest.mark.process, pytest.mark.shared, pytest.mark.verify]
ORDERS = 240


@pytest.mark.parametrize("seed", [20260101, 7])
def test_an_edited_copy_comes_to_the_totals_of_its_own_files(
    northwind: Path, data: Path, tmp_path: Path, seed: int
) -> None:
    world = tmp_path / "edited"
    shutil.copytree(northwind, world)
    csv_files.keep(world, ORDERS)
    before = csv_files.figures(world)
    assert csv_files.Editor(world, seed).edit() == 25
    wanted = csv_files.figures(world)
    assert wanted.deals == before.deals - 1, "two orders deleted, one added"
    assert wanted.net != before.net

    done = kvitt(
        *("demo", "--world", world, "--crm", "upsales", "--headless", "--until-quiet", "--book-all", "--json"),
        *("--data", data, "--port", free_ports()),
    )
    assert done.code == 0, done.err
    assert done.result["crm"] == wanted.crm
    assert done.result["fortnox"] == wanted.fortnox
    rounding = wanted.booked - wanted.net
    assert done.result["bridge"] == ({"V7": str(rounding)} if rounding else {})
    assert done.result["unclassified"] == "0.00"
    assert (done.result["duplicates"], done.result["lost"]) == (0, 0)
