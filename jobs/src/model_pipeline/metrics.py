"""Metrics in Prometheus's text format: a file that is replaced whole, and optionally a port that answers with it."""

import http.server
import pathlib
import threading
import time

# Name: help, type. Those of a step or a check carry it as a label.
METRICS = {
    "model_pipeline_info": ("The pipeline, and what it is of, as labels.", "gauge"),
    "model_pipeline_step_progress_ratio": ("How far a step is: 0 to 1.", "gauge"),
    "model_pipeline_step_duration_seconds": ("How long a finished step took.", "gauge"),
    "model_pipeline_check_passed": ("1 where a check holds, 0 where it does not.", "gauge"),
    "model_pipeline_check_value": ("What a check measured, by the name of the value.", "gauge"),
    "model_pipeline_weight_bytes": ("Bytes of the weights, by where they are: source or output.", "gauge"),
    "model_pipeline_last_progress_timestamp_seconds": ("When anything last went on, as Unix time.", "gauge"),
    "model_pipeline_complete": ("1 once the output is complete, else 0.", "gauge"),
}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Metrics:
    """All series of one run. Without a file they are only kept."""

    def __init__(self, path: pathlib.Path | None, common: dict[str, str]) -> None:
        self._path = path
        self._common = common
        self._values: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        self._lock = threading.Lock()
        self._was_read = False

    def set(self, name: str, value: float, /, **labels: str) -> None:
        """Sets a series, and writes the file."""
        if name not in METRICS:
            raise KeyError(name)
        with self._lock:
            self._values[name, tuple(sorted({**self._common, **labels}.items()))] = value
            if self._path is not None:
                part = self._path.with_name(f".{self._path.name}.part")
                part.write_text(self._text(), encoding="utf-8")
                part.replace(self._path)

    def text(self) -> str:
        """The exposition."""
        with self._lock:
            return self._text()

    def _text(self) -> str:
        lines = []
        for name, (explained, kind) in METRICS.items():
            series = [(labels, value) for (each, labels), value in self._values.items() if each == name]
            if series:
                lines += [f"# HELP {name} {explained}", f"# TYPE {name} {kind}"]
            for labels, value in series:
                inner = ",".join(f'{label}="{_escaped(of)}"' for label, of in labels)
                lines.append(f"{name}{{{inner}}} {value!r}")
        return "".join(f"{line}\n" for line in lines)

    def serve(self, port: int, address: str = "") -> http.server.ThreadingHTTPServer:
        """Answers GET /metrics on a port until the process ends."""
        metrics = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                metrics._was_read = True
                body = metrics.text().encode() if self.path == "/metrics" else b""
                self.send_response(200 if self.path == "/metrics" else 404)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """The log is for the pipeline's own lines."""

        server = http.server.ThreadingHTTPServer((address, port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def linger(self, seconds: float) -> None:
        """Leaves the port open for as long as the next readings may take to come, where anybody has read at all."""
        if self._was_read:
            time.sleep(seconds)
