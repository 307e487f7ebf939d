"""The specification of a pipeline: read from JSON, refused with all that is wrong with it."""

import hashlib
import importlib.util
import json
import pathlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model_pipeline import __version__, manifest
from model_pipeline.faults import Fault, Refused
from model_pipeline.kinds import CHECKS, FLOOR, STEPS, Compress, Kind, LongContext, Parameters, Perplexity, SkipLayers, Tasks
from model_pipeline.settings import files_in, nearest, read_settings

ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_MEMBERS = {"name": str, "steps": list, "checks": list, "trustRemoteCode": bool, "seed": int, "labels": dict}


@dataclass(frozen=True)
class Part:
    """A step or a check with its settings."""

    id: str
    kind: str
    settings: Any

    def definition(self, kinds: Mapping[str, Kind]) -> Kind:
        return kinds[self.kind]


@dataclass(frozen=True)
class Spec:
    """What is made of a model, and what must hold of it."""

    name: str
    steps: tuple[Part, ...]
    checks: tuple[Part, ...]
    trust_remote_code: bool
    seed: int
    # What else the result depends on: the image, the GPU kind.
    labels: Mapping[str, str]
    given: Mapping[str, Any]

    def parts(self) -> list[tuple[str, Part]]:
        """Steps and checks with their places in the specification."""
        return [(f"{name}[{place}]", part) for name in ("steps", "checks") for place, part in enumerate(getattr(self, name))]

    def key(self, source_sums: str) -> str:
        """What the result is made of, as a SHA-256: the source, what is done with it, what files say, and this program."""
        texts = {
            f"{where}.{name}": [(each, file.sha256) for each, file in sorted(_measured(path).items())]
            for where, part in self.parts()
            for name, path in files_in(part.settings)
        }
        content = json.dumps([__version__, self.given, source_sums, texts], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def read_spec(path: pathlib.Path) -> Spec:
    """Reads a file. Raises Refused with all faults."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused([Fault(str(path), f"cannot be read: {error.strerror}")]) from None
    except ValueError as error:
        raise Refused([Fault(str(path), f"is no JSON: {error}")]) from None
    return parse(given, path.parent)


def parse(given: Any, folder: pathlib.Path) -> Spec:
    """Checks an object of JSON; relative paths are from `folder`. Raises Refused with all faults."""
    if not isinstance(given, dict):
        raise Refused([Fault("spec", f"must be an object of JSON; got {given!r}")])
    faults = [Fault(name, f"there is no such member; {nearest(name, list(_MEMBERS))}") for name in given if name not in _MEMBERS]
    for name, kind in _MEMBERS.items():
        if name in given and (not isinstance(given[name], kind) or (kind is int and isinstance(given[name], bool))):
            faults.append(Fault(name, f"must be of JSON's type for {kind.__name__}; got {given[name]!r}"))
    name = given.get("name", "")
    if not isinstance(name, str) or not ID.fullmatch(name):
        faults.append(Fault("name", f"must be lower-case letters, digits and '-', at most 63; got {name!r}"))
    labels = given.get("labels", {})
    if isinstance(labels, dict):
        faults += [
            Fault(f"labels.{label}", f"must be a text; got {value!r}") for label, value in labels.items() if not isinstance(value, str)
        ]
    steps = _parts(given, "steps", STEPS, folder, faults)
    checks = _parts(given, "checks", CHECKS, folder, faults)
    if given.get("steps") == [] or "steps" not in given:
        faults.append(Fault("steps", f"must have at least one step; known are {', '.join(sorted(STEPS))}"))
    if not given.get("checks"):
        faults.append(
            Fault("checks", f"must have at least one check: nothing is published unchecked; known are {', '.join(sorted(CHECKS))}")
        )
    faults += _chain_faults(steps, checks)
    if faults:
        raise Refused(faults)
    return Spec(
        name=given["name"],
        steps=tuple(part for _, part in steps if part is not None),
        checks=tuple(part for _, part in checks if part is not None),
        trust_remote_code=given.get("trustRemoteCode", False),
        seed=given.get("seed", 0),
        labels=labels,
        given=given,
    )


def _parts(
    given: Mapping[str, Any], name: str, kinds: Mapping[str, Kind], folder: pathlib.Path, faults: list[Fault]
) -> list[tuple[str, Part | None]]:
    """Steps or checks that were read, with their kinds where these are known."""
    parts: list[tuple[str, Part | None]] = []
    ids: set[str] = set()
    entries = given.get(name, [])
    for place, entry in enumerate(entries if isinstance(entries, list) else []):
        where = f"{name}[{place}]"
        if not isinstance(entry, dict):
            faults.append(Fault(where, f"must be an object of JSON; got {entry!r}"))
            continue
        kind = entry.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            faults.append(Fault(f"{where}.kind", f"{kind!r} is none; {nearest(str(kind), list(kinds))}"))
            continue
        identity = entry.get("id", kind)
        if not isinstance(identity, str) or not ID.fullmatch(identity):
            faults.append(Fault(f"{where}.id", f"must be lower-case letters, digits and '-', at most 63; got {identity!r}"))
        elif identity in ids:
            faults.append(Fault(f"{where}.id", f"'{identity}' is there twice; give each of them another id"))
        else:
            ids.add(identity)
        rest = {each: value for each, value in entry.items() if each not in ("kind", "id")}
        settings = read_settings(kinds[kind].settings, _with_paths(rest, kinds[kind].settings, folder), where, faults)
        if settings is not None:
            faults += _setting_faults(settings, where)
        parts.append((kind, Part(str(identity), kind, settings)))
    return parts


def _with_paths(given: Mapping[str, Any], kind: type, folder: pathlib.Path) -> dict[str, Any]:
    paths = {name for name, hint in kind.__annotations__.items() if "Path" in str(hint)}
    return {name: str(folder / value) if name in paths and isinstance(value, str) and value else value for name, value in given.items()}


def _setting_faults(settings: Any, where: str) -> list[Fault]:
    faults = [
        Fault(f"{where}.{name}", f"there is no {path}; mount it, or correct the path")
        for name, path in files_in(settings)
        if not path.exists()
    ]
    if isinstance(settings, (Perplexity, Tasks)) and settings.limit > FLOOR and not settings.below_floor:
        reason = f"a loss of {settings.limit:.1%} is more than the floor of {FLOOR:.0%}; lower it, or allow it by belowFloor: true"
        faults.append(Fault(f"{where}.limit", reason))
    if isinstance(settings, SkipLayers):
        if (settings.layers is None) == (settings.count is None):
            faults.append(Fault(where, "give either layers or count: which layers are left out, or how many"))
        elif settings.count is not None and settings.text is None:
            faults.append(Fault(f"{where}.text", "is missing: which layers matter least is measured on a text"))
    if isinstance(settings, Compress) and settings.text is None and (settings.method != "rtn" or settings.scheme == "FP8"):
        what = f"method {settings.method}" if settings.method != "rtn" else f"scheme {settings.scheme}"
        faults.append(Fault(f"{where}.text", f"is missing: {what} calibrates on a text"))
    if isinstance(settings, Parameters) and settings.at_most is None and settings.attention_at_most is None:
        faults.append(Fault(where, "give atMost, attentionAtMost or both"))
    if isinstance(settings, (LongContext, Tasks)) and not (settings.lengths if isinstance(settings, LongContext) else settings.tasks):
        faults.append(Fault(where, "must name at least one"))
    return faults


def _chain_faults(steps: list[tuple[str, Part | None]], checks: list[tuple[str, Part | None]]) -> list[Fault]:
    """Steps read what the ones before them wrote."""
    faults = []
    now = "transformers"
    for place, (kind, _) in enumerate(steps):
        step = STEPS[kind]
        if now not in step.reads:
            faults.append(Fault(f"steps[{place}]", f"{kind} reads {' or '.join(step.reads)}, but what comes before it writes {now}"))
        now = step.writes or now
    for place, (kind, _) in enumerate(checks):
        if now not in CHECKS[kind].reads:
            faults.append(Fault(f"checks[{place}]", f"{kind} can be of {' or '.join(CHECKS[kind].reads)}, but the steps write {now}"))
    return faults


def environment_faults(spec: Spec) -> list[Fault]:
    """Packages that steps and checks need and this environment lacks."""
    kinds = {**STEPS, **CHECKS}
    return [
        Fault(where, f"{part.kind} needs the package {package}, which this image lacks; run it in the environment that has it")
        for where, part in spec.parts()
        for package in kinds[part.kind].packages
        if importlib.util.find_spec(package) is None
    ]


def _measured(path: pathlib.Path) -> dict[str, manifest.File]:
    return manifest.measure(path) if path.is_dir() else {path.name: manifest.File(path.stat().st_size, manifest.sha256_of(path))}
