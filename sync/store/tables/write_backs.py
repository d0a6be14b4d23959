"""What each deal's write-back was last worked out from: only what has changed since is worked out again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from sync.store.database import Store, arrow

_TEXT = pa.string()


@dataclass(frozen=True)
class ChangedWriteBack:
    """A deal to look at: its id, the number of its newest document, and what its write-back rests on now."""

    deal_id: str
    number: str
    basis: str


def changed(store: Store, system: str, kind: str, rules: str, today: date) -> list[ChangedWriteBack]:
    """Return the deals of a CRM to look at. `rules` names what is told and how; `today` is the Stockholm date."""
    about = {"system": system, "kind": kind, "rules": rules, "today": today}
    return [ChangedWriteBack(*row) for row in store.rows("changed_write_backs", about)]


def changed_numbers(store: Store, system: str, kind: str, rules: str) -> str:
    """Return what the numbers of all accounts rest on, '' where it is what they were last worked out from."""
    return store.one("changed_number_links", {"system": system, "kind": kind, "rules": rules}) or ""


def keep(store: Store, system: str, kind: str, bases: Mapping[str, str]) -> None:
    """Remember what write-backs were worked out from, by deal; '' is all accounts. Call inside a transaction."""
    if not bases:
        return
    table = arrow(
        {
            "system": (_TEXT, [system] * len(bases)),
            "kind": (_TEXT, [kind] * len(bases)),
            "record_id": (_TEXT, list(bases)),
            "basis": (_TEXT, list(bases.values())),
        }
    )
    store.run_with("put_write_back_bases", table)
