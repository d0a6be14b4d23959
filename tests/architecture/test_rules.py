"""The bridge's rules have a number, under which its steps are stored: whoever changes a rule has to think of it.

Nothing else would show that it was forgotten: a store would keep the steps that the old rules made. The number and what
the rules were are noted by `python -m tests.architecture.test_rules`.
"""

import ast
import hashlib
import json
from pathlib import Path

from sync.explain.bridging import RULES
from tests.architecture.source import sources

NOTED = Path(__file__).with_name("rules.json")
OF_THE_BRIDGE = ("sync/core/bridge/", "sync/explain/bridging.py")


def rules() -> str:
    """Return a text that changes with the code of the bridge, but not with its words."""
    trees = [source.tree for source in sources("sync") if source.place.startswith(OF_THE_BRIDGE)]
    assert len(trees) > 5
    return hashlib.sha256("".join(ast.dump(_without_words(tree)) for tree in trees).encode()).hexdigest()[:32]


def _without_words(tree: ast.Module) -> ast.Module:
    copy = ast.parse(ast.unparse(tree))
    for node in ast.walk(copy):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return copy


def test_a_rule_of_the_bridge_that_was_changed_has_another_number() -> None:
    noted = json.loads(NOTED.read_text(encoding="utf-8"))
    assert noted == {"number": RULES, "rules": rules()}, (
        "What makes the bridge has changed. If a step may come out otherwise, raise RULES in sync/explain/bridging.py. "
        "Then note it: python -m tests.architecture.test_rules"
    )


if __name__ == "__main__":
    NOTED.write_text(json.dumps({"number": RULES, "rules": rules()}) + "\n", encoding="utf-8")
