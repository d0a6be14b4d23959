"""Reads SOQL: paths, sub-queries, conditions, order, aggregates; refused in the platform's words where it is broken."""

import re
from dataclasses import replace
from decimal import Decimal

from sync.sandbox.salesforce.errors import SalesforceError
from sync.sandbox.salesforce.soql.functions import FUNCTIONS
from sync.sandbox.salesforce.soql.tree import (
    Aggregate,
    AllFields,
    Both,
    Condition,
    Expression,
    Item,
    Not,
    Order,
    Path,
    Select,
    Test,
    Token,
    Value,
)
from sync.sandbox.words import words

LONGEST = 100_000
LONGEST_STRING = 4_000
MOST_OFFSET = 2_000
_BEFORE = 33
_TOKEN = re.compile(
    r"(?P<blank>\s+)|(?P<string>'(?:\\.|[^'\\])*')"
    r"|(?P<datetime>\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))|(?P<date>\d{4}-\d{2}-\d{2})"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*(?::\d+)?)"
    r"|(?P<sign><=|>=|!=|<>|[=<>(),])"
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_CLAUSES = frozenset(words("FROM WHERE GROUP ORDER LIMIT OFFSET HAVING WITH FOR ALL USING UPDATE"))
_AGGREGATES = frozenset(words("COUNT COUNT_DISTINCT SUM AVG MIN MAX"))
_SUBTOTALS = ("ROLLUP", "CUBE")
_COMPARE = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_DATES = re.compile(r"TODAY|YESTERDAY|TOMORROW|THIS_(MONTH|YEAR)|(LAST|NEXT)_N_DAYS:\d+")


def parse(text: str) -> Select:
    """Return what a statement says; raises SalesforceError (MALFORMED_QUERY) where it cannot be read."""
    if len(text) > LONGEST:
        raise SalesforceError(400, "QUERY_TOO_COMPLICATED", "SOQL statements cannot be longer than 100000 characters.")
    reader = _Reader(text)
    try:
        select = reader.select()
    except RecursionError:
        raise SalesforceError(400, "QUERY_TOO_COMPLICATED", "The statement has too many brackets.") from None
    reader.end()
    return select


def refusal(text: str, place: int, says: str, code: str = "MALFORMED_QUERY") -> SalesforceError:
    """Return a refusal that shows the place, as the platform does: the excerpt, a caret, row and column."""
    flat = re.sub(r"\s", " ", text)
    cuts = [flat.find(sign, place - _BEFORE) for sign in ", "] if place > _BEFORE else []
    start = min((cut + 1 for cut in cuts if 0 <= cut < place), default=0 if not cuts else place)
    excerpt, caret = flat[start : place + _BEFORE], " " * (place - start) + "^"
    return SalesforceError(400, code, f"\n{excerpt}\n{caret}\nERROR at Row:1:Column:{place + 1}\n{says}")


def _tokens(text: str) -> list[Token]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise refusal(text, place, f"line 1:{place} no viable alternative at character '{text[place]}'")
        if match.lastgroup != "blank":
            found.append(Token(str(match.lastgroup), match[0], place))
        place = match.end()
    return [*found, Token("end", "<EOF>", len(text))]


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._place = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _says(self, word: str) -> bool:
        """Take a word where it comes next."""
        found = self._next.kind in ("name", "sign") and self._next.text.upper() == word
        self._place += found
        return found

    def _need(self, word: str) -> None:
        if not self._says(word):
            raise self._unexpected(f"expecting {word}")

    def _unexpected(self, expecting: str = "") -> SalesforceError:
        token = self._next
        if token.kind == "end":
            return refusal(self._text, token.place, f"unexpected end of query{expecting and ', ' + expecting}")
        return refusal(self._text, token.place, f"unexpected token: '{token.text}'{expecting and ', ' + expecting}")

    def end(self) -> None:
        """Refuse anything after the statement."""
        if self._next.kind != "end":
            raise self._unexpected()

    def select(self) -> Select:
        """Return the statement that starts here."""
        self._need("SELECT")
        items = [self._item()]
        while self._says(","):
            items.append(self._item())
        self._need("FROM")
        if self._next.kind != "name":
            raise self._unexpected("expecting an sObject")
        source = self._take()
        alias = self._alias()
        scope = self._scope() if self._says("USING") else "everything"
        where = self._condition() if self._says("WHERE") else None
        subtotals, groups = self._groups() if self._says("GROUP") else ("", ())
        having = self._condition() if groups and self._says("HAVING") else None
        orders = self._orders() if self._says("ORDER") else ()
        limit = self._count() if self._says("LIMIT") else None
        offset = self._count() if self._says("OFFSET") else 0
        if offset > MOST_OFFSET:
            says = f"Maximum SOQL offset allowed is {MOST_OFFSET}"
            raise SalesforceError(400, "NUMBER_OUTSIDE_VALID_RANGE", says)
        found = Select(self._text, source.text, source.place, alias, tuple(items), where, scope, groups, subtotals)
        return replace(found, having=having, orders=orders, limit=limit, offset=offset)

    def _alias(self) -> str:
        self._says("AS")
        if self._next.kind == "name" and self._next.text.upper() not in _CLAUSES:
            return self._take().text
        return ""

    def _item(self) -> Item:
        if self._says("("):
            inner = self.select()
            self._need(")")
            return inner
        if self._next.text.upper() == "FROM":
            raise self._unexpected()
        if self._next.text.upper() == "FIELDS":
            self._take()
            self._need("(")
            which = self._take().text.upper()
            self._need(")")
            return AllFields(which)
        return replace(self._expression(), alias=self._alias())

    def _expression(self) -> Expression:
        """Return a field, a function of one, or an aggregate."""
        path = self._path()
        if self._next.text != "(":
            return path
        function = path.text.upper()
        if function in FUNCTIONS:
            self._need("(")
            inner = self._expression()
            self._need(")")
            return replace(inner, functions=(*inner.functions, function))
        if function not in _AGGREGATES:
            raise refusal(self._text, path.place, f"unexpected token: '{path.text}'")
        self._need("(")
        argument = None if function == "COUNT" and self._next.text == ")" else self._path()
        self._need(")")
        return Aggregate(function, argument)

    def _field(self) -> Path:
        """Return a field or a function of one, where an aggregate cannot stand."""
        place = self._next.place
        found = self._expression()
        if isinstance(found, Aggregate):
            raise refusal(self._text, place, f"unexpected token: '{found.function}'")
        return found

    def _path(self) -> Path:
        token = self._next
        if token.kind != "name" or ":" in token.text or token.text.endswith("."):
            raise self._unexpected()
        self._take()
        return Path(tuple(token.text.split(".")), token.place)

    def _groups(self) -> tuple[str, tuple[Path, ...]]:
        """Return which subtotals are asked for, and the keys."""
        self._need("BY")
        subtotals = self._next.text.upper() if self._next.text.upper() in _SUBTOTALS else ""
        if not subtotals:
            return "", self._fields()
        self._take()
        self._need("(")
        keys = self._fields()
        self._need(")")
        return subtotals, keys

    def _fields(self) -> tuple[Path, ...]:
        paths = [self._field()]
        while self._says(","):
            paths.append(self._field())
        return tuple(paths)

    def _scope(self) -> str:
        self._need("SCOPE")
        if self._next.kind != "name":
            raise self._unexpected("expecting a scope")
        return self._take().text.lower()

    def _orders(self) -> tuple[Order, ...]:
        self._need("BY")
        orders = [self._order()]
        while self._says(","):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> Order:
        path = self._expression()
        backwards = self._says("DESC")
        if not backwards:
            self._says("ASC")
        last = False
        if self._says("NULLS"):
            last = self._says("LAST")
            if not last:
                self._need("FIRST")
        return Order(path, backwards, last)

    def _count(self) -> int:
        token = self._next
        if token.kind != "number" or not token.text.isdecimal():
            raise self._unexpected("expecting a number")
        return int(self._take().text)

    def _condition(self) -> Condition:
        """Return conditions joined by one word; AND and OR need brackets between them, as in SOQL."""
        parts, word = [self._part()], ""
        while self._next.text.upper() in ("AND", "OR") and self._next.kind == "name":
            if word not in ("", self._next.text.upper()):
                raise self._unexpected()
            word = self._take().text.upper()
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else Both(word, tuple(parts))

    def _part(self) -> Condition:
        if self._says("NOT"):
            return Not(self._part())
        if self._says("("):
            inner = self._condition()
            self._need(")")
            return inner
        return self._test()

    def _test(self) -> Test:
        path = self._expression()
        sign = self._next
        if sign.text in _COMPARE:
            self._take()
            return Test(path, _COMPARE[sign.text], (self._value(),))
        if self._says("LIKE"):
            return Test(path, "LIKE", (self._value(),))
        outside = self._says("NOT")
        if not self._says("IN"):
            raise self._unexpected()
        return self._listed(path, "NOT IN" if outside else "IN")

    def _listed(self, path: Expression, operator: str) -> Test:
        self._need("(")
        if self._next.text.upper() == "SELECT":
            test = Test(path, operator, (), self.select())
        else:
            values = [self._value()]
            while self._says(","):
                values.append(self._value())
            test = Test(path, operator, tuple(values))
        self._need(")")
        return test

    def _value(self) -> Value:
        token = self._next
        if token.kind == "string":
            self._take()
            return Value("string", self._unquoted(token))
        if token.kind == "number":
            self._take()
            return Value("number", token.text, Decimal(token.text))
        if token.kind in ("date", "datetime"):
            self._take()
            return Value("date" if token.kind == "date" else "datetime", token.text)
        word = token.text.upper()
        if token.kind == "name" and (word in ("TRUE", "FALSE", "NULL") or _DATES.fullmatch(word)):
            self._take()
            return Value("null" if word == "NULL" else "boolean" if word in ("TRUE", "FALSE") else "dates", word)
        raise self._unexpected()

    def _unquoted(self, token: Token) -> str:
        text = token.text[1:-1]
        if len(text) > LONGEST_STRING:
            says = f"String literal is longer than {LONGEST_STRING} characters"
            raise refusal(self._text, token.place, says)
        # `\%` and `\_` keep their backslash: LIKE reads them.
        return _ESCAPED.sub(lambda found: _SIGNS.get(found[1], found[0] if found[1] in "%_" else found[1]), text)
