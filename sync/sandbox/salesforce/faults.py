"""What Salesforce answers to a fault where others answer otherwise, or not at all (FACTS.md 2.3, 5)."""

from sync.sandbox.crm import Reply

_JSON = "application/json;charset=UTF-8"
FAULTS: dict[str, Reply] = {
    "expired_token": (401, _JSON, b'[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]'),
    "request_limit": (
        403,
        _JSON,
        b'[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]',
    ),
    "lock_row": (
        400,
        _JSON,
        b'[{"message":"unable to obtain exclusive access to this record or 1 records: 0010000000000AAAAA",'
        b'"errorCode":"UNABLE_TO_LOCK_ROW","fields":[]}]',
    ),
    "unavailable": (503, _JSON, b'[{"message":"The server is temporarily down","errorCode":"SERVER_UNAVAILABLE"}]'),
    "success_false": (
        200,
        _JSON,
        b'{"id":null,"success":false,"errors":[{"statusCode":"MALFORMED_ID","message":"malformed id","fields":[]}]}',
    ),
    "duplicates_detected": (
        400,
        _JSON,
        b'[{"duplicateResult":{"allowSave":true,"duplicateRule":"Standard_Account_Duplicate_Rule","matchResults":[]},'
        b'"errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?"}]',
    ),
}
