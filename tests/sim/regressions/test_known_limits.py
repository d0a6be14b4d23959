"""Plans that still fail: each says what is missing, and fails the suite when it no longer does."""

import pytest

from tests.sim import checker
from tests.sim.running import judge
from tests.sim.simulation import Scenario


@pytest.mark.xfail(strict=True, reason="a record's reading and a pass's end are compared on a clock that jumps")
def test_an_edit_that_lists_do_not_show_is_read_after_the_clock_was_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "_clock_was_behind", lambda _done: False)
    plan = ((12, "clock_jump_back"), (81, "late_commit"))
    assert judge(Scenario(seed=319, deals=1, plan=plan)).wrong == ()
