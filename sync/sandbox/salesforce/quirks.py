"""What nobody has established about Salesforce (FACTS.md 10) or an org's admin decides, each as a switch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SalesforceQuirks:
    """Open questions about Salesforce, answered one way; tests may answer them the other way."""

    daily_limit: int = 100_000
    """API calls in rolling 24 hours (FACTS.md 6); the call after the last is refused with 403."""
    bursts_shown: bool = True
    """Whether Sforce-Limit-Info also names `api-bursts` (FACTS.md 6: new, no explanation found)."""
    session_minutes: int = 120
    """How long a session may idle (FACTS.md 2.3: the org's default)."""
    jwt_longest_seconds: int = 300
    """The furthest an assertion's `exp` may lie ahead (FACTS.md 2.2: sources say 3 or 5 minutes)."""
    jwt_public_key: str = ""
    """The PEM of the certificate uploaded to the app; without one no user has approved JWT (FACTS.md 2.2)."""
    run_as_user: bool = True
    """Whether the app names a run-as user for client credentials (FACTS.md 2.2)."""
    rotation: bool = False
    """Whether a refresh answers with a new refresh token and kills the old one (FACTS.md 2.4)."""
    smallest_batch: int = 200
    """The least `batchSize` that is heeded (FACTS.md 3); tests lower it to page through little."""
    child_batch: int = 200
    """How many rows of a child sub-query come with their parent before they get a locator of their own."""
    open_cursors: int = 10
    """How many query locators live at once; the oldest is evicted (FACTS.md 3.3, an older document)."""
    cursor_hours: int = 48
    """How long query results live (FACTS.md 3.3)."""
    commit_lag_seconds: float = 0.0
    """How much older than its commit a SystemModstamp is (FACTS.md 3.4: written before it becomes visible)."""
    hidden_fields: frozenset[str] = frozenset()
    """`Object.Field` that the integration user may not read: absent everywhere (FACTS.md 2.5)."""
    locked_fields: frozenset[str] = frozenset()
    """`Object.Field` that the integration user may read but not write (FACTS.md 5)."""
    restricted_stages: bool = False
    """Whether StageName refuses what is none of the org's stages; an unknown stage is neither won nor closed."""
    multi_currency: bool | None = None
    """Whether the org has several currencies; None: as the seeded world needs (FACTS.md 8.6)."""
    dated_rates: bool = False
    """Whether advanced currency management is on: DatedConversionRate exists (FACTS.md 8.6)."""
    versions: tuple[str, ...] = tuple(f"{number}.0" for number in range(31, 69))
    """API versions the org answers; older ones are gone (FACTS.md 1)."""
