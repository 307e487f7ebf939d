"""Measures memory, decode and prefill time of random-weight models of known shape on one GPU, and writes them as JSON.

    python3 measure.py --out results.json            # on a GPU
    TRITON_INTERPRET=1 python3 measure.py --tiny     # the same on the CPU with toy shapes, to try the script

See README.md beside this file for the method.
"""

import argparse
import contextlib
import gc
import json
import platform
import statistics
import subprocess
import sys
import time

import torch
import triton
from torch.nn.attention import SDPBackend, sdpa_kernel

from decoder import SHAPES, Decoder, Shape, reference_logits

GIB = 2**30
CUDA = torch.cuda.is_available()
DEVICE = "cuda" if CUDA else "cpu"
BACKENDS = {"flash": SDPBackend.FLASH_ATTENTION, "cudnn": SDPBackend.CUDNN_ATTENTION} if CUDA else {"math": SDPBackend.MATH}

# Batch and context of the decode steps, the most telling first; what does not fit beside the weights is left out.
DECODE = [(1, 1024), (32, 1024), (8, 4096), (128, 1024), (1, 8192), (32, 4096), (8, 1024), (64, 2048), (256, 1024), (1, 32768)]
PREFILL = [1024, 8192, 2048, 256]
TINY = [
    Shape("tiny-grouped", 2, 64, 4, 2, 16, 96, 128, 512, attentionBias=True),
    Shape("tiny-multi-head", 2, 48, 3, 3, 16, 80, 128, 512, tiedEmbeddings=True),
]


def synchronize():
    if CUDA:
        torch.cuda.synchronize()


def allocated():
    return torch.cuda.memory_allocated() if CUDA else 0


def summary(milliseconds):
    ordered = sorted(milliseconds)
    return {
        "medianMs": round(statistics.median(ordered), 5),
        "p10Ms": round(ordered[len(ordered) // 10], 5),
        "p90Ms": round(ordered[(9 * len(ordered)) // 10], 5),
        "repetitions": len(ordered),
    }


def time_graph(work, seconds=0.35, least=8, most=60):
    """Milliseconds of one replay of the work as a CUDA graph: each replay between two events, medians of many."""
    if not CUDA:
        started = time.perf_counter()
        work()
        return summary([1e3 * (time.perf_counter() - started)])
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(2):
            work()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    graph.replay()
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    graph.replay()
    end.record()
    synchronize()
    count = int(min(most, max(least, 1e3 * seconds / max(begin.elapsed_time(end), 1e-3))))
    events = [(torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)) for _ in range(count)]
    for first, last in events:
        first.record()
        graph.replay()
        last.record()
    synchronize()
    times = [first.elapsed_time(last) for first, last in events]
    del graph
    return summary(times)


def time_wall(work, count=5):
    """Milliseconds by the host's clock of the work launched kernel by kernel."""
    times = []
    for _ in range(count + 1):
        synchronize()
        started = time.perf_counter()
        work()
        synchronize()
        times.append(1e3 * (time.perf_counter() - started))
    return summary(times[1:])


def fastest(work, **options):
    """The work with each attention kernel; the fastest counts."""
    results, faults = {}, {}
    for name, backend in BACKENDS.items():
        try:
            with sdpa_kernel(backend):
                results[name] = time_graph(work, **options)
        except Exception as error:  # noqa: BLE001 -- a kernel that refuses a shape is a result
            faults[name] = str(error).splitlines()[0][:200]
            synchronize()
    best = min(results, key=lambda name: results[name]["medianMs"])
    others = {name: result["medianMs"] for name, result in results.items() if name != best}
    return {**results[best], "attention": best, "otherKernelsMs": others, **({"refused": faults} if faults else {})}


def check(precision, backend):
    """Prefill and a decode step against a plain double-precision model: the largest difference relative to the norm."""
    limit = {"bf16": 2e-2 if CUDA else 1e-5, "fp8": 1.5e-1}[precision]
    worst = 0.0
    for shape in [Shape("check", 3, 512, 8, 2, 64, 1536, 1024, 4096, attentionBias=precision == "bf16")] if CUDA else TINY:
        torch.manual_seed(1)
        model = Decoder(shape, precision, DEVICE, torch.bfloat16 if CUDA else torch.float32)
        for length in (17, 130):
            ids = torch.randint(0, shape.vocabularySize, (length + 1,), device=DEVICE)
            expected = reference_logits(model, ids)
            cache = model.new_cache(2, length + 8).fill_(float("nan"))
            places = torch.arange(length + 1, device=DEVICE)
            with sdpa_kernel(backend):
                model.step(ids[:-1].repeat(2), cache, places[:-1].repeat(2), length, length, prefill=True)
                decoded = model.step(ids[-1:].repeat(2), cache, places[-1:].repeat(2), 1, length + 1, prefill=False)
                whole = model.step(ids, model.new_cache(1, length + 1), places, length + 1, length + 1, prefill=True)
            for logits in (decoded[0], decoded[1], whole[0]):
                error = float((logits.double().cpu() - expected).norm() / expected.norm())
                if not error < limit:
                    raise ArithmeticError(f"{shape.name} {precision}: relative error {error}, more than {limit}")
                worst = max(worst, error)
    return worst


def checks():
    """Every precision with every attention kernel; kernels that are wrong or refuse are not used."""
    outcomes = {}
    for precision in ["bf16", "fp8"] if CUDA else ["bf16"]:
        for name in list(BACKENDS):
            try:
                outcomes[f"{precision}, {name}"] = check(precision, BACKENDS[name])
            except Exception as error:  # noqa: BLE001 -- recorded, and the rest goes on
                outcomes[f"{precision}, {name}"] = f"{type(error).__name__}: {str(error)[:200]}"
                if precision == "bf16":
                    del BACKENDS[name]
    return outcomes


def decode_point(model, batch, context, budget):
    shape = model.shape
    if context > min(shape.maxContextLength, model.cos.shape[0]):
        return None
    need = 4 * shape.layers * batch * context * shape.keyValueHeads * shape.headSize
    if CUDA and need + 2 * GIB > torch.cuda.mem_get_info()[0]:
        return None
    before = allocated()
    cache = model.new_cache(batch, context)
    cache.normal_(0, 0.5)
    kept = allocated() - before
    ids = torch.randint(0, shape.vocabularySize, (batch,), device=DEVICE)
    positions = torch.full((batch,), context - 1, device=DEVICE)

    def work():
        ids.copy_(model.step(ids, cache, positions, 1, context, prefill=False).argmax(-1))

    result = {"batch": batch, "context": context, "kvBytes": kept or need, **fastest(work, seconds=budget)}
    del cache
    return result


def prefill_point(model, tokens):
    shape = model.shape
    if tokens > shape.maxContextLength:
        return None
    cache = model.new_cache(1, tokens)
    ids = torch.randint(0, shape.vocabularySize, (tokens,), device=DEVICE)
    positions = torch.arange(tokens, device=DEVICE)
    work = lambda: model.step(ids, cache, positions, tokens, tokens, prefill=True).argmax(-1)  # noqa: E731
    work()
    synchronize()
    before = allocated()
    if CUDA:
        torch.cuda.reset_peak_memory_stats()
    wall = time_wall(work)
    peak = torch.cuda.max_memory_allocated() - before if CUDA else 0
    graph = fastest(work, least=5, most=20)
    del cache
    return {"tokens": tokens, **graph, "eagerWallMs": wall["medianMs"], "peakActivationBytes": peak}


def graph_memory(model):
    """Memory that captured decode graphs of vLLM's batch sizes take: 1, 2, 4 and multiples of 8 up to 512, largest first, one pool."""
    sizes = [*range(512, 7, -8), 4, 2, 1]
    cache = model.new_cache(512, 64)
    cache.normal_(0, 0.5)
    ids = torch.randint(0, model.shape.vocabularySize, (512,), device=DEVICE)
    positions = torch.full((512,), 63, device=DEVICE)
    torch.cuda.empty_cache()
    free = torch.cuda.mem_get_info()[0]
    pool = torch.cuda.graph_pool_handle()
    graphs = []
    with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
        for size in sizes:
            run = lambda: model.step(ids[:size], cache[:, :size], positions[:size], 1, 64, prefill=False)  # noqa: E731, B023
            if size in (512, 1):
                run()
                torch.cuda.empty_cache()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, pool=pool):
                run()
            graphs.append(graph)
    synchronize()
    torch.cuda.empty_cache()
    used = free - torch.cuda.mem_get_info()[0]
    return {"graphs": len(graphs), "bytes": used}


def measure_model(shape, precision, deadline, budget):
    started = time.perf_counter()
    gc.collect()
    if CUDA:
        torch.cuda.empty_cache()
    torch.manual_seed(0)
    before = allocated()
    model = Decoder(shape, precision, DEVICE, torch.bfloat16 if CUDA else torch.float32)
    synchronize()
    held = allocated() - before
    if precision == "fp8":
        # Lets every projection choose the scale of its inputs.
        ids = torch.randint(0, shape.vocabularySize, (64,), device=DEVICE)
        model.step(ids, model.new_cache(1, 64), torch.arange(64, device=DEVICE), 64, 64, prefill=True)
    tensors = list(model.weight_tensors())
    tables = 2 * model.cos.numel() * 4
    # The allocator gives a scale its smallest piece.
    scales = 512 * sum(getattr(part, "scale", None) is not None for layer in model.layers for part in layer.values())
    result = {
        "shape": shape.json(),
        "precision": precision,
        "weightBytes": sum(t.numel() * t.element_size() for t in tensors),
        "weightParameters": sum(t.numel() for t in tensors),
        "allocatedBytes": held - tables - scales,
        "decode": [],
        "prefill": [],
    }
    prefills = [t for t in PREFILL if CUDA or t == 256]
    points = DECODE if CUDA else [(2, 40)]
    # By turns, so that a model cut short by the deadline has some of each.
    for i in range(max(len(points), len(prefills))):
        for kind, run in (("decode", decode_point), ("prefill", prefill_point)):
            todo = points if kind == "decode" else prefills
            if i >= len(todo):
                continue
            if time.perf_counter() > deadline:
                result["cutShort"] = True
                return result
            try:
                point = run(model, *todo[i], budget) if kind == "decode" else run(model, todo[i])
                if point:
                    result[kind].append(point)
            except torch.OutOfMemoryError:
                torch.cuda.empty_cache()
    if CUDA and shape.name in ("llama-3.1-8b", "qwen2.5-32b") and precision == "bf16":
        with contextlib.suppress(torch.OutOfMemoryError):
            result["graphMemory"] = graph_memory(model)
    result["seconds"] = round(time.perf_counter() - started, 1)
    return result


def ceilings():
    """What the card reaches: a large copy, a large product, and single products as they occur in decoders."""
    a = torch.randn(2 * GIB, dtype=torch.bfloat16, device=DEVICE)
    b = torch.empty_like(a)
    # By a kernel: a plain copy inside a graph is left to the copy engines, which are slower.
    copy = time_graph(lambda: torch.neg(a, out=b))["medianMs"]
    read = time_graph(lambda: a.view(-1, 8192).amax(1))["medianMs"]
    del a, b
    x, y = (torch.randn(8192, 8192, dtype=torch.bfloat16, device=DEVICE) for _ in range(2))
    product = time_graph(lambda: x @ y)["medianMs"]
    del x, y
    rows = []
    for k, n in [(4096, 6144), (4096, 28672), (14336, 4096), (8192, 10240), (8192, 57344), (28672, 8192)]:
        # As many weights as outrun the second-level cache, used in turn.
        copies = max(2, -(-(400 << 20) // (2 * k * n)))
        weights = [torch.randn(n, k, dtype=torch.bfloat16, device=DEVICE) * 0.02 for _ in range(copies)]
        for m in (1, 8, 32, 64, 128, 256, 512, 2048, 8192):
            data = torch.randn(m, k, dtype=torch.bfloat16, device=DEVICE)

            def work():
                for weight in weights:
                    torch.nn.functional.linear(data, weight)

            rows.append({"m": m, "k": k, "n": n, "microseconds": round(1e3 * time_graph(work, seconds=0.1)["medianMs"] / copies, 2)})
        del weights
    return {
        "copyGBps": round(2 * 4 * GIB / (copy * 1e-3) / 1e9, 1),
        "readGBps": round(4 * GIB / (read * 1e-3) / 1e9, 1),
        "productTflops": round(2 * 8192**3 / (product * 1e-3) / 1e12, 1),
        "matmul": rows,
    }


def device_facts():
    if not CUDA:
        return {"name": platform.processor() or "cpu"}
    free, total = torch.cuda.mem_get_info()
    properties = torch.cuda.get_device_properties(0)
    query = "name,driver_version,memory.total,clocks.max.sm,clocks.max.memory,power.limit"
    smi = subprocess.run(["sh", "-c", f"nvidia-smi --query-gpu={query} --format=csv,noheader"], capture_output=True, text=True, check=False)
    return {
        "name": properties.name,
        "multiprocessors": properties.multi_processor_count,
        "totalBytes": total,
        "contextBytes": total - free - torch.cuda.memory_reserved(),
        "nvidiaSmi": smi.stdout.strip(),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="results.json")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--seconds", type=float, default=520, help="time after which no new point is begun")
    parser.add_argument("--point-seconds", type=float, default=0.3, help="replays of one decode point, all together")
    parser.add_argument("--models", default="", help="names and precisions, e.g. llama-3.1-8b:bf16,llama-3.1-70b:fp8")
    arguments = parser.parse_args()
    started = time.perf_counter()
    deadline = started + arguments.seconds
    torch.set_grad_enabled(False)

    results = {
        "measured": time.strftime("%Y-%m-%d", time.gmtime()),
        "versions": {"torch": torch.__version__, "triton": triton.__version__, "cuda": torch.version.cuda, "python": platform.python_version()},
        "models": [],
    }

    def save():
        with open(arguments.out, "w") as file:
            json.dump(results, file, indent=1)
            file.write("\n")

    results["relativeErrors"] = checks()
    results["device"] = device_facts()
    say = lambda text: print(f"{time.perf_counter() - started:6.1f} s  {text}", flush=True)  # noqa: E731
    say(f"{results['device']} {results['relativeErrors']}")
    if CUDA:
        results["ceilings"] = ceilings()
        torch.cuda.empty_cache()
        say({k: v for k, v in results["ceilings"].items() if k != "matmul"})
    save()
    by_name = {shape.name: shape for shape in (TINY if arguments.tiny else SHAPES)}
    wanted = [item.rsplit(":", 1) for item in arguments.models.split(",") if item] or [(name, "bf16") for name in by_name]
    for name, precision in wanted:
        if time.perf_counter() > deadline:
            say(f"no time for {name}")
            continue
        try:
            result = measure_model(by_name[name], precision, deadline, arguments.point_seconds)
        except Exception as error:  # noqa: BLE001 -- the other models are measured all the same
            say(f"{name} {precision}: {type(error).__name__}: {str(error)[:300]}")
            results.setdefault("failures", []).append({"model": name, "precision": precision, "error": str(error)[:300]})
            continue
        results["models"].append(result)
        save()
        say(f"{name} {precision}: {result['weightBytes']} bytes, graphs {result.get('graphMemory')}")
        for p in result["decode"]:
            say(f"   decode  {p['batch']:4d} x {p['context']:6d}  {p['medianMs']:9.4f} ms  {p['attention']} {p['otherKernelsMs']} {p.get('refused', '')}")
        for p in result["prefill"]:
            say(
                f"   prefill {p['tokens']:6d}  {p['medianMs']:9.3f} ms  wall {p['eagerWallMs']:.3f}  peak {p['peakActivationBytes'] / 2**20:.0f} MiB  "
                f"{p['attention']} {p['otherKernelsMs']} {p.get('refused', '')}"
            )
    save()
    say("done")


if __name__ == "__main__":
    sys.exit(main())
