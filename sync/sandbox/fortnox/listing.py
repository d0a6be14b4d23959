"""Lists: paging, search, filters, order (FACTS.md 3.2 to 3.6)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync.clock import STOCKHOLM
from sync.sandbox.fortnox.errors import wrong_filter, wrong_parameter
from sync.sandbox.fortnox.quirks import FortnoxQuirks
from sync.sandbox.fortnox.tenant import META, Tenant, number_order, stamp
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json

Test = Callable[[Json, str, Tenant], bool]
GLOBAL = frozenset({"page", "limit", "offset", "sortby", "sortorder"})


@dataclass(frozen=True)
class ListRules:
    """How one resource is listed: what may be searched, filtered and sorted, and what a list row shows."""

    kind: str
    plural: str
    show: Callable[[Json, Tenant], Json]
    search: Mapping[str, Test] = field(default_factory=dict)
    filters: Mapping[str, Callable[[Json, Tenant], bool]] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    has_lastmodified: bool = True
    by_text: bool = False
    candidates: Callable[[Mapping[str, str], Tenant], list[str] | None] = lambda query, tenant: None


def contains(name: str) -> Test:
    """Return a search test: case-insensitive substring of a field (FACTS.md 3.3)."""

    def test(row: Json, wanted: str, tenant: Tenant) -> bool:
        return wanted.lower() in str(row.get(name) or "").lower()

    return test


def is_flag(name: str) -> Test:
    """Return a search test for a true/false field, also where it is kept as a string (Credit)."""

    def test(row: Json, wanted: str, tenant: Tenant) -> bool:
        return (str(row.get(name)).lower() == "true") == (wanted.lower() == "true")

    return test


def not_before(name: str) -> Test:
    """Return a search test for a date field: that day or later."""
    return lambda row, wanted, tenant: str(row.get(name) or "") >= wanted


def not_after(name: str) -> Test:
    """Return a search test for a date field: that day or earlier; an unset date never matches."""
    return lambda row, wanted, tenant: bool(row.get(name)) and str(row[name]) <= wanted


def answer_list(call: FortnoxCall, tenant: Tenant, rules: ListRules) -> FortnoxReply:
    """Return one page of a list; MetaInformation stands before the array (FACTS.md 3.1)."""
    rows = _sorted(call, tenant, rules, _matching(call, tenant, rules))
    meta, page = _page(call.query, len(rows), tenant.quirks)
    shown = [rules.show(row, tenant) for row in rows[page]]
    return FortnoxReply(200, {"MetaInformation": meta, rules.plural: shown})


def _matching(call: FortnoxCall, tenant: Tenant, rules: ListRules) -> list[Json]:
    tests = list(_tests(call.query, tenant, rules))
    keys = rules.candidates(call.query, tenant)
    if keys is None:
        keys = tenant.ordered(rules.kind, by_text=rules.by_text)
    rows = (tenant.get(rules.kind, key) for key in keys)
    return [row for row in rows if all(test(row) for test in tests)]


def _tests(query: Mapping[str, str], tenant: Tenant, rules: ListRules) -> Iterable[Callable[[Json], bool]]:
    for name, value in query.items():
        if name in rules.search:
            test = rules.search[name]
            yield lambda row, test=test, value=value: test(row, value, tenant)  # type: ignore[misc]
        elif name == "filter" and rules.filters:
            chosen = rules.filters.get(value)
            if chosen is None:
                raise wrong_filter()
            yield lambda row, chosen=chosen: chosen(row, tenant)  # type: ignore[misc]
        elif name == "lastmodified" and rules.has_lastmodified:
            yield _modified_since(value, tenant.quirks)
        elif name not in GLOBAL and tenant.quirks.refuse_unknown_parameters:
            raise wrong_parameter()


def _modified_since(value: str, quirks: FortnoxQuirks) -> Callable[[Json], bool]:
    """Return the test of `lastmodified`, which is Swedish local time (FACTS.md 3.3).

    What Fortnox takes a time for that autumn has twice is not known: here it is the later one, which shows less.
    """
    try:
        local = datetime.fromisoformat(value.strip())
    except ValueError:
        raise wrong_parameter() from None
    since = stamp(local.replace(tzinfo=STOCKHOLM, fold=1) if local.tzinfo is None else local)
    if quirks.lastmodified_inclusive:
        return lambda row: bool(row[META]["modified"] >= since)
    return lambda row: bool(row[META]["modified"] > since)


def _sorted(call: FortnoxCall, tenant: Tenant, rules: ListRules, rows: list[Json]) -> list[Json]:
    descending = {"ascending": False, "descending": True}.get(call.query.get("sortorder", "ascending"))
    wanted = call.query.get("sortby")
    if descending is None or (wanted is not None and wanted not in rules.sorts):
        raise wrong_parameter()
    if wanted is None:
        return rows[::-1] if descending else rows
    return sorted(rows, key=lambda row: _order(row.get(rules.sorts[wanted])), reverse=descending)


def _order(value: Any) -> tuple[int, Any, str]:
    if value is None:
        return (0, 0, "")
    return number_order(value) if isinstance(value, str) else (0, value, "")


def _page(query: Mapping[str, str], total: int, quirks: FortnoxQuirks) -> tuple[Json, slice]:
    limit = _natural(query, "limit", 100)
    if limit > 500:
        if quirks.limit_above_maximum == "refuse":
            raise wrong_parameter()
        limit = 500
    page = _natural(query, "page", 1)
    start = _natural(query, "offset", (page - 1) * limit, least=0)
    pages = -(-total // limit)
    # An offset past the end zeroes the totals (recorded); a page past the end likewise by default.
    past_end = start >= total and (quirks.page_past_end_zeroes_totals or "offset" in query)
    shown = (0, 0) if past_end else (total, pages)
    meta = {
        "@TotalResources": shown[0],
        "@TotalPages": shown[1],
        "@CurrentPage": 1 if "offset" in query else page,
    }
    return meta, slice(start, start + limit)


def _natural(query: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    given = query.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit()) or int(given) < least:
        raise wrong_parameter()
    return int(given)
