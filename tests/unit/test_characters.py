"""Characters that cannot be seen are left out and noted; what must be named is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.checks.drafts import fit
from mappings.problems import sentence
from mappings.spec import When
from mappings.values.characters import fitted_text, named, refused_signs
from mappings.values.money import decimal
from mappings.vocabulary import holds
from sync.core.identity import own_article_number
from sync.core.planning.matching import email_key, name_key
from tests.unit.making import MAPPING, account, key, product


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Bord\u200b", "Bord"), ("Bo\u00adrd", "Bord"), ("\ufeffBord", "Bord"), ("\u202aBord\u202c", "Bord"),
        ("a\u200db", "ab"), ("a\u2060b", "ab"), ("Bord\ufe0f", "Bord"), ("a\u2009b", "a b"), ("a\u3000b", "a b"),
        ("a\u202fb", "a b"), ("a\u2028b", "a b"), ("a\u2029b", "a b"), ("a\x0bb", "a b"), ("a\x85b", "a b"),
        ("a\nb", "a\nb"),
    ],
)  # fmt: skip
def test_a14_what_cannot_be_seen_is_left_out_or_a_space_and_noted(before: str, after: str) -> None:
    made, adjustments, problems = fit("article", {"Description": before})
    assert (made["Description"], problems) == (after, [])
    assert [(one.before, one.after) for one in adjustments] == ([(before, after)] if before != after else [])


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("\u0000", "U+0000"), ("\u0007", "U+0007"), ("\ud800", "U+D800"), ("\ue000", "U+E000"), ("\u0336", "U+0336"),
        ("<", "<"), ("漢", "漢"),
    ],
)  # fmt: skip
def test_a14_a_refused_sign_that_cannot_be_seen_is_named(sign: str, name: str) -> None:
    _, _, problems = fit("article", {"Description": f"Bord {sign}"})
    assert [one.params["characters"] for one in problems] == [name]
    assert name in sentence(problems[0].as_json(), "sv")


def test_a14_a_zero_width_space_has_a_name() -> None:
    assert named("\u200b") == "U+200B"


@given(st.text(max_size=40))
def test_a14_every_refused_sign_is_told_so_that_it_can_be_read(text: str) -> None:
    for told in refused_signs(fitted_text(text)):
        assert told.isprintable()
        assert told.strip() == told != ""


def test_a14_a_text_of_nothing_that_can_be_seen_says_nothing() -> None:
    _, problems = MAPPING.article.draft(product(name=" \u200b\u00a0"), lambda _kind, _key: None)
    assert [(one.code, one.field) for one in problems] == [("missing", "Description")]
    draft, _ = MAPPING.customer.draft(account(phone="\u200b"), lambda _kind, _key: None)
    assert draft is not None
    assert "Phone1" not in draft.fields


def test_a14_what_cannot_be_seen_makes_nobody_another() -> None:
    assert name_key("Ac\u200bme AB") == name_key("Acme AB")
    assert name_key("A\u030akeri") == name_key("Åkeri")
    assert email_key("\ufeffinfo@acme.se\u200b") == "info@acme.se"
    assert own_article_number(key("product", "9"), "\u200bA1\u00a0") == "A1"
    assert decimal("1\u202f234,50\u200b") == decimal("1234.5")


def test_a14_what_cannot_be_seen_makes_no_deal_another_and_hides_none() -> None:
    agreed = replace(MAPPING.document, rule=MAPPING.document.rule.model_copy(update={"agreed_key": "custom.DEAL_NO"}))
    assert {agreed.agreed_key({"custom": {"DEAL_NO": said}}) for said in ("17", " 17\u200b", "\ufeff17")} == {"17"}
    for said in ("\u200b", "0\u200b", " 0 ", " "):
        assert MAPPING.document.qualifies({"custom": {"SKIP_SYNC": said}}), repr(said)
    to_nord = When(field="custom.COMPANY", equals="nord")
    assert holds(to_nord, {"custom": {"COMPANY": "nord\u200b"}})


@pytest.mark.parametrize("written", ["1_000", "１２", "0x1F", "1e", "NaN", "Infinity", "1,2,3", "1.234,50", "--1", "٣"])
def test_a14_a_number_is_written_in_plain_digits(written: str) -> None:
    assert decimal(written) is None


@pytest.mark.parametrize(
    ("written", "value"), [("−12,5", "-12.5"), ("+1", "1"), (".5", "0.5"), ("1 000", "1000"), ("5.", "5")]
)
def test_a14_a_number_is_read_as_people_write_it(written: str, value: str) -> None:
    assert decimal(written) == decimal(value)
