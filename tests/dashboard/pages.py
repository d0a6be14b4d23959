"""What a test sees of a page."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


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
