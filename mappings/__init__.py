"""What should be true: how a CRM's records become Fortnox's and back. Pure, but for reading its own files."""

from mappings.load import MappingSet, load
from mappings.types import Adjustment, Draft, MappingError, Problem, Route

__all__ = ["Adjustment", "Draft", "MappingError", "MappingSet", "Problem", "Route", "load"]
