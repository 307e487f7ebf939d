"""All kinds with their settings as JSON, for whoever writes specifications by another program."""

from typing import Any

from model_pipeline import __version__
from model_pipeline.kinds import CHECKS, STEPS, Kind
from model_pipeline.settings import described


def _kind(kind: Kind) -> dict[str, Any]:
    return {
        "about": (kind.settings.__doc__ or "").strip(),
        "reads": list(kind.reads),
        **({"writes": kind.writes or "what it reads"} if kind.module.startswith("steps.") else {}),
        "packages": list(kind.packages),
        "settings": described(kind.settings),
    }


def all_kinds() -> dict[str, Any]:
    """The program's version, and each kind by its name."""
    return {
        "program": __version__,
        "steps": {name: _kind(kind) for name, kind in STEPS.items()},
        "checks": {name: _kind(kind) for name, kind in CHECKS.items()},
    }
