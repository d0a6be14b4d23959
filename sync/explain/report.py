"""Reads the published copy for scripts: figures, and whether the installation is sound."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from mappings.values.money import SOLD, adding_up, ore
from sync.clock import wall_now
from sync.core.bridge.causes import explains
from sync.store.publish import copies as publish
from sync.store.reader import bridge as reader_bridge
from sync.store.reader import overview as reader_overview
from sync.store.reader.published import Reader, ReaderError, Scope

ALL = Scope()


class NothingPublishedError(ReaderError):
    """There is no published copy to read; the message says what to do."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `exit_code` 0 is sound (ARCHITECTURE.md: the command line)."""

    sentence: str
    exit_code: int = 0


def report(data: Path) -> dict[str, Any]:
    """Return the figures of the newest published copy. Raises NothingPublishedError."""
    reader = _open(data)
    try:
        deals = reader_overview.deal_totals(reader, ALL)
        causes = {row.cause: ore(row.amount_sek) for row in reader_bridge.causes(reader, ALL)}
        totals = reader.one(_Totals, "report_totals", {"company": None})
    finally:
        reader.close()
    sold = {"gross": totals.gross_sek, "discount": totals.discount_sek, "net": totals.net_sek}
    unclassified = sum((amount for cause, amount in causes.items() if not explains(cause)), Decimal(0))
    return {
        "crm": {
            "deals": deals.won_deals,
            **{name: f"{amount:.2f}" for name, amount in adding_up(sold, [SOLD]).items()},
        },
        "fortnox": {"documents": totals.documents, "booked_net": f"{ore(totals.booked_sek):.2f}"},
        "bridge": {cause: f"{amount:.2f}" for cause, amount in sorted(causes.items()) if amount},
        "unclassified": f"{unclassified:.2f}",
        "operations": {"done": totals.done, "review": totals.review},
    }


def check(data: Path) -> list[Finding]:
    """Look at everything that can be looked at without the live file."""
    found = [_heartbeat(data)]
    try:
        reader = _open(data)
    except (NothingPublishedError, ReaderError) as error:
        return [*found, Finding(str(error), 2)]
    try:
        found += [_connection(each) for each in reader_overview.connections(reader, ALL)]
        found += [_promise(each) for each in reader_overview.checks(reader, ALL)]
        held = reader.one(_Totals, "report_totals", {"company": None}).review
        found.append(Finding(f"records in review: {held}", 1 if held else 0))
    finally:
        reader.close()
    return found


@dataclass(frozen=True)
class _Totals:
    gross_sek: Decimal
    discount_sek: Decimal
    net_sek: Decimal
    documents: int
    booked_sek: Decimal
    done: int
    review: int


def _connection(connection: reader_overview.Connection) -> Finding:
    sentence = f"{connection.system}: {connection.status} {connection.status_sentence}".strip()
    return Finding(sentence, 4 if connection.status == "needs_person" else 0)


def _promise(check: reader_overview.Check) -> Finding:
    sentence = f"{check.name}: {ore(check.found):f} ({'kept' if check.ok else 'BROKEN'})"
    return Finding(sentence, 0 if check.ok else 1)


def _open(data: Path) -> Reader:
    published = publish.newest(data)
    if published is None:
        raise NothingPublishedError(
            f"Nothing is published in {data} yet. Start the sync there, or name its folder with --data."
        )
    return Reader(published.path)


def _heartbeat(data: Path) -> Finding:
    beat = publish.last_beat(data)
    if beat is None:
        return Finding(f"The sync has never run on {data}.")
    if beat.stopped(wall_now()):
        return Finding(
            f"The sync is stopped; it was last alive at {beat.beat_at:%Y-%m-%d %H:%M:%S} UTC. {beat.sentence}".strip()
        )
    return Finding(f"The sync runs as process {beat.pid}.")
