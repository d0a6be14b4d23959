"""What can go wrong in a call, named by what the caller must do.

ApiError
|-- Throttled      not executed: wait `seconds`, then the same again
|-- Unreached      not executed: the system could not be reached
|   `-- Busy       not executed: it answered that it cannot just now
|-- NoAnswer       perhaps executed: no answer, a 5xx, or an answer that cannot be read
|-- Refused        not executed: the system says why, in `code` and `message`
`-- AuthLost       not executed: a person must renew the connection
"""

from sync.core.types import ErrorClass


class ApiError(Exception):
    """A call to another system did not end well."""

    def __init__(self, sentence: str, status: int | None = None, excerpt: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.excerpt = excerpt


class Throttled(ApiError):  # noqa: N818 - named by what happened, as the drawing above
    """Too many calls; none of them was executed. Wait `seconds`."""

    def __init__(self, sentence: str, seconds: float, excerpt: str = "") -> None:
        super().__init__(sentence, 429, excerpt)
        self.seconds = seconds


class Unreached(ApiError):  # noqa: N818
    """The system could not be reached; nothing was sent."""


class Busy(Unreached):
    """The system answered that it cannot do this just now, and did nothing."""


class NoAnswer(ApiError):  # noqa: N818
    """The call was sent and what came of it is unknown."""


class Refused(ApiError):  # noqa: N818
    """The system refused the call; `code` is its own, `message` its own words, `fields` those it names.

    `error_class` is what a refusal of this code is filed under, '' where the core knows the code.
    """

    def __init__(
        self,
        sentence: str,
        status: int,
        code: str,
        message: str,
        excerpt: str = "",
        fields: tuple[str, ...] = (),
        error_class: ErrorClass = "",
    ) -> None:
        super().__init__(sentence, status, excerpt)
        self.code = code
        self.message = message
        self.fields = fields
        self.error_class = error_class


class AuthLost(ApiError):  # noqa: N818
    """The system does not let us in; only a person can change that."""

    def __init__(self, sentence: str, status: int | None = None, code: str = "", excerpt: str = "") -> None:
        super().__init__(sentence, status, excerpt)
        self.code = code
