"""What a decision about an account or a product leads to: a link, something to send, or a question to a person."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mappings import Draft, MappingSet, Problem
from mappings.compile import EntityMapping
from sync.core import classes
from sync.core.documents.documents import same
from sync.core.identity import correlation_id, external_reference, own_article_number, own_customer_number
from sync.core.planning import matching, overrides
from sync.core.planning.overrides import Edited
from sync.core.planning.register import Register
from sync.core.planning.stability import says_the_same
from sync.core.types import Action, Link, Operation, Override, Payload, Record


class MasterConclusions:
    """Collects what was decided about one company's customers and articles; operations by their subject."""

    def __init__(self, mapping: MappingSet, company: str, registers: Mapping[str, Register]) -> None:
        self._mapping = mapping
        self._company = company
        self._registers = registers
        self.operations: dict[str, Operation] = {}
        self.links: list[Link] = []
        self.cancelled: list[Operation] = []
        self.ended: list[tuple[Override, str]] = []

    def own_number(self, kind: str, record: Record, generation: int = 1) -> str:
        """Return the number that we give a customer or an article that we make."""
        beside = self._registers[kind].beside
        if kind == "customer":
            return own_customer_number(record.key, generation, beside)
        return own_article_number(record.key, self._mapping.article.number(record.payload, self._company), beside)

    def link(self, kind: str, record: Record, draft: Draft, match: matching.Match) -> None:
        """Tie a record to what Fortnox has of it, and give up what was to make it."""
        self.withdraw(self._registers[kind].present("create", record.key))
        self.links.append(
            Link(
                source=record.key,
                company=self._company,
                target_kind=kind,
                target_id=match.number,
                rung=match.rung,
                origin="crm" if match.rung == "adopted" else "fortnox",
                fingerprint=self._entity(kind).fingerprint(record.payload),
                draft=draft.fields,
                mapping_version=self._mapping.version,
                correlation_id=correlation_id(record.key, record.version),
            )
        )

    def create(self, kind: str, record: Record, made: Edited) -> Operation | None:
        """Make a record, or leave the open operation for it as it is; None where a person has to say what next."""
        assert made.draft is not None
        present = self._registers[kind].present("create", record.key)
        if kind == "article" and _deleted(present):
            return None
        generation = _generation(present)
        number = self.own_number(kind, record, generation)
        extra = _names(kind, number, record)
        named = replace(made, mapped={**made.mapped, **extra})
        wanted = self._operation(kind, record, "create", named, {**made.draft.fields, **extra}, None)
        operation = replace(wanted, reference=number, generation=generation)
        if self._is_refused(kind, present, operation):
            return None
        if present is None or present.state == "review" or not _says(present, operation):
            self._add(operation, present)
        return operation

    def update(self, link: Link, record: Record, made: Edited) -> Link:
        """Bring a customer up to date with its account; returns its link, as it is now."""
        assert made.draft is not None
        entity, present = self._mapping.customer, self._registers["customer"].present("update", record.key)
        whole = entity.whole(made.draft)
        changed = {n: v for n, v in whole.items() if not same((link.draft or {}).get(n), v)}
        if not changed:
            self.withdraw(present)
            return replace(link, fingerprint=entity.fingerprint(record.payload), draft=whole)
        wanted = self._operation("customer", record, "update", made, changed, link.target_id)
        if not self._is_refused("customer", present, wanted) and not (present and _says(present, wanted)):
            self._add(replace(wanted, draft=whole), present)
        return link

    def hold(
        self, kind: str, record: Record, problems: Sequence[Problem], made: Edited, target: str | None = None
    ) -> None:
        """Hold a record for a person, with what it would become as far as that is known: it can be edited."""
        stored = tuple(problem.as_json() for problem in problems)
        action: Action = "create" if target is None else "update"
        extra = _names(kind, self.own_number(kind, record), record) if target is None else {}
        named = replace(made, mapped={**made.mapped, **extra})
        operation = replace(
            self._operation(kind, record, action, named, {**made.fields, **extra}, target),
            state="review",
            problems=stored,
            error_class=classes.of_problems(stored),
            error_code=problems[0].code,
        )
        present = self._registers[kind].present(action, record.key)
        stands = says_the_same(present, operation) if present else self._is_dismissed(kind, operation)
        if not stands:
            self._add(operation, present)

    def withdraw(self, present: Operation | None) -> None:
        """Give up what is open, or held, once it is no longer wanted."""
        if present is not None and present.state in {"planned", "retry", "review"}:
            self.cancelled.append(present)

    def _is_refused(self, kind: str, present: Operation | None, wanted: Operation) -> bool:
        """Say whether Fortnox, or a person, wants nothing of this: asking again would be refused again."""
        return _refused(present, wanted) if present else self._is_dismissed(kind, wanted)

    def _is_dismissed(self, kind: str, operation: Operation) -> bool:
        """A person wants nothing more of this, until the record or an edit of it says otherwise."""
        before = self._registers[kind].dismissed.get((operation.action, operation.source.id))
        return before is not None and before.fingerprint == operation.fingerprint and _says_edited(before, operation)

    def _operation(
        self, kind: str, record: Record, action: Action, made: Edited, wanted: Payload, target: str | None
    ) -> Operation:
        payload, edited = overrides.payloads(wanted, made.mapped, every=target is None)
        draft = made.draft
        return Operation(
            action=action,
            company=self._company,
            system=f"fortnox:{self._company}",
            target_kind=kind,
            target_id=target,
            source=record.key,
            correlation_id=correlation_id(record.key, record.version),
            title=self._entity(kind).title(record.payload),
            payload=payload,
            edited=edited,
            draft=draft.fields if draft else None,
            adjustments=tuple(adjustment.as_json() for adjustment in draft.adjustments) if draft else (),
            fingerprint=self._entity(kind).fingerprint(record.payload),
            mapping_version=self._mapping.version,
        )

    def _add(self, operation: Operation, present: Operation | None) -> None:
        """Plan an operation, in the place of the open one."""
        self.operations[operation.subject] = replace(operation, number=present.number if present else 0)

    def _entity(self, kind: str) -> EntityMapping:
        return self._mapping.customer if kind == "customer" else self._mapping.article


def _names(kind: str, number: str, record: Record) -> dict[str, str]:
    """Return the fields by which a record that we make is known again."""
    if kind == "article":
        return {"ArticleNumber": number}
    return {"CustomerNumber": number, "ExternalReference": external_reference(record.key)}


def _deleted(present: Operation | None) -> bool:
    """Fortnox said that the number belongs to a record that is no longer there."""
    return present is not None and present.state == "review" and present.error_code == "number_deleted"


def _generation(present: Operation | None) -> int:
    if present is None:
        return 1
    return present.generation + 1 if _deleted(present) else present.generation


def _refused(present: Operation, wanted: Operation) -> bool:
    """Fortnox refused exactly this before."""
    refused = present.state == "review" and not present.problems and present.fingerprint == wanted.fingerprint
    return refused and _says_edited(present, wanted)


def _says_edited(present: Operation, wanted: Operation) -> bool:
    return same(present.edited, wanted.edited)


def _says(present: Operation, wanted: Operation) -> bool:
    return same(present.payload, wanted.payload) and _says_edited(present, wanted)
