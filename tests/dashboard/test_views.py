"""Every page in both languages, through Streamlit's own test harness."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from tests.dashboard import seed

APP = str(Path(__file__).parents[2] / "dashboard" / "app.py")
VIEWS = ("overview", "reconciliation", "records", "runs")
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    config.set_option("server.address", "127.0.0.1")
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    def go(view: str = "overview", lang: str = "sv", data: Path | None = None, **query: str) -> AppTest:
        monkeypatch.setenv("KVITT_DATA", str(data or tmp_path))
        app = AppTest.from_file(APP, default_timeout=30)
        app.query_params["lang"] = lang
        for name, value in query.items():
            app.query_params[name] = value
        if view != "overview":
            app.switch_page(f"views/{view}.py")
        return app.run()

    return go


def words(app: AppTest) -> str:
    """Return everything a user could read on the page."""
    parts: list[str] = []
    for kind in ("title", "header", "subheader", "text", "caption", "markdown", "info", "warning", "error", "code"):
        parts += [str(getattr(element, "value", "")) for element in app.get(kind)]
    for metric in app.metric:
        parts += [metric.label, str(metric.value)]
    for kind in ("button", "selectbox", "text_input", "expander"):
        parts += [str(getattr(element, "label", "")) for element in app.get(kind)]
    for table in app.dataframe:
        parts += [table.value.to_string()]
    return "\n".join(parts)


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_page_opens(open_app: Open, tmp_path: Path, view: str, lang: str) -> None:
    seed.full_store(tmp_path)
    app = open_app(view, lang)
    assert not app.exception
