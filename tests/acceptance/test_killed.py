"""The sync is killed in the middle of its work, by signal 9, and started again; `make soak` does it fifty times."""

from pathlib import Path

import pytest

from tests.acceptance import csv_files
from tests.soak.kills import ORDERS_A_KILL, Soak, goals

pytestmark = [pytest.mark.process, pytest.mark.verify]

KILLS = 5
OFTEN = "mostly between intent and outcome"


@pytest.mark.parametrize("lose_after", [None, 2], ids=["same_folder", "folder_lost_once"])
def test_killed_again_and_again_there_are_no_duplicates_and_nothing_is_lost(
    tmp_path: Path, lose_after: int | None
) -> None:
    world = csv_files.small_world(tmp_path / "handel", KILLS * ORDERS_A_KILL)
    summary = Soak(world, tmp_path, seed=KILLS, lose_after=lose_after).run(KILLS)
    assert summary["mid_flight"] >= 1
    assert {goal for goal, met in goals(summary, KILLS).items() if not met} <= {OFTEN}, summary
