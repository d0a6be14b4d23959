"""Makes the stores of earlier schema versions anew, in a minute: `python -m tests.store.earlier.make`, or some: `… 9`.

Each is made by the last Kvitt of its version, which this project's history holds, out of one small world with a product
that Fortnox refuses. Kept are the database and the figures that this Kvitt told in the end.
"""

import json
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.acceptance import csv_files

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FIGURES = HERE / "figures.json"
MADE_BY = {
    1: "de1841a",
    2: "7ba45f3",
    3: "fcfbbfe",
    4: "88c9caa",
    5: "83a70e4",
    6: "5fef4c1",
    7: "4b5877d",
    8: "15e3cd7",
    9: "3fdd242",
    10: "edff058",
}
PORT = 13000
IN_REVIEW = 1


def main(*versions: int) -> None:
    """Make the stores of some versions, or of all, one after the other."""
    figures = {int(version): told for version, told in json.loads(FIGURES.read_text(encoding="utf-8")).items()}
    with tempfile.TemporaryDirectory() as folder:
        world = csv_files.small_world(Path(folder) / "handel", orders=6)
        products = world / "products.csv"
        products.write_text(products.read_text(encoding="utf-8").replace("Låda “1”", "Låda 🎁"), encoding="utf-8")
        for version in versions or MADE_BY:
            code, data = Path(folder) / f"code-{version}", Path(folder) / f"data-{version}"
            _git("worktree", "add", "--detach", str(code), MADE_BY[version])
            try:
                figures[version] = _played(code, world, data, PORT + 10 * version)
                packed(version).write_bytes(lzma.compress((data / "sync.duckdb").read_bytes(), preset=9))
            finally:
                _git("worktree", "remove", "--force", str(code))
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def packed(version: int) -> Path:
    """Return where a version's database is kept."""
    return HERE / f"{version}.duckdb.xz"


def _git(*words: str) -> None:
    subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True)


def _played(code: Path, world: Path, data: Path, port: int) -> Any:
    """Let a Kvitt bring a world to its end in a data folder; return the figures that it tells."""
    about = ("--world", str(world), "--data", str(data), "--port", str(port), "--speed", "600")
    command = [sys.executable, "-m", "sync", "demo", "--headless", "--until-quiet", "--book-all", "--json", *about]
    done = subprocess.run(command, cwd=code, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != IN_REVIEW:
        raise SystemExit(f"{code} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
