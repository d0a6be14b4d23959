"""Plans that once failed: Fortnox's login misbehaves for a moment."""

from tests.sim.running import judge
from tests.sim.scenario import Scenario


def test_a_maintenance_page_in_place_of_a_token_needs_no_person() -> None:
    assert judge(Scenario(plain=True, plan=((1, "html_200@send POST /oauth"),))).wrong == ()


def test_half_a_token_answer_needs_no_person() -> None:
    assert judge(Scenario(plain=True, plan=((1, "cut_body@answer POST /oauth"),))).wrong == ()
