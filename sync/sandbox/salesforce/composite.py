"""Composite: several requests in one call, later ones naming results of earlier ones (FACTS.md 4)."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from sync.sandbox.salesforce.data.org import Org
from sync.sandbox.salesforce.data.records import body_of
from sync.sandbox.salesforce.errors import SalesforceError, bad_request
from sync.sandbox.salesforce.replies import SalesforceCall, SalesforceReply
from sync.sandbox.tables import Row

MOST = 25
_NAME = re.compile(r"\w+")
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_PREFIX = re.compile(r"(/services/data/v\d+\.\d)(?:/(.*))?")

Answerer = Callable[[SalesforceCall], SalesforceReply]


class _UnansweredError(Exception):
    """A request names the result of one that was refused."""


def composite(org: Org, answer: Answerer, call: SalesforceCall) -> SalesforceReply:
    """Answer up to 25 requests in order; with allOrNone one refusal takes all back."""
    wishes = _wishes(call, "compositeRequest")
    names = [str(wish.get("referenceId", "")) for wish in wishes]
    if len(set(names)) != len(names) or not all(_NAME.fullmatch(name) for name in names):
        raise bad_request("INVALID_INPUT", "Provided referenceId must be unique, of letters, digits and _", None)
    whole = bool(body_of(call).get("allOrNone"))
    results: dict[str, SalesforceReply] = {}
    with org.together():
        for name, wish in zip(names, wishes, strict=True):
            results[name] = _one(answer, wish, results)
            if whole and results[name].status >= 300:
                org.take_back_all()
                break
    if whole and any(one.status >= 300 for one in results.values()):
        halted = _halted("The transaction was rolled back since another operation in the same transaction failed.")
        results = {name: _kept(results.get(name), halted) for name in names}
    told = [_told(name, results[name]) for name in names]
    return SalesforceReply(200, {"compositeResponse": told})


def composite_batch(answer: Answerer, call: SalesforceCall) -> SalesforceReply:
    """Answer up to 25 independent requests; haltOnError leaves the rest undone with 412."""
    wishes = _wishes(call, "batchRequests")
    halt = bool(body_of(call).get("haltOnError"))
    results: list[Row] = []
    failed = False
    for wish in wishes:
        if failed and halt:
            body = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted"}]
            results.append({"statusCode": 412, "result": body})
            continue
        url = str(wish.get("url", ""))
        made = answer(
            _call(str(wish.get("method", "")), f"/services/data/{url.lstrip('/')}", wish.get("richInput"), {})
        )
        failed = failed or made.status >= 300
        results.append({"statusCode": made.status, "result": made.body})
    return SalesforceReply(200, {"hasErrors": failed, "results": results})


def _wishes(call: SalesforceCall, key: str) -> list[Row]:
    wishes = body_of(call).get(key)
    if not isinstance(wishes, list) or not all(isinstance(wish, dict) for wish in wishes):
        raise SalesforceError(400, "JSON_PARSER_ERROR", f"{key} must be a list of requests")
    if len(wishes) > MOST:
        raise bad_request("LIMIT_EXCEEDED", f"the limit of {MOST} requests is exceeded", None)
    return wishes


def _one(answer: Answerer, wish: Row, results: dict[str, SalesforceReply]) -> SalesforceReply:
    try:
        url = _filled(str(wish.get("url", "")), results)
        body = _filled(wish.get("body"), results)
    except _UnansweredError as missing:
        return _halted(f"Invalid reference specified. No value for {missing} found.", "PROCESSING_HALTED")
    headers = {str(name).lower(): str(value) for name, value in (wish.get("httpHeaders") or {}).items()}
    return answer(_call(str(wish.get("method", "")).upper(), str(url), body, headers))


def _call(method: str, url: str, body: Any, headers: dict[str, str]) -> SalesforceCall:
    parts = urlsplit(url.replace("#", "%23"))
    found = _PREFIX.fullmatch(parts.path)
    if found is None:
        raise bad_request("INVALID_INPUT", f"the url {url[:200]} is not below /services/data/vNN.0", None)
    steps = tuple(unquote(step) for step in (found[2] or "").split("/") if step)
    return SalesforceCall(method, steps, found[1], dict(parse_qsl(parts.query, keep_blank_values=True)), body, headers)


def _filled(value: Any, results: dict[str, SalesforceReply]) -> Any:
    """Return a value with every @{reference.path} replaced by what it names."""
    if isinstance(value, dict):
        return {key: _filled(part, results) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, results) for part in value]
    if not isinstance(value, str):
        return value
    return _REFERENCE.sub(lambda found: str(_named(found, results)), value)


def _named(found: re.Match[str], results: dict[str, SalesforceReply]) -> Any:
    reply = results.get(found[1])
    value: Any = reply.body if reply is not None and reply.status < 300 else None
    for step in _STEP.finditer(found[2]):
        try:
            value = value[step[1]] if step[1] else value[int(step[2])]
        except (KeyError, IndexError, TypeError):
            raise _UnansweredError(found[0]) from None
    if value is None or isinstance(value, dict | list):
        raise _UnansweredError(found[0])
    return value


def _kept(made: SalesforceReply | None, halted: SalesforceReply) -> SalesforceReply:
    return made if made is not None and made.status >= 300 else halted


def _halted(message: str, code: str = "PROCESSING_HALTED") -> SalesforceReply:
    return SalesforceReply(400, [{"errorCode": code, "message": message}])


def _told(name: str, made: SalesforceReply) -> Row:
    return {"body": made.body, "httpHeaders": made.headers, "httpStatusCode": made.status, "referenceId": name}
