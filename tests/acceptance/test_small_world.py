"""A small world of the test's own, with odd discounts: always runs, with real processes."""

from pathlib import Path

import pytest

from tests.acceptance import csv_files
from tests.acceptance.processes import Finished, free_ports, kvitt

pytestmark = pytest.mark.process


def demo(world: Path, data: Path, *more: object) -> Finished:
    return kvitt(
        *("demo", "--world", world, "--crm", "upsales", "--headless", "--until-quiet", "--json", "--speed", 600),
        *("--data", data, "--port", free_ports(), *more),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_small_world_comes_to_its_own_totals_and_a_second_run_writes_nothing(
    tmp_path: Path, data: Path, seed: int
) -> None:
    world = csv_files.small_world(tmp_path / "handel", seed=seed)
    wanted = csv_files.figures(world)
    for time in ("first", "again"):
        done = demo(world, data, "--book-all")
        assert done.code == 0, done.err
        assert done.result["crm"] == wanted.crm
        assert done.result["fortnox"] == wanted.fortnox
        rounding = wanted.booked - wanted.net
        assert done.result["bridge"] == ({"V7": str(rounding)} if rounding else {})
        assert (done.result["unclassified"], done.result["duplicates"], done.result["lost"]) == ("0.00", 0, 0)
        assert (done.result["writes"] == {"fortnox": 0, "crm": 0}) is (time == "again")


def test_an_edited_small_world_comes_to_its_own_totals(tmp_path: Path, data: Path) -> None:
    world = csv_files.small_world(tmp_path / "handel", orders=30)
    assert csv_files.Editor(world, 4).edit() == 25
    wanted = csv_files.figures(world)
    done = demo(world, data, "--book-all")
    assert done.code == 0, done.err
    assert (done.result["crm"], done.result["fortnox"]) == (wanted.crm, wanted.fortnox)


def test_report_and_check_read_what_the_demo_published(tmp_path: Path, data: Path) -> None:
    world = csv_files.small_world(tmp_path / "handel")
    done = demo(world, data, "--book-all")
    report = kvitt("report", "--data", data, "--json")
    assert report.code == 0, report.err
    assert report.result["crm"] == done.result["crm"]
    assert report.result["fortnox"]["booked_net"] == done.result["fortnox"]["booked_net"]
    assert report.result["bridge"] == done.result["bridge"]
    check = kvitt("check", "--data", data)
    assert (check.code, check.out) == (0, "")
    assert "BROKEN" not in check.err
    assert "The sync is stopped" in check.err


def test_a_data_folder_that_holds_another_world_is_refused_and_left_as_it_is(tmp_path: Path, data: Path) -> None:
    first = csv_files.small_world(tmp_path / "handel")
    assert demo(first, data).code == 0
    other = csv_files.small_world(tmp_path / "annat", seed=9)
    refused = demo(other, data)
    assert (refused.code, refused.out) == (2, "")
    assert "already holds the sandbox world 'handel'" in refused.err
    assert "Traceback" not in refused.err
    assert demo(first, data).result["writes"] == {"fortnox": 0, "crm": 0}
