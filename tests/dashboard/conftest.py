"""Pages opened without a browser, each test with fresh caches and a session of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from tests.dashboard.pages import Open

APP = str(Path(__file__).parents[2] / "dashboard" / "app.py")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    config.set_option("server.address", "127.0.0.1")
    _forget()
    yield
    _forget()


def _forget() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
    st.session_state.clear()


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
