"""Deliberate bugs that only whole runs can show: each makes the test of its promise fail."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sync.core.planning.deals import DealPlanner
from sync.decide import plan
from sync.flows.lanes import Lanes
from tests.acceptance import test_one_fault_alone, test_silent_systems
from tests.acceptance.test_one_fault_alone import faulty

__all__ = ["faulty"]


def test_a_fault_that_stops_all_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: set[str]) -> None:
    monkeypatch.setattr(plan, "_consider", DealPlanner.consider)
    with pytest.raises(AssertionError):
        test_one_fault_alone.test_e1_a_deal_that_raises_is_one_thing_to_review_and_the_others_are_sent(tmp_path, faulty)


def test_waiting_for_a_silent_company_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def all_of_them(_self: Lanes, works: Mapping[str, Any]) -> dict[str, Any]:
        ended = await asyncio.gather(*works.values(), return_exceptions=True)
        return dict(zip(works, ended, strict=True))

    monkeypatch.setattr(Lanes, "side_by_side", all_of_them)
    with pytest.raises(AssertionError):
        test_silent_systems.test_e3_a_silent_company_delays_another_companys_deal_by_ten_seconds_at_most(tmp_path, 59.0)
