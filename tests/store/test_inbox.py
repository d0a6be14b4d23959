"""Wishes as files: whole or not there, and nothing else in the folder is taken for one."""

import json
import os
import pwd
from pathlib import Path

import pytest

from sync.store import inbox
from sync.store.inbox import Command, Unreadable

NAME = "0" * 32 + ".json"


def put(data: Path, name: str, content: str | bytes) -> Path:
    path = data / inbox.FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def wish(**changes: object) -> str:
    plain = {"command_id": "0" * 32, "name": "pause", "arguments": {}, "actor": "asa",
             "asked_at": "2026-05-04T09:00:00+00:00"}  # fmt: skip
    return json.dumps(plain | changes)


def test_a_wish_is_taken_as_it_was_asked_until_it_is_discarded(tmp_path: Path) -> None:
    asked = inbox.ask(tmp_path, "pause", {"flow": "deals", "reason": "årsskifte"}, "asa")
    for _ in range(2):
        (found,) = inbox.take(tmp_path)
        assert isinstance(found, Command)
        assert (found.command_id, found.name) == (asked, "pause")
        assert found.arguments == {"flow": "deals", "reason": "årsskifte"}
    inbox.discard(tmp_path, found)
    assert inbox.take(tmp_path) == []


def test_wishes_are_taken_in_the_order_they_were_asked(tmp_path: Path) -> None:
    asked = [inbox.ask(tmp_path, "run_now", {"flow": str(number)}, "asa") for number in range(5)]
    assert [found.command_id for found in inbox.take(tmp_path) if isinstance(found, Command)] == asked


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", "hello"),
        (NAME, b"\xff\xfe\x00garbage"),
        (NAME, '{"command_id": "' + "0" * 32),
        (NAME, "[]"),
        (NAME, "[" * 60_000),
        (NAME, " " * (inbox.LARGEST + 1)),
        (NAME, wish(command_id="1" * 32)),
        (NAME, wish(asked_at="2026-05-04T09:00:00")),
        (NAME, wish(arguments=5)),
    ],
    ids=["name", "bytes", "cut", "list", "deep", "large", "other_id", "no_zone", "arguments"],
)
def test_what_is_no_wish_is_told_and_can_be_thrown_away(tmp_path: Path, name: str, content: str | bytes) -> None:
    put(tmp_path, name, content)
    (found,) = inbox.take(tmp_path)
    assert isinstance(found, Unreadable)
    assert found.reason
    inbox.discard(tmp_path, found)
    assert inbox.take(tmp_path) == []


@pytest.mark.parametrize("number", ["1e9999999999999999999", "-1e-9999999999999999999", "1e99999999", "1e309"])
def test_e2_a_number_that_nobody_could_write_out_is_no_wish(tmp_path: Path, number: str) -> None:
    put(tmp_path, NAME, wish(arguments={"interval_seconds": 0}).replace("0}", f"{number}}}"))
    (found,) = inbox.take(tmp_path)
    assert isinstance(found, Unreadable)


@pytest.mark.parametrize(
    "time", ["0001-01-02T00:00:00+00:00", "2019-12-31T23:59:59+00:00", "2200-01-01T00:00:00+00:00"]
)
def test_e2_a_time_at_which_nobody_asked_is_no_wish(tmp_path: Path, time: str) -> None:
    put(tmp_path, NAME, wish(asked_at=time))
    (found,) = inbox.take(tmp_path)
    assert isinstance(found, Unreadable)


def test_a_wish_that_is_still_being_written_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, f".{NAME}.17.part", wish()[:20])
    assert inbox.take(tmp_path) == []


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(wish())
    (tmp_path / inbox.FOLDER).mkdir()
    (tmp_path / inbox.FOLDER / NAME).symlink_to(elsewhere)
    (found,) = inbox.take(tmp_path)
    assert isinstance(found, Unreadable)
    inbox.discard(tmp_path, found)
    assert elsewhere.exists()


def test_f4_who_asks_is_who_owns_the_file_whatever_it_says(tmp_path: Path) -> None:
    inbox.ask(tmp_path, "pause", {"flow": "deals"}, "the managing director")
    (found,) = inbox.take(tmp_path)
    assert isinstance(found, Command)
    assert found.actor == pwd.getpwuid(os.getuid()).pw_name
