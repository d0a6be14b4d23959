"""Runs the benches and says what they found: a table for people, JSON for everybody else, 1 where a goal is missed.

python -m tests.bench [--json FILE] [name ...]
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import simplejson
import structlog
from rich.console import Console
from rich.table import Table

from tests.bench import api_calls, operation, recovery, simulation
from tests.bench.figures import Figure

BENCHES: dict[str, Callable[[Path], list[Figure]]] = {
    "api_calls": api_calls.figures,
    "operation": operation.figures,
    "recovery": recovery.figures,
    "simulation": simulation.figures,
}


def main(arguments: Sequence[str]) -> int:
    wish = _wish(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    found = [figure for name in wish.names or BENCHES for figure in _run(name)]
    Console().print(_table(found))
    if wish.json:
        wish.json.write_text(simplejson.dumps(_report(found), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(figure.ok for figure in found) else 1


def _wish(arguments: Sequence[str]) -> Any:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Kvitt against its goals.")
    parser.add_argument("names", nargs="*", choices=[[], *BENCHES], help="all of them when none is named")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the report as JSON")
    return parser.parse_args(arguments)


def _run(name: str) -> list[Figure]:
    Console(stderr=True).print(f"{name} …")
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="kvitt-bench-", dir=shared if os.access(shared, os.W_OK) else None))
    try:
        return BENCHES[name](folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _table(found: Sequence[Figure]) -> Table:
    table = Table("figure", "goal", "measured", "ok", "note")
    for figure in found:
        said = figure.as_json()
        table.add_row(said["name"], said["goal"], f"{figure.measured:.4g}", "yes" if figure.ok else "NO", figure.note)
    return table


def _report(found: Sequence[Figure]) -> dict[str, Any]:
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    return {"ok": all(figure.ok for figure in found), "on": machine, "figures": [one.as_json() for one in found]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
