"""What a run says: lines of JSON in the log, and metrics beside them."""

import json
import sys
import time
from typing import Any, TextIO

from model_pipeline.metrics import Metrics

# A step says at most this often how far it is.
_SECONDS = 5.0


class Progress:
    """Says what goes on. Every line has `time` (Unix seconds), `level` and `event`."""

    def __init__(self, metrics: Metrics, lines: TextIO | None = None) -> None:
        self.metrics = metrics
        self._lines = lines or sys.stdout
        self._step = ""
        self._said = 0.0

    def say(self, event: str, *, level: str = "info", **members: Any) -> None:
        """One line of the log."""
        now = round(time.time(), 3)
        print(
            json.dumps({"time": now, "level": level, "event": event, **members}, allow_nan=False, default=str), file=self._lines, flush=True
        )
        self.metrics.set("model_pipeline_last_progress_timestamp_seconds", now)

    def begin(self, step: str) -> None:
        """What `at` is about from now on."""
        self._step = step
        self._said = time.monotonic()
        self.metrics.set("model_pipeline_step_progress_ratio", 0.0, step=step)

    def at(self, done: int, of: int) -> None:
        """How far the step is."""
        if time.monotonic() - self._said < _SECONDS:
            return
        self._said = time.monotonic()
        self.metrics.set("model_pipeline_step_progress_ratio", done / of, step=self._step)
        self.say("progress", step=self._step, done=done, of=of)
