"""A stored problem in words, also one that this Kvitt does not know."""

import pytest

from mappings.problems import codes, sentence


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_code_without_a_sentence_is_shown_as_it_is(language: str) -> None:
    assert sentence({"code": "of_another_version"}, language) == "of_another_version"


def test_a_value_that_was_not_kept_is_shown_as_unknown() -> None:
    assert sentence({"code": "currency", "params": {}}, "en").startswith("The currency ? is not in Fortnox")


def test_a_row_is_named() -> None:
    assert sentence({"code": "currency", "row": 3, "params": {"value": "NOK"}}, "sv").startswith("Rad 3: Valutan NOK")


def test_every_code_is_known_and_has_words_in_both_languages() -> None:
    assert {"missing", "no_route"} <= codes()
    assert all(sentence({"code": code}, "sv") != sentence({"code": code}, "en") for code in codes())
