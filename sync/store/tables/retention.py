"""What is forgotten after some days: calls that only read, and runs in which nothing happened.

Everything else is the audit trail and stays: versions, operations and their moves, events, runs that did something, and
the calls that wrote.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.store.database import Store, naive

# So many rows in one transaction: nobody waits for long.
AT_ONCE = 5_000


@dataclass(frozen=True)
class KeptFor:
    """For how long calls that only read, and quiet runs, are kept."""

    reads: timedelta
    quiet_runs: timedelta


def forget(store: Store, kept_for: KeptFor, now: datetime) -> int:
    """Forget some of what is old enough; returns how many rows that were, 0 when there is nothing left to forget."""
    with store.transaction():
        about = {"before": naive(now - kept_for.reads), "limit": AT_ONCE}
        reads = store.rows("forget_reads", about)
        about = {"before": naive(now - kept_for.quiet_runs), "limit": AT_ONCE}
        runs = [row[0] for row in store.rows("forget_quiet_runs", about)]
        if runs:
            store.run("forget_ends_of_runs", {"runs": runs})
    return len(reads) + len(runs)
