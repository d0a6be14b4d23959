"""People at the page of errors: what they see of the records that wait for them, and what they ask."""

from collections.abc import Sequence
from typing import Any

from sync.app import App
from sync.core.types import Operation
from sync.store.tables import operations
from tests.sim.people import People

Wish = tuple[str, dict[str, Any], str]
EDITED = "YourOrderNumber"


class Desk:
    """Operators who repair deals, customers and articles; which of those that wait they take is a matter of chance."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._edits = 0

    def repair(self, app: App) -> list[Wish]:
        """Return the wish to edit one deal, and those of two people to try all the others again."""
        edits = self.edit(app)
        edited = [arguments["operation"]["number"] for _, arguments, _ in edits]
        replays = [wish for wish in self.replay(app) if wish[1]["operations"][0]["number"] not in edited]
        return [*edits, *replays]

    def edit(self, app: App) -> list[Wish]:
        """Return the wish to send another reference for a deal; first of all for one whose own cannot be sent."""
        waiting = [one for one in self._waiting(app) if self._is_deal(one)]
        unsendable = [one for one in waiting if one.error_code == "characters"]
        chosen = self._people.pick(unsendable or waiting)
        if chosen is None:
            return []
        self._edits += 1
        self._people.sold_otherwise(chosen.source.id)
        text = f"Rättad {self._edits}"
        self._people.typed.setdefault(chosen.source.id, set()).add(text)
        return [("edit", {"operation": _seen(app, chosen), "changes": {EDITED: text}, "reason": "rättat"}, "asa")]

    def replay(self, app: App) -> list[Wish]:
        """Return the wishes of two people to try everything again that waits, of which both see the same."""
        seen = [_seen(app, one) for one in self._waiting(app)]
        return [("replay", {"operations": [one]}, actor) for one in seen for actor in ("asa", "bo")]

    def dismiss(self, app: App) -> list[Wish]:
        """Return the wish to want nothing more of what waits."""
        chosen = self._people.pick(self._waiting(app))
        if chosen is None:
            return []
        return [("dismiss", self._unwanted(app, chosen), "asa")]

    def disagree(self, app: App) -> list[Wish]:
        """Return the wishes of one person to try something again that waits, and of another to want no more of it."""
        chosen = self._people.pick(self._waiting(app))
        if chosen is None:
            return []
        return [("replay", {"operations": [_seen(app, chosen)]}, "asa"), ("dismiss", self._unwanted(app, chosen), "bo")]

    def _unwanted(self, app: App, chosen: Operation) -> dict[str, Any]:
        """Remember what a deal says of which nothing more is wanted, and return what is asked."""
        if self._is_deal(chosen):
            said = {deal.key: deal.said for deal in self._people.crm.deals()}
            self._people.dismissed[chosen.source.id] = said.get(chosen.source.id, ())
        return {"operations": [_seen(app, chosen)], "reason": "säljs inte"}

    def _waiting(self, app: App) -> Sequence[Operation]:
        found = operations.open_for(app.store, app.crms[0].system)
        held = [one for one in found if one.state == "review" and one.action in {"create", "update"}]
        return sorted(held, key=lambda one: one.number)

    def _is_deal(self, operation: Operation) -> bool:
        return operation.source.kind == self._people.crm.deal_kind


def _seen(app: App, operation: Operation) -> dict[str, int]:
    return {"number": operation.number, "version": operations.version(app.store, operation.number)}
