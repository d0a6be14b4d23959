"""What a CRM's mapping may name: its kinds, its rows, what Kvitt works out of it. One file a CRM, in `sources/`."""

import re

from pydantic import BaseModel, ConfigDict

# What may be written as what: by the sort of a value that Kvitt tells.
_WRITTEN_AS: dict[str, frozenset[str]] = {
    "words": frozenset({"text"}),
    "digits": frozenset({"text", "decimal"}),
    "day": frozenset({"text", "date"}),
    "amount": frozenset({"text", "decimal", "money"}),
    "yes or no": frozenset({"text", "boolean", "flag"}),
}
_SORTS = {
    **dict.fromkeys(("status", "currency"), "words"),
    **dict.fromkeys(("number", "ocr"), "digits"),
    **dict.fromkeys(("day", "due_day", "paid_day", "booked_day"), "day"),
    **dict.fromkeys(("total", "balance", "paid"), "amount"),
    "fully_paid": "yes or no",
}
# What Kvitt tells the CRM, by what the write-back is about: the values that its rules may be made from.
TOLD: dict[str, frozenset[str]] = {"customer": frozenset({"number"}), "deal": frozenset(_SORTS)}
# Everything that a document's status may be.
STATUSES = ("draft", "booked", "sent", "part-paid", "overdue", "paid", "cancelled", "credited")


def written_as(value: str) -> frozenset[str]:
    """Return what `as` may be of a value that Kvitt tells; a company's number is a number."""
    return _WRITTEN_AS[_SORTS.get(value, "digits")]


class Source(BaseModel):
    """One CRM. `kinds`: its name of what becomes a customer, an article, a document (a deal).

    `rows`, `row_id`, `row_numbers`, `totals`: a deal's rows, their id and numbers, and the sums of a deal. `custom` is
    the path of a custom field, `written` what a field that is written back looks like; `worked_out` are paths that
    Kvitt fills in itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: dict[str, str]
    rows: str
    row_id: str
    row_numbers: frozenset[str]
    totals: frozenset[str]
    custom: str
    written: str
    worked_out: frozenset[str]

    def may_be_written(self, name: str) -> bool:
        """Return whether a write-back may fill a field."""
        return re.fullmatch(self.written, name) is not None

    def is_custom(self, path: str) -> bool:
        """Return whether a path leads to a custom field."""
        start, _, end = self.custom.partition("{name}")
        if not path.startswith(start) or not path.endswith(end):
            return False
        return self.may_be_written(path.removeprefix(start).removesuffix(end))
