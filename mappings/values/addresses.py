"""Which of a record's addresses is meant: all of one, never a street of one with the city of another."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mappings.spec import AddressPlace, listed
from mappings.types import Problem, View
from mappings.values.countries import country_code
from mappings.values.paths import at, filled, first

_ROOT = "kvitt"
CHOSEN = "kvitt.address."
PARTS = ("street", "zip", "city", "country")


def with_address(view: View, places: Sequence[AddressPlace]) -> View:
    """Return a record with the address that is meant under `kvitt.address`, the record itself where it has no places.

    It is the first with a street and a city; where none has both, the first that says anything.
    """
    if not places:
        return view
    place = _chosen(view, places)
    parts = {part: _part(view, place, part) for part in PARTS}
    return {**view, _ROOT: {**(view.get(_ROOT) or {}), "address": parts}}


def expanded(paths: Iterable[str], places: Sequence[AddressPlace]) -> list[str]:
    """Return the paths that are read of the record itself: what is chosen depends on every place."""
    given = list(paths)
    kept = [path for path in given if not path.startswith(CHOSEN)]
    if len(kept) == len(given):
        return kept
    return kept + [path for place in places for part in PARTS for path in listed(getattr(place, part))]


def told(problem: Problem, view: View, places: Sequence[AddressPlace]) -> Problem:
    """Return a problem that names where in the CRM the chosen address is kept."""
    source = problem.params.get("source", "")
    if not places or not source.startswith(CHOSEN):
        return problem
    paths = listed(getattr(_chosen(view, places), source.removeprefix(CHOSEN)))
    named = next((path for path in paths if filled(at(view, path))), paths[0])
    return Problem(problem.code, problem.field, problem.row, {**problem.params, "source": named})


def country_in_doubt(view: View, places: Sequence[AddressPlace], fields: Mapping[str, Any]) -> list[Problem]:
    """Return that a country is missing where another address of the record names one that is not the default's."""
    if not places:
        return []
    place = _chosen(view, places)
    others = [found for one in places if filled(found := _part(view, one, "country"))]
    taken = fields.get("CountryCode")
    if filled(_part(view, place, "country")) or taken is None or all(_is_same(one, taken) for one in others):
        return []
    return [Problem("missing", "CountryCode", params={"source": listed(place.country)[0]})]


def _chosen(view: View, places: Sequence[AddressPlace]) -> AddressPlace:
    complete = (one for one in places if all(filled(_part(view, one, part)) for part in ("street", "city")))
    something = (one for one in places if any(filled(_part(view, one, part)) for part in PARTS))
    return next(complete, None) or next(something, places[0])


def _part(view: View, place: AddressPlace, part: str) -> Any:
    return first(view, listed(getattr(place, part)))


def _is_same(written: Any, code: str) -> bool:
    return country_code(str(written)) == code
