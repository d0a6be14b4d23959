"""Everything the pages ask of a published copy, asked at once."""

from datetime import date
from pathlib import Path

from sync.store.publish import copies as publish
from sync.store.reader import bridge as reader_bridge
from sync.store.reader import discounts as reader_discounts
from sync.store.reader import history as reader_history
from sync.store.reader import overview as reader_overview
from sync.store.reader import reconciliation as reader_reconciliation
from sync.store.reader import records as reader_records
from sync.store.reader import runs as reader_runs
from sync.store.reader.discounts import Filters
from sync.store.reader.published import Paging, Reader, Scope

MANY = Paging(limit=200)
FAMILIES = 3


def newest(data: Path) -> Reader:
    """Open the newest published copy."""
    published = publish.newest(data)
    assert published is not None
    return Reader(published.path)


def ask_everything(reader: Reader, today: date) -> int:
    """Ask what every page asks, for all companies and for one; returns how many answers had something in them."""
    scopes = [Scope(), *(Scope(one.company) for one in reader_overview.companies(reader, Scope()))]
    months = reader_overview.months(reader, Scope())
    scopes += [Scope.of(None, month) for month in months[:1]]
    return sum(ask_pages(reader, scope, today) for scope in scopes)


def ask_pages(reader: Reader, scope: Scope, today: date) -> int:
    """Ask everything within one scope."""
    answers = (
        reader_overview.connections(reader, scope),
        reader_overview.flows(reader, scope),
        reader_overview.deal_totals(reader, scope),
        reader_overview.document_totals(reader, scope, today),
        reader_overview.stuck(reader, scope),
        reader_bridge.causes(reader, scope),
        reader_overview.checks(reader, scope),
        reader_overview.attention(reader, scope, MANY),
        reader_overview.record_counts(reader, scope),
        reader_runs.run_history(reader, scope, None, MANY),
        reader_runs.answers(reader, scope, None),
        reader_reconciliation.months(reader, scope),
        reader_bridge.stages(reader, scope),
        *(reader_bridge.groups(reader, scope, by) for by in ("cause", "origin", "customer", "seller")),
        reader_bridge.steps(reader, scope, "cause", "O33", MANY),
        reader_discounts.totals(reader, scope),
        reader_discounts.choices(reader, scope),
        reader_discounts.rows(reader, scope, Filters(), MANY),
        reader_reconciliation.won_deals(reader, scope, MANY),
        reader_reconciliation.booked_documents(reader, scope, today, MANY),
        *(reader_records.search(reader, scope, words, today, MANY) for words in ("", "AB", "1", "1 234,50", "';--")),
    )
    found = reader_records.search(reader, scope, "", today, MANY)[:FAMILIES]
    families = [
        ask_family(reader, scope, reader_records.Key(one.system, one.kind, one.record_id), today) for one in found
    ]
    return sum(1 for answer in answers if answer) + sum(families)


def ask_family(reader: Reader, scope: Scope, key: reader_records.Key, today: date) -> int:
    """Ask what the page of one record asks."""
    keys = reader_records.family(reader, scope, key)
    operations = reader_history.operations(reader, scope, keys)
    numbers = [one.operation_no for one in operations]
    documents = reader_records.documents(reader, scope, keys, today)
    answers = (
        reader_records.record(reader, scope, key),
        reader_records.links(reader, scope, keys),
        reader_records.deals(reader, scope, keys),
        reader_records.deal_rows(reader, scope, key.system, key.record_id),
        reader_records.causes(reader, scope, keys),
        reader_records.decisions(reader, scope, keys),
        *(reader_records.document_rows(reader, scope, one.company, one.kind, one.number) for one in documents),
        *(reader_records.payments(reader, scope, one.company, one.kind, one.number) for one in documents),
        reader_history.events(reader, scope, keys, numbers, MANY),
        reader_history.versions(reader, scope, key),
        reader_history.calls(reader, scope, numbers, [one.correlation_id for one in operations]),
    )
    return sum(1 for answer in answers if answer)
