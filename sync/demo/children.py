"""The processes a demo or a run starts beside the sync: the sandbox and the dashboard. They end with their parent."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HOST = "127.0.0.1"
STOP_SECONDS = 10.0
START_SECONDS = 60.0


class ChildError(Exception):
    """A process cannot be started; the message says what to do."""


def refuse_taken(port: int, option: str) -> None:
    """Raise ChildError when a port is taken by another program."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise ChildError(
                f"Port {port} is taken by another program. Stop it, or choose another with {option}."
            ) from None


def free_port(neighbours: int) -> int:
    """Return a port that is free together with the next ones."""
    for port in range(20000 + os.getpid() % 20000, 60000, neighbours + 1):
        try:
            for each in range(port, port + neighbours + 1):
                refuse_taken(each, "--port")
        except ChildError:
            continue
        return port
    raise ChildError("No free ports were found. Stop some other programs.")


@contextlib.contextmanager
def sandbox(port: int, data: Path, world: Path | None, crm: str, speed: float) -> Iterator[str]:
    """Run a sandbox of its own process and yield its address; it stops when this process ends, however it ends."""
    command = [sys.executable, "-m", "sync", "sandbox", "--port", str(port), "--data", str(data)]
    command += ["--crm", crm, "--speed", str(speed), "--end-with-stdin", "--scripted-faults"]
    command += ["--world", str(world)] if world else []
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=sys.stderr)  # noqa: S603 - our own command line
    try:
        _wait_for_port(process, port, "The sandbox")
        yield f"http://{HOST}:{port}"
    finally:
        _stop(process)


@contextlib.contextmanager
def dashboard(port: int, data: Path) -> Iterator[str]:
    """Run the dashboard as a process of its own and yield its address."""
    refuse_taken(port, "--dashboard-port")
    command = [sys.executable, "-m", "sync.demo.tied", "--server.port", str(port)]
    environment = {**os.environ, "KVITT_DATA": str(data)}
    process = subprocess.Popen(  # noqa: S603 - our own command line
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment
    )
    try:
        _wait_for_port(process, port, "The dashboard")
        yield f"http://{HOST}:{port}"
    finally:
        _stop(process)


def _wait_for_port(process: subprocess.Popen[bytes], port: int, name: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ChildError(f"{name} could not start; see the message above.")
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise ChildError(f"{name} did not start within {START_SECONDS:.0f} seconds.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Close a child's input: at its end, it ends."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
