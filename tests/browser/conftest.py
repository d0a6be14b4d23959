"""A real Streamlit server on seeded data and Debian's chromium, both watched: nothing may leave this machine."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.dashboard import seed

ROOT = Path(__file__).parents[2]
WATCHED = Path(__file__).parent / "watched"
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60.0
# A slow machine is no fault: whoever waits for what comes waits no longer than it takes.
PATIENCE = 60_000
LONGEST_TEST_SECONDS = 900
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.timeout(LONGEST_TEST_SECONDS))


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Run the dashboard on a data folder; the address is given when the server answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/server.py", f"--server.port={port}"]
    outside = data.parent / f"{data.name}.connections"
    environment = {**os.environ, "KVITT_DATA": str(data), "PYTHONPATH": str(WATCHED), "KVITT_CONNECTIONS": str(outside)}
    with (data.parent / f"{data.name}.log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=60)
    assert not outside.exists(), f"The dashboard asked for addresses outside: {outside.read_text()}"


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail("The dashboard's server ended before it answered.")
        try:
            with urlopen(address, timeout=1):
                return
        except (URLError, ConnectionError, TimeoutError):
            Event().wait(0.1)
    pytest.fail("The dashboard's server did not answer in time.")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = "Debian's chromium is not installed (/usr/bin/chromium)."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    log = tmp_path_factory.mktemp("chromium") / "net.json"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, f"--log-net-log={log}"])
        yield browser
        browser.close()
    assert addresses_outside(log) == set()


@pytest.fixture(autouse=True)
def no_window_stays_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """A page that a failed test has left goes on drawing, and makes every later one slow."""
    yield
    if "chromium" in request.fixturenames:
        for context in request.getfixturevalue("chromium").contexts:
            context.close()


def addresses_outside(log: Path) -> set[str]:
    """Return the addresses outside this machine that chromium connected to, by its own network log."""
    told = json.loads(log.read_text(encoding="utf-8"))
    attempt = told["constants"]["logEventTypes"]["TCP_CONNECT_ATTEMPT"]
    found = {event.get("params", {}).get("address", "127.") for event in told["events"] if event["type"] == attempt}
    return {address for address in found if not address.startswith(("127.", "[::1]"))}


@pytest.fixture(scope="session")
def full_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("full") / "data"
    seed.full_store(data)
    return data


@pytest.fixture(scope="session")
def full(full_data: Path) -> Iterator[str]:
    with kept_alive(full_data), served(full_data) as address:
        yield address


@pytest.fixture(scope="session")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("stopped") / "data"
    seed.full_store(data, running=False)
    with served(data) as address:
        yield address


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("first") / "data"
    seed.first_run_store(data)
    with kept_alive(data), served(data) as address:
        yield address


@pytest.fixture(scope="session")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("nothing") / "data"
    with served(data) as address:
        yield address


@contextmanager
def kept_alive(data: Path) -> Iterator[None]:
    """Beat like a living sync while the tests look."""
    over = Event()

    def beats() -> None:
        while not over.wait(2):
            seed.beat(data)

    thread = Thread(target=beats, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()
