"""The customers and articles a deal needs: linked, matched, made, or waiting for a person."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mappings import Draft, MappingSet, Problem
from mappings.compile import EntityMapping
from sync.core import classes, matching, overrides
from sync.core.documents import same
from sync.core.identity import correlation_id, external_reference, own_article_number, own_customer_number
from sync.core.overrides import Edited
from sync.core.standing import says_the_same
from sync.core.types import Action, Decision, Link, Operation, Override, Payload, Record


@dataclass(frozen=True)
class Register:
    """One Fortnox register: what is linked, what exists, what is on its way.

    By source id: `links`, open creates, open `updates`, what was `decided`, an operator's `overrides`, and the numbers
    the same record has `elsewhere`, in other companies. By action and source id: what a person `dismissed`. `names`
    maps the numbers in use to the name behind them; `index` is set for customers.
    """

    links: Mapping[str, Link] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, Operation] = field(default_factory=dict)
    updates: Mapping[str, Operation] = field(default_factory=dict)
    decided: Mapping[str, Decision] = field(default_factory=dict)
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
    index: matching.CustomerIndex | None = None
    overrides: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    dismissed: Mapping[tuple[Action, str], Operation] = field(default_factory=dict)


@dataclass(frozen=True)
class Resolved:
    """The number to use, and the subject of the operation that must be done first (or '')."""

    number: str
    waits_on: str = ""


class Masters:
    """Resolves master records for one company during one run; each is decided once.

    `is_elsewhere` says of a customer number whether another connected company has it too, None where that cannot be
    seen now.
    """

    def __init__(
        self,
        mapping: MappingSet,
        company: str,
        customers: Register,
        articles: Register,
        is_elsewhere: Callable[[str], bool | None],
    ) -> None:
        self._mapping = mapping
        self._company = company
        self._registers = {"customer": customers, "article": articles}
        self._is_elsewhere = is_elsewhere
        self._memo: dict[tuple[str, str], Resolved | Problem] = {}
        self.operations: dict[str, Operation] = {}
        self.links: list[Link] = []
        self.cancelled: list[Operation] = []
        self.ended: list[tuple[Override, str]] = []
        self._made_for: dict[str, str] = {}

    def holds(self, record: Record) -> bool:
        """Return whether a linked account's change is in review, from this run or an earlier one."""
        planned = [one for one in self.operations.values() if one.source == record.key and one.action == "update"]
        present = self._registers["customer"].updates.get(record.key.id)
        return any(one.state == "review" for one in planned or ([present] if present else []))

    def under_way(self, record: Record) -> bool:
        """Return whether a change of a customer is being sent or in doubt: the next one waits for its end."""
        present = self._registers["customer"].updates.get(record.key.id)
        return present is not None and present.state in {"sending", "unknown"}

    def decided(self, record: Record) -> Decision | None:
        """Return what was decided about an account before."""
        return self._registers["customer"].decided.get(record.key.id)

    def resolve(self, kind: str, key: str, record: Record | None) -> Resolved | Problem:
        """Return the Fortnox number for a CRM account or product, or the problem that holds its deals."""
        if (kind, key) not in self._memo:
            self._memo[kind, key] = self._decide(kind, key, record)
        return self._memo[kind, key]

    def _decide(self, kind: str, key: str, record: Record | None) -> Resolved | Problem:
        register = self._registers[kind]
        link = register.links.get(key)
        if link is not None:
            self._withdraw(register.open.get(key))
            return self._linked(kind, link, record)
        if record is None or record.deleted:
            return Problem("no_customer") if kind == "customer" else Problem("article_waits", params={"value": key})
        present = register.open.get(key)
        if present is not None and present.state not in {"planned", "retry", "review"}:
            return Resolved(_number_of(present), present.subject)
        made = self._edited(kind, record)
        if made.draft is None:
            return self._hold(kind, record, present, list(made.problems), made)
        found = self._find(kind, record, made.draft, made.chosen)
        if isinstance(found, Problem):
            return self._hold(kind, record, present, [found], made)
        if isinstance(found, matching.Match):
            self._withdraw(present)
            return self._link(kind, record, made.draft, found)
        return self._create(kind, record, made, present)

    def _edited(self, kind: str, record: Record) -> Edited:
        edits = self._registers[kind].overrides.get(record.key.id, ())
        made = overrides.edited(self._entity(kind), record.payload, lambda _kind, _key: None, edits)
        self.ended += [(one, "source_changed") for one in made.ended]
        return made

    def _linked(self, kind: str, link: Link, record: Record | None) -> Resolved:
        """A change of mapped fields in the CRM goes to the customer; articles are Fortnox's own."""
        if kind == "customer" and record is not None and not record.deleted and link.draft is not None:
            self._follow(link, record)
        return Resolved(link.target_id)

    def _follow(self, link: Link, record: Record) -> None:
        """Only a changed account changes its customer: a new mapping alone never does, nor what is under way."""
        if self.under_way(record):
            return
        now = replace(link, decided_version=record.version)
        if self._mapping.customer.fingerprint(record.payload) == link.fingerprint:
            self._withdraw(self._registers["customer"].updates.get(record.key.id))
        elif not self._is_settled(link, record) or self._edited_anew(record):
            now = self._update(now, record)
        if now != link:
            self.links.append(now)

    def _is_settled(self, link: Link, record: Record) -> bool:
        """Return whether an account was decided on as it is, for this company's customer."""
        decided = self.decided(record)
        if decided is None or {decided.version, link.decided_version} != {record.version}:
            return False
        return decided.outcome in {"linked", "dismissed"} and link.mapping_version != self._mapping.version

    def _edited_anew(self, record: Record) -> bool:
        """Say whether an edit waits to be sent: the update that was held is there still."""
        register = self._registers["customer"]
        return record.key.id in register.updates and bool(register.overrides.get(record.key.id))

    def _update(self, link: Link, record: Record) -> Link:
        """Bring a customer up to date with its account, or say why not; returns its link, as it is now."""
        entity = self._mapping.customer
        present = self._registers["customer"].updates.get(record.key.id)
        made = self._edited("customer", record)
        draft = made.draft
        if draft is None:
            self._review("customer", record, present, list(made.problems), link.target_id, made)
            return link
        whole = entity.whole(draft)
        changed = {n: v for n, v in whole.items() if not same((link.draft or {}).get(n), v)}
        if not changed:
            self._withdraw(present)
            return replace(link, fingerprint=entity.fingerprint(record.payload), draft=whole)
        operation = self._operation("customer", record, "update", made, changed, link.target_id)
        if present is None and self._is_dismissed("customer", operation):
            return link
        if present is None or not (_refused(present, operation) or _says(present, operation)):
            self._add(replace(operation, draft=whole, number=present.number if present else 0))
        return link

    def _find(
        self, kind: str, record: Record, draft: Draft, chosen: Override | None
    ) -> matching.Match | Problem | None:
        own = self._own_number(kind, record)
        if chosen is not None:
            return self._as_chosen(chosen, own)
        name = self._registers[kind].names.get(own)
        if kind == "article":
            if name is None:
                return None
            return matching.Match(own, "article_number")
        if name is not None and matching.name_key(name) == matching.name_key(draft.fields.get("Name")):
            return matching.Match(own, "adopted")
        if name is not None:
            return Problem("number_taken", "CustomerNumber", params={"value": own, "other": name})
        index = self._registers[kind].index or matching.index_customers(())
        found = matching.match_customer(draft.fields, self._crm_number(record), index, self._is_elsewhere)
        if isinstance(found, matching.Match) and found.rung == "crm_number":
            return self._claimed_elsewhere(record, found) or found
        return found or self._same_in_this_run(record, draft)

    def _as_chosen(self, chosen: Override, own: str) -> matching.Match | Problem | None:
        """A person has said which customer it is: one that exists, or a new one under our own number."""
        number = str(chosen.value)
        if number in self._registers["customer"].names:
            self.ended.append((chosen, "linked"))
            return matching.Match(number, "person")
        return None if number == own else Problem("not_in_fortnox", "CustomerNumber", params={"value": number})

    def _crm_number(self, record: Record) -> str | None:
        """The account has one number field: what another company's customer is called says nothing here."""
        number = self._mapping.customer.number(record.payload)
        return None if number in self._registers["customer"].elsewhere.get(record.key.id, frozenset()) else number

    def _same_in_this_run(self, record: Record, draft: Draft) -> Problem | None:
        """Two accounts with one organisation number: the second waits until the first is in the register."""
        digits = matching.organisation_digits(draft.fields.get("OrganisationNumber"))
        if not digits:
            return None
        others = {*self._being_made(digits), self._made_for.setdefault(digits, record.key.id)} - {record.key.id}
        return self._waits("customer", record) if others else None

    def _being_made(self, digits: str) -> Iterator[str]:
        """Yield the accounts whose customer with an organisation number is planned, sent or in doubt already."""
        for key, one in self._registers["customer"].open.items():
            if one.state != "review" and digits == matching.organisation_digits(
                (one.payload or {}).get("OrganisationNumber")
            ):
                yield key

    def _claimed_elsewhere(self, record: Record, match: matching.Match) -> Problem | None:
        """Two accounts that claim one customer number: a person decides (mission.md S0-8)."""
        for link in self._registers["customer"].links.values():
            if link.target_id == match.number and link.source != record.key:
                params = {"value": match.number, "other": f"{link.source.kind} {link.source.id}"}
                return Problem("number_taken", "CustomerNumber", params=params)
        return None

    def _link(self, kind: str, record: Record, draft: Draft, match: matching.Match) -> Resolved:
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
                decided_version=record.version if kind == "customer" else 0,
                correlation_id=correlation_id(record.key, record.version),
            )
        )
        return Resolved(match.number)

    def _create(self, kind: str, record: Record, made: Edited, present: Operation | None) -> Resolved | Problem:
        assert made.draft is not None
        if kind == "article" and _deleted(present):
            return self._waits(kind, record)
        generation = _generation(present)
        number = self._own_number(kind, record, generation)
        extra = _names(kind, number, record)
        named = replace(made, mapped={**made.mapped, **extra})
        operation = self._operation(kind, record, "create", named, {**made.draft.fields, **extra}, None)
        if present is not None and _refused(present, operation):
            return self._waits(kind, record)
        if present is None and self._is_dismissed(kind, operation):
            return self._waits(kind, record)
        if present is None or present.state == "review" or not _says(present, operation):
            own = present.number if present else 0
            self._add(replace(operation, reference=number, generation=generation, number=own))
        return Resolved(number, operation.subject)

    def _hold(
        self, kind: str, record: Record, present: Operation | None, problems: list[Problem], made: Edited
    ) -> Problem:
        self._review(kind, record, present, problems, None, made)
        return self._waits(kind, record)

    def _review(
        self,
        kind: str,
        record: Record,
        present: Operation | None,
        problems: list[Problem],
        target: str | None,
        made: Edited,
    ) -> None:
        """Hold a record for a person, with what it would become as far as that is known: it can be edited."""
        stored = tuple(problem.as_json() for problem in problems)
        action: Action = "create" if target is None else "update"
        extra = _names(kind, self._own_number(kind, record), record) if target is None else {}
        named = replace(made, mapped={**made.mapped, **extra})
        operation = replace(
            self._operation(kind, record, action, named, {**made.fields, **extra}, target),
            number=present.number if present else 0,
            state="review",
            problems=stored,
            error_class=classes.of_problems(stored),
            error_code=problems[0].code,
        )
        if present is None and self._is_dismissed(kind, operation):
            return
        if present is None or not says_the_same(present, operation):
            self._add(operation)

    def _is_dismissed(self, kind: str, operation: Operation) -> bool:
        """A person wants nothing more of this, until the record or an edit of it says otherwise."""
        before = self._registers[kind].dismissed.get((operation.action, operation.source.id))
        return before is not None and before.fingerprint == operation.fingerprint and _says_edited(before, operation)

    def _withdraw(self, present: Operation | None) -> None:
        """A create that is open, or held, is no longer wanted once the record is linked."""
        if present is not None and present.state in {"planned", "retry", "review"}:
            self.cancelled.append(present)

    def _waits(self, kind: str, record: Record) -> Problem:
        code = "customer_waits" if kind == "customer" else "article_waits"
        field_name = "CustomerNumber" if kind == "customer" else "ArticleNumber"
        return Problem(code, field_name, params={"value": self._entity(kind).title(record.payload)})

    def _operation(
        self,
        kind: str,
        record: Record,
        action: Action,
        made: Edited,
        wanted: Payload,
        target: str | None,
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

    def _add(self, operation: Operation) -> None:
        self.operations[operation.subject] = operation

    def _entity(self, kind: str) -> EntityMapping:
        return self._mapping.customer if kind == "customer" else self._mapping.article

    def _own_number(self, kind: str, record: Record, generation: int = 1) -> str:
        if kind == "customer":
            return own_customer_number(record.key, generation)
        return own_article_number(record.key, self._mapping.article.number(record.payload))


def _names(kind: str, number: str, record: Record) -> dict[str, str]:
    """Return the fields by which a record that we make is known again."""
    if kind == "article":
        return {"ArticleNumber": number}
    return {"CustomerNumber": number, "ExternalReference": external_reference(record.key)}


def _number_of(operation: Operation) -> str:
    return operation.target_id or operation.reference


def _deleted(present: Operation | None) -> bool:
    """Fortnox said that the number belongs to a record that is no longer there."""
    return present is not None and present.state == "review" and present.error_code == "number_deleted"


def _generation(present: Operation | None) -> int:
    if present is None:
        return 1
    return present.generation + 1 if _deleted(present) else present.generation


def _refused(present: Operation, wished: Operation) -> bool:
    """Fortnox refused exactly this before: asking again would be refused again."""
    refused = present.state == "review" and not present.problems and present.fingerprint == wished.fingerprint
    return refused and _says_edited(present, wished)


def _says_edited(present: Operation, wished: Operation) -> bool:
    return same(present.edited, wished.edited)


def _says(present: Operation, wished: Operation) -> bool:
    return same(present.payload, wished.payload) and _says_edited(present, wished)
