"""Settings of steps and checks: frozen dataclasses whose fields say what is allowed, read from JSON with all faults at once."""

import dataclasses
import difflib
import math
import pathlib
import types
import typing
from collections.abc import Mapping
from typing import Any

from model_pipeline.faults import Fault

T = typing.TypeVar("T")

_BOUNDS = "bounds"


@dataclasses.dataclass(frozen=True)
class Bounds:
    """What a value may be beside its type."""

    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None
    choices: tuple[str | int, ...] | None = None

    def reason(self, value: Any) -> str | None:
        """Why a value of the right type is refused, if it is."""
        if self.choices is not None and value not in self.choices:
            return f"must be one of {', '.join(map(str, self.choices))}; got {value!r}"
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not self._holds(value):
            return f"must be {self._range()}; got {value}"
        if isinstance(value, str) and not value:
            return "must not be empty"
        return None

    def _holds(self, value: float) -> bool:
        return not (
            not math.isfinite(value)
            or (self.least is not None and value < self.least)
            or (self.above is not None and value <= self.above)
            or (self.most is not None and value > self.most)
            or (self.below is not None and value >= self.below)
        )

    def _range(self) -> str:
        parts = [
            f"{word} {bound:g}"
            for word, bound in (("at least", self.least), ("above", self.above), ("at most", self.most), ("below", self.below))
            if bound is not None
        ]
        return " and ".join(parts) or "finite"


def setting(
    default: Any = dataclasses.MISSING,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
    choices: tuple[str | int, ...] | None = None,
) -> Any:
    """A field with bounds; without a default it must be given."""
    return dataclasses.field(default=default, metadata={_BOUNDS: Bounds(least, above, most, below, choices)})


def json_name(name: str) -> str:
    """`group_size` is `groupSize` in JSON."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def nearest(name: str, known: list[str]) -> str:
    """What is allowed, and what may have been meant."""
    close = difflib.get_close_matches(name, known, 1)
    return f"known are {', '.join(sorted(known))}" + (f"; did you mean '{close[0]}'?" if close else "")


def read_settings(kind: type[T], given: Mapping[str, Any], where: str, faults: list[Fault]) -> T | None:
    """An instance of a dataclass from an object of JSON; None where there are faults, which are added to the list."""
    before = len(faults)
    fields = {json_name(field.name): field for field in dataclasses.fields(typing.cast(Any, kind))}
    hints = typing.get_type_hints(kind)
    for name in given:
        if name not in fields:
            faults.append(Fault(f"{where}.{name}", f"there is no such setting; {nearest(name, list(fields))}"))
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in given:
            if field.default is dataclasses.MISSING:
                faults.append(Fault(f"{where}.{name}", f"is missing; give {_expected(hints[field.name])}"))
            continue
        value, reason = _value(given[name], hints[field.name], field.metadata.get(_BOUNDS, Bounds()))
        if reason is not None:
            faults.append(Fault(f"{where}.{name}", reason))
        values[field.name] = value
    return kind(**values) if len(faults) == before else None


def _value(value: Any, hint: Any, bounds: Bounds) -> tuple[Any, str | None]:
    if typing.get_origin(hint) is types.UnionType:
        if value is None:
            return None, None
        hint = next(each for each in typing.get_args(hint) if each is not type(None))
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            return None, f"must be {_expected(hint)}; got {value!r}"
        each_hint = typing.get_args(hint)[0]
        read = [_value(each, each_hint, bounds) for each in value]
        reasons = [f"[{place}] {reason}" for place, (_, reason) in enumerate(read) if reason is not None]
        return tuple(each for each, _ in read), ", ".join(reasons) or None
    if not _is_a(value, hint):
        return None, f"must be {_expected(hint)}; got {value!r}"
    reason = bounds.reason(value)
    if hint is pathlib.Path:
        return pathlib.Path(value), reason
    return (float(value) if hint is float else value), reason


def _is_a(value: Any, hint: Any) -> bool:
    if hint is bool:
        return isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str)


def _expected(hint: Any) -> str:
    if typing.get_origin(hint) is types.UnionType:
        return " or ".join("null" if each is type(None) else _expected(each) for each in typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return f"a list of which each is {_expected(typing.get_args(hint)[0])}"
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", pathlib.Path: "the path of a file"}
    return names[hint]


def described(kind: type) -> dict[str, dict[str, Any]]:
    """The settings of a dataclass as JSON: type, default and bounds of each."""
    hints = typing.get_type_hints(kind)
    result: dict[str, dict[str, Any]] = {}
    for field in dataclasses.fields(typing.cast(Any, kind)):
        bounds: Bounds = field.metadata.get(_BOUNDS, Bounds())
        entry: dict[str, Any] = {"type": _expected(hints[field.name])}
        if field.default is dataclasses.MISSING:
            entry["required"] = True
        else:
            entry["default"] = list(field.default) if isinstance(field.default, tuple) else field.default
        entry |= {name: value for name, value in dataclasses.asdict(bounds).items() if value is not None}
        result[json_name(field.name)] = entry
    return result


def files_in(settings: Any) -> list[tuple[str, pathlib.Path]]:
    """The files that settings name, by the name of the setting."""
    values = [(json_name(field.name), getattr(settings, field.name)) for field in dataclasses.fields(settings)]
    return [(name, value) for name, value in values if isinstance(value, pathlib.Path)]
