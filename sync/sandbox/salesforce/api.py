"""The data API: which request is answered by what (FACTS.md 3)."""

from collections.abc import Callable

from sync.sandbox.salesforce.composite import composite, composite_batch
from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.records import Records
from sync.sandbox.salesforce.data.usage import Usage
from sync.sandbox.salesforce.errors import SalesforceError, SeveralMatchError, bad_request, not_found
from sync.sandbox.salesforce.multi import Multi
from sync.sandbox.salesforce.replies import SalesforceCall, SalesforceReply
from sync.sandbox.salesforce.soql.cursors import Cursors, batch_size
from sync.sandbox.salesforce.soql.language import parse
from sync.sandbox.salesforce.soql.run import Runner
from sync.sandbox.words import words


class Api:
    """Answers requests to one version of the data API as one user."""

    def __init__(self, org: Org, cursors: Cursors, usage: Usage, user: str) -> None:
        self._org, self._cursors, self._usage, self._user = org, cursors, usage, user
        self._records = Records(org, user)
        self._multi = Multi(org, user)
        self._routes: dict[str, Callable[[SalesforceCall], SalesforceReply]] = {
            "sobjects": self._records.answer,
            "query": self._query,
            "queryall": self._query,
            "limits": self._limits,
            "composite": self._composite,
        }

    def answer(self, call: SalesforceCall) -> SalesforceReply:
        """Answer one request; refusals are answers too."""
        try:
            return self._routed(call)
        except SalesforceError as refused:
            return SalesforceReply(refused.status, refused.answer())
        except SeveralMatchError as several:
            return SalesforceReply(300, [f"{call.base}/sobjects/{several.sobject}/{one}" for one in several.identities])

    def _routed(self, call: SalesforceCall) -> SalesforceReply:
        if not call.parts:
            _only(call, "GET")
            names = words("sobjects query queryAll limits composite")
            return SalesforceReply(200, {name: f"{call.base}/{name}" for name in names})
        route = self._routes.get(call.parts[0].lower())
        if route is None:
            raise not_found()
        return route(call)

    def _query(self, call: SalesforceCall) -> SalesforceReply:
        _only(call, "GET")
        if len(call.parts) == 2:
            return SalesforceReply(200, self._cursors.next_page(call.parts[1], call.base))
        if "q" not in call.query:
            raise bad_request("MALFORMED_QUERY", "A query string has to be specified", None)
        runner = Runner(self._org, self._user, deleted=call.parts[0].lower() == "queryall")
        found = runner.run(parse(call.query["q"]))
        batch = batch_size(call.headers.get("sforce-query-options", ""))
        return SalesforceReply(200, self._cursors.first_page(found, call.base, batch))

    def _limits(self, call: SalesforceCall) -> SalesforceReply:
        _only(call, "GET")
        if call.parts[1:] == ("recordCount",):
            return SalesforceReply(200, self._counts(call.query.get("sObjects", "")))
        if len(call.parts) > 1:
            raise not_found()
        return SalesforceReply(200, self._usage.limits())

    def _counts(self, names: str) -> dict[str, list[dict[str, object]]]:
        """Return how many records objects have; one without any is left out (FACTS.md 3.1)."""
        wanted = {name.strip().lower() for name in names.split(",") if name.strip()}
        found = [(name, self._org.tables.count(name)) for name in sorted(self._org.objects())]
        kept = [(name, count) for name, count in found if count and (not wanted or name.lower() in wanted)]
        return {"sObjects": [{"count": count, "name": name} for name, count in kept]}

    def _composite(self, call: SalesforceCall) -> SalesforceReply:
        if call.parts[1:2] == ("sobjects",):
            return self._multi.answer(call)
        if call.method == "POST" and len(call.parts) == 1:
            return composite(self._org, self.answer, call)
        if call.method == "POST" and call.parts[1:] == ("batch",):
            return composite_batch(self.answer, call)
        raise not_found()


def _only(call: SalesforceCall, *methods: str) -> None:
    if call.method not in methods:
        says = f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(methods)}"
        raise SalesforceError(405, "METHOD_NOT_ALLOWED", says)
