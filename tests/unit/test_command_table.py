"""The table of commands: each has a shape, a handler for that shape, a role, and words in both languages."""

import ast
import inspect
from typing import Any, get_type_hints

import pytest
from pydantic import ValidationError

from dashboard.text import LANGUAGES, WORDS
from sync.commands import shapes
from sync.commands.handling import CommandAnswer, CommandContext
from sync.commands.roles import ROLES, local_role, may
from sync.commands.table import COMMANDS, CommandKind
from tests.architecture.source import dotted, sources

HANDLING = [source for source in sources("sync") if source.place.startswith("sync/commands/")]
each_command = pytest.mark.parametrize("kind", COMMANDS.values(), ids=list(COMMANDS))


@each_command
def test_a_command_has_a_shape_of_its_own_that_is_frozen_and_takes_nothing_else(kind: CommandKind[Any]) -> None:
    assert issubclass(kind.shape, shapes.CommandShape)
    assert (kind.shape.model_config.get("frozen"), kind.shape.model_config.get("extra")) == (True, "forbid")
    assert [one.name for one in COMMANDS.values() if one.shape is kind.shape] == [kind.name]


@each_command
def test_a_command_has_a_handler_for_its_shape(kind: CommandKind[Any]) -> None:
    hints = get_type_hints(kind.handler)
    context, command, actor = inspect.signature(kind.handler).parameters
    assert (hints[context], hints[command], hints[actor]) == (CommandContext, kind.shape, str)
    assert hints["return"] is CommandAnswer


@each_command
def test_a_command_needs_a_role_that_there_is_and_more_than_reading(kind: CommandKind[Any]) -> None:
    assert kind.role in ROLES[1:]


@each_command
def test_a_command_is_called_something_in_both_languages(kind: CommandKind[Any]) -> None:
    assert len([words for words in WORDS[kind.words] if words.strip()]) == len(LANGUAGES)
    assert not kind.event or f"event.{kind.event}" in WORDS


def test_every_shape_belongs_to_a_command_or_to_a_shape() -> None:
    bases = {shapes.CommandShape, shapes.FlowShape, shapes.Seen}
    found = {one for one in vars(shapes).values() if inspect.isclass(one) and issubclass(one, shapes.CommandShape)}
    assert found - bases == {kind.shape for kind in COMMANDS.values()}


def test_every_command_that_the_pages_write_is_in_the_table() -> None:
    words = {key.partition(".")[2] for key in WORDS if key.startswith("command.")}
    assert words == set(COMMANDS)


def test_every_answer_has_words_in_both_languages() -> None:
    refused = [
        node.args[0]
        for source in HANDLING
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "CommandAnswer.no"
    ]
    given = {str(code.value) for code in refused if isinstance(code, ast.Constant)}
    assert len(given) >= 10
    assert [code for code in given if f"answer.{code}" not in WORDS] == []


def test_the_table_decides_what_is_done_and_no_chain_of_shapes() -> None:
    asked = [
        ast.unparse(node.args[1])
        for source in HANDLING
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "isinstance"
    ]
    assert asked == ["Unreadable"], "only whether a file is a command at all"


def test_a_role_may_do_what_those_before_it_may_and_no_more() -> None:
    allowed = [[needed for needed in ROLES if may(role, needed)] for role in ROLES]
    assert allowed == [list(ROLES[: place + 1]) for place in range(len(ROLES))]
    assert local_role("anybody") == "admin"


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**300])
def test_e2_a_number_that_no_operation_can_have_is_refused_by_every_command(number: int) -> None:
    asked = {
        shapes.Accept: {"operations": [number], "reason": "x"},
        shapes.Replay: {"operations": [{"number": number, "version": 0}]},
        shapes.Dismiss: {"operations": [{"number": number, "version": 0}], "reason": "x"},
        shapes.EditOperation: {"operation": {"number": number, "version": 0}, "changes": {"a": "b"}, "reason": "x"},
    }
    for shape, arguments in asked.items():
        with pytest.raises(ValidationError):
            shape.model_validate(arguments)
