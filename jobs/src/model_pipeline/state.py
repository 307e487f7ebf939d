"""What of a run is done already, so that a run that was killed goes on, or begins anew, and never takes half a step for a whole one."""

import json
import os
import pathlib
import shutil
from typing import Any

from model_pipeline import manifest

_STATE = "state.json"
_SUMS = ".sums.json"


class State:
    """The working folder: `state.json` says of which key it is; `steps/<place>-<id>` is there once a step is done, whole."""

    def __init__(self, folder: pathlib.Path, key: str) -> None:
        self._folder = folder
        self._key = key
        self._steps = folder / "steps"
        self.resumed = self._open()

    def _open(self) -> bool:
        """Whether there was a state of the same key. What another one left is removed."""
        path = self._folder / _STATE
        try:
            state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            same = state.get("key") == self._key
        except (OSError, ValueError, AttributeError):
            same = False
        if not same:
            path.unlink(missing_ok=True)
            for name in ("steps", "checks"):
                shutil.rmtree(self._folder / name, ignore_errors=True)
        for name in ("steps", "checks"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        if not same:
            manifest.write_whole(path, json.dumps({"key": self._key}) + "\n")
        return same

    def folder_of(self, place: int, step: str) -> pathlib.Path:
        """Where what a step wrote is, once it is done."""
        return self._steps / f"{place:02d}-{step}"

    def begun(self, place: int, step: str) -> pathlib.Path:
        """An empty folder to write to."""
        part = self._steps / f".{place:02d}-{step}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        return part

    def finish(self, place: int, step: str, report: dict[str, Any]) -> None:
        """What was begun is whole: from here on it is there. What the step read is not needed any more."""
        part = self._steps / f".{place:02d}-{step}.part"
        files = {name: [file.size, file.sha256] for name, file in manifest.measure(part).items()}
        for _, path in manifest.files_of(part):
            _sync(path)
        manifest.write_whole(part / _SUMS, json.dumps({"files": files, "report": report}) + "\n")
        part.rename(self.folder_of(place, step))
        manifest.sync_folder(self._steps)
        for earlier in range(place):
            for folder in self._steps.glob(f"{earlier:02d}-*"):
                self._drop(folder)

    def _drop(self, folder: pathlib.Path) -> None:
        """Keeps what the step reported."""
        for path in folder.iterdir():
            if path.name != _SUMS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def report_of(self, place: int, step: str) -> dict[str, Any] | None:
        """What a step that is done reported."""
        try:
            report: dict[str, Any] = json.loads((self.folder_of(place, step) / _SUMS).read_text(encoding="utf-8"))["report"]
        except (OSError, ValueError, KeyError):
            return None
        return report

    def is_whole(self, place: int, step: str) -> bool:
        """Whether what a step wrote is there, as it was written."""
        folder = self.folder_of(place, step)
        try:
            files = json.loads((folder / _SUMS).read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError):
            return False
        return bool(files == {name: [file.size, file.sha256] for name, file in manifest.measure(folder).items()})

    def forget(self, place: int, step: str) -> None:
        """Removes what a step wrote."""
        shutil.rmtree(self.folder_of(place, step), ignore_errors=True)

    def check_result(self, check: str) -> dict[str, Any] | None:
        """What a check that is done found."""
        try:
            result: dict[str, Any] = json.loads((self._folder / "checks" / f"{check}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return result

    def keep_check(self, check: str, result: dict[str, Any]) -> None:
        manifest.write_whole(self._folder / "checks" / f"{check}.json", json.dumps(result) + "\n")

    def forget_checks(self) -> None:
        """Removes what was found of another output."""
        for path in (self._folder / "checks").iterdir():
            path.unlink()


def _sync(path: pathlib.Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
