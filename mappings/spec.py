"""The grammar of a mapping file: a closed list of verbs, nothing else (ARCHITECTURE.md: the mapping).

A field rule takes its value from exactly one of `from`, `value`, `template`, `vat_type`, then may pass it through
`link` or `lookup`, `as`, `plus_days`, `max`, and may give a `default`. There are no expressions.
`as: country_code` is done before `lookup`, every other `as` after it.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mappings.kinds import DOCUMENT_KINDS

Scalar = str | int | bool
# Ten years: no date of a document lies further from what it is reckoned from.
MOST_DAYS = 3660
As = Literal["text", "date", "decimal", "money", "boolean", "organisation_number", "sek_rate", "flag", "country_code"]


def listed(given: str | list[str]) -> list[str]:
    """Return one path or several as several."""
    return [given] if isinstance(given, str) else given


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class When(_Strict):
    """A condition on one source field."""

    field: str
    equals: Scalar | None = None
    is_in: list[Scalar] | None = Field(default=None, alias="in")
    present: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> "When":
        if sum(test is not None for test in (self.equals, self.is_in, self.present)) != 1:
            raise ValueError("'when' needs exactly one of equals, in, present")
        if self.is_in is not None and not self.is_in:
            raise ValueError("'in' names no value, so the condition never holds")
        return self


class VatTypeRule(_Strict):
    """A customer's kind of VAT, from where it is and whether it has a VAT number; what is said outright wins.

    Sweden SEVAT; another EU country EUREVERSEDVAT with a VAT number and EUVAT without; the rest EXPORT. Of each, the
    first path that is filled counts; no country is Sweden. The rule's `lookup` says what the words of `explicit` mean.
    """

    country: str | list[str]
    vat_number: str | list[str]
    explicit: str | list[str] = []

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the paths that it reads."""
        return tuple(path for given in (self.explicit, self.vat_number, self.country) for path in listed(given))


class FieldRule(_Strict):
    """How one target field gets its value. `from` may name several paths: the first that is filled wins."""

    source: str | list[str] | None = Field(default=None, alias="from")
    value: Scalar | None = None
    template: str | None = None
    vat_type: VatTypeRule | None = None
    link: Literal["customer", "article"] | None = None
    lookup: str | None = None
    default: Scalar | None = None
    as_: As = Field(default="text", alias="as")
    max: int | None = Field(default=None, gt=0)
    plus_days: int | None = Field(default=None, ge=-MOST_DAYS, le=MOST_DAYS)
    required: bool = False
    when: When | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "FieldRule":
        origins = sum(x is not None for x in (self.source, self.value, self.template, self.vat_type))
        if origins != 1:
            raise ValueError("a field needs exactly one of from, value, template, vat_type")
        if self.source is not None and not listed(self.source):
            raise ValueError("'from' names no path")
        if self.link is not None and self.source is None:
            raise ValueError("'link' needs 'from': the path of the linked record's id")
        if self.plus_days is not None and self.as_ != "date":
            raise ValueError("'plus_days' needs 'as: date'")
        return self


class DiscountRule(_Strict):
    """The three fields of a discounted row, from quantity, price before discount and one of two ways to say the rest.

    `net_price`: the unit price after discount. `percent`: the discount, where 10 means 10 % and nothing means none.
    """

    quantity: str
    list_price: str
    net_price: str | None = None
    percent: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "DiscountRule":
        if (self.net_price is None) == (self.percent is None):
            raise ValueError("'discount' needs exactly one of net_price, percent")
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the paths of a row that it reads."""
        return tuple(path for path in (self.quantity, self.list_price, self.net_price, self.percent) if path)


class RowsRule(_Strict):
    """How the target's rows are made: one for each element of a source list.

    `id` is where an element keeps its own id: an operator's edit of a row holds for that row, not for its place.
    `beyond_two_decimals` says what becomes of a row that two decimals of price and quantity cannot say: a person is
    asked (hold), or it is invoiced as one piece at what it was sold for (one_piece).
    """

    into: str
    each: str
    id: str
    fields: dict[str, FieldRule]
    discount: DiscountRule
    sum_equals: str | None = None
    beyond_two_decimals: Literal["hold", "one_piece"] = "hold"


class AddressPlace(_Strict):
    """Where a source record keeps one of its addresses; of each part, the first path that is filled counts."""

    street: str | list[str]
    zip: str | list[str]
    city: str | list[str]
    country: str | list[str]


class EntityRule(_Strict):
    """How one kind of source record becomes one kind of target record.

    `addresses` are the record's addresses in order of worth: `kvitt.address.street`, `.zip`, `.city` and `.country`
    are all of the first that is complete enough.
    `agreed_key` is where a deal keeps what every CRM that has it calls it: of those only one is sent.
    `number` is where the source keeps the target's number: a path, or several of which the first that is filled wins;
    or, by company, where it keeps the number in each. Matching reads it; an edit of it alone sends nothing.
    """

    source: str
    target: str
    title: str
    number: str | list[str] | dict[str, str | list[str]] = []
    addresses: list[AddressPlace] = []
    agreed_key: str = ""
    when: list[When] = []
    fields: dict[str, FieldRule]
    rows: RowsRule | None = None

    @property
    def has_numbers_by_company(self) -> bool:
        """Return whether each company's number has its own place."""
        return isinstance(self.number, dict)

    def number_paths(self, company: str | None = None) -> list[str]:
        """Return where the number of a company's record is kept; all such places where no company is named."""
        if not isinstance(self.number, dict):
            return listed(self.number)
        wanted = self.number.values() if company is None else [self.number.get(company, [])]
        return [path for given in wanted for path in listed(given)]


class MappingFile(_Strict):
    """A CRM's mapping file. What deals become has a section named as its kind, such as `invoice`."""

    system: str
    customer: EntityRule
    article: EntityRule
    documents: dict[str, EntityRule]
    write_back: dict[str, dict[str, FieldRule]]

    @model_validator(mode="after")
    def _only_deals_are_agreed_on(self) -> "MappingFile":
        if self.customer.agreed_key or self.article.agreed_key:
            raise ValueError("agreed_key belongs in the section of what deals become, such as invoice")
        return self

    @model_validator(mode="before")
    @classmethod
    def _by_their_kinds(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        if "documents" in given:
            raise ValueError("documents is no section. Name each section as its kind, such as invoice")
        documents = {name: section for name, section in given.items() if name in DOCUMENT_KINDS}
        return {**{name: section for name, section in given.items() if name not in documents}, "documents": documents}


class RouteRule(_Strict):
    """Deals for which `when` holds go to company `to`; `when` absent holds for all."""

    to: str
    when: When | None = None


class Companies(_Strict):
    """Which Fortnox company a deal belongs to: the first rule that fits."""

    rules: list[RouteRule] = []
    otherwise: str = "only"

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the paths of a deal that tell its company."""
        return tuple(rule.when.field for rule in self.rules if rule.when is not None)


class Codes(_Strict):
    """Lookup tables: table -> source value -> target value. The key `otherwise` catches the rest."""

    tables: dict[str, dict[str, Any]]
