"""Who may ask for what: four roles in a row, each of which may do all that those before it may."""

from typing import Literal, get_args

Role = Literal["reader", "operator", "controller", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


def may(role: Role, needed: Role) -> bool:
    """Return whether somebody of a role may do what needs a role."""
    return ROLES.index(role) >= ROLES.index(needed)


def local_role(_actor: str) -> Role:
    """Return the role of a person on an installation without a login provider: everybody is admin.

    Who can put a file into the inbox has the files of the installation, and so whatever Kvitt could refuse them.
    """
    return "admin"
