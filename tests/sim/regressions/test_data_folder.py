"""Plans that once failed: the data folder is lost."""

from tests.sim.running import judge
from tests.sim.scenario import Scenario


def test_what_an_operator_had_sent_stands_when_the_data_folder_is_lost() -> None:
    steps = ("refuse", "flows", "edit_replay", "lose_the_folder")
    assert judge(Scenario(seed=910, deals=1, steps=steps)).wrong == ()


def test_a_draft_that_a_lost_folder_makes_unknown_is_not_booked_before_it_is_compared_with_its_deal() -> None:
    steps = ("flows", "edit", "lose_the_folder")
    assert judge(Scenario(seed=1551, deals=1, steps=steps, books=True)).wrong == ()


def test_a_deal_changed_after_booking_still_waits_for_a_person_when_the_data_folder_is_lost() -> None:
    steps = ("settle", "book", "edit", "flows", "lose_the_folder")
    assert judge(Scenario(seed=1, deals=1, steps=steps)).wrong == ()


def test_a_person_is_asked_about_the_document_of_a_lost_deal_when_the_data_folder_is_lost() -> None:
    assert judge(Scenario(plain=True, steps=("settle", "lose", "lose_the_folder"))).wrong == ()


def test_a_person_is_asked_about_the_document_of_a_deal_that_is_lost_before_its_document_is_found_again() -> None:
    steps = ("flows", "lose_the_folder", "flows", "lose", "flows")
    assert judge(Scenario(seed=333, deals=1, steps=steps)).wrong == ()
