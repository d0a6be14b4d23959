"""The note for readers that a recovery is going on."""

import json
from datetime import datetime

from sync.store.database import Store

NAME = "recovery"


def write(store: Store, reason: str, since: datetime, until: datetime) -> None:
    """Say why nothing is sent, since when and until when (UTC)."""
    content = json.dumps({"reason": reason, "since": since.isoformat(), "until": until.isoformat()})
    store.run("put_meta", {"name": NAME, "content": content})


def until(store: Store) -> datetime | None:
    """Return when the wait ends, None when there is no note."""
    content = store.one("get_meta", {"name": NAME})
    return datetime.fromisoformat(json.loads(content)["until"]) if content else None


def clear(store: Store) -> None:
    """Take the note away."""
    store.run("drop_meta", {"name": NAME})
