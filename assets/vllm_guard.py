"""What vLLM's own server leaves open, closed: a middleware (`--middleware vllm_guard.Guard`).

vLLM asks for its key only below a few prefixes. Beside them it answers the same requests without one (/invocations), and obeys anybody who
pauses it or changes its weights (docs/usage/security.md). Here only paths that requests are made of are there at all, all of them need the
key, and only what probes and monitoring read does not.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

READ = frozenset(("/health", "/metrics", "/metrics/", "/ping", "/version", "/load"))
PREFIXES = ("/v1/", "/v2/")
PATHS = frozenset(("/tokenize", "/detokenize", "/score", "/rerank", "/classify", "/pooling"))
# They change what is served.
CLOSED = frozenset(("/v1/load_lora_adapter", "/v1/unload_lora_adapter"))


def digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


class Guard:
    """Pure ASGI, so that streams pass through it unchanged."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app
        key = os.environ.get("VLLM_API_KEY", "")
        if not key:
            raise RuntimeError("VLLM_API_KEY is empty: the secret of the API key has no value")
        self.key = digest(key.encode())

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Awaitable[Any]], send: Callable[..., Awaitable[None]]) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        status = self.refusal(scope)
        if status is None:
            return await self.app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        error = "Unauthorized" if status == 401 else "Not Found"
        body = json.dumps({"error": {"message": error, "type": error, "code": status}}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def refusal(self, scope: dict[str, Any]) -> int | None:
        """Status of the refusal of a request; None where it may pass."""
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        method = scope.get("method", "GET")
        if path in READ and method in ("GET", "HEAD"):
            return None
        if path in CLOSED or not (path.startswith(PREFIXES) or path in PATHS):
            return 404
        # Browsers ask for permission without a key.
        if method == "OPTIONS" or self.has_key(scope):
            return None
        return 401

    def has_key(self, scope: dict[str, Any]) -> bool:
        for name, value in scope.get("headers", ()):
            if name.lower() == b"authorization":
                scheme, _, given = value.partition(b" ")
                return bool(scheme.lower() == b"bearer" and secrets.compare_digest(digest(given), self.key))
        return False
