"""A mapping file as functions that know their inputs.

From the list of inputs follow the fingerprint (an edit of an unmapped field changes nothing) and the
lineage that a page can show.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mappings.checks.drafts import fit, untold
from mappings.kinds import DOCUMENT_KINDS, DocumentKind, document_kind
from mappings.spec import DiscountRule, EntityRule, FieldRule, RowsRule
from mappings.types import Draft, Problem, View
from mappings.values import addresses
from mappings.values.characters import seen
from mappings.values.money import HUNDRED, ORE, ZERO, PricedRow, decimal, misses, ore, priced_row, short, too_large
from mappings.values.paths import at, filled, first, rows_at
from mappings.vocabulary import Bad, Links, Tables, holds, origin, paths_of, value_of

ROW_LIMIT = 500
# Said on every document: what is left unsaid Fortnox takes from the customer's card or from its own defaults.
_ALWAYS: Mapping[str, FieldRule] = {
    "VATIncluded": FieldRule.model_validate({"value": False, "as": "boolean"}),
    "Freight": FieldRule.model_validate({"value": 0, "as": "decimal"}),
    "AdministrationFee": FieldRule.model_validate({"value": 0, "as": "decimal"}),
}
_AS_THEY_ARE = (str, bool, type(None))
_NUMBERS = (Decimal, int)
_LISTS = (list, tuple)


@dataclass(frozen=True)
class EntityMapping:
    """One compiled entity rule: source view -> draft, with the inputs it reads."""

    rule: EntityRule
    tables: Tables
    inputs: tuple[str, ...]
    row_inputs: tuple[str, ...]

    @property
    def kind(self) -> DocumentKind:
        """Return the kind of documents that is made. Raises KeyError for what is no document."""
        return DOCUMENT_KINDS[self.rule.target]

    def qualifies(self, view: View) -> bool:
        """Return whether all conditions of the rule hold."""
        return all(holds(when, view) for when in self.rule.when)

    def title(self, view: View) -> str:
        """Return what a person calls the record."""
        return str(at(view, self.rule.title) or "")

    def number(self, view: View, company: str) -> str | None:
        """Return the number of the target in a company as the source keeps it, None where it says none."""
        found = first(view, self.rule.number_paths(company))
        return None if found is None else seen(str(found)).strip()

    def agreed_key(self, view: View) -> str:
        """Return what every CRM that has a deal calls it, '' where the mapping or the deal does not say."""
        found = at(view, self.rule.agreed_key) if self.rule.agreed_key else None
        return "" if found is None else seen(str(found)).strip()

    def row_ids(self, view: View) -> list[Any]:
        """Return the ids that the source gives its rows, in their order."""
        rows = self.rule.rows
        return [] if rows is None else [at(row, rows.id) for row in rows_at(view, rows.each)]

    @property
    def reads(self) -> tuple[str, ...]:
        """Return every path that is read of a record, for whatever purpose; those of rows are `row_inputs`."""
        rows = self.rule.rows
        stated = [rows.sum_equals] if rows is not None and rows.sum_equals else []
        stated += [self.rule.agreed_key] if self.rule.agreed_key else []
        return tuple(sorted({*self.inputs, self.rule.title, *self.rule.number_paths(), *stated}))

    def linked(self, kind: str, view: View) -> tuple[str, ...]:
        """Return the ids of the source records that the rules with `link: kind` name, those of rows included."""
        rows = self.rule.rows
        found = _linked(self.rule.fields, kind, view)
        for row in rows_at(view, rows.each) if rows is not None else ():
            found += _linked(rows.fields, kind, row) if rows is not None else []
        return tuple(found)

    def fingerprint(self, view: View) -> str:
        """Return a text that changes exactly when a mapped input changes."""
        values = {path: at(view, path) for path in self.inputs}
        if self.rule.rows is not None:
            rows = rows_at(view, self.rule.rows.each)
            values["rows"] = [{path: at(row, path) for path in self.row_inputs} for row in rows]
        return hashlib.sha256(canonical(values).encode()).hexdigest()[:32]

    def whole(self, draft: Draft) -> dict[str, Any]:
        """Return every mapped field, None where the source says nothing: to clear such a field is an edit too."""
        return {**dict.fromkeys(self.rule.fields), **draft.fields}

    def mapped(self, view: View, links: Links) -> tuple[dict[str, Any], list[Problem]]:
        """Return the target's fields as far as they can be made, before Fortnox's own rules, and what could not."""
        places = self.rule.addresses
        fields, problems = _fields(self.rule.fields, addresses.with_address(view, places), self.tables, links)
        problems = [addresses.told(problem, view, places) for problem in problems]
        problems += addresses.country_in_doubt(view, places, fields)
        if self.rule.rows is not None:
            fields[self.rule.rows.into], row_problems = _rows(
                self.rule.rows, self.kind.quantity, view, self.tables, links
            )
            problems += row_problems
        return fields, problems

    def draft(self, view: View, links: Links) -> tuple[Draft | None, tuple[Problem, ...]]:
        """Return the draft, or None and every problem that stands in its way."""
        fields, problems = self.mapped(view, links)
        fitted, adjustments, misfits = fit(self.rule.target, fields)
        problems += untold(misfits, problems)
        if problems:
            return None, tuple(problems)
        return Draft(self.rule.target, fitted, adjustments), ()

    def origin(self, view: View, fields: Mapping[str, Any], path: str) -> str:
        """Return a text that changes when what a field is made from changes: what an operator's edit rests on.

        `fields` are those of `mapped`. A field that follows another record, or could not be made, is told by its
        sources; a row's field also by which row it is and which article it is about.
        """
        steps = path.split(".")
        rows = self.rule.rows
        if rows is None or steps[0] != rows.into or len(steps) != 3:
            whole = addresses.with_address(view, self.rule.addresses)
            return canonical(_told(self.rule.fields.get(path), path, whole, fields))
        number = int(steps[1]) - 1
        sources = rows_at(view, rows.each)
        if number >= len(sources):
            return ""
        source, row = sources[number], (fields.get(rows.into) or [{}] * len(sources))[number]
        about = [at(source, name) for rule in rows.fields.values() if rule.link for name in paths_of(rule)]
        about.append(at(source, rows.id))
        rule = rows.fields.get(steps[2])
        raw = [at(source, name) for name in self.row_inputs] if rule is None else None
        told = row.get(steps[2], raw)
        return canonical([about, told if rule is None else _told(rule, steps[2], source, row)])


def compile_entity(rule: EntityRule, tables: Tables) -> EntityMapping:
    """Return the compiled form of an entity rule."""
    if document_kind(rule.target):
        rule = rule.model_copy(update={"fields": {**_ALWAYS, **rule.fields}})
    inputs = [path for field in rule.fields.values() for path in paths_of(field)]
    inputs = addresses.expanded(inputs, rule.addresses)
    inputs += [when.field for when in rule.when]
    row_inputs: list[str] = []
    if rule.rows is not None:
        row_inputs = [path for field in rule.rows.fields.values() for path in paths_of(field)]
        row_inputs += rule.rows.discount.reads
    return EntityMapping(rule, tables, tuple(sorted(set(inputs))), tuple(sorted(set(row_inputs))))


def apply_fields(rules: Mapping[str, FieldRule], view: View, tables: Tables) -> dict[str, Any]:
    """Return the filled fields of a write-back; a rule without a value gives None, which clears the field."""
    return {
        name: None if not filled(value := value_of(rule, name, view, tables, _no_links)) else value
        for name, rule in rules.items()
    }


def canonical(value: Any) -> str:
    """Return one text for equal values: sorted keys, numbers without trailing zeros."""
    return json.dumps(_normal(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _normal(value: Any) -> Any:
    # Every record that is read passes here, value by value: what is frequent comes first.
    if isinstance(value, _AS_THEY_ARE):
        return value
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, _NUMBERS):
        return f"{Decimal(value).normalize():f}"
    if isinstance(value, _LISTS):
        return [_normal(item) for item in value]
    if isinstance(value, Mapping):
        return _normal(dict(value))
    raise TypeError(f"{type(value).__name__} has no canonical text")


def _told(rule: FieldRule | None, name: str, view: View, fields: Mapping[str, Any]) -> Any:
    if name in fields and (rule is None or rule.link is None):
        return fields[name]
    return [] if rule is None else [at(view, path) for path in paths_of(rule)]


def _no_links(_kind: str, _key: str) -> None:
    return None


def _linked(rules: Mapping[str, FieldRule], kind: str, view: View) -> list[str]:
    origins = (origin(rule, view) for rule in rules.values() if rule.link == kind)
    return [str(found) for found in origins if filled(found)]


def _fields(
    rules: Mapping[str, FieldRule], view: View, tables: Tables, links: Links
) -> tuple[dict[str, Any], list[Problem]]:
    fields: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, rule in rules.items():
        try:
            value = value_of(rule, name, view, tables, links)
        except Bad as bad:
            problems.append(bad.problem)
            continue
        if filled(value):
            fields[name] = value
    return fields, problems


def _rows(
    rule: RowsRule, quantity: str, view: View, tables: Tables, links: Links
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Return a document's rows, `quantity` being the name of theirs."""
    sources = rows_at(view, rule.each)
    if not sources:
        return [], [Problem("no_rows", rule.into)]
    if len(sources) > ROW_LIMIT:
        params = {"count": str(len(sources)), "limit": str(ROW_LIMIT)}
        return [], [Problem("too_many_rows", rule.into, params=params)]
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, source in enumerate(sources, 1):
        row, found = _row(rule, quantity, source, tables, links)
        rows.append(row)
        problems += [Problem(p.code, p.field, number, p.params) for p in found]
    if not problems:
        problems += _sum_problem(rule, view, sources)
    return rows, problems


def _row(
    rule: RowsRule, named: str, source: View, tables: Tables, links: Links
) -> tuple[dict[str, Any], list[Problem]]:
    row, problems = _fields(rule.fields, source, tables, links)
    amounts = _amounts(rule.discount, source)
    if isinstance(amounts, list):
        # What is known of the row is kept, so that a person can fill in the rest.
        return {**row, **_known(rule.discount, named, source)}, problems + amounts
    quantity, list_price, net_price = amounts
    if too_large(quantity, max(abs(list_price), abs(net_price))):
        told = {"value": f"{quantity:f} × {max(abs(list_price), abs(net_price)):f}"}
        return row, [*problems, Problem("row_too_large", rule.into, params=told)]
    priced, net = priced_row(quantity, list_price, net_price), ore(quantity * net_price)
    missed = misses(quantity, net_price, priced)
    if abs(missed) > ORE and rule.beyond_two_decimals == "one_piece":
        quantity, priced = Decimal(1), PricedRow(net, ZERO, "PERCENT")
    elif abs(missed) > ORE:
        params = {"value": f"{net:f}", "fortnox": f"{net + missed:f}"}
        problems.append(Problem("beyond_two_decimals", rule.into, params=params))
    return {
        **row,
        named: short(ore(quantity)),
        "Price": short(ore(priced.price)),
        "Discount": priced.discount,
        "DiscountType": priced.discount_type,
    }, problems


def _amounts(rule: DiscountRule, source: View) -> tuple[Decimal, Decimal, Decimal] | list[Problem]:
    """Return quantity, price before discount and net unit price, or what in them is not a number."""
    found = {path: decimal(at(source, path)) for path in rule.reads}
    if rule.percent is not None and not filled(at(source, rule.percent)):
        found[rule.percent] = ZERO
    wrong = [path for path, number in found.items() if number is None]
    if wrong:
        return [
            Problem("not_a_number", path, params={"value": str(at(source, path)), "source": path}) for path in wrong
        ]
    quantity, list_price, last = (number for number in found.values() if number is not None)
    return quantity, list_price, last if rule.percent is None else list_price * (1 - last / HUNDRED)


def _known(rule: DiscountRule, named: str, source: View) -> dict[str, Decimal]:
    """Return quantity and price as far as they are numbers."""
    found = {named: decimal(at(source, rule.quantity))}
    found["Price"] = decimal(at(source, rule.net_price or rule.list_price))
    return {name: number for name, number in found.items() if number is not None}


def _sum_problem(rule: RowsRule, view: View, sources: Sequence[View]) -> list[Problem]:
    """The rows must say what the deal says, within half an öre a row: a double discount shows here."""
    stated = decimal(at(view, rule.sum_equals)) if rule.sum_equals else None
    if stated is None:
        return []
    amounts = [found for row in sources if isinstance(found := _amounts(rule.discount, row), tuple)]
    total = sum((quantity * price for quantity, _, price in amounts), ZERO)
    if abs(total - stated) <= Decimal("0.005") * len(sources):
        return []
    params = {"rows": f"{ore(total):f}", "value": f"{ore(stated):f}"}
    return [Problem("rows_do_not_add_up", rule.into, params=params)]
