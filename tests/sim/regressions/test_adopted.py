"""Adopting what Kvitt no longer remembers having sent."""

import pytest

from tests.sim.running import judge
from tests.sim.scenario import Scenario


@pytest.mark.parametrize("lost", ["lose_the_folder", "lose_after_invoice"])
def test_an_edit_made_while_the_data_folder_was_lost_is_done_or_waits_for_a_person(lost: str) -> None:
    """The document was adopted as saying what its deal says now, and the edit was never sent."""
    verdict = judge(Scenario(plain=True, steps=("settle", lost, "edit", "flows")))
    assert verdict.wrong == (), verdict
