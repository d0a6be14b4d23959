"""What a bench says: a measured figure beside its goal."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """One measured figure; `at` says on which side of the goal it must be."""

    name: str
    measured: float
    at: Literal["most", "least"]
    goal: float
    note: str = ""

    @property
    def ok(self) -> bool:
        """Return whether the goal is reached."""
        return self.measured <= self.goal if self.at == "most" else self.measured >= self.goal

    def as_json(self) -> dict[str, Any]:
        """Return the figure as the JSON report has it."""
        return {
            "name": self.name,
            "goal": f"{'≤' if self.at == 'most' else '≥'} {self.goal:g}",
            "measured": round(self.measured, 4),
            "ok": self.ok,
            "note": self.note,
        }


def most(name: str, measured: float, goal: float, note: str = "") -> Figure:
    """Return a figure that may not be above its goal."""
    return Figure(name, measured, "most", goal, note)


def least(name: str, measured: float, goal: float, note: str = "") -> Figure:
    """Return a figure that may not be below its goal."""
    return Figure(name, measured, "least", goal, note)
