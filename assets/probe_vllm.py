"""Whether vLLM's own server works, and when it has nothing more to do: probe_vllm.py readiness | liveness | drain SECONDS | follow SECONDS

The engine works if it has done something since the last probe: computed tokens of a prompt or of an answer. A server under full load is
therefore never asked, let alone made to wait in its own queue, and one that refuses requests because its queue is full stays ready. One that
has done nothing gets a request for one token, and must answer it in time: /health tells only whether the process of the engine has ended.

`drain` returns when nothing runs and nothing waits, or after so many seconds; what the server is told next cannot cut an answer off.
`follow` returns on another node of a server when the first one is gone, or after so many seconds: what runs there needs both.
"""

import http.client
import json
import os
import pathlib
import socket
import sys
import time
from typing import Any, cast

PORT = int(os.environ.get("PROBE_PORT", "8000"))
CONFIG = pathlib.Path(os.environ.get("PROBE_DIR", "/etc/vllm-probes"))
STATE = pathlib.Path(os.environ.get("PROBE_STATE_DIR", "/tmp"))
LIMIT = float(os.environ.get("PROBE_SECONDS", "5"))
KEY = os.environ.get("VLLM_API_KEY", "")

WORK = ("vllm:prompt_tokens_total", "vllm:generation_tokens_total")
OPEN = ("vllm:num_requests_running", "vllm:num_requests_waiting")


def ask(method: str, path: str, body: Any = None, limit: float = 3.0) -> tuple[int, str] | None:
    """Status and text of an answer; None where none came in time."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=limit)
    try:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def total(names: tuple[str, ...]) -> float | None:
    """The sum of metrics of the engine, over all their series; None where they cannot be read."""
    answer = ask("GET", "/metrics")
    if answer is None or answer[0] != 200:
        return None
    found = 0.0
    for line in answer[1].splitlines():
        name = line.partition("{")[0].partition(" ")[0]
        if name in names:
            found += float(line.rpartition(" ")[2])
    return found


def models() -> list[str]:
    """Names that the server must list, the model"s first."""
    return cast(list[str], json.loads((CONFIG / "models.json").read_text()))


def unlisted() -> list[str]:
    """Names that the server does not list, though it answers."""
    answer = ask("GET", "/v1/models")
    if answer is None:
        return []
    if answer[0] != 200:
        return [f"HTTP {answer[0]} of /v1/models"]
    listed = {each.get("id") for each in json.loads(answer[1]).get("data", [])}
    return [name for name in models() if name not in listed]


def fault(probe: str) -> str | None:
    """Why the server does not work; None if it does."""
    health = ask("GET", "/health")
    # No answer in time may be a busy server: what it has done decides.
    if health is not None and health[0] != 200:
        return f"the engine is dead: HTTP {health[0]} of /health"
    if probe == "readiness" and (missing := unlisted()):
        return "not served: " + ", ".join(missing)
    done = total(WORK)
    if done is None:
        return "no metrics"
    folder = STATE / f"probe-{probe}"
    folder.mkdir(parents=True, exist_ok=True)
    noted = folder / "work"
    before = noted.read_text() if noted.exists() else None
    noted.write_text(repr(done))
    # The first probe has nothing to compare with, unless nothing was done at all.
    if before != repr(done) and (before is not None or done > 0):
        return None
    body = {"model": models()[0], "prompt": "0", "max_tokens": 1, "temperature": 0}
    asked = time.monotonic()
    answer = ask("POST", "/v1/completions", body, LIMIT)
    after = total(WORK)
    # Where the queue is full the request is refused at once, in place of waiting in it while others are served. Metrics that a busy server does
    # not give in time say nothing, and are read again.
    while answer is not None and answer[0] == 503 and after in (None, done) and time.monotonic() < asked + LIMIT:
        time.sleep(0.2)
        after = total(WORK)
    if after is not None:
        noted.write_text(repr(after))
    # Without an answer it was only waiting if others were served meanwhile.
    if (answer is not None and answer[0] == 200) or (after is not None and after != done):
        return None
    return "no answer in time" if answer is None else f"no answer: HTTP {answer[0]} {answer[1][:200]}"


def drain(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and total(OPEN):
        time.sleep(1)


def stands(host: str) -> bool:
    """Whether there is a pod at an address: it takes connections, or refuses them."""
    try:
        socket.create_connection((host, PORT), timeout=LIMIT).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True


def follow(seconds: float) -> None:
    end = time.monotonic() + seconds
    host = os.environ["LWS_LEADER_ADDRESS"]
    missed = 0
    # One connection that is lost says nothing.
    while time.monotonic() < end and missed < 3:
        missed = 0 if stands(host) else missed + 1
        time.sleep(1)


def main(arguments: list[str]) -> int:
    if arguments[0] in ("drain", "follow"):
        {"drain": drain, "follow": follow}[arguments[0]](float(arguments[1]))
        return 0
    reason = fault(arguments[0])
    if reason is not None:
        print(f"{arguments[0]}: {reason}")
    return 0 if reason is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
