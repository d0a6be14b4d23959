"""What the store itself must show: one state for each operation, legal moves, no secret anywhere (I5 to I8)."""

from collections.abc import Iterator
from pathlib import Path

from sync.core.lifecycle import ARROWS, FINAL
from sync.store.publish.copies import newest
from tests.sim.canaries import CLIENT_SECRET, CRM_TOKEN
from tests.sim.simulation import Simulation


def check_store(done: Simulation) -> Iterator[str]:
    """Return what is wrong in our own store, as sentences."""
    yield from _one_state(done)
    yield from _moves(done)
    yield from _wishes(done)
    yield from _own_checks(done)
    yield from _no_secret(done)
    yield from _published(done)


def _one_state(done: Simulation) -> Iterator[str]:
    """Every operation has one state; what is open is open once; failures belong to operations and to attempts."""
    for number, state in done.rows("SELECT operation_no, state FROM operations WHERE state IN ('sending', 'unknown')"):
        yield f"I5: operation {number} is still {state}."
    for number, blocker, state in done.rows("SELECT operation_no, blocker_no, blocker_state FROM blocked_operations"):
        if state in {"review", "dismissed", "cancelled"}:
            yield f"I9: operation {number} waits for {blocker}, which is {state}, and nobody is told."
    for key, count in done.rows("SELECT open_key, count(*) FROM operations GROUP BY 1 HAVING count(*) > 1"):
        if key is not None:
            yield f"I5: {count} open operations are about {key}."
    for (number,) in done.rows("SELECT DISTINCT operation_no FROM failures ANTI JOIN operations USING (operation_no)"):
        yield f"I5: a failure belongs to operation {number}, which does not exist."


def _moves(done: Simulation) -> Iterator[str]:
    """Moves form a chain along drawn arrows that ends in the present state; without clock jumps time goes on."""
    jumped = done.faults.taken.keys() & {"clock_jump_forward", "clock_jump_back"}
    last: dict[int, tuple[str, object]] = {}
    spent: set[tuple[int, int]] = set()
    for number, moment, before, after, attempt in done.rows(_MOVES):
        state, since = last.get(number, ("", moment))
        if before != state:
            yield f"I7: operation {number} went from {before or 'nothing'} to {after} but was {state or 'nothing'}."
        if before and after not in ARROWS[before]:
            yield f"I7: operation {number} went from {before} to {after}: no such arrow."
        if moment < since and not jumped:
            yield f"I7: operation {number} went back in time, from {since} to {moment}."
        if after == "sending" and (number, attempt) in spent:
            yield f"I5: operation {number} was sent twice as attempt {attempt}."
        if (before, after) == ("sending", "planned"):
            spent.discard((number, attempt + 1))
        elif after == "sending":
            spent.add((number, attempt))
        last[number] = (after, moment)
    for number, state, open_key in done.rows("SELECT operation_no, state, open_key FROM operations"):
        if last.get(number, ("",))[0] != state:
            yield f"I7: operation {number} is {state}; its last move led to {last.get(number, ('nothing',))[0]}."
        if (state in FINAL) != (open_key is None):
            yield f"I5: operation {number} is {state} and its key is {open_key}."


_MOVES = "SELECT operation_no, happened_at, before_state, after_state, attempt FROM operation_moves ORDER BY rowid"


def _wishes(done: Simulation) -> Iterator[str]:
    """Of all that people ask of an operation as it was at one moment, one wish at most is granted."""
    for number, version, count in done.rows(_GRANTED):
        yield f"I4: {count} wishes about operation {number} as it was after {version} moves were granted."


_GRANTED = """WITH asked AS (
    SELECT coalesce(arguments -> 'operation', arguments -> '$.operations[0]') AS seen
    FROM commands WHERE accepted AND name IN ('edit', 'replay', 'dismiss'))
SELECT seen ->> 'number', seen ->> 'version', count(*) FROM asked GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2"""


def _own_checks(done: Simulation) -> Iterator[str]:
    """What Kvitt itself says of its promises must be true, and kept."""
    for name, found in done.rows("SELECT name, found FROM checks WHERE NOT ok"):
        if name != "throttled":
            yield f"I6: Kvitt's own check {name} found {found}."


def _no_secret(done: Simulation) -> Iterator[str]:
    """No secret and no token is in any table, file or log line."""
    secrets = {CLIENT_SECRET, CRM_TOKEN, *done.network.tokens}
    for place, text in _texts(done):
        yield from (f"I8: {place} holds the secret {secret[:12]}…" for secret in secrets if secret.encode() in text)


def _texts(done: Simulation) -> Iterator[tuple[str, bytes]]:
    for table in ("calls", "failures", "runs", "events", "connections", "operations", "meta"):
        rows = done.rows(f"SELECT string_agg({table}::TEXT, ' ') FROM {table}")
        yield f"the table {table}", str(rows[0][0]).encode()
    yield from ((path.name, path.read_bytes()) for path in _files(done.process.data))
    yield "the log", "\n".join(done.said).encode()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".duckdb")]


def _published(done: Simulation) -> Iterator[str]:
    """The pointer names a copy that is there and whole."""
    copy = newest(done.process.data)
    if copy is not None and not copy.path.is_file():
        yield f"The pointer names {copy.path.name}, which is not there."
