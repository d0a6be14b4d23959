"""Fortnox's lists: numbered pages that count their records, and that shift when one is deleted (FACTS.md 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.connectors.errors import NoAnswer
from sync.connectors.http import Answer, cut


@dataclass(frozen=True)
class Listed:
    """One page: its `rows`, of how many records on how many pages."""

    rows: tuple[Mapping[str, Any], ...]
    total: int
    pages: int


def listed(answer: Answer, plural: str, key: str, number: int = 1) -> Listed:
    """Return the page that an answer is.

    Raises NoAnswer for one that does not say how much there is, that shows nothing of what it counts, or whose rows
    have no `key`: to believe it would be to take what is there for missing.
    """
    rows, counted = answer.part(plural, list), answer.part("MetaInformation", dict)
    total, pages = counted.get("@TotalResources"), counted.get("@TotalPages")
    whole = all(isinstance(row, Mapping) and row.get(key) not in (None, "") for row in rows)
    if not isinstance(total, int) or not isinstance(pages, int) or not whole or (number <= pages and not rows):
        raise NoAnswer(f"Fortnox's list of {plural} does not show what it counts.", answer.status, cut(answer.text))
    return Listed(tuple(rows), total, pages)


def next_place(at: Mapping[str, Any], page: Listed) -> dict[str, Any] | None:
    """Return where a pass goes on after the page `at` which it was, None at its end.

    When there are fewer records than before, one was deleted meanwhile: those after it moved a place ahead, one of them
    perhaps to a page that was read already. The pass begins again.
    """
    number = int(at.get("page", 1))
    if page.total < int(at.get("total", 0)):
        return {name: value for name, value in at.items() if name not in {"page", "total"}}
    return {**at, "page": number + 1, "total": page.total} if number < page.pages else None
