"""Publishing as often as it is worth, and the heartbeat (ARCHITECTURE.md: two processes).

The loop beats. Where one piece of work holds it up for long, the pulse does, in a thread of its own: nobody takes a
process for stopped that is busy.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from sync.clock import ScaledClock, wall_now
from sync.log import log
from sync.store.database import Store
from sync.store.folder import StoreError
from sync.store.publish.copies import Heartbeat, beat, drop_older, newest, publish
from sync.store.room import refuse_full_disk

SHORTEST_PAUSE = 1.0
PAUSE_AFTER_FAULT = 5.0
SHARE = 20
# The loop beats every other second: it is held up when it has not for so long.
HELD_UP_AFTER = 6.0
PULSE_SECONDS = 2.0


class Publisher:
    """Publishes the store when it changed, and says that the process lives; `at_work` names the flow that runs."""

    def __init__(self, store: Store, data: Path, clock: ScaledClock, at_work: Callable[[], str] = str) -> None:
        self._store = store
        self._at_work = at_work
        self._beat_at = time.monotonic()
        self._beating = threading.Lock()
        self._data = data
        self._clock = clock
        last = newest(data)
        self._number = last.number if last else 0
        self._not_before = 0.0
        self._fault = ""

    def publish_if_changed(self) -> bool:
        """Publish unless nothing changed, the last copy cost too much to make another yet, or the disk refuses."""
        if not self._store.changed or self._store.in_transaction or time.monotonic() < self._not_before:
            return False
        return self.try_publish()

    def publish(self) -> None:
        """Publish now. Raises StoreError and OSError, as on a full disk; what changed is published later then."""
        began = time.monotonic()
        self._not_before = began + PAUSE_AFTER_FAULT
        refuse_full_disk(self._store.path, copies=1)
        self._store.checkpoint()
        self._number += 1
        publish(self._store.path, self._data, self._number, self._clock.now())
        self._store.changed = False
        took = time.monotonic() - began
        self._not_before = time.monotonic() + max(SHORTEST_PAUSE, took * SHARE)

    def try_publish(self) -> bool:
        """Publish now; what keeps it from that is logged and said with the next heartbeats."""
        try:
            self.publish()
        except (OSError, StoreError) as error:
            drop_older(self._data)
            self._fault = str(error)
            log.error("The data could not be published.", action="publish_failed", reason=self._fault)
            return False
        self._fault = ""
        return True

    def beat(self, state: str, sentence: str = "") -> None:
        """Say how the process is: "running", "stopped", or what keeps a running one from its work.

        "cannot_store": nothing is sent until the disk takes it; "cannot_publish": the pages show older data.
        """
        if state == "running" and self._store.fault:
            state, sentence = "cannot_store", self._store.fault
        elif state == "running" and self._fault:
            state, sentence = "cannot_publish", self._fault
        self._beat_at = time.monotonic()
        self._write(state, sentence)

    def beat_if_held_up(self) -> bool:
        """Say that the process works, and at what, where its loop has not beaten for long; called by another thread."""
        if time.monotonic() - self._beat_at < HELD_UP_AFTER:
            return False
        self._write("working", self._at_work())
        return True

    def _write(self, state: str, sentence: str) -> None:
        heartbeat = Heartbeat(wall_now(), os.getpid(), state, sentence, self._clock.now(), self._clock.pace.speed)
        with self._beating:
            beat(self._data, heartbeat)


class Pulse(threading.Thread):
    """Beats while the block runs and the loop in it is held up."""

    def __init__(self, publisher: Publisher, pause_seconds: float = PULSE_SECONDS) -> None:
        super().__init__(name="pulse", daemon=True)
        self._publisher = publisher
        self._pause = pause_seconds
        self._over = threading.Event()

    def run(self) -> None:
        """Look again and again whether the loop beats."""
        while not self._over.wait(self._pause):
            with contextlib.suppress(OSError):
                self._publisher.beat_if_held_up()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self.join()


async def keep_publishing(publisher: Publisher, pause_seconds: float) -> None:
    """Publish again and again, when it is worth it."""
    while True:
        publisher.publish_if_changed()
        await asyncio.sleep(pause_seconds)


async def keep_beating(publisher: Publisher, pause_seconds: float) -> None:
    """Say again and again that the process lives."""
    while True:
        try:
            publisher.beat("running")
        except OSError as error:
            log.error("The heartbeat could not be written.", action="beat_failed", reason=str(error))
        await asyncio.sleep(pause_seconds)
