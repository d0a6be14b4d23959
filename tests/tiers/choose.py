"""Chooses anew which tests a short run leaves out: `python -m tests.tiers.choose`, some ten minutes.

Every test is measured apart. Kept are those that together meet every branch of the product that all of them meet, at
the least seconds; besides, one of every module, one of every fault that is mended and has its number in names of
tests, and all that take next to no time.
"""

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import coverage

from tests.measuring import APART
from tests.tiers import left_out

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "tiers"
FOLDERS = ("tests/acceptance", "tests/connectors", "tests/dashboard")
NEXT_TO_NOTHING = 0.15
FAULT = re.compile(r"::test_([a-i]\d+)_")
RULES = """[run]
branch = true
parallel = true
patch = subprocess
include =
    mappings/*
    sync/*
    dashboard/*
"""
Meeting = tuple[object, ...]


def main() -> int:
    """Measure, choose and write; the exit code is that of the tests."""
    code = _played()
    if code:
        return code
    seconds = _seconds()
    met = _met(seconds)
    kept = cover(met, seconds)
    left = {name for name, took in seconds.items() if name not in kept and took > NEXT_TO_NOTHING}
    left_out.keep(left)
    stay = sum(took for name, took in seconds.items() if name not in left)
    sys.stderr.write(f"{len(left)} of {len(seconds)} tests are left out; the others take {stay:.0f} s.\n")
    return 0


def cover(met: Mapping[str, frozenset[Meeting]], seconds: Mapping[str, float]) -> set[str]:
    """Return tests that together meet what all meet: each the one that adds most in a second to those before it."""
    left, kept, seen = dict(met), set[str](), set[Meeting]()
    while left:
        best = max(left, key=lambda name: (len(left[name] - seen) / seconds[name], name))
        if not left[best] - seen:
            break
        kept.add(best)
        seen |= left.pop(best)
    return kept


def _played() -> int:
    BUILD.mkdir(parents=True, exist_ok=True)
    for old in BUILD.iterdir():
        old.unlink()
    (BUILD / "rules").write_text(RULES, encoding="utf-8")
    about = ["--rcfile", str(BUILD / "rules"), "--data-file", str(BUILD / "coverage")]
    play = ["-m", "pytest", "-n", "2", "--maxschedchunk=4", "-m", "not verify", *FOLDERS]
    told = os.environ | {APART: str(BUILD)}
    whole = [sys.executable, "-m", "coverage", "run", *about, *play]
    return subprocess.run(whole, cwd=ROOT, env=told, check=False).returncode


def _seconds() -> dict[str, float]:
    summed: dict[str, float] = defaultdict(float)
    for line in (BUILD / "seconds").read_text(encoding="utf-8").splitlines():
        name, took = json.loads(line)
        summed[name] += took
    return summed


def _met(names: Mapping[str, float]) -> dict[str, frozenset[Meeting]]:
    measured = coverage.Coverage(data_file=str(BUILD / "coverage"), config_file=str(BUILD / "rules"))
    measured.combine([str(BUILD)], keep=True)
    data = measured.get_data()
    met: dict[str, set[Meeting]] = {name: _of_its_name(name) for name in names}
    for name in names:
        data.set_query_contexts([re.escape(name)])
        for file in data.measured_files():
            met[name] |= {(file, *arc) for arc in data.arcs(file) or ()}
    return {name: frozenset(one) for name, one in met.items()}


def _of_its_name(name: str) -> set[Meeting]:
    fault = FAULT.search(name)
    return {("module", name.partition("::")[0])} | ({("fault", fault.group(1))} if fault else set())


if __name__ == "__main__":
    sys.exit(main())
