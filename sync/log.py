"""One log line = a sentence, an action name and ids; to stderr, without secrets."""

import asyncio
import contextlib
import hashlib
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

import structlog

log = structlog.get_logger("kvitt")


class _Unfailing:
    """Where log lines go: one that cannot be written, as into a file on a full disk, is let go."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()


def configure(secrets: Iterable[str] = (), verbose: bool = True) -> None:
    """Set logging up; every text equal to or holding one of `secrets` is masked, longest first."""
    known = sorted({secret for secret in secrets if len(secret) > 5}, key=len, reverse=True)

    def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, value in event.items():
            if isinstance(value, str):
                for secret in known:
                    value = value.replace(secret, "***")  # noqa: PLW2901 - one replacement builds on the other
                event[name] = value
        return event

    # A run that is skipped because the one before goes on is in the audit trail; only faults are logged.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("apscheduler.executors.default").addFilter(_tells_of_a_fault)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20 if verbose else 30),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing(sys.stderr))),
    )


def _tells_of_a_fault(record: logging.LogRecord) -> bool:
    """A run that is called off because the process ends is none."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def keep_faults_in(data: Path) -> None:
    """Keep faults below a data folder from now on, where the owner of the data looks and nobody else may."""
    _kept.folder = data / FAULTS


def keep_fault(error: BaseException) -> str:
    """Keep a fault of our own in a file and return the sentence that says so: no user meets a traceback."""
    kept = kept_fault(error)
    return f"A fault in Kvitt itself ({type(error).__name__}). Nothing is lost; please report it with {kept}."


def kept_fault(error: BaseException) -> str:
    """Keep a fault of our own and return the name of its file, or why there is none.

    The same fault has one file, however often it is met: its name is made of where it happened. Of many different
    ones the newest are kept.
    """
    lines = traceback.format_exception(error)
    places = "".join(f"{frame.filename}:{frame.lineno}\n" for frame in traceback.extract_tb(error.__traceback__))
    name = hashlib.sha256(f"{type(error).__name__}\n{places}".encode()).hexdigest()[:12]
    file = _kept.folder / f"fault-{name}.txt"
    try:
        _kept.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text("".join(lines), encoding="utf-8", errors="backslashreplace")
        _forget_old_faults()
    except OSError as refused:
        return f"these words: {error} (no file could be kept: {refused.strerror})"
    return str(file)


def _forget_old_faults() -> None:
    found = sorted(_kept.folder.glob("fault-*.txt"), key=lambda path: path.stat().st_mtime)
    for path in found[:-MOST_FAULTS]:
        path.unlink(missing_ok=True)


@dataclass
class _Kept:
    """Where faults are kept: in a folder of its own until a data folder is known."""

    folder: Path


FAULTS = "faults"
MOST_FAULTS = 50
_kept = _Kept(Path(tempfile.gettempdir()) / f"kvitt-faults-{os.getuid()}")
