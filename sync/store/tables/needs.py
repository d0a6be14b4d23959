"""Which records must be planned, and why: a statement for each sort of reason, asked when its tables have changed."""

from collections.abc import Mapping

from sync.store.database import Store

# What each statement reads. Where a record is named by several, the first reason is told.
STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "to_plan_for_itself": ("records", "decisions"),
    "to_plan_for_an_edit": ("overrides", "decisions"),
    "to_plan_for_an_adoption": ("links", "decisions"),
    "to_plan_for_a_further_document": ("documents", "links"),
    "to_plan_for_a_changed_document": ("links", "records", "decisions"),
    "to_plan_for_a_customer": ("links", "records"),
    "to_plan_for_a_successor": ("documents", "links", "decisions"),
    "to_plan_for_what_it_waits_for": ("operations",),
}
# In the order in which they are told; the words of each are on the pages.
REASONS = ("never_planned", "asked", "changed", "remapped", "held", "edited", "adopted_unread", "further_document",
           "customer_behind", "successor_seen", "blocked")  # fmt: skip
_OF_THE_MAPPING = "to_plan_for_itself"


class NeedsPlanning:
    """The records of one CRM account that must be planned under one mapping."""

    def __init__(self, store: Store, system: str, mapping_version: str) -> None:
        self._store = store
        self._system = system
        self._mapping_version = mapping_version
        self._known: dict[tuple[str, str], tuple[int, list[tuple[str, str]]]] = {}

    def of(self, kind: str) -> dict[str, str]:
        """Return the records of a kind to plan, by id in their order, each with the first reason for it."""
        found: dict[str, str] = {}
        for name in STATEMENTS:
            for record_id, reason in self._asked(name, kind):
                found.setdefault(record_id, reason)
        return {record_id: found[record_id] for record_id in sorted(found, key=_order)}

    def _asked(self, name: str, kind: str) -> list[tuple[str, str]]:
        writes = self._store.writes_to(STATEMENTS[name])
        known = self._known.get((name, kind))
        if known is None or known[0] != writes:
            about = {"system": self._system, "kind": kind}
            about |= {"mapping_version": self._mapping_version} if name == _OF_THE_MAPPING else {}
            rows = [(row[0], row[1]) for row in self._store.rows(name, about)]
            known = self._known[name, kind] = writes, rows
        return known[1]


def _order(record_id: str) -> tuple[bool, int, str]:
    """Numbers come before other ids, in their order."""
    return not record_id.isdecimal(), int(record_id) if record_id.isdecimal() else 0, record_id
