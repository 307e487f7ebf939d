"""What a sync tells of itself, for Prometheus."""

import http.server
import threading
import time
from collections.abc import Callable
from typing import Protocol

# Why a release is refused. Each is there from the beginning, so that its first increase is seen.
REASONS = (
    "signature",
    "revoked_key",
    "malformed",
    "other_model",
    "other_variant",
    "other_channel",
    "other_site",
    "older",
    "damaged",
    "no_room",
    "check_failed",
)

Samples = list[tuple[dict[str, str], float]]


def label(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def family(name: str, kind: str, text: str, samples: Samples) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        inner = ",".join(f'{key}="{label(each)}"' for key, each in labels.items())
        lines.append(f"{name}{{{inner}}} {value!r}")
    return "\n".join(lines) + "\n"


class Status:
    """What is told; written by the sync, read by scrapes."""

    def __init__(self, model: str, channel: str, late_after: float) -> None:
        self.of = {"model": model, "channel": channel}
        self.late_after = late_after
        self.serving: tuple[str, str, int] | None = None
        self.checked = 0
        self.failed = 0
        self.wanted = 0
        self.last_success = 0.0
        self.last_look = 0.0
        self.window_open = False
        self.refused: str | None = None
        self.refusals = dict.fromkeys(REASONS, 0)
        self.rollbacks = 0
        self.bytes_left: Callable[[], int] = lambda: 0
        self.beat = time.monotonic()

    def text(self) -> str:
        of = self.of
        serving = self.serving
        info = [] if serving is None else [({**of, "version": serving[0], "variant": serving[1]}, 1)]
        reasons: Samples = [({**of, "reason": reason}, self.refusals[reason]) for reason in REASONS]
        refused: Samples = [({**of, "reason": reason}, int(self.refused == reason)) for reason in REASONS]
        return "".join(
            (
                family("model_sync_serving_info", "gauge", "The version that is visible to servers of the site.", list(info)),
                family(
                    "model_sync_serving_number",
                    "gauge",
                    "Number of its release; 0 where there is none.",
                    [(of, serving[2] if serving else 0)],
                ),
                family(
                    "model_sync_checked_number",
                    "gauge",
                    "Number of the visible release once its check has ended well; 0 before that.",
                    [(of, self.checked)],
                ),
                family(
                    "model_sync_failed_number",
                    "gauge",
                    "Number of the last release that failed its check; 0 where none did.",
                    [(of, self.failed)],
                ),
                family("model_sync_wanted_number", "gauge", "Number of the newest release that was accepted.", [(of, self.wanted)]),
                family("model_sync_bytes_left", "gauge", "Bytes of the wanted release that have not come yet.", [(of, self.bytes_left())]),
                family("model_sync_window_open", "gauge", "Whether weights may be downloaded now.", [(of, int(self.window_open))]),
                family(
                    "model_sync_last_look_timestamp_seconds",
                    "gauge",
                    "When the store last answered which release there is.",
                    [(of, self.last_look)],
                ),
                family(
                    "model_sync_last_success_timestamp_seconds",
                    "gauge",
                    "When the newest release of the store was last seen to be the one that is visible.",
                    [(of, self.last_success)],
                ),
                family(
                    "model_sync_late_after_seconds",
                    "gauge",
                    "How old the last success may be: the longest outage, and the time until a window.",
                    [(of, self.late_after)],
                ),
                family("model_sync_refused", "gauge", "Whether the release in the store is refused now.", refused),
                family("model_sync_refusals_total", "counter", "Releases that were refused.", reasons),
                family("model_sync_rollbacks_total", "counter", "Releases that failed their check.", [(of, self.rollbacks)]),
            )
        )


class Told(Protocol):
    """What is served; `beat` says when it last went on."""

    beat: float

    def text(self) -> str: ...


def serve(status: Told, port: int) -> None:
    """Answers /metrics, and /healthz while the program goes on."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self.answer(200, status.text())
            elif self.path == "/healthz":
                alive = time.monotonic() - status.beat < 600
                self.answer(200 if alive else 503, "ok\n" if alive else "it hangs\n")
            else:
                self.answer(404, "")

        def answer(self, code: int, text: str) -> None:
            data = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Scrapes are no news."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

    threading.Thread(target=Server(("", port), Handler).serve_forever, daemon=True).start()
