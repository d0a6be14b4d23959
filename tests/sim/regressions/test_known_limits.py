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
