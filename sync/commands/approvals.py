"""Lets a deal have another document, when none of its earlier ones counts any more (ARCHITECTURE.md: a generation)."""

from collections.abc import Sequence
from datetime import datetime

from mappings.kinds import document_kind
from sync.commands.flow_commands import deal_flows
from sync.commands.handling import CommandAnswer, CommandContext
from sync.commands.shapes import AnotherDocument
from sync.core.documents import documents
from sync.core.types import Decision, Link, RecordKey
from sync.store.database import Store
from sync.store.tables import links, operations, records


def another_document(context: CommandContext, command: AnotherDocument, actor: str) -> CommandAnswer:
    """Allow a deal another document; the next run of its account's deals makes it."""
    deal = RecordKey(command.system, command.kind, command.record_id)
    answer = allow(context.store, deal, command.company, actor, context.clock.now())
    if not answer.accepted:
        return answer
    return CommandAnswer(True, answer.code, answer.params, deal_flows(context.store, deal.system))


def allow(store: Store, deal: RecordKey, company: str, actor: str, now: datetime) -> CommandAnswer:
    """Raise the generation of a deal's document by one, or say why not.

    `company` is where the earlier one is; if the deal has moved, the new one is made where the deal now belongs.

    The document itself is planned, and checked again, in the next run of the deals.
    """
    held = [link for link in links.of_sources(store, [deal]) if document_kind(link.target_kind)]
    refusal = _refusal(store, deal, held)
    if refusal is not None:
        return refusal
    generation = max(link.generation for link in held) + 1
    with store.joined():
        links.approve(store, deal, company, generation, actor, now)
    return CommandAnswer.yes(generation=generation)


def _refusal(store: Store, deal: RecordKey, held: Sequence[Link]) -> CommandAnswer | None:
    """Return why a deal may not have another document than those it is linked to."""
    if not held:
        return CommandAnswer.no("no_document")
    decided = links.decisions(store, deal.system, deal.kind, [deal.id])
    kinds = {link.target_kind for link in held}
    if code := next((code for one in decided if one.target_kind in kinds and (code := _wants_none(one))), ""):
        return CommandAnswer.no(code)
    open_ones = [one for one in operations.open_for(store, deal.system, deal.kind) if one.source == deal]
    if any(one.state in {"sending", "unknown"} for one in open_ones):
        return CommandAnswer.no("in_doubt")
    counting = next((link for link in held if _counts(store, link)), None)
    return None if counting is None else CommandAnswer.no("document_counts", number=counting.target_id)


def _wants_none(decided: Decision) -> str:
    """Return why a deal as it was last decided on is to have no document at all, "" where it may have one."""
    if decided.outcome == "not_concerned" or decided.code == "no_longer_won":
        return "not_won"
    return "taken_out" if decided.code in {"taken_out", "skip"} else ""


def _counts(store: Store, link: Link) -> bool:
    """Return whether something of a linked document counts; one that was never read is taken to."""
    about = {"company": link.company, "kind": link.target_kind, "numbers": [link.target_id]}
    credited_by = [row[0] for row in store.rows("credits_of", about)]
    found = records.load(store, f"fortnox:{link.company}", link.target_kind, [link.target_id, *credited_by])
    own = found.pop(link.target_id, None)
    if own is None:
        return True
    return not (own.deleted or documents.is_void(own.payload, [one.payload for one in found.values()]))
