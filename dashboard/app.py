"""What every page is drawn with: language, navigation, header, then the page that was asked for."""

from pathlib import Path

import streamlit as st

from dashboard import access, data
from dashboard.blocks import banners, first_run, header
from dashboard.text import t
from sync.store.reader.published import ReaderError

STATIC = Path(__file__).parent / "static"


def main() -> None:
    """Draw the page that was asked for, or why there is none yet."""
    st.set_page_config(page_title="Kvitt", page_icon=str(STATIC / "icon.png"), layout="wide", initial_sidebar_state=220)
    header.start_language()
    page = _navigation()
    if not access.listens_locally():
        st.error(t("error.open_to_all"))
        return
    if data.status().published is None:
        first_run.nothing_published()
        return
    try:
        header.show()
        banners.show(header.scope())
        if first_run.under_way():
            first_run.progress()
        else:
            page.run()
    except (ReaderError, data.NoCopyError):
        st.error(t("error.read"))


def _navigation() -> st.Page:
    dark = st.context.theme.type == "dark"
    st.logo(str(STATIC / f"logo-{'dark' if dark else 'light'}.png"), size="large", icon_image=str(STATIC / "icon.png"))
    pages = [
        st.Page("views/overview.py", title=t("page.overview"), icon=":material/monitoring:", default=True),
        st.Page("views/reconciliation.py", title=t("page.reconciliation"), icon=":material/balance:"),
        st.Page("views/discounts.py", title=t("page.discounts"), icon=":material/percent:"),
        st.Page("views/records.py", title=t("page.records"), icon=":material/search:"),
        st.Page("views/errors.py", title=t("page.errors"), icon=":material/build:"),
        st.Page("views/runs.py", title=t("page.runs"), icon=":material/schedule:"),
    ]
    page = st.navigation(pages)
    st.sidebar.caption(t("header.signed_in", user=access.actor().name))
    return page


main()
