"""Plans that still fail: each says what is missing, and fails the suite when it no longer does."""

import pytest

from tests.sim import checker
from tests.sim.running import judge
from tests.sim.simulation import Scenario


@pytest.mark.xfail(strict=True, reason="a document that is adopted counts as saying what its deal says now")
def test_an_edit_made_while_the_data_folder_was_lost_reaches_the_adopted_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checker, "_edited_unseen", lambda _done: set())
    assert judge(Scenario(plain=True, steps=("settle", "lose_the_folder", "edit", "flows"))).wrong == ()


@pytest.mark.xfail(
    strict=True, reason="when a pass ended is compared with when a record was read, on a clock that jumps"
)
def test_an_edit_that_lists_do_not_show_is_read_after_the_clock_was_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "_clock_was_behind", lambda _done: False)
    plan = ((12, "clock_jump_back"), (81, "late_commit"))
    assert judge(Scenario(seed=319, deals=1, plan=plan)).wrong == ()
