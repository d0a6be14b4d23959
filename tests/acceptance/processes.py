"""Real processes: Kvitt's own commands, started as a person would, and waiting for what they do."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import simplejson

from tests.acceptance import started

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
LONGEST = 120.0
# A whole year of real sales, on a machine that does other things besides.
LONGEST_COMMAND = 280.0
PAUSE = 0.02
# Below the ports that systems give out by themselves and those that Kvitt chooses for a headless demo.
_FIRST_PORT, _LAST_PORT = 12000, 19900

Found = TypeVar("Found")


@dataclass(frozen=True)
class Finished:
    """A command that has ended: its exit code, what it said, and how long it took on the wall (seconds)."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def result(self) -> dict[str, Any]:
        """Return the one JSON object that stdout must be."""
        found = simplejson.loads(self.out, use_decimal=True)
        assert isinstance(found, dict), self.out
        return found


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without any Kvitt setting but the given ones."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KVITT_")}
    return {**plain, **(settings or {})}


def kvitt(*arguments: object, settings: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Finished:
    """Run `python -m sync ...` to its end."""
    began = time.monotonic()
    # Never the checkout's own .env: PYTHONPATH lets the command run from another folder.
    env = environment(settings) | ({"PYTHONPATH": str(ROOT)} if cwd != ROOT else {})
    with tempfile.TemporaryDirectory() as said:
        ended = started.to_its_end([*map(str, arguments)], env, cwd, Path(said), LONGEST_COMMAND)
    return Finished(*ended, time.monotonic() - began)


class Running:
    """A command that goes on; what it says is kept in a file."""

    def __init__(self, arguments: Sequence[object], said: Path, settings: Mapping[str, str] | None = None) -> None:
        self._said = said
        with said.open("wb") as file:
            self.process = subprocess.Popen(
                _command(arguments),
                cwd=ROOT,
                env=environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        """Return everything it has said so far."""
        return self._said.read_text(encoding="utf-8")

    def alive(self) -> bool:
        """Say whether it still runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        self.process.kill()
        self.process.wait(LONGEST)

    def stop(self) -> int:
        """End it as Ctrl+C's friendlier sister does (SIGTERM) and return its exit code."""
        if self.alive():
            self.process.terminate()
        return self.process.wait(LONGEST)

    def wait(self) -> int:
        """Wait for its own end and return its exit code."""
        return self.process.wait(LONGEST)


@contextlib.contextmanager
def running(said: Path, *arguments: object, settings: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run a command while the block runs; fails when it showed a traceback, which nobody may ever see."""
    one = Running(arguments, said, settings)
    try:
        yield one
    finally:
        if one.alive():
            one.kill()
    assert "Traceback (most" not in one.said, one.said


def wait_for(what: str, look: Callable[[], Found | None], seconds: float = LONGEST) -> Found:
    """Look again and again until there is something to see; fails with `what` after the deadline."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(PAUSE)
    raise AssertionError(f"Not within {seconds:.0f} seconds: {what}.")


def ask(url: str, name: str) -> dict[str, Any] | None:
    """Return a sandbox's control answer, None while nobody answers."""
    try:
        answer = httpx.get(f"{url}/_sandbox/{name}", timeout=10, trust_env=False)
    except httpx.HTTPError:
        return None
    found: dict[str, Any] = simplejson.loads(answer.text, use_decimal=True)
    return found


def tell(url: str, name: str, wish: Any = None, method: str = "POST") -> Any:
    """Ask a sandbox's control route for something to happen."""
    route = f"{url}/_sandbox/{name}"
    answer = httpx.request(method, route, content=simplejson.dumps(wish), timeout=30, trust_env=False)
    assert answer.status_code == 200, answer.text
    return simplejson.loads(answer.text, use_decimal=True)


def free_ports() -> int:
    """Return a port that is free with its two neighbours; parallel test processes get different ones."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    start = _FIRST_PORT + (os.getpid() * 37 + worker * 1000) % (_LAST_PORT - _FIRST_PORT)
    for port in range(start - start % 3, start + 3000, 3):
        if port not in _given and all(_is_free(port + step) for step in range(3)):
            _given.add(port)
            return port
    raise AssertionError("No free ports were found.")


_given: set[int] = set()


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _command(arguments: Sequence[object]) -> list[str]:
    return [sys.executable, "-m", "sync", *map(str, arguments)]
