"""What one request is answered with, before it is bytes."""

from dataclasses import dataclass, field
from typing import Any

from sync.sandbox.tables import Row


@dataclass(frozen=True)
class SalesforceCall:
    """One request to the data API: `parts` are the decoded parts of the path after the version."""

    method: str
    parts: tuple[str, ...]
    base: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SalesforceReply:
    """An answer: `body` is JSON, None an empty one."""

    status: int
    body: Any = None
    headers: Row = field(default_factory=dict)
