"""What is wrong with the files of a world."""


class WorldError(Exception):
    """A world cannot be read. Each problem is one sentence: file, line, column, what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
