"""One log line = a sentence, an action name and ids; to stderr, without secrets."""

import asyncio
import contextlib
import logging
import sys
import tempfile
import traceback
from collections.abc import Iterable, MutableMapping
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


def keep_fault(error: BaseException) -> str:
    """Keep a fault of our own in a file and return the sentence that says so: no user meets a traceback."""
    what = f"A fault in Kvitt itself ({type(error).__name__}). Nothing is lost; please report it"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="kvitt-fault-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exception(error, file=file)
    except OSError as full:
        return f"{what}: {error}. It could not be kept in a file ({full.strerror})."
    return f"{what} with {file.name}."
