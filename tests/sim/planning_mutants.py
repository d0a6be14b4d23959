"""Deliberate bugs in what deals and accounts become, and in what is remembered of it (see `mutants`)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from mappings import compile as compiling
from mappings.kinds import DocumentKind
from mappings.values.money import PricedRow
from sync.commands import editing
from sync.connectors.fortnox import client
from sync.core import identity
from sync.core.documents import documents, writeback
from sync.core.documents.deal_documents import DealDocuments
from sync.core.planning import deals as planning
from sync.core.planning import overrides
from sync.core.planning.plans import Books, DealState
from sync.core.planning.verdicts import Verdict
from sync.core.types import Operation
from sync.decide import plan
from sync.decide.plan import DealPlanning
from sync.send import recorder as outcome
from sync.send.write_back import WriteBack
from sync.store.statements import named_queries
from sync.store.tables import operations

Patch = pytest.MonkeyPatch


def float_money(patch: Patch) -> None:
    """Discounts are computed in binary."""

    def priced(quantity: Decimal, list_price: Decimal, net_price: Decimal) -> PricedRow:
        gross, net = float(quantity) * float(list_price), float(quantity) * float(net_price)
        return PricedRow(list_price, Decimal(str(round(gross - net, 2))), "AMOUNT")

    patch.setattr(compiling, "priced_row", priced)
    patch.setattr(compiling, "misses", lambda *_: Decimal(0))


def generation_ignored(patch: Patch) -> None:
    """All documents of a deal carry the same name."""
    named = identity.document_reference
    patch.setattr(planning, "document_reference", lambda source, kind, _generation: named(source, kind, 1))


def edit_outlives_its_source(patch: Patch) -> None:
    """An operator's edit goes on when what it replaced has changed in the CRM."""
    patch.setattr(overrides, "origin", lambda *_: "always the same")
    patch.setattr(editing, "origin", lambda *_: "always the same")


def edit_is_sent_once(patch: Patch) -> None:
    """An operator's edit is in the first document that is sent and forgotten then: the next change takes it back."""
    existing = planning.DealPlanner._existing

    def once(self: planning.DealPlanner, state: DealState, *about: Any) -> Verdict:
        return existing(self, replace(state, overrides=()), *about)

    patch.setattr(planning.DealPlanner, "_existing", once)


def edit_stays_behind(patch: Patch) -> None:
    """An operator's edit of a deal's document is not in the one that is made where the deal has moved."""
    patch.setattr(
        overrides, "of_target", lambda found, _kind, company: [one for one in found if one.company == company]
    )


def new_under_old_link(patch: Patch) -> None:
    """A further document of a deal takes the place of the earlier one's link, and has none of its own."""
    made = outcome._sent_link

    def under_old(operation: Operation, target: str, answered: Any, adopted: bool, known: Any) -> Any:
        own = [one for one in known.links if (one.source, one.company) == (operation.source, operation.company)]
        older = [one for one in own if one.target_kind == operation.target_kind]
        return made(operation, older[-1].target_id if older else target, answered, adopted, known)

    patch.setattr(outcome, "_sent_link", under_old)


def credits_count_when_planning(patch: Patch) -> None:
    """A credit invoice, which bears its original's name, is taken for the document of its deal."""
    patch.setattr(plan, "is_credit", lambda _invoice: False)


def credits_count_when_looked_up(patch: Patch) -> None:
    """The same where what is in doubt is looked up by its name."""
    patch.setattr(client, "is_credit", lambda _invoice: False)


def link_keeps_answer_digest(patch: Patch) -> None:
    """After an update, a link remembers how the document looked before."""
    made = outcome._sent_link

    def keeps(operation: Operation, target: str, answered: Any, adopted: bool, known: Any) -> Any:
        link = made(operation, target, answered, adopted, known)
        older = [one for one in known.links if (one.source, one.target_id) == (link.source, target)]
        return replace(link, answer_digest=older[-1].answer_digest) if older else link

    patch.setattr(outcome, "_sent_link", keeps)


def blocked_not_decided_again(patch: Patch) -> None:
    """A deal waits for its customer whatever has become of that."""
    statements = named_queries("queries")
    name, part = "to_plan_for_what_it_waits_for", "b.blocker_state IN ('review', 'dismissed', 'cancelled')"
    assert part in statements[name]
    patch.setitem(statements, name, statements[name].replace(part, "FALSE"))


def waits_in_vain(patch: Patch) -> None:
    """A deal goes on waiting for an article that an accountant made meanwhile, and that Kvitt need not make."""
    patch.setattr(operations, "blocked_forever", lambda _store: frozenset())


def lost_is_forgotten(patch: Patch) -> None:
    """Nobody is asked about the document of a deal that is no longer won."""
    patch.setattr(DealDocuments, "living", ())


def moved_is_made_again(patch: Patch) -> None:
    """A deal that belongs to another company now has a document made there, whatever it has elsewhere."""
    found = planning.documents_of

    def here(
        kind: DocumentKind, state: DealState, books: Mapping[str, Books], companies: Collection[str]
    ) -> DealDocuments:
        now = str(state.record.payload["custom"]["LEGAL_ENTITY"])
        own = tuple(link for link in state.links if link.company == now)
        return found(kind, replace(state, links=own), {now: books[now]}, companies)

    patch.setattr(planning, "documents_of", here)


def dismissed_for_ever(patch: Patch) -> None:
    """A deal that was dismissed stays so whatever it says later."""
    patch.setattr(planning, "stays_dismissed", lambda before, *_: before.outcome == "dismissed")


def written_over(patch: Patch) -> None:
    """A changed deal changes its document although an accountant has changed it too."""
    obstacle = documents.obstacle

    def bold(*about: Any) -> Any:
        found = obstacle(*about)
        return None if found is not None and found.code == "both_changed" else found

    patch.setattr(documents, "obstacle", bold)


def accounts_not_followed(patch: Patch) -> None:
    """A customer is never brought up to date with its account."""
    patch.setattr(DealPlanning, "_touched_customers", lambda _self: {})


def accounts_not_told(patch: Patch) -> None:
    """No account hears of its customer's number."""
    patch.setattr(WriteBack, "_customers", lambda _self, _rules: [])


def told_by_state(patch: Patch) -> None:
    """A deal is told of its document only when that has another number or state."""
    digest = writeback.digest
    patch.setattr(writeback, "digest", lambda values: digest([*map(str, values.values())][:2]))


MADE: tuple[Callable[[Patch], None], ...] = (
    float_money,
    generation_ignored,
    edit_outlives_its_source,
    edit_is_sent_once,
    edit_stays_behind,
    new_under_old_link,
    credits_count_when_planning,
    credits_count_when_looked_up,
    link_keeps_answer_digest,
    blocked_not_decided_again,
    waits_in_vain,
    lost_is_forgotten,
    moved_is_made_again,
    dismissed_for_ever,
    written_over,
    accounts_not_followed,
    accounts_not_told,
    told_by_state,
)
