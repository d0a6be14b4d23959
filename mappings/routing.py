"""Which Fortnox company a deal belongs to: ordered rules, first match, never a silent default."""

from collections.abc import Collection

from mappings.spec import Companies
from mappings.types import Problem, Route, View
from mappings.vocabulary import holds


def route(view: View, companies: Companies, connected: Collection[str]) -> Route | Problem:
    """Return the deal's company, or the problem `no_route`.

    `otherwise` is a company's key, "only" (the one connected company; held when there are several) or "hold".
    """
    for number, rule in enumerate(companies.rules, 1):
        if rule.to in connected and (rule.when is None or holds(rule.when, view)):
            return Route(rule.to, str(number))
    if companies.otherwise == "only" and len(connected) == 1:
        return Route(next(iter(connected)), "otherwise")
    if companies.otherwise in connected:
        return Route(companies.otherwise, "otherwise")
    return Problem("no_route")
