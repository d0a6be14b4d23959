"""A person who repairs what failed, beside a bench: what they see of an operation, and what they ask."""

from typing import Any

from sync.commands.handling import CommandContext
from sync.commands.shapes import Accept, CommandShape, Dismiss, EditOperation, Replay, Seen
from sync.commands.table import COMMANDS
from sync.core.types import Operation
from sync.store.tables import operations
from tests.acceptance.bench import Bench


class Desk:
    """One person at the page of errors; what they saw is remembered until they look again."""

    def __init__(self, bench: Bench, actor: str = "Åsa") -> None:
        self.bench = bench
        self.actor = actor

    def look(self, kind: str = "order", key: int | str = 1, state: str = "review") -> Seen:
        """Return the open operation about a CRM record as it is now."""
        one = self.operation(kind, key, state)
        return Seen(number=one.number, version=operations.version(self.bench.app.store, one.number))

    def operation(self, kind: str = "order", key: int | str = 1, state: str = "review") -> Operation:
        """Return the open operation about a CRM record."""
        waiting = operations.open_for(self.bench.app.store, self.bench.app.crms[0].system, kind)
        (found,) = [one for one in waiting if one.source.id == str(key) and one.state == state]
        return found

    def edit(self, seen: Seen, choice: Any = "", reason: str = "rättat", **changes: str) -> tuple[bool, str, Any]:
        """Change fields; a row's field is written rows_2_Price."""
        paths = {name.replace("rows_", "InvoiceRows.").replace("_", "."): text for name, text in changes.items()}
        return self.ask(EditOperation(operation=seen, changes=paths, reason=reason, choice=choice))

    def replay(self, *seen: Seen, choice: Any = "") -> tuple[bool, str, Any]:
        """Try again."""
        return self.ask(Replay(operations=list(seen), choice=choice))

    def dismiss(self, *seen: Seen, reason: str = "säljs inte") -> tuple[bool, str, Any]:
        """Want nothing more of some operations."""
        return self.ask(Dismiss(operations=list(seen), reason=reason))

    def accept(self, *numbers: int, reason: str = "känt") -> tuple[bool, str, Any]:
        """Accept what was answered otherwise."""
        return self.ask(Accept(operations=list(numbers), reason=reason))

    def ask(self, command: CommandShape) -> tuple[bool, str, Any]:
        """Ask as the inbox would, a minute later."""
        self.bench.clock.advance(60)
        app = self.bench.app
        context = CommandContext(
            app.store, app.clock, {crm.system: crm.mapping for crm in app.crms}, lambda _: True, lambda _: None
        )
        (kind,) = [one for one in COMMANDS.values() if one.shape is type(command)]
        answer = kind.handler(context, command, self.actor)
        self.bench.clock.advance(1)
        return answer.accepted, answer.code, answer.params
