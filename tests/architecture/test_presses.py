"""A press is seen on the whole page: Streamlit would redraw only the part in which the button stands."""

import ast

from tests.architecture.source import sources

REDRAWS = {
    "whole_page",  # makes a change, then draws the whole page
    "_go_where_clicked",  # goes to another page
    "rerun",  # draws the whole page
}
MEANT_TO_CHANGE_NOTHING = {"ignore"}


def test_h1_every_press_draws_the_whole_page_again() -> None:
    wrong = [
        f"{source.place}:{node.value.lineno}"
        for source in sources()
        if source.package == "dashboard"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.keyword) and node.arg in {"on_click", "on_change"} and not _redraws(node.value)
    ]
    assert wrong == []


def _redraws(callback: ast.expr) -> bool:
    if isinstance(callback, ast.Constant):
        return callback.value in MEANT_TO_CHANGE_NOTHING
    named = callback.func if isinstance(callback, ast.Call) else callback
    return (named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")) in REDRAWS
