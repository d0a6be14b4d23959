"""Publishing as often as it is worth: at most a twentieth of one core (ARCHITECTURE.md: two processes)."""

import asyncio
import os
import time
from pathlib import Path

from sync.clock import ScaledClock, wall_now
from sync.log import log
from sync.store.database import Store
from sync.store.folder import StoreError
from sync.store.publish.copies import Heartbeat, beat, drop_older, newest, publish
from sync.store.room import refuse_full_disk

SHORTEST_PAUSE = 1.0
PAUSE_AFTER_FAULT = 5.0
SHARE = 20


class Publisher:
    """Publishes the store when it changed, and says that the process lives."""

    def __init__(self, store: Store, data: Path, clock: ScaledClock) -> None:
        self._store = store
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
        heartbeat = Heartbeat(wall_now(), os.getpid(), state, sentence, self._clock.now(), self._clock.pace.speed)
        beat(self._data, heartbeat)


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
