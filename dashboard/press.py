"""What a press changes is seen on the whole page at once.

Streamlit redraws only the part (fragment) in which a button stands, while what it changes is often drawn elsewhere:
the chosen list, the record that the address names, the line that says what was asked.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

P = ParamSpec("P")


def whole_page(change: Callable[P, object]) -> Callable[P, None]:
    """Return a callback that makes a change and then has the whole page drawn again; every `on_click` is one."""

    @wraps(change)
    def pressed(*args: P.args, **kwargs: P.kwargs) -> None:
        change(*args, **kwargs)
        st.rerun()

    return pressed
