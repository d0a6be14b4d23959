"""What a system answered to a write, compared with what it was sent: a difference is never silent (mission.md C2)."""

from collections.abc import Mapping
from typing import Any

from mappings.money import decimal
from sync.core.types import Payload, SilentChange


def silent_changes(sent: Payload, answer: Payload | None) -> tuple[SilentChange, ...]:
    """Return the fields we sent that came back with another value; a field that is not answered says nothing.

    Numbers arrive as text and text as numbers (Fortnox sheet 5.2), and a cleared field may be answered as none: what
    is compared is what they mean.
    """
    if answer is None:
        return ()
    found: list[SilentChange] = []
    for name, value in sent.items():
        if name not in answer:
            continue
        if isinstance(value, list):
            found += _of_rows(name, value, answer[name])
        elif _means(value) != _means(answer[name]):
            found.append(SilentChange(name, None, _text(value), _text(answer[name])))
    return tuple(found)


def _of_rows(name: str, sent: list[Any], answered: Any) -> list[SilentChange]:
    if not isinstance(answered, list) or len(answered) != len(sent):
        count = len(answered) if isinstance(answered, list) else 0
        return [SilentChange(name, None, str(len(sent)), str(count))]
    return [
        SilentChange(field, number, _text(value), _text(after[field]))
        for number, (before, after) in enumerate(zip(sent, answered, strict=True), 1)
        for field, value in before.items()
        if isinstance(after, Mapping) and field in after and _means(value) != _means(after[field])
    ]


def _means(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    number = decimal(value)
    return str(value).strip() if number is None else number


def _text(value: Any) -> str:
    return "" if value is None else f"{value:f}" if hasattr(value, "as_tuple") else str(value)
