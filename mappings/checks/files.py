"""What is wrong with a mapping file that the grammar lets through: told when it is loaded, before anything is sent.

A rule that would fail later, or do nothing, or set what Kvitt or Fortnox owns, is refused here by name.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mappings.checks.values import value_complaint
from mappings.fields import TargetField
from mappings.kinds import DOCUMENT_KINDS, document_kind, fields_of
from mappings.sources import STATUSES, TOLD, Source, written_as
from mappings.spec import AddressPlace, EntityRule, FieldRule, MappingFile, RowsRule, When, listed
from mappings.values.addresses import CHOSEN, PARTS
from mappings.values.company_numbers import complaints, rule_complaint, told_of
from mappings.vocabulary import Tables, paths_of, word

Steps = tuple[str | int, ...]
_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_PATH = re.compile(r"\w[\w-]*(\.\w[\w-]*)*")
# Without these a record cannot be made, and what asks for them would find nothing.
_NEEDED: Mapping[str, tuple[str, ...]] = {"customer": ("Name",), "article": ("Description",)}
_BY_DISCOUNT = frozenset({"Price", "Discount", "DiscountType"})
_OWNED = {
    "kvitt": "Kvitt sets it itself, so that it finds again what it has made. Remove the line.",
    "fortnox": "Fortnox works it out itself. Remove the line.",
    "person": "only a person in Fortnox sets it. Remove the line.",
}


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong: where in the file (its keys from the top), and what to do about it."""

    steps: Steps
    reason: str


def file_complaints(
    system: str, file: MappingFile, tables: Tables, source: Source, connected: Collection[str] | None = None
) -> list[Complaint]:
    """Return everything that is wrong with a CRM's mapping file; `connected` are the companies, None if not known."""
    found: list[Complaint] = []
    if file.system != system:
        found.append(Complaint(("system",), f"this file is read as {system}'s. Write system: {system}."))
    if len(file.documents) != 1:
        wanted = ", ".join(DOCUMENT_KINDS)
        found.append(Complaint((), f"deals become one kind of documents. Write one section of {wanted}."))
    for kind, rule in {"customer": file.customer, "article": file.article, **file.documents}.items():
        found += _entity(kind, rule, tables, source)
        found += [Complaint((kind, "number", *at), reason) for at, reason in complaints(rule, connected)]
    found += _write_back(file, tables, source, connected)
    return found


def _entity(kind: str, rule: EntityRule, tables: Tables, source: Source) -> Iterator[Complaint]:
    origin = source.kinds["deal" if document_kind(kind) else kind]
    if rule.source != origin:
        reason = f"{rule.source} is not what becomes a record of this kind. Write source: {origin}."
        yield Complaint((kind, "source"), reason)
    if rule.target != kind:
        yield Complaint((kind, "target"), f"{rule.target} is not made here. Write target: {kind}.")
    yield from bad_paths((kind, "title"), [rule.title], source.worked_out)
    yield from bad_paths((kind, "number"), rule.number_paths(), source.worked_out)
    yield from _places(kind, rule.addresses, source.worked_out)
    yield from _conditions(kind, rule.when, source.worked_out)
    for name in _needed(kind):
        if name not in rule.fields:
            yield Complaint((kind, "fields"), f"{name} is missing, without which no {kind} can be made. Add it.")
    chosen = {f"{CHOSEN}{part}" for part in PARTS} if rule.addresses else set()
    for name, field in rule.fields.items():
        yield from _field((kind, "fields", name), kind, field, tables, source.worked_out | chosen)
    if rule.rows is not None:
        yield from _rows((kind, "rows"), kind, rule.rows, tables, source)


def _field(steps: Steps, kind: str, rule: FieldRule, tables: Tables, known: frozenset[str]) -> Iterator[Complaint]:
    name = str(steps[-1])
    target = fields_of(kind).get(name)
    if target is None:
        yield Complaint(steps, _unknown_field(kind, name))
    elif target.writer != "mapping":
        yield Complaint(steps, f"{name} cannot be mapped: {_OWNED[target.writer]}")
    else:
        yield from _wrong_link(steps, kind, rule)
        yield from _not_needed(steps, kind, rule)
        yield from _wrong_value(steps, kind, target, rule, tables)
    yield from _bad_rule(steps, rule, tables, known)


def _unknown_field(kind: str, name: str) -> str:
    mapped = [one for one, field in fields_of(kind).items() if field.writer == "mapping"]
    close = difflib.get_close_matches(name, mapped, 1)
    hint = f"Write {close[0]}" if close else "Correct its spelling"
    word = kind.rpartition(".")[2]
    article = "an" if word[0] in "aeio" else "a"
    return f"Fortnox has no field {name} on {article} {word}. {hint}, or remove the line."


def _wrong_link(steps: Steps, kind: str, rule: FieldRule) -> Iterator[Complaint]:
    linked = _linked(kind, str(steps[-1]))
    if rule.link is not None and rule.link != linked:
        reason = f"link: {rule.link} gives a number that {steps[-1]} does not take. Remove it."
        yield Complaint((*steps, "link"), reason)
    elif linked == "customer" and rule.link is None:
        yield Complaint(steps, "the customer is found by a link. Add link: customer.")
    if rule.link is not None and (rule.lookup is not None or rule.as_ != "text" or rule.max is not None):
        yield Complaint(steps, "a link gives Fortnox's own number. Remove lookup, as and max.")


def _not_needed(steps: Steps, kind: str, rule: FieldRule) -> Iterator[Complaint]:
    """What must be there is either required, or always there; a customer that is missing is told in its own way."""
    name = str(steps[-1])
    if name not in _needed(kind):
        return
    always = rule.value is not None or rule.default is not None or rule.link is not None
    if not rule.required and not always:
        yield Complaint(steps, f"no {kind} can be made without {name}. Add required: true.")
    if rule.when is not None:
        yield Complaint((*steps, "when"), f"no {kind} can be made without {name}. Remove the condition.")


def _wrong_value(steps: Steps, kind: str, target: TargetField, rule: FieldRule, tables: Tables) -> Iterator[Complaint]:
    reason = value_complaint(kind, str(steps[-1]), target, rule, tables)
    if reason:
        yield Complaint(steps, reason)


def _bad_rule(steps: Steps, rule: FieldRule, tables: Tables, known: frozenset[str]) -> Iterator[Complaint]:
    """Tell what is wrong with a rule whatever its field."""
    if rule.value is not None and rule.default is not None:
        yield Complaint((*steps, "default"), "a value is always there. Remove the default.")
    if rule.lookup is not None and rule.lookup not in tables:
        reason = f"the table {rule.lookup} is not in codes.yaml. Add it there."
        yield Complaint((*steps, "lookup"), reason)
    if rule.template is not None and {"{", "}"} & set(_PLACEHOLDER.sub("", rule.template)):
        yield Complaint(
            (*steps, "template"), "a brace is not closed, or has nothing inside. Write {path} for each value."
        )
    if rule.vat_type is not None:
        yield from bad_paths((*steps, "vat_type"), rule.vat_type.reads, known)
    else:
        yield from bad_paths(steps, paths_of(rule), known)


def bad_paths(steps: Steps, paths: Iterable[str], known: frozenset[str]) -> Iterator[Complaint]:
    """Yield what is wrong with paths into a record; `known` are those that Kvitt fills in itself."""
    for path in paths:
        if not _PATH.fullmatch(path):
            yield Complaint(steps, f"{path!r} is no path. Write names with a dot between them, as in client.name.")
        elif path.startswith("kvitt.") and path not in known:
            worked_out = ", ".join(sorted(known)) or "nothing"
            yield Complaint(steps, f"Kvitt does not work out {path} here. It works out {worked_out}.")


def _places(kind: str, places: Iterable[AddressPlace], known: frozenset[str]) -> Iterator[Complaint]:
    for number, place in enumerate(places):
        for part in PARTS:
            given = listed(getattr(place, part))
            if not given:
                yield Complaint((kind, "addresses", number, part), f"it names no path. Name one for the {part}.")
            yield from bad_paths((kind, "addresses", number, part), given, known)


def _conditions(kind: str, conditions: list[When], known: frozenset[str]) -> Iterator[Complaint]:
    """All conditions must hold at once: two on one field that no value fulfils let nothing through, ever."""
    left: dict[str, set[str]] = {}
    for number, when in enumerate(conditions):
        yield from bad_paths((kind, "when", number, "field"), [when.field], known)
        wanted = wanted_by(when)
        if wanted is None:
            continue
        left[when.field] = left.get(when.field, wanted) & wanted
        if not left[when.field]:
            reason = f"no value of {when.field} fulfils this and the conditions above. Correct one of them."
            yield Complaint((kind, "when", number), reason)


def wanted_by(when: When) -> set[str] | None:
    """Return the values, as text, for which a condition holds; None where it asks only whether there is one."""
    if when.present is not None:
        return None
    return {str(one) for one in (when.is_in if when.is_in is not None else [when.equals])}


def _rows(steps: Steps, kind: str, rule: RowsRule, tables: Tables, source: Source) -> Iterator[Complaint]:
    document = document_kind(kind)
    rows = document.rows if document else None
    if rule.into != rows:
        yield Complaint((*steps, "into"), f"a {kind} has no rows in {rule.into}. Write {rows or 'no rows'}.")
    if rule.each != source.rows:
        yield Complaint((*steps, "each"), f"a deal has no rows in {rule.each}. Write each: {source.rows}.")
    if rule.id != source.row_id:
        yield Complaint((*steps, "id"), f"a row's own id is not in {rule.id}. Write id: {source.row_id}.")
    total = rule.sum_equals
    if total is not None and total not in source.totals and not source.is_custom(total):
        expected = ", ".join(sorted(source.totals))
        yield Complaint((*steps, "sum_equals"), f"a deal has no sum in {total}. Write {expected}, or remove the line.")
    for path in rule.discount.reads:
        if path not in source.row_numbers and not source.is_custom(path):
            expected = ", ".join(sorted(source.row_numbers))
            yield Complaint((*steps, "discount"), f"a row has no number in {path}. It has {expected}.")
    for name, field in rule.fields.items():
        if name in _BY_DISCOUNT or (document and name == document.quantity):
            reason = f"{name} is made by discount, from quantity and prices. Remove the line."
            yield Complaint((*steps, "fields", name), reason)
        else:
            yield from _field((*steps, "fields", name), f"{kind}.row", field, tables, frozenset())


def _write_back(
    file: MappingFile, tables: Tables, source: Source, connected: Collection[str] | None
) -> Iterator[Complaint]:
    told = {source.kinds[kind]: values for kind, values in TOLD.items()}
    companies = file.customer.number if connected is None and isinstance(file.customer.number, dict) else connected
    told[source.kinds["customer"]] |= told_of(companies or ())
    read = {
        source.kinds["customer"]: _read_by([file.customer]),
        source.kinds["deal"]: _read_by(file.documents.values()),
    }
    for kind, rules in file.write_back.items():
        if kind not in told:
            yield Complaint(("write_back", kind), f"nothing is written to {kind}. Write {' or '.join(told)}.")
            continue
        for name, rule in rules.items():
            steps: Steps = ("write_back", kind, name)
            if not source.may_be_written(name):
                yield Complaint(steps, f"{name} is not a custom field, and Kvitt writes to no other. Name one.")
            if source.custom.format(name=name) in read[kind]:
                yield Complaint(steps, f"{name} is read for what is sent to Fortnox, too. Write to another field.")
            yield from _told(steps, rule, told[kind], tables)
            if kind == source.kinds["customer"] and (reason := rule_complaint(rule)):
                yield Complaint(steps, reason)
            yield from _bad_rule(steps, rule, tables, frozenset())


def _told(steps: Steps, rule: FieldRule, values: frozenset[str], tables: Tables) -> Iterator[Complaint]:
    if rule.link is not None or rule.vat_type is not None or rule.required:
        yield Complaint(steps, "link, vat_type and required are for what is sent to Fortnox. Remove them.")
        return
    for path in paths_of(rule):
        if path not in values:
            yield Complaint(steps, f"Kvitt has no {path} to tell here. It has {', '.join(sorted(values))}.")
    told = [path for path in listed(rule.source or []) if path in values]
    if rule.lookup is None:
        wrong = [path for path in told if rule.as_ not in written_as(path)]
        for path in wrong[:1]:
            allowed = ", ".join(sorted(written_as(path)))
            yield Complaint(steps, f"{path} cannot be written as {rule.as_}. It may be {allowed}.")
    elif "status" in told and rule.lookup in tables:
        known = {word(key) for key in tables[rule.lookup]}
        if lacking := [status for status in STATUSES if word(status) not in known]:
            yield Complaint(steps, f"the table {rule.lookup} has no line for {', '.join(lacking)}. Add them.")


def _read_by(rules: Iterable[EntityRule]) -> frozenset[str]:
    return frozenset(path for rule in rules for field in rule.fields.values() for path in paths_of(field))


def _needed(kind: str) -> tuple[str, ...]:
    document = document_kind(kind)
    return _NEEDED.get(kind, ()) if document is None else document.needed


def _linked(kind: str, name: str) -> str | None:
    """Return what a field names by its number in Fortnox: a customer, an article, or nothing."""
    if name == "CustomerNumber" and document_kind(kind):
        return "customer"
    return "article" if kind.endswith(".row") and name == "ArticleNumber" else None
