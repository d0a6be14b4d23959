"""What is said of the customers and articles that deals need: linked, matched, made, or waiting for a person."""

from collections.abc import Callable
from dataclasses import replace

from mappings import Draft, MappingSet, Problem
from mappings.compile import EntityMapping
from sync.core.documents.agreement import agreed_fields
from sync.core.documents.documents import changes
from sync.core.identity import (
    PERMITTED_IN_NUMBERS,
    article_number,
    correlation_id,
    own_article_number,
    own_customer_number,
)
from sync.core.planning import matching, overrides, writes
from sync.core.planning.overrides import Edited
from sync.core.planning.plans import Subject, Target
from sync.core.planning.register import Register, next_generation, number_is_deleted
from sync.core.planning.stability import REPLANNABLE, says, was_refused
from sync.core.planning.verdicts import Hold, Leave, Need, Resolved, Send, Verdict
from sync.core.types import Action, Decision, Link, Operation, Override, Record
from sync.core.values import same

# The rung of a customer that a person has chosen.
_CHOSEN = "person"


class Masters:
    """Says of the records that deals name what they are in one company; each is looked up once in a run.

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
        self._customers = customers
        self._registers = {"customer": customers, "article": articles}
        own_field = mapping.customer.rule.has_numbers_by_company
        self._is_elsewhere = (lambda _number: False) if own_field else is_elsewhere
        self._memo: dict[tuple[str, str], Need] = {}
        # What is being made counts as there: the same accounts come to the same, at once or one after the other.
        self._index = (customers.index or matching.CustomerIndex()).copy(customers.inactive)
        self._claims = {
            link.target_id: link.source for link in customers.links.values() if link.source.id not in customers.gone
        }
        for one in customers.open.values():
            if one.state != "review":
                self._count_in(one)

    def under_way(self, record: Record) -> bool:
        """Return whether a change of a customer is being sent or in doubt: the next one waits for its end."""
        present = self._customers.present("update", record.key)
        return present is not None and present.state in {"sending", "unknown"}

    def decided(self, record: Record) -> Decision | None:
        """Return what was decided before of an account's customer in this company."""
        return self._customers.decided.get(record.key.id)

    def resolve(self, kind: str, key: str, record: Record | None) -> Need:
        """Return what is said of a CRM account or product: its Fortnox number, or the problem that holds its deals."""
        if (kind, key) not in self._memo:
            self._memo[kind, key] = self._decide(kind, key, record)
        return self._memo[kind, key]

    # --- a record that a deal needs -------------------------------------------------------------------

    def _decide(self, kind: str, key: str, record: Record | None) -> Need:
        register = self._registers[kind]
        link, present = register.links.get(key), register.open.get(key)
        if link is not None:
            return self._linked(kind, key, link, record)
        if record is None or record.deleted:
            missing = Problem("no_customer") if kind == "customer" else Problem("article_waits", params={"value": key})
            subject = self._subject(kind, "create", record) if record else None
            return Need(self._company, kind, key, subject, self._left(), missing)
        if present is not None and present.state not in REPLANNABLE:
            number = Resolved(present.target_id or present.reference, present.subject)
            return self._need(kind, record, self._left(), number)
        return self._from_fortnox(kind, record)

    def _from_fortnox(self, kind: str, record: Record) -> Need:
        """Link what Fortnox has of a record, or make it; a person must say which it is, or what it lacks."""
        made = self._edited(kind, record)
        found = self._find(kind, record, made.draft, made.chosen) if made.draft else None
        if made.draft is None or isinstance(found, Problem):
            problems = (found,) if isinstance(found, Problem) else made.problems
            names = writes.names(kind, record.key, self._own_number(kind, record))
            held = self._unless_dismissed(kind, record, Hold(Target(self._company), problems, made, names))
            return self._need(kind, record, held, self._waits(kind, record), made)
        if found is not None:
            return self._matched(kind, record, made, made.draft, found)
        return self._created(kind, record, made, made.draft)

    def _matched(self, kind: str, record: Record, made: Edited, draft: Draft, match: matching.Match) -> Need:
        """Tie a record to what Fortnox has of it, and give up what was to make it."""
        link = Link(
            source=record.key,
            company=self._company,
            target_kind=kind,
            target_id=match.number,
            rung=match.rung,
            origin="crm" if match.rung == "adopted" else "fortnox",
            fingerprint=self._entity(kind).fingerprint(record.payload),
            draft=draft.fields,
            agreed=agreed_fields(kind, draft.fields, self._registers[kind].there.get(match.number)),
            mapping_version=self._mapping.version,
            correlation_id=correlation_id(record.key, record.version),
        )
        if kind == "customer":
            self._claims.setdefault(match.number, record.key)
        ended = ((made.chosen, "linked"),) if made.chosen and match.rung == _CHOSEN else ()
        said = replace(self._left(self._registers[kind].present("create", record.key)), links=(link,), ended=ended)
        return self._need(kind, record, said, Resolved(match.number), made)

    def _created(self, kind: str, record: Record, made: Edited, draft: Draft) -> Need:
        """Make a record, or leave the open operation for it as it is; a person may have to say what next."""
        present = self._registers[kind].present("create", record.key)
        generation = next_generation(present)
        number = self._own_number(kind, record, generation)
        target = Target(self._company, reference=number, generation=generation)
        send = Send(target, made, draft.fields, writes.names(kind, record.key, number))
        wanted = writes.sent(self._subject(kind, "create", record), send, self._mapping.version)
        if (kind == "article" and number_is_deleted(present)) or self._was_refused(kind, wanted):
            return self._need(kind, record, self._left(), self._waits(kind, record), made)
        if kind == "customer":
            self._count_in(wanted)
        return self._need(kind, record, send, Resolved(number, wanted.subject), made)

    def _find(
        self, kind: str, record: Record, draft: Draft, chosen: Override | None
    ) -> matching.Match | Problem | None:
        own = self._own_number(kind, record)
        if chosen is not None:
            return self._as_chosen(chosen, own)
        if kind == "article":
            return self._article(record, draft, own)
        there, present = self._customers.index, self._customers.present("create", record.key)
        if there is not None and own in there.keys:
            found: matching.Match | Problem | None = matching.own_customer(draft.fields, own, there)
        else:
            index = self._index.without(present.reference if present else "")
            found = matching.match_customer(draft.fields, self._crm_number(record), index, self._is_elsewhere)
        return self._usable(record, found) if isinstance(found, matching.Match) else found

    def _count_in(self, operation: Operation) -> None:
        keys = matching.customer_keys(overrides.effective(operation.payload, operation.edited))
        self._index.add(operation.reference, keys)
        self._claims.setdefault(operation.reference, operation.source)

    def _article(self, record: Record, draft: Draft, own: str) -> matching.Match | Problem | None:
        """An article number that Fortnox would refuse never becomes another in silence."""
        names = self._registers["article"].names
        given = article_number(self._mapping.article.number(record.payload, self._company))
        if given in names:
            return matching.Match(given, "article_number")
        if own in names:
            # Another installation may number articles as we do.
            is_ours = same("article", "Description", names[own], draft.fields.get("Description"))
            taken = Problem("number_taken", "ArticleNumber", params={"value": own, "other": names[own]})
            return matching.Match(own, "article_number") if is_ours else taken
        if given in {"", own}:
            return None
        return Problem("article_number", "ArticleNumber", params={"value": given, "permitted": PERMITTED_IN_NUMBERS})

    def _as_chosen(self, chosen: Override, own: str) -> matching.Match | Problem | None:
        """A person has said which customer it is: one that exists, or a new one under our own number."""
        number = str(chosen.value)
        if number in self._customers.names:
            if number in self._customers.inactive:
                return matching.inactive_customer(number)
            return matching.Match(number, _CHOSEN)
        return None if number == own else Problem("not_in_fortnox", "CustomerNumber", params={"value": number})

    def _crm_number(self, record: Record) -> str | None:
        """Where accounts have one number field, what another company's customer is called says nothing here."""
        number = self._mapping.customer.number(record.payload, self._company)
        if self._mapping.customer.rule.has_numbers_by_company:
            return number
        return None if number in self._customers.elsewhere.get(record.key.id, frozenset()) else number

    def _usable(self, record: Record, found: matching.Match) -> matching.Match | Problem:
        """A customer that is inactive, or that another account claims: a person decides."""
        if found.number in self._customers.inactive:
            return matching.inactive_customer(found.number)
        claimant = self._claims.get(found.number, record.key)
        if claimant == record.key:
            return found
        params = {"value": found.number, "other": f"{claimant.kind} {claimant.id}"}
        return Problem("customer_claimed", "CustomerNumber", params=params)

    def _waits(self, kind: str, record: Record) -> Problem:
        code = "customer_waits" if kind == "customer" else "article_waits"
        field_name = "CustomerNumber" if kind == "customer" else "ArticleNumber"
        params = {"value": self._entity(kind).title(record.payload), "record": record.key.id}
        return Problem(code, field_name, params=params)

    # --- a customer that is linked --------------------------------------------------------------------

    def _linked(self, kind: str, key: str, link: Link, record: Record | None) -> Need:
        """A change of mapped fields in the CRM goes to the customer; articles are Fortnox's own."""
        said: Verdict = self._left()
        if kind == "customer" and record is not None and not record.deleted and link.draft is not None:
            said = self._followed(link, record)
        made_in_vain = self._left(self._registers[kind].open.get(key)).given_up
        said = replace(said, given_up=(*made_in_vain, *said.given_up))
        subject = self._subject(kind, "update", record) if record else None
        return Need(self._company, kind, key, subject, said, Resolved(link.target_id))

    def _followed(self, link: Link, record: Record) -> Verdict:
        """Only a changed account changes its customer: a new mapping alone never does, nor what is under way."""
        present = self._customers.present("update", record.key)
        if self.under_way(record):
            return self._left()
        if self._mapping.customer.fingerprint(record.payload) == link.fingerprint:
            return self._left(present)
        # An edit waits to be sent where the update that was held is there still.
        is_edited = present is not None and bool(self._customers.overrides.get(record.key.id))
        if self._is_settled(link, record) and not is_edited:
            return self._left()
        return self._changed(link, record, present)

    def _changed(self, link: Link, record: Record, present: Operation | None) -> Verdict:
        """Bring a customer up to date with its account, or say why not."""
        made, entity = self._edited("customer", record), self._mapping.customer
        said: Verdict
        if made.draft is None:
            said = self._unless_dismissed("customer", record, Hold(Target.of(link), made.problems, made))
        elif changed := changes(link.draft or {}, whole := entity.whole(made.draft)):
            said = send = Send(Target.of(link), made, changed, names={})
            wanted = writes.sent(self._subject("customer", "update", record), send, self._mapping.version)
            if self._was_refused("customer", wanted) or (present and says(present, wanted)):
                said = self._left()
        else:
            known = replace(link, fingerprint=entity.fingerprint(record.payload), draft=whole)
            said = replace(self._left(present), links=(known,) if known != link else ())
        return replace(said, ended=overrides.outlived(made))

    def _is_settled(self, link: Link, record: Record) -> bool:
        """Return whether an account was decided on as it is, for this company's customer."""
        decided = self.decided(record)
        if decided is None or decided.version != record.version:
            return False
        return decided.outcome in {"linked", "dismissed"} and link.mapping_version != self._mapping.version

    # --- parts ----------------------------------------------------------------------------------------

    def _left(self, given_up: Operation | None = None) -> Leave:
        """Leave a record as it is, and give up what is open of it where nobody wants that any more."""
        return Leave(self._company, given_up=(given_up,) if given_up and given_up.state in REPLANNABLE else ())

    def _unless_dismissed(self, kind: str, record: Record, hold: Hold) -> Verdict:
        """Hold a record, unless a person wants nothing more of this until the record or an edit says otherwise."""
        action: Action = "create" if hold.target.number is None else "update"
        subject = self._subject(kind, action, record)
        held = writes.held(subject, hold, self._mapping.version)
        if subject.present is None and self._was_refused(kind, held):
            return self._left()
        return hold

    def _was_refused(self, kind: str, wanted: Operation) -> bool:
        register = self._registers[kind]
        dismissed = register.dismissed.get((wanted.action, wanted.source.id))
        return was_refused(register.present(wanted.action, wanted.source), dismissed, wanted)

    def _need(
        self, kind: str, record: Record, said: Verdict, found: Resolved | Problem, made: Edited | None = None
    ) -> Need:
        """Return what is said of a record that is not linked, and which of its edits hold no longer."""
        ended = (*(overrides.outlived(made) if made else ()), *said.ended)
        subject = self._subject(kind, "create", record)
        return Need(self._company, kind, record.key.id, subject, replace(said, ended=ended), found)

    def _subject(self, kind: str, action: Action, record: Record) -> Subject:
        entity, present = self._entity(kind), self._registers[kind].present(action, record.key)
        return Subject(entity, record, entity.title(record.payload), present=present)

    def _own_number(self, kind: str, record: Record, generation: int = 1) -> str:
        """Return the number that we give a customer or an article that we make."""
        beside = self._registers[kind].beside
        if kind == "customer":
            return own_customer_number(record.key, generation, beside)
        return own_article_number(record.key, self._mapping.article.number(record.payload, self._company), beside)

    def _edited(self, kind: str, record: Record) -> Edited:
        edits = self._registers[kind].overrides.get(record.key.id, ())
        return overrides.edited(self._entity(kind), record.payload, lambda _kind, _key: None, edits)

    def _entity(self, kind: str) -> EntityMapping:
        return self._mapping.customer if kind == "customer" else self._mapping.article
