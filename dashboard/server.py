"""The dashboard's server: `python -m streamlit run dashboard/server.py`."""

import streamlit as st
from starlette.middleware import Middleware

from dashboard.door import PageDoor

app = st.App("app.py", middleware=[Middleware(PageDoor)])
