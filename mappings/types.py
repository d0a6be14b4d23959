"""The values that mappings take and give: frozen, plain, without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from typing import Any

Json = Any
View = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """One reason why a draft cannot be made or sent. `problems.sentence` puts it into words.

    `field` is the target field (or the source path where there is no target), `row` counts from 1.
    """

    code: str
    field: str = ""
    row: int | None = None
    params: Mapping[str, str] = with_default(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the form that is stored."""
        return {"code": self.code, "field": self.field, "row": self.row, "params": dict(self.params)}


@dataclass(frozen=True)
class Adjustment:
    """A text that was changed so that the target can take it: nothing is replaced or cut silently."""

    field: str
    before: str
    after: str

    def as_json(self) -> dict[str, str]:
        """Return the form that is stored."""
        return {"field": self.field, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Draft:
    """The target record we want, in target field names; amounts are Decimal."""

    kind: str
    fields: Mapping[str, Json]
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True)
class Route:
    """The company a record goes to, and the rule that said so (1, 2, ... or "otherwise")."""

    company: str
    rule: str


class MappingError(Exception):
    """A mapping file cannot be used; the message names file, line and what to do."""
