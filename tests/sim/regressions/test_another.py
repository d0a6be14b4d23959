"""Plans that once failed: another document for a deal whose first one counts no more."""

import pytest

from tests.sim.running import judge
from tests.sim.scenario import Scenario


@pytest.mark.parametrize("crm", ["upsales", "salesforce"])
@pytest.mark.parametrize("books", [False, True])
def test_another_document_takes_the_place_of_the_one_that_was_cancelled(crm: str, books: bool) -> None:
    """Its number was written down nowhere: the deal went on speaking of the cancelled one, and nobody booked it."""
    steps = ("flows", "cancel", "settle", "another")
    verdict = judge(Scenario(plain=True, deals=1, crm=crm, books=books, steps=steps))
    assert verdict.wrong == (), verdict


@pytest.mark.parametrize("crm", ["upsales", "salesforce"])
def test_another_document_is_made_for_one_that_was_credited_a_moment_ago(crm: str) -> None:
    """It was allowed, but the credited document had been read before the credit: it was taken as counting still."""
    steps = ("settle", "book", "settle", "credit", "settle", "another", "settle")
    verdict = judge(Scenario(plain=True, deals=1, crm=crm, steps=steps))
    assert verdict.wrong == (), verdict


@pytest.mark.parametrize("crm", ["upsales", "salesforce"])
@pytest.mark.parametrize("after", [(), ("lose",)])
def test_another_document_is_found_again_when_a_folder_from_before_it_is_put_back(
    crm: str, after: tuple[str, ...]
) -> None:
    """The store knew the cancelled one alone, and that was enough for it: the one that counts was told to nobody."""
    steps = ("settle", "cancel", "settle", "copy_the_folder", "another", "settle", "put_back", *after)
    verdict = judge(Scenario(plain=True, deals=1, crm=crm, steps=steps))
    assert verdict.wrong == (), verdict
