"""What Kvitt keeps is its owner's alone, and who starts it in the background can end it."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.csv_files import small_world
from tests.acceptance.processes import LONGEST, ROOT, ask, environment, free_ports, kvitt, running, wait_for

pytestmark = pytest.mark.process


def test_e5_a_demo_started_in_the_background_ends_when_it_is_told_to(data: Path, tmp_path: Path) -> None:
    """A shell without job control lets what it starts with & ignore Ctrl+C."""
    port, said = free_ports(), tmp_path / "said"
    command = f"{sys.executable} -m sync demo --headless --port {port} --data {data} > {said} 2>&1 & echo $!"
    started = subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True, timeout=LONGEST
    )
    pid = int(started.stdout)
    wait_for("the sync works", lambda: (data / "published" / "current.json").is_file() or None)
    os.kill(pid, signal.SIGTERM)
    wait_for("the demo has ended", lambda: not _is_alive(pid) or None)
    wait_for("its sandbox has ended too", lambda: ask(f"http://127.0.0.1:{port}", "info") is None or None)
    assert "Traceback" not in said.read_text(encoding="utf-8")


def test_e5_the_dashboard_ends_with_a_demo_that_is_killed(data: Path, tmp_path: Path) -> None:
    port, shown = free_ports(), free_ports()
    with running(tmp_path / "said", "demo", "--port", port, "--dashboard-port", shown, "--data", data) as demo:
        wait_for("the dashboard answers", lambda: _answers(shown) or None)
        demo.kill()
        wait_for("the dashboard has ended", lambda: not _answers(shown) or None)


def test_g1_nothing_that_kvitt_keeps_can_be_read_by_others(data: Path, tmp_path: Path) -> None:
    data.mkdir(mode=0o755)
    kvitt(
        "demo",
        "--headless",
        "--until-quiet",
        "--json",
        "--world",
        small_world(tmp_path / "world", orders=3),
        "--data",
        data,
    )
    kvitt("backup", tmp_path / "backup.zip", "--data", data)
    assert kvitt("report", "--data", data).code == 0
    open_to_others = [
        str(path.relative_to(tmp_path))
        for path in (data, *data.rglob("*"), tmp_path / "backup.zip")
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _answers(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
