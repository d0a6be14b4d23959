"""What a SOQL statement says, as `soql.py` reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal as OneOf

Kind = OneOf["string", "number", "date", "datetime", "boolean", "null", "dates"]


@dataclass(frozen=True)
class Token:
    """One word of a statement and where it starts."""

    kind: str
    text: str
    place: int


@dataclass(frozen=True)
class Path:
    """A field, reached over parents: `Account.Owner.Name`.

    `functions` are applied to it, the innermost first; `alias` is the name a SELECT gives it.
    """

    parts: tuple[str, ...]
    place: int
    functions: tuple[str, ...] = ()
    alias: str = ""

    @property
    def text(self) -> str:
        """Return the path as it was written."""
        return ".".join(self.parts)


@dataclass(frozen=True)
class Aggregate:
    """A function over rows: COUNT, SUM ...; `path` is None for COUNT(), `functions` are applied to its result."""

    function: str
    path: Path | None
    alias: str = ""
    functions: tuple[str, ...] = ()


Expression = Path | Aggregate


@dataclass(frozen=True)
class AllFields:
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""

    which: str


@dataclass(frozen=True)
class Value:
    """One literal; `dates` are words such as TODAY or LAST_N_DAYS:7."""

    kind: Kind
    text: str
    number: Decimal = Decimal(0)


@dataclass(frozen=True)
class Test:
    """One comparison, of an aggregate only in HAVING; `inner` is the statement of a semi-join."""

    path: Expression
    operator: str
    values: tuple[Value, ...]
    inner: Select | None = None


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    inner: Condition


@dataclass(frozen=True)
class Both:
    """Conditions joined by AND or OR."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Order:
    """One key of ORDER BY, an aggregate only among groups; nulls come first unless it says LAST."""

    path: Expression
    backwards: bool
    nulls_last: bool


Condition = Test | Not | Both


@dataclass(frozen=True)
class Select:
    """A whole statement, or one in brackets; `text` is the whole one, which places count in.

    `scope` is whose records are looked at, `subtotals` is ROLLUP or CUBE.
    """

    text: str
    sobject: str
    place: int
    alias: str
    items: tuple[Item, ...] = field(default_factory=tuple)
    where: Condition | None = None
    scope: str = "everything"
    groups: tuple[Path, ...] = ()
    subtotals: str = ""
    having: Condition | None = None
    orders: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


Item = Path | Aggregate | AllFields | Select
