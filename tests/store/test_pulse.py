"""While one piece of work holds up the loop, another thread says that the process works, and at what."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.clock import ScaledClock, wall_now
from sync.flows import publisher as module
from sync.flows.publisher import Publisher, Pulse
from sync.store.database import Store
from sync.store.publish import copies

WORK = "Upsales → Fortnox"
LONG = 30.0


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    store = Store(tmp_path)
    yield Publisher(store, tmp_path, ScaledClock(), lambda: WORK)
    store.close()


def said(publisher: Publisher, state: str) -> copies.Heartbeat | None:
    """Wait until the heartbeat says a state, and return it."""
    for _ in range(int(LONG / 0.01)):
        found = copies.last_beat(publisher._data)
        if found is not None and found.state == state:
            return found
        threading.Event().wait(0.01)
    return None


def test_a_loop_that_is_held_up_is_said_to_work_and_not_to_have_stopped(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELD_UP_AFTER", 0.02)
    publisher.beat("running")
    with Pulse(publisher, pause_seconds=0.01):
        # Nothing gives the loop its turn here: this is the long piece of work.
        found = said(publisher, "working")
    assert found is not None
    assert found.sentence == WORK
    assert not found.stopped(wall_now() + timedelta(seconds=5))


def test_a_loop_that_beats_is_left_to_say_how_it_is(publisher: Publisher) -> None:
    publisher.beat("running")
    assert not publisher.beat_if_held_up()
    found = copies.last_beat(publisher._data)
    assert found is not None
    assert found.state == "running"


def test_a_pulse_ends_with_its_block(publisher: Publisher) -> None:
    with Pulse(publisher) as pulse:
        assert pulse.is_alive()
    assert not pulse.is_alive()


def test_the_next_beat_of_the_loop_says_that_it_runs_again(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HELD_UP_AFTER", -1.0)
    assert publisher.beat_if_held_up()
    publisher.beat("running")
    found = copies.last_beat(publisher._data)
    assert found is not None
    assert found.state == "running"
