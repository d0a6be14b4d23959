"""Kill the sync with signal 9 again and again while it writes, start it again on the same folder, and count.

    python -m tests.soak.kills --kills 50 [--seed 1] [--world DIR]

Prints one JSON object; ends with 1 when a goal is missed: no duplicates, nothing lost, never throttled, the world's
figures unchanged, and most kills between an intent and its outcome.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx

from sync.store.folder import FILE
from tests.acceptance import csv_files
from tests.acceptance.processes import HOST, Running, ask, free_ports, kvitt, running, wait_for

SPEED = 60
ORDERS_A_KILL = 15
MID_FLIGHT_SHARE = 0.6
AT_A_WRITE = 0.85  # of the kills; the others come after some calls, whatever they are
WITHHELD_SECONDS = 90.0  # of the sandbox's clock: less than the quarantine, as the promise says
LONGEST_SLACK = 0.3  # wall seconds between a write that is withheld and the kill
Goals = dict[str, bool]


@dataclass
class Soak:
    """A world, a sandbox that goes on, and a sync that does not."""

    world: Path
    folder: Path
    seed: int
    lose_after: int | None = None
    kills: int = 0
    mid_flight: int = 0
    left_sending: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._port = free_ports()
        self._url = f"http://{HOST}:{self._port}"
        # A new connection for each question: the sandbox ends idle ones, and what it ended is left open here.
        fresh = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(base_url=f"{self._url}/_sandbox/", timeout=30, trust_env=False, limits=fresh)
        self._data = self.folder / "data"
        self._demo = ("demo", "--sandbox", self._url, "--headless", "--until-quiet", "--book-all", "--json",
                      "--data", self._data)  # fmt: skip

    def run(self, kills: int) -> dict[str, Any]:
        """Kill so often, let it come to its end, and return what came of it."""
        serve = ("sandbox", "--port", self._port, "--world", self.world, "--speed", SPEED)
        began = time.monotonic()
        with self._client, running(self.folder / "sandbox.log", *serve, "--data", self.folder / "world"):
            wait_for("the sandbox", lambda: ask(self._url, "info"))
            while self.kills < kills and self._turn():
                if self.kills == self.lose_after:
                    shutil.rmtree(self._data)
            last = kvitt(*self._demo)
        return self._summary(last.code, last.result if last.code == 0 else {}, time.monotonic() - began)

    def _turn(self) -> bool:
        """Start the sync and kill it; says no when it came to its end before."""
        with running(self.folder / f"sync{self.kills}.log", *self._demo) as sync:
            found = self._at_a_write(sync) if self._draw.random() < AT_A_WRITE else self._after_calls(sync)
            if not found:
                return False
            sync.kill()
        self.kills += 1
        sending = self._sending()
        self.left_sending.append(sending)
        self.mid_flight += sending > 0
        self._client.delete("faults")
        _say(f"kill {self.kills}: {sending} writes without an outcome")
        return True

    def _at_a_write(self, sync: Running) -> bool:
        """Wait until an answer to a write is being withheld, before or after its effect, and a little longer."""
        fault = self._draw.choice(["delay", "timeout_after"])
        patterns = (("fortnox", "POST", "/3/"), ("upsales", "PUT", "/api/v2/"))
        wishes = [
            {"system": system, "method": method, "path": path, "fault": fault, "seconds": WITHHELD_SECONDS}
            for system, method, path in patterns
        ]
        self._client.post("faults", json=wishes)
        found = self._until(sync, lambda: any(one["taken"] for one in self._client.get("faults").json()))
        time.sleep(self._draw.random() * LONGEST_SLACK)
        return found and sync.alive()

    def _after_calls(self, sync: Running) -> bool:
        """Wait for a random number of calls."""
        until = self._calls() + self._draw.randrange(1, 60)
        return self._until(sync, lambda: self._calls() >= until)

    def _calls(self) -> int:
        return sum(self._client.get("truth").json()["calls"].values())

    def _until(self, sync: Running, happened: Any) -> bool:
        return wait_for("a moment to kill", lambda: "now" if happened() else "" if sync.alive() else "ended") == "now"

    def _sending(self) -> int:
        """Return how many writes the dead store knows as begun and not ended, from a copy of its files."""
        if not (self._data / FILE).exists():
            return 0
        with tempfile.TemporaryDirectory(dir=self.folder) as copy:
            for path in self._data.glob(f"{FILE}*"):
                shutil.copyfile(path, Path(copy) / path.name)
            with duckdb.connect(str(Path(copy) / FILE)) as dead:
                if not dead.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'operations'").fetchone():
                    return 0
                found = dead.execute("SELECT count(*) FROM operations WHERE state = 'sending'").fetchone()
        return int(found[0]) if found else 0

    def _summary(self, code: int, result: dict[str, Any], seconds: float) -> dict[str, Any]:
        wanted = csv_files.figures(self.world)
        fortnox = result.get("fortnox", {})
        return {
            "world": self.world.name,
            "seed": self.seed,
            "kills": self.kills,
            "mid_flight": self.mid_flight,
            "writes_in_doubt": sum(self.left_sending),
            "exit_code": code,
            "duplicates": result.get("duplicates"),
            "lost": result.get("lost"),
            "throttled": fortnox.get("throttled"),
            "unclassified": result.get("unclassified"),
            "figures_unchanged": (result.get("crm"), fortnox) == (wanted.crm, wanted.fortnox),
            "seconds": round(seconds, 1),
        }


def goals(summary: dict[str, Any], kills: int) -> Goals:
    """Return which goals a soak has reached."""
    return {
        "killed often enough": summary["kills"] == kills,
        "mostly between intent and outcome": summary["mid_flight"] >= MID_FLIGHT_SHARE * kills,
        "came to its end": summary["exit_code"] == 0,
        "no duplicates": summary["duplicates"] == 0,
        "nothing lost": summary["lost"] == 0,
        "never throttled": summary["throttled"] == 0,
        "figures unchanged": summary["figures_unchanged"] and summary["unclassified"] == "0.00",
    }


def main() -> int:
    """Run a soak as asked on the command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", type=Path, help="a folder with CSV files; a made-up company when left out")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kvitt-kills-") as place:
        folder = Path(place)
        world = wish.world or csv_files.small_world(folder / "handel", wish.kills * ORDERS_A_KILL, wish.seed)
        summary = Soak(world, folder, wish.seed).run(wish.kills)
    reached = goals(summary, wish.kills)
    sys.stdout.write(json.dumps({**summary, "missed": [goal for goal, met in reached.items() if not met]}) + "\n")
    return 0 if all(reached.values()) else 1


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    sys.exit(main())
