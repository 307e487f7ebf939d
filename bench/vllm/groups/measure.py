"""Starts a server of two nodes on a machine with two GPUs, each node one of them, by the arguments of a deployment's pods, and writes what it does.

    npx tsx bench/vllm/groups/arguments.ts cases.json                      # where the library is
    python3 measure.py --cases cases.json --case NAME --tokenizer FOLDER --assets FOLDER --out FOLDER   # where vLLM and the GPUs are

TOKENIZER is any folder with a tokenizer, such as test/e2e/vllm/tiny_llama.py writes; ASSETS is that of the library, with the probes. Weights are vLLM's
dummy weights. The file NAME.json in OUT has what the engine reported, how requests ended and what its processes take of the host.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

PORT = 8000
REQUESTS = 32
KEY = "a key of those who ask"


class Node:
    """One pod of the group: a process tree with one GPU."""

    def __init__(self, index: int, pod: dict[str, list[str]], model: Path, assets: Path, out: Path) -> None:
        home = out / f"home-{index}"
        home.mkdir(parents=True, exist_ok=True)
        (home / "models.json").write_text('["m"]')
        self.env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, [str(assets), os.environ.get("PYTHONPATH")])),
            "CUDA_VISIBLE_DEVICES": str(index),
            "LWS_WORKER_INDEX": str(index),
            "LWS_LEADER_ADDRESS": "127.0.0.1",
            "VLLM_HOST_IP": "127.0.0.1",
            "GLOO_SOCKET_IFNAME": "lo",
            "NCCL_SOCKET_IFNAME": "lo",
            "VLLM_API_KEY": KEY,
            "VLLM_NO_USAGE_STATS": "1",
            "HF_HUB_OFFLINE": "1",
            "HOME": str(home),
            "VLLM_CACHE_ROOT": str(home / "vllm"),
            "PROBE_DIR": str(home),
            "PROBE_STATE_DIR": str(home),
        }
        arguments = [str(model) if each.startswith("/models/") else self.expand(each) for each in pod["args"]]
        self.log = out / f"node-{index}.log"
        with self.log.open("w") as log:
            command = [*pod["command"], *arguments, "--load-format=dummy"]
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def expand(self, argument: str) -> str:
        """As the kubelet does, on the loopback interface."""
        return re.sub(r"\$\((\w+)\)", lambda found: self.env[found[1]], argument).replace("0.0.0.0", "127.0.0.1")

    def found(self, pattern: str) -> float:
        numbers = re.findall(pattern, self.log.read_text())
        return float(numbers[0].replace(",", "")) if numbers else float("nan")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(90)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            return self.process.wait()


def ask(path: str, body: Any = None, key: str = KEY) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
    except OSError:
        return 0, ""


def completion(number: int) -> int:
    body = {"model": "m", "prompt": f"one two {number}", "max_tokens": 64, "ignore_eos": True}
    status, text = ask("/v1/completions", body)
    return 1 if status == 200 and json.loads(text)["usage"]["completion_tokens"] == 64 else 0


def probe(assets: Path, node: Node, what: str) -> int:
    return subprocess.run([sys.executable, str(assets / "probe_vllm.py"), what], env=node.env, timeout=60, check=False).returncode


def processes(nodes: list[Node]) -> list[dict[str, Any]]:
    """What each process has of the memory of the host, shared pages divided among those that share them."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            session = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[3])
            node = [each.process.pid for each in nodes].index(session)
            name = re.sub(r"^VLLM::|_.*", "", (entry / "cmdline").read_text().partition("\0")[0].strip())
            pss = re.search(r"Pss:\s+(\d+)", (entry / "smaps_rollup").read_text())
        except (OSError, ValueError, IndexError):
            continue
        if pss:
            found.append({"node": node, "name": name, "pssMiB": int(pss[1]) >> 10})
    return found


def measured(name: str, nodes: list[Node], assets: Path, seconds: float) -> dict[str, Any]:
    started = time.monotonic()
    while ask("/health")[0] != 200:
        if any(node.process.poll() is not None for node in nodes) or time.monotonic() - started > seconds:
            raise SystemExit("\n".join(node.log.read_text()[-2000:] for node in nodes))
        time.sleep(1)
    ready = time.monotonic()
    before = [probe(assets, nodes[0], what) for what in ("readiness", "liveness")]
    asked = time.monotonic()
    with ThreadPoolExecutor(REQUESTS) as pool:
        answered = sum(pool.map(completion, range(REQUESTS)))
    return {
        "name": name,
        "startSeconds": round(ready - started),
        "weightsGiB": [node.found(r"Model loading took ([\d.]+) GiB") for node in nodes],
        "availableCacheGiB": [node.found(r"Available KV cache memory: ([\d.]+) GiB") for node in nodes],
        "cacheTokens": int(nodes[0].found(r"GPU KV cache size: ([\d,]+) tokens")),
        "graphsGiB": nodes[0].found(r"Graph capturing finished in \d+ secs, took ([\d.]+) GiB"),
        "answered": answered,
        "asked": REQUESTS,
        "answersSeconds": round(time.monotonic() - asked, 2),
        "wrongKey": ask("/v1/models", key="another")[0],
        "probes": before + [probe(assets, nodes[0], what) for what in ("readiness", "liveness")],
        "processes": processes(nodes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("cases", "case", "tokenizer", "assets", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--seconds", type=float, default=540)
    given = parser.parse_args()
    out, assets = Path(given.out), Path(given.assets)
    case = cast(dict[str, Any], json.loads(Path(given.cases).read_text())[given.case])
    model = out / "model"
    model.mkdir(parents=True, exist_ok=True)
    for file in Path(given.tokenizer).glob("*token*"):
        (model / file.name).write_bytes(file.read_bytes())
    (model / "config.json").write_text(case["config"])
    nodes = [Node(index, case[pod], model, assets, out) for index, pod in enumerate(("leader", "worker"))]
    try:
        result = measured(given.case, nodes, assets, given.seconds)
        ending = time.monotonic()
        result["exit"] = [node.stop() for node in nodes]
        result["endSeconds"] = round(time.monotonic() - ending, 1)
        (out / f"{given.case}.json").write_text(json.dumps(result, indent=2))
    finally:
        for node in nodes:
            if node.process.poll() is None:
                os.killpg(node.process.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
