"""A register: list, read, create, change and delete of one kind of row by its key (FACTS.md 7.11)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sync.sandbox.fortnox.errors import FortnoxError, no_identifier, wrong_data, wrong_parameter
from sync.sandbox.fortnox.fields import Schema, read_object, skeleton
from sync.sandbox.fortnox.listing import ListRules, answer_list
from sync.sandbox.fortnox.tenant import META, Tenant
from sync.sandbox.fortnox.wire import FortnoxCall, FortnoxReply, Json, path_key

Finish = Callable[[Json, Tenant], Json]


def unchanged(row: Json, tenant: Tenant) -> Json:
    """Return the row as it is: the finish of a register without derived fields."""
    return row


@dataclass(frozen=True)
class RegisterRules:
    """What one register's rows look like and what may be done with them.

    `finish` completes a row before it is stored; `show` may add derived fields when it is read.
    `taken` is the refusal of a key that exists; `methods` are the verbs the resource has; `show_new` is what only the
    answer of a POST shows otherwise; a row that is not `alone` has no address and cannot be read by its key.
    `follows` names fields that are worked out again when another one is changed.
    """

    path: str
    wrapper: str
    key: str
    schema: Schema
    listing: ListRules
    required: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset({"GET", "POST", "PUT", "DELETE"})
    numbered: bool = False
    upper_case: bool = False
    taken: Callable[[str], FortnoxError] = lambda key: FortnoxError(2000729, f"{key} används redan.")
    finish: Finish = unchanged
    show: Finish = unchanged
    show_new: Finish = unchanged
    alone: bool = True
    follows: Mapping[str, str] = field(default_factory=dict)
    before_delete: Callable[[Json, Tenant], None] = lambda row, tenant: None

    @property
    def kind(self) -> str:
        """Return the kind of rows in the tables."""
        return self.listing.kind


class ServedRegister:
    """Answers the calls to one register."""

    def __init__(self, rules: RegisterRules) -> None:
        self.rules = rules

    def answer(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        """Return the answer to a call whose first path part is this register."""
        rest = call.parts[1:]
        if call.method not in self.rules.methods:
            raise wrong_parameter()
        if not rest:
            return self._answer_all(call, tenant)
        key = "/".join(rest)
        if call.method == "GET" and self.rules.alone:
            return self.reply(tenant.get(self.rules.kind, key), tenant)
        if call.method == "PUT":
            return self.reply(self.change(tenant, key, unwrap(call.body, self.rules.wrapper)), tenant)
        if call.method == "DELETE":
            self.remove(tenant, key)
            return FortnoxReply(204, raw=b"")
        raise wrong_parameter()

    def create(self, tenant: Tenant, sent: Json) -> Json:
        """Check and store a new row; raises FortnoxError."""
        fields = read_object(sent, self.rules.schema, tenant.quirks, creating=True)
        for name in self.rules.required:
            if not fields.get(name):
                raise FortnoxError(2000729, f"Fältet {name} måste anges.")
        return self.insert(tenant, fields)

    def insert(self, tenant: Tenant, fields: Json) -> Json:
        """Store a new row of checked fields."""
        rules = self.rules
        tenant.check_references(fields, rules.schema)
        row = skeleton(rules.schema) | fields
        if rules.upper_case:
            row[rules.key] = str(row[rules.key]).upper()
        row = rules.finish(row, tenant)
        key = self._free_key(tenant, row)
        return tenant.save(rules.kind, str(key), row | {rules.key: key})

    def change(self, tenant: Tenant, key: str, sent: Json) -> Json:
        """Check a partial update and store it; omitted fields keep their value (FACTS.md 1)."""
        old = tenant.get(self.rules.kind, key)
        fields = read_object(sent, self.rules.schema, tenant.quirks, creating=False)
        fields.pop(self.rules.key, None)
        tenant.check_references(fields, self.rules.schema)
        again = {name: None for name, source in self.rules.follows.items() if source in fields}
        return tenant.save(self.rules.kind, key, self.rules.finish({**old, **again, **fields}, tenant))

    def remove(self, tenant: Tenant, key: str) -> None:
        """Delete a row that nothing uses."""
        self.rules.before_delete(tenant.get(self.rules.kind, key), tenant)
        tenant.delete(self.rules.kind, key)

    def reply(self, row: Json, tenant: Tenant, status: int = 200) -> FortnoxReply:
        """Return a row as the single object of an answer."""
        return FortnoxReply(status, {self.rules.wrapper: self.single(row, tenant)}, headers=self._headers(status))

    def single(self, row: Json, tenant: Tenant) -> Json:
        """Return a row as it is shown alone: @url first, the inner part left out."""
        shown = self.rules.show(row, tenant)
        address = {"@url": url(tenant, self.rules.path, str(row[self.rules.key]))} if self.rules.alone else {}
        return address | {k: v for k, v in shown.items() if k != META}

    def _answer_all(self, call: FortnoxCall, tenant: Tenant) -> FortnoxReply:
        if call.method == "GET":
            return answer_list(call, tenant, self.rules.listing)
        if call.method == "POST":
            row = self.create(tenant, unwrap(call.body, self.rules.wrapper))
            return self.reply(self.rules.show_new(row, tenant), tenant, 201)
        raise no_identifier()

    def _free_key(self, tenant: Tenant, row: Json) -> str | int:
        key = row[self.rules.key]
        if not key:
            number = tenant.next_number(self.rules.kind)
            return int(number) if isinstance(key, int) else number
        if tenant.find(self.rules.kind, str(key)) is not None or tenant.is_spent(self.rules.kind, str(key)):
            raise self.rules.taken(str(key))
        return key if isinstance(key, int) else str(key)

    def _headers(self, status: int) -> tuple[tuple[str, str], ...]:
        # On 201 the Location is the bare resource word, not a URL (FACTS.md 1).
        return (("location", self.rules.path),) if status == 201 else ()


def unwrap(body: object, wrapper: str) -> Json:
    """Return the object inside a request body; raises 2001392 without its wrapper."""
    if not isinstance(body, dict) or wrapper not in body:
        raise wrong_data()
    inner = body[wrapper]
    if not isinstance(inner, dict):
        raise wrong_data()
    return inner


def url(tenant: Tenant, path: str, key: str) -> str:
    """Return the @url of a row."""
    return f"{tenant.quirks.public_url}/{path}/{path_key(key)}"


def whole_list(path: str, plural: str, key: str, names: tuple[str, ...], **more: object) -> ListRules:
    """Return list rules whose rows show the given fields after their @url."""

    def show(row: Json, tenant: Tenant) -> Json:
        return {"@url": url(tenant, path, str(row[key]))} | {name: row.get(name) for name in names}

    return replace(ListRules(path, plural, show), **more)  # type: ignore[arg-type]
