"""What every connector offers, whatever the system behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sync.core.types import Outcome, Payload

Position = Mapping[str, Any]
# How far a pass reaches back behind the beginning of the one before, where a system is asked for what changed.
OVERLAP = timedelta(minutes=2)


@dataclass(frozen=True)
class Item:
    """One record of a page.

    `whole` is False for a list row that lacks fields of the record itself; `deleted` is True where the system lists a
    record that is gone.
    """

    kind: str
    id: str
    payload: Payload
    modified_at: datetime | None = None
    whole: bool = True
    deleted: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a stream and where to go on; `complete` ends a pass.

    `by_change` tells that the system was asked for what changed lately: what is here was touched, even where a
    list row does not show how.
    """

    items: tuple[Item, ...]
    position: Position
    complete: bool
    by_change: bool = False


@dataclass(frozen=True)
class Identity:
    """Who the other side says it is: for the pairing check."""

    remote_id: str
    title: str
    organisation_number: str = ""


class Connector(Protocol):
    """A system that can be read in streams and written to by kind."""

    @property
    def system(self) -> str:
        """Return the system's name, "upsales:94" or "fortnox:nord"."""

    @property
    def streams(self) -> Sequence[str]:
        """Return the streams that `pull` knows."""

    def silent_for(self) -> float:
        """Return for how many seconds of the loop a call under way has had no good answer, 0.0 when none waits."""

    async def identity(self) -> Identity:
        """Return who is at the other end. Raises ApiError."""

    async def pull(self, stream: str, position: Position | None) -> Page:
        """Return the page at a position; None starts from the beginning. Raises ApiError."""

    async def fetch(self, kind: str, key: str) -> Item | None:
        """Return one whole record, None when the system says it is not there. Raises ApiError."""

    async def create(self, kind: str, payload: Payload) -> Outcome:
        """Create a record; never raises, the outcome says what happened."""

    async def update(self, kind: str, key: str, payload: Payload) -> Outcome:
        """Set fields of a record; never raises."""

    async def act(self, action: str, kind: str, key: str) -> Outcome:
        """Press one of the system's own buttons on a record ("book"); never raises."""

    async def find(self, kind: str, name: str) -> tuple[Item, ...]:
        """Return the records that carry exactly the name we gave them at create. Raises ApiError."""

    async def close(self) -> None:
        """Close the connections."""


class CrmConnector(Connector, Protocol):
    """A CRM: where deals are read from, and what is told of their documents.

    Everything in which one CRM differs from another is here or in its mapping file.
    """

    @property
    def title(self) -> str:
        """Return the CRM's name as its maker writes it."""

    @property
    def registers(self) -> Sequence[str]:
        """Return the short streams that are read whole and seldom; those the others need come first."""

    @property
    def changing(self) -> Sequence[str]:
        """Return the streams that are read in every run, in this order: deals after what they refer to."""

    async def rival(self) -> str:
        """Return the name of another program there that would send the same deals, '' for none. Raises ApiError."""

    def notice(self) -> str:
        """Return what a person should mend there although everything else works, '' for nothing."""

    async def fetch_many(self, kind: str, keys: Sequence[str]) -> Mapping[str, Item]:
        """Return records by id as they are now, for writing to them. Raises ApiError."""

    def unreadable(self, kind: str) -> tuple[str, ...]:
        """Return the mapped fields of a kind that the CRM lacks or hides; none before it is known."""

    def unwritable(self, kind: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return those fields of a write-back that the CRM lacks or does not let us set; none before it is known."""

    async def set_fields(self, kind: str, key: str, values: Payload, current: Item | None) -> Outcome:
        """Set fields of a record just read, but for the unwritable; never raises, the outcome says what happened."""
