"""Follows rows from sheet to sheet: which row here is which row there (ARCHITECTURE.md: the slices)."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sync.core.bridge.sheets import Line

Thread = tuple[int | None, ...]
Row = TypeVar("Row")
Pairing = Callable[[Sequence[Line], Sequence[Line]], dict[int, int]]


def threads(sheets: Sequence[Sequence[Line]], pairings: Sequence[Pairing]) -> list[Thread]:
    """Return every row's way through the sheets: its place in each, None where it is not there.

    `pairings` say, for each two neighbours, which row is which; a row that has gone does not come back.
    """
    found: list[list[int | None]] = []
    for station, lines in enumerate(sheets):
        paired = pairings[station - 1](sheets[station - 1], lines) if station else {}
        for thread in found:
            last = thread[-1]
            thread.append(None if last is None else paired.get(last))
        old = set(paired.values())
        found += [[*[None] * station, place] for place in range(len(lines)) if place not in old]
    return [tuple(thread) for thread in found]


def by_place(before: Sequence[Line], after: Sequence[Line]) -> dict[int, int]:
    """Pair rows by their places: a payload's rows are its deal's rows, an answer's rows those that were sent."""
    return {place: place for place in range(min(len(before), len(after)))}


def by_likeness(before: Sequence[Line], after: Sequence[Line]) -> dict[int, int]:
    """Pair rows by the first rung that fits: id, article with price and quantity, with price, article, text, place.

    Fortnox's row ids change with every update (fortnox/FACTS.md 6), so they are no rung.
    """
    return by_rungs(_RUNGS, before, after)


def alike(before: Sequence[Line], after: Sequence[Line]) -> dict[int, int]:
    """Pair rows by what they say alone: in a part of what was sold, a row's place says nothing."""
    return by_rungs(_RUNGS[:-1], before, after)


def by_rungs(
    rungs: Iterable[Callable[[int, Row], object]], before: Sequence[Row], after: Sequence[Row]
) -> dict[int, int]:
    """Pair rows by the first rung on which they are equal; a rung gives None to a row that it says nothing of."""
    paired: dict[int, int] = {}
    for rung in rungs:
        _climb(rung, before, after, paired)
    return paired


def answered(before: Sequence[Line], after: Sequence[Line]) -> dict[int, int]:
    """Pair what was sent with what was answered: by place, unless rows were added or left out."""
    return by_place(before, after) if len(before) == len(after) else by_likeness(before, after)


def _climb(
    rung: Callable[[int, Row], object], before: Sequence[Row], after: Sequence[Row], paired: dict[int, int]
) -> None:
    taken = set(paired.values())
    free: dict[object, list[int]] = {}
    for place, line in enumerate(after):
        key = rung(place, line)
        if place not in taken and key is not None:
            free.setdefault(key, []).append(place)
    for place, line in enumerate(before):
        waiting = free.get(rung(place, line)) if place not in paired else None
        if waiting:
            paired[place] = waiting.pop(0)


_RUNGS: tuple[Callable[[int, Line], object], ...] = (
    lambda _, line: line.row_id or None,
    lambda _, line: (line.article, line.price, line.quantity) if line.article else None,
    lambda _, line: (line.article, line.price) if line.article else None,
    lambda _, line: line.article or None,
    lambda _, line: line.text or None,
    lambda place, _: place,
)
