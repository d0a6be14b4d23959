"""Which records must be planned, and why: a statement for each sort of reason, asked when its tables have changed."""

from sync.store.database import Store

# Where a record is named by several, the first reason is told.
STATEMENTS = ("to_plan_for_itself", "to_plan_for_an_edit", "to_plan_for_an_adoption", "to_plan_for_a_further_document",
              "to_plan_for_a_changed_document", "to_plan_for_a_customer", "to_plan_for_a_successor",
              "to_plan_for_what_it_waits_for")  # fmt: skip
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

    def of(self, kind: str, target_kind: str) -> dict[str, str]:
        """Return the records of a kind to plan, by id in their order, each with the first reason for it.

        `target_kind` is what they are to become; whichever company it is in.
        """
        found: dict[str, str] = {}
        for name in STATEMENTS:
            for record_id, reason in self._asked(name, kind, target_kind):
                found.setdefault(record_id, reason)
        return {record_id: found[record_id] for record_id in sorted(found, key=_order)}

    def _asked(self, name: str, kind: str, target_kind: str) -> list[tuple[str, str]]:
        about = {"system": self._system, "kind": kind, "target_kind": target_kind}
        about |= {"mapping_version": self._mapping_version} if name == _OF_THE_MAPPING else {}
        found = (tuple(row.values()) for row in self._store.kept(name, about))
        return [(record_id, reason) for record_id, reason in found]


def _order(record_id: str) -> tuple[bool, int, str]:
    """Numbers come before other ids, in their order."""
    return not record_id.isdecimal(), int(record_id) if record_id.isdecimal() else 0, record_id
