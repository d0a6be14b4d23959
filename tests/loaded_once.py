"""The project's own mapping, read and checked once in a process: what takes longest of a start, and never differs."""

from collections.abc import Collection
from functools import cache
from pathlib import Path

from mappings import MappingSet, load
from mappings.spec import Companies

OWN = Path(__file__).parents[1] / "mappings"


def mappings(
    folder: Path, system: str, routing: Companies | None = None, connected: Collection[str] | None = None
) -> MappingSet:
    """Return what `mappings.load` returns; a folder that a test has made is read each time."""
    if folder != OWN:
        return load(folder, system, routing, connected)
    return _loaded(
        system, routing.model_dump_json() if routing else "", None if connected is None else frozenset(connected)
    )


@cache
def _loaded(system: str, routing: str, connected: frozenset[str] | None) -> MappingSet:
    return load(OWN, system, Companies.model_validate_json(routing) if routing else None, connected)
