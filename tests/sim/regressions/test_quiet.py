"""Plans that once failed: a pass was called quiet although something was sent in it."""

from tests.sim.running import judge
from tests.sim.scenario import Scenario


def test_a_pass_in_which_fortnox_refuses_what_is_sent_is_not_quiet() -> None:
    steps, plan = ("refuse", "flows"), ((73, "html_200"),)
    assert judge(Scenario(seed=1438, deals=1, steps=steps, plan=plan)).wrong == ()
