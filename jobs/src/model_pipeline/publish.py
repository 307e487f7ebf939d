"""Puts a version together so that nothing half-written is ever taken for one: its manifest comes last."""

import json
import os
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

from model_pipeline import manifest
from model_pipeline.faults import Fault, Refused, refuse

RESULT = "pipeline-result.json"
# In an output that is being written; hidden files are no part of a version.
_STAGING = ".pipeline-staging"


def published_key(output: pathlib.Path) -> str | None:
    """The key of what the output is complete of; None where it is not complete. Raises Refused where it is of something else."""
    if not (output / manifest.NAME).is_file():
        return None
    try:
        key = json.loads((output / RESULT).read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, KeyError, TypeError):
        raise refuse("output", f"{output} holds a complete version that no pipeline made; write to another one") from None
    shutil.rmtree(output / _STAGING, ignore_errors=True)
    sums = manifest.read((output / manifest.NAME).read_text(encoding="utf-8"))
    actual = {name: file.sha256 for name, file in manifest.measure(output).items()}
    if actual != sums:
        differing = sorted(name for name in {*sums, *actual} if sums.get(name) != actual.get(name))
        raise refuse(
            "output", f"{output} is complete, but {', '.join(differing[:5])} is not what {manifest.NAME} says; write to another one"
        )
    return str(key)


def output_faults(output: pathlib.Path) -> list[Fault]:
    """An output must be empty, or begun by this program."""
    if output.exists() and not output.is_dir():
        return [Fault("output", f"{output} is no folder")]
    if not output.is_dir() or (output / _STAGING).is_dir():
        return []
    others = sorted(path.name for path in output.iterdir() if path.name != "lost+found")
    if others:
        return [Fault("output", f"{output} holds {', '.join(others[:5])}, which no pipeline left half-done; give an empty folder")]
    return []


def check_names(names: list[str]) -> None:
    """Raises Refused where the store's scripts would not take a name."""
    faults = [
        Fault(name, "is a name that the model store does not take: letters, digits and . _ / @ + = - are allowed")
        for name in names
        if not manifest.is_allowed(name)
    ]
    if faults:
        raise Refused(faults)


def publish(folder: pathlib.Path, output: pathlib.Path, result: Mapping[str, Any]) -> dict[str, manifest.File]:
    """Writes the files, the result of all checks beside them, and last the manifest; returns what it lists."""
    files = manifest.measure(folder)
    check_names(list(files))
    output.mkdir(parents=True, exist_ok=True)
    staging = output / _STAGING
    staging.mkdir(exist_ok=True)
    # What a run that was killed had put here.
    for path in output.iterdir():
        if path.name not in (_STAGING, "lost+found"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in files:
        _place(folder / name, staging, output / name)
    listed = {name: {"bytes": file.size, "sha256": file.sha256} for name, file in files.items()}
    manifest.write_whole(output / RESULT, json.dumps({**result, "files": listed}, indent=2) + "\n")
    files[RESULT] = manifest.File((output / RESULT).stat().st_size, manifest.sha256_of(output / RESULT))
    manifest.write_whole(output / manifest.NAME, manifest.text_of(files))
    shutil.rmtree(staging)
    return files


def _place(path: pathlib.Path, staging: pathlib.Path, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
        return
    except OSError:
        part = staging / "file"
    with path.open("rb") as source, part.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    part.replace(target)
    manifest.sync_folder(target.parent)
