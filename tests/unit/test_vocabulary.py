"""What each verb of a mapping file does, and that there are no others."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from mappings.spec import FieldRule, When
from mappings.types import Problem
from mappings.values.paths import at
from mappings.vocabulary import Bad, holds, paths_of, value_of

VIEW = {
    "name": "Bänk",
    "empty": "",
    "none": None,
    "count": 3,
    "amount": Decimal("12.50"),
    "day": "2026-05-04T22:30:00.000Z",
    "yes": True,
    "client": {"id": 17, "name": "Åkeriet", "deep": {"er": "botten"}},
    "custom": {"FLAG": "1", "TEXT": " hej "},
}
TABLES = {"vat": {"SE": "SEVAT", "1": "ett", "otherwise": "EXPORT"}, "strict": {"SE": "SEVAT"}, "silent": {"SE": ""}}


def value(rule: dict[str, Any], view: Any = VIEW, links: Any = lambda kind, key: f"{kind}-{key}") -> Any:
    return value_of(FieldRule.model_validate(rule), "Field", view, TABLES, links)


def problem(rule: dict[str, Any]) -> Problem:
    with pytest.raises(Bad) as caught:
        value(rule)
    return caught.value.problem


def test_from_reads_a_dotted_path() -> None:
    assert value({"from": "client.deep.er"}) == "botten"
    assert value({"from": "client.deep.er.mer"}) is None
    assert value({"from": "nowhere"}) is None


def test_from_several_paths_takes_the_first_that_is_filled() -> None:
    assert value({"from": ["none", "empty", "client.name", "name"]}) == "Åkeriet"
    assert value({"from": ["none", "empty"]}) is None


def test_value_is_given_whatever_the_record_says() -> None:
    assert value({"value": 0, "as": "decimal"}) == Decimal(0)
    assert value({"value": "text"}) == "text"


def test_template_puts_values_into_a_text_and_nothing_for_what_is_missing() -> None:
    assert value({"template": "{client.name} / {name}{none}"}) == "Åkeriet / Bänk"


def test_link_asks_for_the_other_sides_number() -> None:
    assert value({"from": "client.id", "link": "customer"}) == "customer-17"
    assert value({"from": "none", "link": "customer"}) is None


def test_lookup_translates_and_otherwise_catches_the_rest() -> None:
    assert value({"value": "SE", "lookup": "vat"}) == "SEVAT"
    assert value({"value": 1, "lookup": "vat"}) == "ett"
    assert value({"value": "XX", "lookup": "vat"}) == "EXPORT"


def test_lookup_without_otherwise_holds_what_it_does_not_know() -> None:
    found = problem({"value": "XX", "lookup": "strict"})
    assert found == Problem("not_in_table", "Field", params={"value": "XX", "table": "strict"})


def test_default_stands_in_for_null_and_for_empty_text() -> None:
    assert value({"from": "empty", "default": "SE"}) == "SE"
    assert value({"from": "none", "default": "SE", "lookup": "vat"}) == "SEVAT"
    assert value({"from": "name", "default": "SE"}) == "Bänk"


@pytest.mark.parametrize(
    ("rule", "made"),
    [
        ({"from": "custom.TEXT"}, "hej"),
        ({"from": "count"}, 3),
        ({"from": "amount"}, "12.50"),
        ({"from": "yes"}, True),
        ({"from": "day", "as": "date"}, "2026-05-04"),
        ({"from": "amount", "as": "decimal"}, Decimal("12.50")),
        ({"value": "1 234,5", "as": "decimal"}, Decimal("1234.5")),
        ({"value": "1234.565", "as": "money"}, Decimal("1234.57")),
        ({"from": "custom.FLAG", "as": "boolean"}, True),
        ({"value": "nej", "as": "boolean"}, False),
        ({"value": "Ja", "as": "boolean"}, True),
        ({"value": 0, "as": "boolean"}, False),
        ({"from": "yes", "as": "flag"}, "1"),
        ({"value": False, "as": "flag"}, "0"),
        ({"value": " 556677-8899 ", "as": "organisation_number"}, "556677-8899"),
        ({"value": "0.1", "as": "sek_rate"}, Decimal("10.000000")),
    ],
)
def test_as_converts(rule: dict[str, Any], made: Any) -> None:
    assert value(rule) == made
    assert type(value(rule)) is type(made)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"from": "name", "as": "decimal"}, "not_a_number"),
        ({"from": "name", "as": "money"}, "not_a_number"),
        ({"from": "name", "as": "date"}, "not_a_date"),
        ({"value": "kanske", "as": "boolean"}, "not_allowed"),
        ({"value": "9999-12-31", "as": "date", "plus_days": 30}, "not_a_date"),
        ({"value": "0000-00-00", "as": "date"}, "not_a_date"),
        ({"value": "0", "as": "sek_rate"}, "not_a_number"),
        ({"value": "-1", "as": "sek_rate"}, "not_a_number"),
        ({"from": "none", "required": True}, "missing"),
        ({"from": "name", "max": 3}, "too_long"),
    ],
)
def test_what_cannot_be_used_is_a_problem_that_names_the_field(rule: dict[str, Any], code: str) -> None:
    found = problem(rule)
    assert (found.code, found.field) == (code, "Field")


def test_a_missing_value_names_every_place_it_could_have_been() -> None:
    assert problem({"from": ["none", "empty"], "required": True}).params == {"source": "none / empty"}


def test_plus_days_moves_a_date_over_month_ends() -> None:
    assert value({"value": "2026-01-31", "as": "date", "plus_days": 30}) == "2026-03-02"
    assert value({"value": "2028-02-28", "as": "date", "plus_days": 1}) == "2028-02-29"


def test_max_lets_through_what_is_short_enough() -> None:
    assert value({"from": "name", "max": 4}) == "Bänk"


def test_when_leaves_a_field_out_unless_it_holds() -> None:
    rule = {"value": "x", "when": {"field": "custom.FLAG", "equals": 1}}
    assert value(rule) == "x"
    assert value({**rule, "when": {"field": "custom.FLAG", "equals": 2}}) is None


@pytest.mark.parametrize(
    ("test", "holding"),
    [
        ({"field": "custom.FLAG", "equals": "1"}, True),
        ({"field": "count", "equals": "3"}, True),
        ({"field": "custom.GONE", "in": ["", "0"]}, True),
        ({"field": "custom.FLAG", "in": ["", "0"]}, False),
        ({"field": "empty", "present": False}, True),
        ({"field": "none", "present": True}, False),
        ({"field": "count", "present": True}, True),
    ],
)
def test_conditions_compare_as_text(test: dict[str, Any], holding: bool) -> None:
    assert holds(When.model_validate(test), VIEW) is holding


def test_a_rule_knows_everything_it_reads() -> None:
    rule = FieldRule.model_validate({"template": "{a.b}-{c}", "when": {"field": "d", "present": True}})
    assert paths_of(rule) == ("a.b", "c", "d")
    assert paths_of(FieldRule.model_validate({"from": ["a", "b"]})) == ("a", "b")
    assert paths_of(FieldRule.model_validate({"value": 1})) == ()


def test_a_path_through_something_that_is_no_record_is_nothing() -> None:
    assert at({"a": [1]}, "a.b") is None
    assert at({}, "a") is None


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"from": "a", "value": "b"},
        {"value": "a", "template": "{b}"},
        {"value": "a", "link": "customer"},
        {"from": "a", "link": "order"},
        {"from": "a", "as": "float"},
        {"from": "a", "max": 0},
        {"from": "a", "eval": "1+1"},
        {"from": "a", "plus_days": 30},
        {"from": "a", "when": {"field": "b"}},
        {"from": "a", "when": {"field": "b", "equals": 1, "present": True}},
    ],
)
def test_nothing_outside_the_grammar_is_accepted(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FieldRule.model_validate(rule)


def test_a_value_of_which_a_table_says_nothing_is_absent() -> None:
    assert value({"value": "SE", "lookup": "silent"}) is None
