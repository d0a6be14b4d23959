"""An operator's edits of drafts: kept as overrides, each until what it replaced changes in the CRM."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mappings import Draft, Problem
from mappings.checks.drafts import fit, untold
from mappings.compile import EntityMapping
from mappings.edits import applied, incomplete, standing
from mappings.kinds import document_kind
from mappings.vocabulary import Links
from sync.core.documents.documents import same
from sync.core.identity import digest
from sync.core.types import Override, Payload

# Of an account it is not a field of the draft, but the answer to which customer it is.
CHOSEN_CUSTOMER = "CustomerNumber"
_MATCHED_ON = ("Name", "OrganisationNumber", "Email")


@dataclass(frozen=True)
class Edited:
    """A draft with the edits that still hold.

    `mapped` is what the mapping alone makes, as far as it can; `fields` the same with the edits; `draft` is set when
    nothing stands in its way. `ended` are edits whose source has changed; `chosen` says which customer an account is.
    """

    mapped: Payload
    fields: Payload
    draft: Draft | None
    problems: tuple[Problem, ...]
    ended: tuple[Override, ...] = ()
    chosen: Override | None = None


def of_target(overrides: Iterable[Override], kind: str, company: str | None) -> tuple[Override, ...]:
    """Return the edits of what a record becomes in a company.

    A deal has one document, wherever it is made: edits go there with the deal, but for its customer's number, which
    is another customer's in another company.
    """
    is_deal = document_kind(kind) is not None
    return tuple(
        one
        for one in overrides
        if one.target_kind == kind and (one.company == company or (is_deal and one.path != CHOSEN_CUSTOMER))
    )


def edited(entity: EntityMapping, view: Payload, links: Links, overrides: Collection[Override]) -> Edited:
    """Return what a record becomes, mapped and then edited."""
    raw, problems = entity.mapped(view, links)
    mapped, adjustments, misfits = fit(entity.rule.target, raw)
    holding = [one for one in overrides if one.replaced == origin(entity, view, raw, one.path)]
    ended = tuple(one for one in overrides if one not in holding)
    chosen = next((one for one in holding if _chooses(entity, one.path)), None)
    values = {one.path: one.value for one in holding if one is not chosen}
    fields = mapped
    if values:
        fields, adjustments, misfits = fit(entity.rule.target, applied(raw, values))
        problems = standing(problems, values)
        told = {problem.field for problem in problems}
        problems += incomplete(entity.rule.target, fields, told)
    problems += untold(misfits, problems)
    draft = None if problems else Draft(entity.rule.target, fields, adjustments)
    return Edited(mapped, fields, draft, tuple(problems), ended, chosen)


def outlived(made: Edited) -> tuple[tuple[Override, str], ...]:
    """Return the edits of a draft that hold no longer, and why."""
    return tuple((one, "source_changed") for one in made.ended)


def origin(entity: EntityMapping, view: Payload, mapped: Payload, path: str) -> str:
    """Return a digest of what an edited field is made from in the CRM: an edit lasts while it stays the same."""
    if _chooses(entity, path):
        return digest({name: mapped.get(name) for name in _MATCHED_ON})
    return digest(entity.origin(view, mapped, path))


def _chooses(entity: EntityMapping, path: str) -> bool:
    return entity.rule.target == "customer" and path == CHOSEN_CUSTOMER


def payloads(wanted: Payload, mapped: Payload, every: bool) -> tuple[dict[str, Any], Payload | None]:
    """Return a payload as mapped and, where edits make it another, as edited (else None).

    `every` is for a create, which says everything mapped; an update names the same fields in both.
    """
    names = [*wanted, *(name for name in mapped if every and name not in wanted)]
    unedited = {name: mapped.get(name) for name in names if every is False or name in mapped}
    return unedited, None if same(unedited, dict(wanted)) else wanted


def effective(payload: Payload | None, changed: Payload | None) -> Mapping[str, Any]:
    """Return what is sent: the edited payload where there is one."""
    return changed or payload or {}
