"""Plans that once failed: what is under way when somebody acts, or when the last look is over."""

import pytest

from tests.sim.running import judge
from tests.sim.scenario import Scenario


def test_a_change_that_was_on_its_way_may_arrive_after_an_accountants() -> None:
    """Nobody can call it back: the checker took it for a draft that Kvitt wrote over."""
    steps, plan = ("documents_first", "flows", "edit", "flows", "hand"), ((144, "late_commit"),)
    assert judge(Scenario(seed=9867, deals=1, steps=steps, plan=plan)).wrong == ()


def test_a_deal_that_its_account_lets_go_at_the_very_end_is_booked() -> None:
    """Its customer was refused; the last change of the account made it anew, and nobody waited for the booking."""
    assert judge(Scenario(seed=7256, deals=1, steps=("refuse_customer",), books=True)).wrong == ()


@pytest.mark.parametrize("crm", ["upsales", "salesforce"])
def test_a_deal_goes_on_when_its_article_is_made_by_an_accountant(crm: str) -> None:
    """Kvitt's own was refused, the accountant's was linked: the deal waited for ever for the one that was given up."""
    assert judge(Scenario(deals=1, crm=crm, steps=("take_the_article", "flows"))).wrong == ()


def test_a_deal_that_a_list_counts_and_does_not_show_is_told_of_its_document() -> None:
    """It was taken for deleted in the CRM, and never told."""
    verdict = judge(Scenario(seed=288, deals=1, plan=((81, "empty_list"),)))
    assert verdict.taken["empty_list"] == 1
    assert verdict.wrong == (), verdict
