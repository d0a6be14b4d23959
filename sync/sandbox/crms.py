"""The list of the CRMs that can be played: nothing else in the sandbox names one (docs/adding-a-crm.md)."""

from importlib import import_module

from sync.sandbox.crm import CrmMaker

CRMS = ("upsales", "salesforce")
"""The names they have on the command line, which are those of their folders here."""
DEFAULT_CRM = CRMS[0]
"""The one that is played where none is named."""
BOTH = "both"
"""The word on the command line for all of them beside each other; each has a share of the world's deals."""
FURTHEST = 2
"""How far the port of any of them lies above Fortnox's."""


def named(word: str) -> tuple[str, ...]:
    """Return the CRMs that a word on the command line names."""
    return CRMS if word == BOTH else (word,)


def maker(name: str) -> CrmMaker:
    """Return what plays a CRM. It is loaded when it is wanted: commands that play nothing start without it."""
    found: CrmMaker = import_module(f"sync.sandbox.{name}.play").play
    return found
