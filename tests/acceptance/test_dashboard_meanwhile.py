"""Three readers ask everything that pages ask while a sync works at full speed, and go on when it has stopped."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from sync.store.publish import copies as publish
from tests.acceptance import csv_files
from tests.acceptance.processes import free_ports, running, wait_for
from tests.acceptance.readers import ask_everything, newest

pytestmark = [pytest.mark.process, pytest.mark.verify]

READERS = 3
TODAY = date(2025, 12, 31)
ORDERS = 120


def read_on(data: Path, stop: threading.Event) -> tuple[int, set[str]]:
    """Open the newest copy and ask everything, again and again; returns rounds and the copies that were seen."""
    rounds, copies = 0, set()
    while not stop.is_set():
        reader = newest(data)
        try:
            assert ask_everything(reader, TODAY) > 0
            copies.add(reader.path.name)
        finally:
            reader.close()
        rounds += 1
    return rounds, copies


def test_readers_see_no_fault_while_the_sync_works_and_after_it_stopped(tmp_path: Path, data: Path) -> None:
    world = csv_files.small_world(tmp_path / "handel", orders=ORDERS)
    demo = ("demo", "--world", world, "--headless", "--until-quiet", "--book-all", "--json", "--data", data)
    stop = threading.Event()
    with (
        running(tmp_path / "sync.log", *demo, "--port", free_ports()) as sync,
        ThreadPoolExecutor(READERS) as pool,
    ):
        wait_for("the first copy", lambda: publish.newest(data))
        try:
            readers = [pool.submit(read_on, data, stop) for _ in range(READERS)]
            assert sync.wait() == 0, sync.said
        finally:
            stop.set()
        seen = [one.result() for one in readers]
    assert all(rounds > 0 for rounds, _ in seen)
    assert all(len(copies) > 1 for _, copies in seen), "the copies changed while they were read"
    assert "Traceback" not in sync.said

    beat = publish.last_beat(data)
    assert beat is not None
    assert beat.state == "stopped"
    reader = newest(data)
    assert ask_everything(reader, TODAY) > 0
    reader.close()
