"""The customers and articles a deal needs: linked, matched, made, or waiting for a person."""

from collections.abc import Callable
from dataclasses import dataclass

from mappings import Draft, MappingSet, Problem
from mappings.compile import EntityMapping
from sync.core.identity import PERMITTED_IN_NUMBERS, article_number
from sync.core.planning import matching, overrides
from sync.core.planning.master_conclusions import MasterConclusions
from sync.core.planning.overrides import Edited
from sync.core.planning.register import Register
from sync.core.types import Decision, Link, Operation, Override, Record
from sync.core.values import same


@dataclass(frozen=True)
class Resolved:
    """The number to use, and the subject of the operation that must be done first (or '')."""

    number: str
    waits_on: str = ""


class Masters:
    """Resolves master records for one company during one run; each is decided once, and `concluded` says what follows.

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
        self._memo: dict[tuple[str, str], Resolved | Problem] = {}
        # What is being made counts as there: the same accounts come to the same, at once or one after the other.
        self._index = (customers.index or matching.CustomerIndex()).copy(customers.inactive)
        self._claims = {
            link.target_id: link.source for link in customers.links.values() if link.source.id not in customers.gone
        }
        for one in customers.open.values():
            if one.state != "review":
                self._count_in(one)
        self.concluded = MasterConclusions(mapping, company, self._registers)

    def holds(self, record: Record) -> bool:
        """Return whether a linked account's change is in review, from this run or an earlier one."""
        wanted = self.concluded.operations.values()
        planned = [one for one in wanted if one.source == record.key and one.action == "update"]
        present = self._customers.present("update", record.key)
        return any(one.state == "review" for one in planned or ([present] if present else []))

    def under_way(self, record: Record) -> bool:
        """Return whether a change of a customer is being sent or in doubt: the next one waits for its end."""
        present = self._customers.present("update", record.key)
        return present is not None and present.state in {"sending", "unknown"}

    def decided(self, record: Record) -> Decision | None:
        """Return what was decided before of an account's customer in this company."""
        return self._customers.decided.get(record.key.id)

    def resolve(self, kind: str, key: str, record: Record | None) -> Resolved | Problem:
        """Return the Fortnox number for a CRM account or product, or the problem that holds its deals."""
        if (kind, key) not in self._memo:
            self._memo[kind, key] = self._decide(kind, key, record)
        return self._memo[kind, key]

    # --- a record that a deal needs -------------------------------------------------------------------

    def _decide(self, kind: str, key: str, record: Record | None) -> Resolved | Problem:
        register = self._registers[kind]
        link, present = register.links.get(key), register.open.get(key)
        if link is not None:
            self.concluded.withdraw(present)
            return self._linked(kind, link, record)
        if record is None or record.deleted:
            return Problem("no_customer") if kind == "customer" else Problem("article_waits", params={"value": key})
        if present is not None and present.state not in {"planned", "retry", "review"}:
            return Resolved(present.target_id or present.reference, present.subject)
        return self._from_fortnox(kind, record) or self._waits(kind, record)

    def _from_fortnox(self, kind: str, record: Record) -> Resolved | None:
        """Link what Fortnox has of a record, or make it; None where a person must say which, or what it lacks."""
        made = self._edited(kind, record)
        found = self._find(kind, record, made.draft, made.chosen) if made.draft else None
        if made.draft is None or isinstance(found, Problem):
            problems = [found] if isinstance(found, Problem) else made.problems
            self.concluded.hold(kind, record, problems, made)
            return None
        if found is not None:
            self.concluded.link(kind, record, made.draft, found)
            if kind == "customer":
                self._claims.setdefault(found.number, record.key)
            return Resolved(found.number)
        operation = self.concluded.create(kind, record, made)
        if operation is not None and kind == "customer":
            self._count_in(operation)
        return Resolved(operation.reference, operation.subject) if operation else None

    def _find(
        self, kind: str, record: Record, draft: Draft, chosen: Override | None
    ) -> matching.Match | Problem | None:
        own = self.concluded.own_number(kind, record)
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
                return inactive_customer(number)
            self.concluded.ended.append((chosen, "linked"))
            return matching.Match(number, "person")
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
            return inactive_customer(found.number)
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

    def _linked(self, kind: str, link: Link, record: Record | None) -> Resolved:
        """A change of mapped fields in the CRM goes to the customer; articles are Fortnox's own."""
        if kind == "customer" and record is not None and not record.deleted and link.draft is not None:
            self._follow(link, record)
        return Resolved(link.target_id)

    def _follow(self, link: Link, record: Record) -> None:
        """Only a changed account changes its customer: a new mapping alone never does, nor what is under way."""
        if self.under_way(record):
            return
        if self._mapping.customer.fingerprint(record.payload) == link.fingerprint:
            self.concluded.withdraw(self._update_of(record))
        elif not self._is_settled(link, record) or self._edited_anew(record):
            now = self._update(link, record)
            if now != link:
                self.concluded.links.append(now)

    def _is_settled(self, link: Link, record: Record) -> bool:
        """Return whether an account was decided on as it is, for this company's customer."""
        decided = self.decided(record)
        if decided is None or decided.version != record.version:
            return False
        return decided.outcome in {"linked", "dismissed"} and link.mapping_version != self._mapping.version

    def _edited_anew(self, record: Record) -> bool:
        """Say whether an edit waits to be sent: the update that was held is there still."""
        return self._update_of(record) is not None and bool(self._customers.overrides.get(record.key.id))

    def _update(self, link: Link, record: Record) -> Link:
        """Bring a customer up to date with its account, or say why not; returns its link, as it is now."""
        made = self._edited("customer", record)
        if made.draft is not None:
            return self.concluded.update(link, record, made)
        self.concluded.hold("customer", record, made.problems, made, link.target_id)
        return link

    def _update_of(self, record: Record) -> Operation | None:
        return self._customers.present("update", record.key)

    def _edited(self, kind: str, record: Record) -> Edited:
        edits = self._registers[kind].overrides.get(record.key.id, ())
        made = overrides.edited(self._entity(kind), record.payload, lambda _kind, _key: None, edits)
        self.concluded.ended += [(one, "source_changed") for one in made.ended]
        return made

    def _entity(self, kind: str) -> EntityMapping:
        return self._mapping.customer if kind == "customer" else self._mapping.article


def inactive_customer(number: str) -> Problem:
    """Return the problem that Fortnox takes no new document for a customer."""
    return Problem("inactive_customer", "CustomerNumber", params={"value": number})
