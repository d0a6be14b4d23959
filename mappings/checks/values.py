"""Whether a field's rule gives a value of the field's type, and a constant that Fortnox takes."""

from collections.abc import Mapping

from mappings.checks.drafts import fit
from mappings.fields import FieldType, TargetField
from mappings.spec import FieldRule, Scalar
from mappings.values.countries import country_code
from mappings.values.vat import TYPES
from mappings.vocabulary import OTHERWISE, Bad, Tables, value_of

# What `as` may be, by the type of the field; the first is what to write.
_AS: Mapping[FieldType, tuple[str, ...]] = {
    "text": ("text", "organisation_number", "date", "country_code"),
    "code": ("text", "country_code"),
    "number": ("decimal", "money", "sek_rate"),
    "integer": ("decimal",),
    "account": ("text", "decimal"),
    "boolean": ("boolean",),
    "date": ("date",),
}
_COUNTRIES = frozenset({"CountryCode", "DeliveryCountryCode", "VisitingCountryCode"})
_WRONG = {
    "not_a_number": "is no number",
    "not_a_date": "is no date (YYYY-MM-DD)",
    "not_a_country": "is no country",
    "not_in_table": "is not in the table that the rule looks it up in",
    "not_allowed": "is neither yes nor no",
    "too_long": "is too long",
    "characters": "holds characters that Fortnox refuses",
}


def value_complaint(kind: str, name: str, target: TargetField, rule: FieldRule, tables: Tables) -> str:
    """Return what is wrong with the value that a rule gives a field, "" for nothing."""
    if rule.lookup is not None and rule.lookup not in tables:
        return ""  # told where the table is named
    return (
        _of_the_type(name, target, rule)
        or _kind_of_vat(name, rule, tables)
        or _with_otherwise(rule, tables)
        or next(
            (told for given in (rule.value, rule.default) if (told := _constant(kind, name, given, rule, tables))), ""
        )
    )


def _of_the_type(name: str, target: TargetField, rule: FieldRule) -> str:
    if rule.link is not None or rule.vat_type is not None:
        return ""
    if target.type not in _AS:
        return f"{name} is not a single value. Remove the line."
    if name in _COUNTRIES and rule.as_ != "country_code":
        return f"{name} takes a country's code. Add as: country_code."
    allowed = _AS[target.type]
    if rule.as_ in allowed:
        return ""
    advice = "Remove as" if allowed[0] == "text" else f"Write as: {allowed[0]}"
    return f"{name} holds a {target.type}, which as: {rule.as_} does not give. {advice}."


def _kind_of_vat(name: str, rule: FieldRule, tables: Tables) -> str:
    """A customer's kind of VAT is one of five words; a rule that can give anything else is refused."""
    if name != "VATType":
        return "vat_type gives the kind of VAT, which only VATType takes. Remove it." if rule.vat_type else ""
    if rule.lookup is None and rule.value is None:
        return "say which words mean which kind of VAT. Add lookup: vat_types."
    made = [rule.value] if rule.lookup is None else [*tables[rule.lookup].values()]
    wrong = [str(one) for one in made if one not in TYPES]
    return f"{wrong[0]} is no kind of VAT. Write one of {', '.join(TYPES)}." if wrong else ""


def _with_otherwise(rule: FieldRule, tables: Tables) -> str:
    if rule.lookup is None or OTHERWISE not in tables[rule.lookup] or rule.as_ == "country_code":
        return ""
    return (
        f"the table {rule.lookup} has a line {OTHERWISE}, which is meant for countries: a misspelt value would pass. "
        "Add as: country_code, or remove that line from codes.yaml."
    )


def _constant(kind: str, name: str, given: Scalar | None, rule: FieldRule, tables: Tables) -> str:
    if given is None:
        return ""
    alone = rule.model_copy(update={"source": None, "template": None, "link": None, "when": None, "value": given})
    try:
        made = value_of(alone, name, {}, tables, lambda _kind, _key: None)
    except Bad as bad:
        return f"{given!r} {_WRONG.get(bad.problem.code, 'cannot be used')}. Correct it."
    # What a field alone says wrong: what it lacks beside it is for the record to say.
    wrong = next((one.code for one in fit(kind, {name: made})[2] if one.code in _WRONG), None)
    return f"{given!r} {_WRONG[wrong]}. Correct it." if wrong else ""


def country_keys_only(table: Mapping[str, object]) -> bool:
    """Return whether every line of a table but `otherwise` is a country's code."""
    return all(key == OTHERWISE or country_code(key) == key for key in table)
