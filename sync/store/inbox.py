"""Commands from the browser: one small file each, validated and answered by the sync process.

The dashboard may create files here and nothing else. The answer is a row of the table `commands` in the
published copy, under the same command id.
"""

import json
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

from sync.clock import wall_now
from sync.store.jsontext import to_json
from sync.store.publish.copies import write_atomically

FOLDER = "inbox"
LARGEST = 64_000
# Times outside are no times at which anybody asked: a store cannot even keep all of them.
EARLIEST, LATEST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# A number with more digits than this is none that anybody asks for, and takes for ever to be written out.
_LARGEST_POWER = 308
_NAME = re.compile(r"[0-9a-f]{32}\.json")


@dataclass(frozen=True)
class Command:
    """What a person asks for: its `name` in the table of commands, its arguments, and when it was asked (wall, UTC).

    The `actor` is the owner of the command's file: what is written inside it anybody could have written.
    """

    command_id: str
    name: str
    arguments: Mapping[str, Any]
    actor: str
    asked_at: datetime


@dataclass(frozen=True)
class Unreadable:
    """A file in the inbox that is no command, and why."""

    file: str
    reason: str


def ask(data: Path, name: str, arguments: Mapping[str, Any], actor: str) -> str:
    """Put a command into the inbox and return its id."""
    command_id = uuid4().hex
    content = {
        "command_id": command_id,
        "name": name,
        "arguments": dict(arguments),
        "actor": actor,
        "asked_at": wall_now().isoformat(),
    }
    write_atomically(data / FOLDER / f"{command_id}.json", content)
    return command_id


def take(data: Path) -> list[Command | Unreadable]:
    """Return what waits in the inbox, oldest first. The files stay until `discard`."""
    folder = data / FOLDER
    if not folder.is_dir():
        return []
    found = [_parse(path) for path in folder.iterdir() if not path.name.startswith(".") and not path.is_dir()]
    return sorted(found, key=lambda item: item.asked_at.isoformat() if isinstance(item, Command) else "")


def discard(data: Path, item: Command | Unreadable) -> None:
    """Remove an answered command's file, or an unreadable file."""
    name = f"{item.command_id}.json" if isinstance(item, Command) else item.file
    (data / FOLDER / name).unlink(missing_ok=True)


def _parse(path: Path) -> Command | Unreadable:
    if not _NAME.fullmatch(path.name) or path.is_symlink() or not path.is_file():
        return Unreadable(path.name, "not a command file")
    if path.stat().st_size > LARGEST:
        return Unreadable(path.name, f"larger than {LARGEST} bytes")
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refused, parse_float=_decimal)
        (to_json(content) or "").encode()  # half a sign can be neither stored nor answered
        command = Command(
            str(content["command_id"]),
            str(content["name"]),
            dict(content["arguments"]),
            _owner(path),
            _moment(content["asked_at"]),
        )
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError, OSError) as error:
        return Unreadable(path.name, f"not readable: {error}")
    if f"{command.command_id}.json" != path.name or not EARLIEST <= command.asked_at < LATEST:
        return Unreadable(path.name, "the id or the time inside does not fit the file")
    return command


def _owner(path: Path) -> str:
    """Return who put a file into the inbox, as the operating system knows: what is written in it anybody can write."""
    owner = path.stat().st_uid
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return str(owner)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the time has no zone")
    return moment.astimezone(UTC)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    return number if abs(number.adjusted()) <= _LARGEST_POWER else _refused(text)


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number that can be kept")
