"""What is wrong with what was given: all of it at once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    `where` is the path in the specification, e.g. `steps[0].opset`, or a file.
    """

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class Refused(Exception):
    """Input that cannot become right by another try."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in faults))


def refuse(where: str, reason: str) -> Refused:
    """The error for one fault."""
    return Refused([Fault(where, reason)])
