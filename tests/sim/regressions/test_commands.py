"""Plans that once failed: what people ask for, and a process killed while it answers."""

import pytest

from tests.sim.running import judge
from tests.sim.scenario import Scenario


@pytest.mark.parametrize("wish", ["edit_replay", "two_replays", "dismiss"])
def test_a_repair_is_done_and_answered_or_neither(wish: str) -> None:
    """The edit was kept and its answer was not: after the restart the operator was told that it was refused."""
    steps = (wish, "flows", "change_repaired", "flows")
    verdict = judge(Scenario(plain=True, prepared="held", steps=steps, plan=((1, "crash@commit insert_command"),)))
    assert verdict.taken["crash"] == 1
    assert verdict.wrong == (), verdict


def test_another_document_that_two_allow_before_it_is_made_is_one() -> None:
    steps = ("settle", "cancel", "settle", "another", "another")
    verdict = judge(Scenario(plain=True, deals=1, steps=steps))
    assert verdict.wrong == (), verdict
