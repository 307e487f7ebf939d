"""NVIDIA's OpenAI front end of Triton's image, with what its own flags cannot say: serve_openai.py <settings> <flag of the front end>...

The front end starts Triton within its own process, and tells it little: neither which latencies to measure, nor how long running requests may
take on exit. Its key is a header with the value on the command line, which releases before 26.07 also write to the log. Here the settings of
the server are added to those that the front end gives, and every request needs the key of OPENAI_API_KEY as clients of OpenAI send it, except
what probes and monitoring read. What is no request to a model is not there.

The settings are JSON: `server`, further options of `tritonserver.Server`; `tensorApi`, the address that the tensor API listens on, that of the
front end if it is left out.
"""

import json
import os
import runpy
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import vllm_guard

READ = frozenset(("/health/ready", "/metrics"))
REQUESTS = frozenset(("/v1/chat/completions", "/v1/completions", "/v1/embeddings"))
MODELS = "/v1/models"


class Guard(vllm_guard.Guard):
    """The same, for the paths of the front end."""

    def __init__(self, app: Callable[..., Awaitable[None]], key: str) -> None:
        self.app = app
        self.key = vllm_guard.digest(key.encode())

    def refusal(self, scope: dict[str, Any]) -> int | None:
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        method = scope.get("method", "GET")
        if path in READ and method in ("GET", "HEAD"):
            return None
        if not self.is_there(path, method):
            return 404
        # Browsers ask for permission without a key.
        if method == "OPTIONS" or self.has_key(scope):
            return None
        return 401

    @staticmethod
    def is_there(path: str, method: str) -> bool:
        """Models are listed and described; they are loaded and unloaded by nobody."""
        if path in REQUESTS:
            return method in ("POST", "OPTIONS")
        name = path.removeprefix(f"{MODELS}/")
        return method in ("GET", "HEAD", "OPTIONS") and (path == MODELS or (name != path and name != "" and "/" not in name))


def guard_requests(uvicorn: Any, key: str, exit_seconds: int) -> None:
    """However the front end makes its web server, this is called once before it listens."""
    load = uvicorn.Config.load

    def guarded(config: Any) -> None:
        config.app = Guard(config.app, key)
        # By itself it waits for running requests as long as they take.
        config.timeout_graceful_shutdown = exit_seconds
        load(config)

    uvicorn.Config.load = guarded


def add_options(tritonserver: Any, options: dict[str, Any]) -> None:
    class Server(tritonserver.Server):  # type: ignore[misc]
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **{**given, **options})

    tritonserver.Server = Server


def keep_to(tritonfrontend: Any, address: str) -> None:
    """The front end has one address for all that it serves; here the tensor API has its own."""
    for api in (tritonfrontend.KServeHttp, tritonfrontend.KServeGrpc):
        api.Options = at_address(api.Options, address)


def at_address(options: Any, address: str) -> Any:
    class Options(options):  # type: ignore[misc]
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **{**given, "address": address})

    return Options


def main(settings: dict[str, Any], flags: list[str]) -> None:
    # The engines, which are processes of their own, do not inherit it.
    key = os.environ.pop("OPENAI_API_KEY", "")
    if not key:
        raise SystemExit("OPENAI_API_KEY is empty: the secret of the API key has no value")
    folder = os.environ.get("OPENAI_FRONT_END", "/opt/tritonserver/python/openai/openai_frontend")
    program = os.path.join(folder, "main.py")
    sys.path.insert(0, folder)
    sys.argv = [program, *flags]
    import tritonserver
    import uvicorn

    options = settings["server"]
    guard_requests(uvicorn, key, options["exit_timeout"])
    add_options(tritonserver, options)
    if "tensorApi" in settings:
        import tritonfrontend

        keep_to(tritonfrontend, settings["tensorApi"])
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
