"""Plans that once failed: the clock of Kvitt's own machine is set (F12)."""

from tests.sim.running import judge
from tests.sim.scenario import Scenario


def test_an_edit_that_lists_do_not_show_is_read_although_the_record_was_read_on_a_clock_that_was_ahead() -> None:
    assert judge(Scenario(plain=True, plan=((5, "clock_jump_forward"),))).wrong == ()


def test_a_clock_that_is_set_back_breaks_no_promise() -> None:
    assert judge(Scenario(plain=True, plan=((5, "clock_jump_forward"), (70, "clock_jump_back")))).wrong == ()


def test_a_retry_whose_time_a_clock_that_was_ahead_has_set_does_not_wait_for_it() -> None:
    plan = ((37, "clock_jump_forward"), (49, "clock_jump_forward"), (102, "refused"))
    assert judge(Scenario(seed=920, deals=2, plan=plan)).wrong == ()
