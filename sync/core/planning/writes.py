"""The operation that a verdict leads to: what is sent, or what is held for a person."""

from collections.abc import Mapping
from typing import Any

from mappings import Problem
from sync.core import classes
from sync.core.identity import correlation_id, external_reference
from sync.core.planning import overrides
from sync.core.planning.plans import Subject, Target
from sync.core.planning.verdicts import Hold, Send
from sync.core.types import Operation, RecordKey


def sent(subject: Subject, verdict: Send, mapping_version: str) -> Operation:
    """Return the operation that sends what a record becomes: an update says what changes, a create everything."""
    made, target, names = verdict.made, verdict.target, verdict.names
    assert made.draft is not None
    wanted, mapped = {**verdict.fields, **names}, {**made.mapped, **names}
    payload, edited = overrides.payloads(wanted, mapped, every=target.number is None)
    return _operation(
        subject,
        target,
        mapping_version,
        reference=target.reference,
        generation=target.generation,
        payload=payload,
        edited=edited,
        draft=subject.entity.whole(made.draft),
        adjustments=tuple(adjustment.as_json() for adjustment in made.draft.adjustments),
    )


def held(subject: Subject, verdict: Hold, mapping_version: str) -> Operation:
    """Return the operation that waits for a person, with what the record would become as far as that is known."""
    made, names = verdict.made, verdict.names or {}
    payload, edited = (
        overrides.payloads({**made.fields, **names}, {**made.mapped, **names}, every=True) if made else (None, None)
    )
    asked = question(verdict.problems)
    return _operation(subject, verdict.target, mapping_version, payload=payload, edited=edited, **asked)


def names(kind: str, record: RecordKey, number: str) -> dict[str, str]:
    """Return the fields by which a customer or an article that we make is known again."""
    if kind == "article":
        return {"ArticleNumber": number}
    return {"CustomerNumber": number, "ExternalReference": external_reference(record)}


def question(problems: tuple[Problem, ...]) -> Mapping[str, Any]:
    """Return what an operation says that a person has to answer."""
    stored = tuple(problem.as_json() for problem in problems)
    return {
        "state": "review",
        "problems": stored,
        "error_class": classes.of_problems(stored),
        "error_code": problems[0].code,
    }


def _operation(subject: Subject, target: Target, mapping_version: str, **values: Any) -> Operation:
    record, company = subject.record, target.company
    return Operation(
        action="create" if target.number is None else "update",
        company=company,
        system=f"fortnox:{company}" if company else "fortnox",
        target_kind=subject.entity.rule.target,
        target_id=target.number,
        source=record.key,
        correlation_id=correlation_id(record.key, record.version),
        title=subject.title,
        amount_sek=subject.amount_sek,
        fingerprint=subject.entity.fingerprint(record.payload),
        mapping_version=mapping_version,
        **values,
    )
