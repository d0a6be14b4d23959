"""The body of every answer: lists, single rows, writes (FACTS.md 1.2)."""

import random
from typing import Any

from sync.sandbox.upsales.data.customs import ENTITIES
from sync.sandbox.upsales.data.fields import create_field, delete_field, update_field
from sync.sandbox.upsales.data.metadata import currencies, metadata_page, own_page
from sync.sandbox.upsales.data.resources import CLOSED_TO_KEYS, RESOURCES, ServedRoute, UpsalesResource, route
from sync.sandbox.upsales.data.state import State, field_kind
from sync.sandbox.upsales.errors import NoRouteError, UpsalesError, failed_validation
from sync.sandbox.upsales.parameters import fields_of
from sync.sandbox.upsales.query import Selection, page_numbers
from sync.sandbox.upsales.views import Views
from sync.sandbox.upsales.writes import UpsalesWrites

Row = dict[str, Any]


class Answers:
    """Answers one request; `shuffle` disorders unsorted lists."""

    def __init__(self, state: State, parameters: list[tuple[str, str]], shuffle: random.Random | None) -> None:
        self._state, self._parameters, self._shuffle = state, parameters, shuffle
        switches = {name.lower(): value for name, value in parameters}
        self._price_lists = switches.get("usepricelists") == "true"
        self._writes = UpsalesWrites(state, split_names=switches.get("usingfirstnamelastname") != "true")

    def answer(self, method: str, path: str, body: Row) -> Row:
        """Return the body of the answer with status 200; anything else is raised."""
        target = route(path)
        if target is None:
            raise NoRouteError
        if target.name in CLOSED_TO_KEYS:
            raise UpsalesError(500, "ServerError", 3, "Server error")
        if target.name == "customfields":
            return self._fields(method, target, body)
        if target.name in ("self", "metadata", "currencies"):
            return self._page(method, target)
        if target.name not in RESOURCES:
            raise NoRouteError
        return self._resource(method, target, RESOURCES[target.name], body)

    def _page(self, method: str, target: ServedRoute) -> Row:
        if method != "GET" or target.identity:
            raise NoRouteError
        if target.name == "self":
            return {"errors": None, "data": own_page(self._state)}
        data = metadata_page(self._state) if target.name == "metadata" else currencies(self._state)
        return {"error": None, "data": data}

    def _resource(self, method: str, target: ServedRoute, resource: UpsalesResource, body: Row) -> Row:
        if method not in (resource.row_verbs if target.identity else resource.list_verbs):
            raise NoRouteError
        if not target.identity and method == "GET":
            return self._list(resource, target.name)
        if method == "GET":
            row = self._state.need(resource.kind, self._identity(target))
            data = self._shown(target.name, resource, row, thin=False)
            metadata = resource.single_metadata or (resource.kind == "product" and self._price_lists)
            return {"error": None, **({"metadata": None} if metadata else {}), "data": data}
        if method == "DELETE":
            self._writes.delete(resource.kind, self._identity(target))
            return {"error": None}
        if method == "POST":
            row = self._writes.create(resource.kind, body)
        else:
            row = self._writes.update(resource.kind, self._identity(target), body)
        if target.name == "master/users" and method == "PUT":
            return {"error": None, "data": self._shown(target.name, resource, row, thin=False)}
        return {"error": None, "data": self._shown(target.name, resource, row, thin=True)}

    def _shown(self, name: str, resource: UpsalesResource, row: Row, *, thin: bool) -> Row:
        views = Views(self._state, thin=thin, price_lists=self._price_lists)
        return views.master_user(row) if name == "master/users" else views.render(resource.kind, row)

    def _list(self, resource: UpsalesResource, name: str) -> Row:
        shuffle = self._shuffle if resource.shuffled else None
        rows = self._state.rows(resource.kind)
        found = Selection(self._state, resource.kind, self._parameters).pick(rows, shuffle)
        limit, offset = page_numbers(self._parameters, resource.default_limit)
        views = Views(self._state, price_lists=self._price_lists)
        page = [row for row in found[offset : offset + limit] if not row.get("hidden")]
        if name == "master/users":
            data = [views.master_user(row) for row in page]
        else:
            data = [views.in_list(resource.kind, row) for row in page]
        wanted = fields_of(self._parameters)
        if wanted:
            data = [{key: value for key, value in row.items() if key in wanted} for row in data]
        return {
            "error": None,
            "metadata": {"total": len(found), "limit": limit, "offset": offset},
            "data": data,
        }

    def _fields(self, method: str, target: ServedRoute, body: Row) -> Row:
        entity = target.entity
        verbs = ("GET", "PUT", "DELETE") if target.identity else ("GET", "POST")
        if entity not in ENTITIES or method not in verbs:
            raise NoRouteError
        if method == "GET":
            return self._field_list(entity, target)
        if method == "DELETE":
            delete_field(self._state, entity, self._identity(target))
            return {"error": None}
        if method == "POST":
            return {"error": None, "data": create_field(self._state, entity, body)}
        return {"error": None, "data": update_field(self._state, entity, self._identity(target), body)}

    def _field_list(self, entity: str, target: ServedRoute) -> Row:
        kind = field_kind(entity)
        if target.identity:
            return {"error": None, "data": self._state.need(kind, self._identity(target))}
        rows = self._state.rows(kind)
        found = Selection(self._state, "field", self._parameters).pick(rows, self._shuffle)
        limit, offset = page_numbers(self._parameters, 1000)
        metadata = {"total": len(found), "limit": limit, "offset": offset}
        return {"error": None, "metadata": metadata, "data": found[offset : offset + limit]}

    def _identity(self, target: ServedRoute) -> int:
        if not target.identity.isdecimal():
            raise failed_validation(f"The id is no number: {target.identity}")
        return int(target.identity)
