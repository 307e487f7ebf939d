"""Runs the real vLLM on one or more NVIDIA GPUs with random weights of published shapes, and writes what it reports and takes.

    python3 measure.py --configs configs --out results.json [--only a,b] [--seconds 540]

Each model runs in a process of its own, one at a time on each visible GPU. Weights are vLLM's dummy weights: a config.json is all
that is needed. See README.md beside this file for the method.
"""

import argparse
import copy
import json
import os
import platform
import queue
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

UTILIZATION = 0.9
MAX_NUM_SEQS = 256
MAX_BATCHED = 8192
MAX_LENGTH = 32768
STEPS = 96
# Batch and length of the prompts of the decode steps.
DECODE = ((1, 1024), (16, 1024), (64, 1024), (256, 256))
PREFILLS = (1024, 8192)
MARK = "MEASURED "

LOG = {
    "weightsGiB": r"Model loading took ([\d.]+) GiB",
    "availableCacheGiB": r"Available KV cache memory: ([-\d.]+) GiB",
    "cacheTokens": r"GPU KV cache size: ([\d,]+) tokens",
    "concurrency": r"Maximum concurrency for [\d,]+ tokens per request: ([\d.]+)x",
    "graphsGiB": r"Graph capturing finished in \d+ secs, took ([-\d.]+) GiB",
    "graphsEstimatedGiB": r"Estimated CUDA graph memory: ([-\d.]+) GiB total",
    "requestedGiB": r"Requested memory: [\d.]+ \(util\), ([\d.]+) GiB",
    "nonTorchGiB": r"non_torch_increase(?:_in_bytes)?[^\d-]*([-\d.]+) ?GiB",
    "attentionBlock": r"Setting attention block size to (\d+) tokens",
}


def inspect(worker):
    """What one worker holds: bytes of parameters, and the groups of its cache. Runs in the worker's process."""
    runner = worker.model_runner
    model = runner.get_model() if hasattr(runner, "get_model") else runner.model
    seen, parameters = set(), 0
    for tensor in list(model.parameters()) + list(model.buffers()):
        if tensor.data_ptr() not in seen:
            seen.add(tensor.data_ptr())
            parameters += tensor.numel() * tensor.element_size()
    facts = {"parameterBytes": parameters, "runner": type(runner).__module__}
    for name in ("peak_activation_memory", "non_torch_memory", "cudagraph_memory_estimate", "requested_memory", "available_kv_cache_memory_bytes"):
        value = getattr(worker, name, None)
        if value is not None:
            facts[name] = int(value)
    facts["model_memory_usage"] = int(getattr(runner, "model_memory_usage", 0))
    snapshot = getattr(worker, "init_snapshot", None)
    facts["total_memory"] = int(getattr(snapshot, "total_memory", 0))
    facts["free_memory_at_start"] = int(getattr(snapshot, "free_memory", 0))
    config = getattr(runner, "kv_cache_config", None)
    if config is not None:
        facts["blocks"] = config.num_blocks
        facts["tensors"] = [len(config.kv_cache_tensors), sum(t.size for t in config.kv_cache_tensors)]
        facts["groups"] = [
            {
                "kind": type(g.kv_cache_spec).__name__,
                "layers": len(g.layer_names),
                "blockSize": g.kv_cache_spec.block_size,
                "pageBytes": g.kv_cache_spec.page_size_bytes,
                "spec": str(g.kv_cache_spec)[:400],
            }
            for g in config.kv_cache_groups
        ]
    return facts


def spread_experts(worker):
    """Draws the routers' weights so that tokens choose experts of their own. Runs in the worker's process.

    Scores of dummy weights are so alike that a bias, or rounding them to 16 bits, gives all tokens the same experts; a step would
    then read a few experts where a real model reads nearly all. Biases are as large as embeddings there, and add the same to all tokens in each
    layer, so all of them become zero.
    """
    import torch

    runner = worker.model_runner
    model = runner.get_model() if hasattr(runner, "get_model") else runner.model
    changed = []
    for name, parameter in list(model.named_parameters()) + list(model.named_buffers()):
        if re.search(r"(^|\.)(gate|router)\.weight$", name):
            torch.nn.init.normal_(parameter.data, std=100.0)
            changed.append(name)
        elif re.search(r"(^|[._])bias$", name):
            parameter.data.zero_()
            changed.append(name)
    return len(changed)


def child(directory):
    from vllm import LLM, SamplingParams

    settings = json.loads((Path(directory) / "settings.json").read_text())
    options = {
        # Of a directory with weights, those; of a config.json alone, vLLM's dummy weights.
        "load_format": "auto" if "directory" in settings else "dummy",
        "gpu_memory_utilization": UTILIZATION,
        "max_num_seqs": MAX_NUM_SEQS,
        "max_num_batched_tokens": MAX_BATCHED,
        "max_model_len": MAX_LENGTH,
        "enable_prefix_caching": False,
        **settings.get("options", {}),
    }
    draft = Path(directory) / "draft"
    if draft.exists():
        options["speculative_config"]["model"] = str(draft)
    started = time.time()
    llm = LLM(settings.get("directory", directory), skip_tokenizer_init=True, disable_log_stats=True, **copy.deepcopy(options))
    if draft.exists():
        options["speculative_config"]["model"] = "draft"
    result = {"options": options, "startSeconds": round(time.time() - started, 1)}
    if "environment" in settings:
        result["environment"] = settings["environment"]
    result.update(llm.collective_rpc(inspect)[0])
    result["routerTensors"] = llm.collective_rpc(spread_experts)[0]
    config = llm.llm_engine.vllm_config
    result["cacheBlockSize"] = config.cache_config.block_size
    result["cacheBlocks"] = config.cache_config.num_gpu_blocks
    result["maxModelLen"] = config.model_config.max_model_len
    result["captureSizes"] = str(config.compilation_config.cudagraph_capture_sizes)[:400]
    result["graphMode"] = str(config.compilation_config.cudagraph_mode)
    print(MARK + json.dumps(result), flush=True)
    if settings.get("memoryOnly"):
        return
    vocabulary = min(config.model_config.get_vocab_size(), 30000)
    serial = iter(range(1_000_000))

    def answers(batch, prompt, tokens):
        """Sends a batch and returns the seconds to the first token of all, the median time of later steps, milliseconds, and the tokens
        that a sequence is given in one of them (more than one with speculative decoding)."""
        # Sampled at random: the likeliest token of random weights is the same in all sequences, which would then share their experts.
        source = random.Random(next(serial))
        parameters = SamplingParams(max_tokens=tokens, min_tokens=tokens, ignore_eos=True, temperature=1.0, detokenize=False)
        engine = llm.llm_engine
        begin = time.perf_counter()
        for _ in range(batch):
            ids = [source.randrange(10, vocabulary) for _ in range(prompt)]
            engine.add_request(str(next(serial)), {"prompt_token_ids": ids}, parameters)
        seen, steps, first, given = {}, [], None, []
        while engine.has_unfinished_requests():
            for output in engine.step():
                seen[output.request_id] = len(output.outputs[0].token_ids)
            now = time.perf_counter()
            if first is None and len(seen) == batch:
                first = now - begin
            # All of the batch decodes from here on, until the first of it ends.
            if len(seen) == batch and max(seen.values()) < tokens:
                steps.append(now)
                given.append(sum(seen.values()))
        between = sorted(b - a for a, b in zip(steps, steps[1:]))
        rate = (given[-1] - given[0]) / (len(given) - 1) / batch if len(given) > 1 else None
        return first, 1e3 * statistics.median(between) if between else None, rate

    # Kernels are compiled and tuned at their first use, for each number of tokens of a step.
    for batch, prompt in DECODE:
        answers(min(batch, options["max_num_seqs"]), prompt, STEPS)
    for prompt in PREFILLS:
        answers(1, prompt, 2)
        result.setdefault("prefill", []).append({"tokens": prompt, "ms": round(1e3 * min(answers(1, prompt, 2)[0] for _ in range(3)), 3)})
    for batch, prompt in DECODE:
        if batch > options["max_num_seqs"]:
            continue
        taken = [answers(batch, prompt, STEPS)[1:] for _ in range(2)]
        step = {"batch": batch, "context": prompt + STEPS // 2, "ms": [round(t, 4) for t, _ in taken]}
        if "speculative_config" in options:
            step["tokensPerSequence"] = [round(rate, 3) for _, rate in taken]
        result.setdefault("decode", []).append(step)
        print(MARK + json.dumps(result), flush=True)


def run_one(name, config, settings, device, limit):
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / "config.json").write_text(json.dumps(config))
        (Path(directory) / "settings.json").write_text(json.dumps(settings))
        if "draft" in settings:
            (Path(directory) / "draft").mkdir()
            (Path(directory) / "draft" / "config.json").write_text(json.dumps(settings["draft"]))
        environment = dict(os.environ)
        environment.update({
            "CUDA_VISIBLE_DEVICES": device,
            "VLLM_USE_FLASHINFER_SAMPLER": "0",
            "VLLM_ALLOW_INSECURE_SERIALIZATION": "1",
            "VLLM_LOGGING_LEVEL": "DEBUG",
            "VLLM_HOST_IP": "127.0.0.1",
            "VLLM_NO_USAGE_STATS": "1",
            "HF_HUB_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
            **settings.get("environment", {}),
        })
        started = time.time()
        process = subprocess.Popen([sys.executable, __file__, "--child", directory], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment, start_new_session=True)
        timer = threading.Timer(limit, lambda: os.killpg(process.pid, 9))
        timer.start()
        output, _ = process.communicate()
        timer.cancel()
        row = {"name": name, "seconds": round(time.time() - started, 1), "status": process.returncode}
        marked = [line[len(MARK):] for line in output.splitlines() if line.startswith(MARK)]
        if marked:
            row.update(json.loads(marked[-1]))
        for key, pattern in LOG.items():
            found = re.findall(pattern, output)
            if found:
                row[key] = float(found[-1].replace(",", ""))
        profile = re.findall(r"(Memory profiling takes[^\n]*(?:\n[^\n]*){0,6})", output)
        if profile:
            row["profile"] = profile[-1][:700]
        if process.returncode != 0 or not marked:
            errors = [line for line in output.splitlines() if re.search(r"Error|error:|exceeds|larger than", line)]
            row["errors"] = [line[-600:] for line in errors[-12:]]
            row["tail"] = output[-2500:]
        return row, output


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--configs")
    parser.add_argument("--out")
    parser.add_argument("--only", default="", help="names of configs, comma-separated, in the order to run them")
    parser.add_argument("--seconds", type=float, default=540)
    parser.add_argument("--each", type=float, default=280)
    parser.add_argument("--child")
    arguments = parser.parse_args()
    if arguments.child:
        return child(arguments.child)
    import torch
    import vllm

    # Without a GPU: to try the script on a CPU build of vLLM, with small shapes.
    devices = [str(i) for i in range(torch.cuda.device_count())] or [""]
    smi = subprocess.run("nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader", shell=True, capture_output=True, text=True)
    answer = {
        "vllm": vllm.__version__, "torch": torch.__version__, "python": platform.python_version(), "gpus": smi.stdout.strip().splitlines(),
        "utilization": UTILIZATION, "maxNumSeqs": MAX_NUM_SEQS, "maxNumBatchedTokens": MAX_BATCHED, "maxModelLen": MAX_LENGTH, "models": [],
    }
    wanted = [n for n in arguments.only.split(",") if n]
    work = queue.Queue()
    for name in wanted or sorted(p.stem for p in Path(arguments.configs).glob("*.json")):
        work.put(name)
    deadline = time.time() + arguments.seconds
    lock = threading.Lock()
    out = Path(arguments.out)

    def serve(device):
        while True:
            try:
                name = work.get_nowait()
            except queue.Empty:
                return
            left = deadline - time.time()
            if left < 45:
                print("no time for", name, flush=True)
                continue
            whole = json.loads((Path(arguments.configs) / f"{name}.json").read_text())
            row, output = run_one(name, whole["config"], whole.get("settings", {}), device, min(left, arguments.each))
            with lock:
                answer["models"].append(row)
                out.write_text(json.dumps(answer, indent=1))
                if row["status"] != 0:
                    (out.parent / "failed.txt").open("a").write(f"##### {name}\n" + output[-60000:])
                print(json.dumps({k: row.get(k) for k in ("name", "seconds", "status", "cacheTokens", "concurrency", "graphsGiB", "decode", "errors")})[:1200], flush=True)

    threads = [threading.Thread(target=serve, args=(d,)) for d in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
