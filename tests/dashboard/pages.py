"""What a test sees of a page."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]

# Every view as it opens by itself, with what its address says.
VIEWS: dict[str, dict[str, str]] = {
    name: {} for name in ("overview", "reconciliation", "discounts", "records", "runs", "errors")
}


def words(app: AppTest) -> str:
    """Return everything a user could read on the page."""
    parts: list[str] = []
    for kind in ("title", "header", "subheader", "text", "caption", "markdown", "info", "warning", "error", "code"):
        parts += [str(getattr(element, "value", "")) for element in app.get(kind)]
    for metric in app.metric:
        parts += [metric.label, str(metric.value)]
    for kind in ("button", "selectbox", "text_input", "expander", "segmented_control"):
        parts += [str(getattr(element, "label", "")) for element in app.get(kind)]
    for table in app.dataframe:
        parts += [table.value.to_string()]
    return "\n".join(parts)


def pieces(app: AppTest) -> Iterator[str]:
    """Yield every text of the page by itself, as a user meets it: headings, cells, choices; code is left aside."""
    for kind in ("title", "header", "subheader", "text", "caption", "markdown", "info", "warning", "error", "success"):
        yield from (str(element.value) for element in app.get(kind))
    for metric in app.metric:
        yield from (metric.label, str(metric.value), metric.proto.help)
    for kind in ("button", "selectbox", "text_input", "number_input", "expander", "popover"):
        yield from (_label(element) for element in app.get(kind))
    for choice in (*app.selectbox, *app.get("button_group")):
        yield from (str(getattr(option, "content", option)) for option in choice.proto.options)
    yield from (one.placeholder for one in app.text_input)
    for table in app.dataframe:
        for column in json.loads(table.proto.columns or "{}").values():
            yield from (str(column.get(name) or "") for name in ("label", "help"))
        for name in table.value.select_dtypes(include=["str", "object"]).columns:
            yield from (cell for cell in table.value[name] if isinstance(cell, str))


def _label(element: Any) -> str:
    """Return what stands on a button or over a field; a popover is a block, with its words a layer deeper."""
    proto = element.proto
    return str(proto.popover.label if proto.DESCRIPTOR.name == "Block" and not hasattr(proto, "label") else proto.label)
