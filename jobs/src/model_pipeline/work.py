"""What steps and checks are given, and what they return."""

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from model_pipeline.progress import Progress

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True)
class Work:
    """A step reads `given` and writes into the empty folder `output`. `source` is what the pipeline began with."""

    source: pathlib.Path
    given: pathlib.Path
    output: pathlib.Path
    seed: int
    trust_remote_code: bool
    progress: Progress


@dataclass(frozen=True)
class Subject:
    """A check compares `output`, what all steps made, with `source`."""

    source: pathlib.Path
    output: pathlib.Path
    seed: int
    trust_remote_code: bool
    progress: Progress


@dataclass(frozen=True)
class Result:
    """Whether a check holds, in a sentence by how much it does or does not, and what was measured."""

    passed: bool
    sentence: str
    values: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, Json] = field(default_factory=dict)
