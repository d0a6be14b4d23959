"""An article number is one number wherever it is read; what Fortnox refuses never becomes another in silence."""

from typing import Any

import pytest

from mappings import Problem
from sync.core.planning.matching import index_customers
from sync.core.planning.register import Register
from sync.core.planning.verdicts import Resolved
from sync.core.types import Operation
from tests.unit.making import MAPPING, Concluded, product, record


def masters(names: dict[str, str]) -> Concluded:
    """Return the masters of a company whose articles have these numbers and descriptions."""
    customers = Register(index=index_customers(()))
    return Concluded(MAPPING, "nord", customers, Register(names=names))


def article(made: Concluded, **changes: Any) -> Resolved | Problem:
    return made.resolve("article", "7", record("product", product(**changes)))


def only(made: Concluded) -> Operation:
    (operation,) = made.operations
    return operation


@pytest.mark.parametrize("written", ["1001", " 1001 ", "1001\u200b", "\t1001\n"])
def test_b4_an_article_number_is_trimmed_and_matched(written: str) -> None:
    made = masters({"1001": "Bord"})
    assert article(made, articleNo=written) == Resolved("1001")
    assert made.operations == []


def test_b4_an_article_number_that_fortnox_has_is_matched_whatever_its_signs() -> None:
    made = masters({"X-100 B": "Bord"})
    assert article(made, articleNo="X-100 B") == Resolved("X-100 B")


def test_b4_an_article_that_was_made_under_our_own_number_stays_that_one() -> None:
    made = masters({"UP-7": "Bord"})
    assert article(made, articleNo="X-100 B") == Resolved("UP-7")


def test_b6_an_article_of_another_installation_under_our_own_number_is_a_question_for_a_person() -> None:
    made = masters({"UP-7": "Stol"})
    assert isinstance(article(made, articleNo=""), Problem)
    assert [(one["code"], one["params"]["other"]) for one in only(made).problems] == [("number_taken", "Stol")]


@pytest.mark.parametrize("written", ["X-100 B", "Å 1", "9" * 51, "a'b"])
def test_b4_an_article_number_that_fortnox_refuses_is_held_with_the_permitted_signs(written: str) -> None:
    made = masters({})
    assert article(made, articleNo=written) == Problem(
        "article_waits", "ArticleNumber", params={"value": "Bord", "record": "7"}
    )
    assert [problem["code"] for problem in only(made).problems] == ["article_number"]
    assert only(made).problems[0]["params"] == {"value": written, "permitted": "A–Z a–z 0–9 - – + / . _"}


def test_b4_an_article_without_a_number_gets_one_of_ours() -> None:
    made = masters({})
    assert article(made, articleNo=" ") == Resolved("UP-7", only(made).subject)
