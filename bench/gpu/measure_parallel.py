"""Measures all-reduces, and decode and prefill under tensor parallelism, on several GPUs of one host, and writes them as JSON.

    torchrun --nproc-per-node 4 measure_parallel.py --out results.json
    TRITON_INTERPRET=1 torchrun --nproc-per-node 2 measure_parallel.py --tiny    # the same on the CPU, to try the script

Started without torchrun it measures one GPU, for comparison. See README.md beside this file for the method.
"""

import argparse
import contextlib
import gc
import json
import os
import platform
import statistics
import sys
import time

import torch
import torch.distributed as dist
import torch.distributed._symmetric_memory as symmetric_memory
import triton
from torch.nn.attention import sdpa_kernel

from decoder import SHAPES, Decoder, Shape, reference_logits
from measure import BACKENDS, CUDA, DECODE, DEVICE, GIB, PREFILL, allocated, device_facts, summary, synchronize
from parallel import ALONE, WAYS, TensorParallel, shard

DTYPE = torch.bfloat16 if CUDA else torch.float32
SIZES = [2**power for power in range(13, 27)] if CUDA else [8192, 16384]
RANKS = int(os.environ.get("WORLD_SIZE", "1"))
CHECK = Shape("check", 3, 512, 8, 4, 64, 1536, 1024, 4096, attentionBias=True)


def largest(value):
    """The largest of all ranks, so that all of them decide alike."""
    if RANKS == 1:
        return value
    tensor = torch.tensor([float(value)], dtype=torch.float64, device=DEVICE)
    dist.all_reduce(tensor, op=dist.ReduceOp.MAX)
    return tensor.item()


def together():
    synchronize()
    if RANKS > 1:
        dist.barrier()
    synchronize()


def time_graph(work, before=lambda: None, seconds=0.3, least=8, most=60):
    """As in measure.py, with the same number of replays on all ranks; `before` runs between replays and is not timed."""
    if not CUDA:
        started = time.perf_counter()
        before()
        work()
        return summary([1e3 * (time.perf_counter() - started)])
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(2):
            before()
            work()
    torch.cuda.current_stream().wait_stream(stream)
    together()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        work()
    together()

    def replays(count):
        events = [(torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)) for _ in range(count)]
        for first, last in events:
            before()
            first.record()
            graph.replay()
            last.record()
        together()
        return [first.elapsed_time(last) for first, last in events]

    replays(1)
    one = largest(replays(1)[0])
    times = replays(int(min(most, max(least, 1e3 * seconds / max(one, 1e-3)))))
    del graph
    return summary(times)


def slowest(timing):
    """The timing of the rank whose median is largest."""
    return {**timing, "medianMs": round(largest(timing["medianMs"]), 5)}


def all_reduces(arena):
    """Microseconds of one all-reduce inside a graph of many, each of data of its own, restored before every replay.

    Once back to back, and once with a matrix product before each, whose time is taken off: as it is inside a decoder.
    """
    group = dist.group.WORLD.group_name
    rows = []
    for size in SIZES:
        count = max(8, min(50, (320 << 20) // size)) if CUDA else 2
        elements = size // DTYPE.itemsize
        source = torch.randn(count, elements, dtype=DTYPE, device=DEVICE)
        wide = source.double()
        dist.all_reduce(wide)
        out = torch.empty_like(source)
        own = arena[: count * elements].view(count, elements) if arena is not None else None
        symm_mem = torch.ops.symm_mem
        ways = {
            "nccl": (lambda i: dist.all_reduce(out[i]), out),
            "oneShot": (lambda i: symm_mem.one_shot_all_reduce_out(own[i], "sum", group, out[i]), out),
            "twoShot": (lambda i: symm_mem.two_shot_all_reduce_(own[i], "sum", group), own),
        }
        products = Products(count)
        together()
        product = slowest(time_graph(products.all, seconds=0.1, least=10, most=40))["medianMs"]
        row = {"ranks": RANKS, "bytes": size, "inGraph": count, "productUs": round(1e3 * product / count, 3)}
        for name, (reduce, result) in ways.items():
            if own is None and name != "nccl":
                continue
            for poisoned in (out, own):
                if poisoned is not None:
                    poisoned.fill_(float("nan"))
            try:
                timing = reduce_in_graph(reduce, count, products, out if name == "nccl" else own, result, source, wide)
            except RuntimeError as error:
                row[f"{name}Fault"] = str(error).splitlines()[0][:200]
                continue
            row[f"{name}Us"] = round(1e3 * timing["medianMs"] / count, 3)
            row[f"{name}AfterProductUs"] = round(1e3 * (timing["withProductsMs"] - product) / count, 3)
        rows.append(row)
        del source, wide, out
    return rows


class Products:
    """Matrix products between the all-reduces, as a decoder has them: 64 MiB of weights each, four in turn."""

    def __init__(self, count):
        self.count = count
        width = 4096 if CUDA else 64
        self.data = torch.randn(16, 2 * width, dtype=DTYPE, device=DEVICE)
        self.weights = [torch.randn(width, 2 * width, dtype=DTYPE, device=DEVICE) * 0.02 for _ in range(4)]

    def one(self, i):
        torch.nn.functional.linear(self.data, self.weights[i % 4])

    def all(self):
        for i in range(self.count):
            self.one(i)


def reduce_in_graph(reduce, count, products, target, result, source, wide):
    before = lambda: target.copy_(source)  # noqa: E731
    work = lambda: [reduce(i) for i in range(count)]  # noqa: E731
    between = lambda: [(products.one(i), reduce(i)) for i in range(count)]  # noqa: E731
    together()
    timing = slowest(time_graph(work, before, seconds=0.15, least=10, most=40))
    timing["withProductsMs"] = slowest(time_graph(between, before, seconds=0.15, least=10, most=40))["medianMs"]
    before()
    together()
    work()
    together()
    error = largest(float((result.double() - wide).norm() / wide.norm()))
    if not error < 1e-2:
        raise ArithmeticError(f"relative error {error}")
    return timing


def check(parallel, ways):
    """Prefill and decode of a model shared out against the whole one in double precision: the largest relative error of each way."""
    outcomes = {}
    for name in BACKENDS:
        for way in list(ways):
            try:
                outcomes[f"{name}, {way}"] = check_way(parallel, way, BACKENDS[name])
            except Exception as error:  # noqa: BLE001 -- recorded, and the way is not used
                if way == ways[0]:
                    raise
                outcomes[f"{name}, {way}"] = f"{type(error).__name__}: {str(error)[:200]}"
                ways.remove(way)
    return outcomes


def check_way(parallel, way, backend):
    parallel.way = way
    torch.manual_seed(1)
    whole = Decoder(CHECK, "bf16", DEVICE, DTYPE)
    part = Decoder(CHECK, "bf16", DEVICE, DTYPE, parallel)
    shard(whole, part)
    worst = 0.0
    for length in (17, 130):
        ids = torch.randint(0, CHECK.vocabularySize, (length + 1,), device=DEVICE)
        expected = reference_logits(whole, ids)
        cache = part.new_cache(2, length + 8).fill_(float("nan"))
        places = torch.arange(length + 1, device=DEVICE)
        with sdpa_kernel(backend):
            part.step(ids[:-1].repeat(2), cache, places[:-1].repeat(2), length, length, prefill=True)
            decoded = part.step(ids[-1:].repeat(2), cache, places[-1:].repeat(2), 1, length + 1, prefill=False)
        all_logits = parallel.gather(decoded).transpose(0, 1).reshape(2, -1)
        for logits in all_logits:
            worst = max(worst, float((logits.double().cpu() - expected).norm() / expected.norm()))
        if not torch.equal(parallel.choose(decoded), all_logits.argmax(-1)):
            raise ArithmeticError("the chosen words differ from those of the whole vocabulary")
    worst = largest(worst)
    if not worst < (2e-2 if CUDA else 1e-5):
        raise ArithmeticError(f"relative error {worst}")
    return worst


def fastest(model, work, ways, **options):
    """The work with each attention kernel, and that of the fastest with each way of reducing; the fastest of all counts."""
    results, faults = {}, {}
    model.parallel.way = ways[0]
    for name, backend in BACKENDS.items():
        try:
            with sdpa_kernel(backend):
                results[name, ways[0]] = slowest(time_graph(work, **options))
        except RuntimeError as error:  # a kernel that refuses a shape does so on all ranks
            faults[name] = str(error).splitlines()[0][:200]
            synchronize()
    attention = min(results, key=lambda key: results[key]["medianMs"])[0]
    for way in ways[1:]:
        model.parallel.way = way
        with sdpa_kernel(BACKENDS[attention]):
            results[attention, way] = slowest(time_graph(work, **options))
    extra = {}
    if CUDA and RANKS > 1:
        model.parallel.way = "skipped"
        with sdpa_kernel(BACKENDS[attention]):
            extra["withoutAllReducesMs"] = slowest(time_graph(work, **options))["medianMs"]
    best = min(results, key=lambda key: results[key]["medianMs"])
    others = {", ".join(key): result["medianMs"] for key, result in results.items() if key != best}
    if faults:
        extra["refused"] = faults
    return {**results[best], "attention": best[0], "allReduce": best[1], "othersMs": others, **extra}


def decode_point(model, batch, context, ways, budget):
    shape = model.shape
    need = 4 * shape.layers * batch * context * shape.keyValueHeads * shape.headSize
    if context > min(shape.maxContextLength, model.cos.shape[0]) or (CUDA and largest(need + 3 * GIB - torch.cuda.mem_get_info()[0]) > 0):
        return None
    before = allocated()
    cache = model.new_cache(batch, context)
    cache.normal_(0, 0.5)
    kept = allocated() - before
    torch.manual_seed(batch + context)
    ids = torch.randint(0, model.whole.vocabularySize, (batch,), device=DEVICE)
    positions = torch.full((batch,), context - 1, device=DEVICE)

    def work():
        ids.copy_(model.choose(model.step(ids, cache, positions, 1, context, prefill=False)))

    result = {"batch": batch, "context": context, "kvBytes": kept or need, **fastest(model, work, ways, seconds=budget)}
    del cache
    return result


def prefill_point(model, tokens, ways):
    cache = model.new_cache(1, tokens)
    torch.manual_seed(tokens)
    ids = torch.randint(0, model.whole.vocabularySize, (tokens,), device=DEVICE)
    positions = torch.arange(tokens, device=DEVICE)
    work = lambda: model.choose(model.step(ids, cache, positions, tokens, tokens, prefill=True))  # noqa: E731
    ways = [ways[0], *(way for way in ways[1:] if tokens * model.shape.hiddenSize * 2 <= WAYS[way])]
    model.parallel.way = ways[0]
    work()
    together()
    before = allocated()
    if CUDA:
        torch.cuda.reset_peak_memory_stats()
    walls = []
    for _ in range(5):
        together()
        started = time.perf_counter()
        work()
        synchronize()
        walls.append(1e3 * (time.perf_counter() - started))
    peak = torch.cuda.max_memory_allocated() - before if CUDA else 0
    timing = fastest(model, work, ways, seconds=0.3, least=5, most=15)
    del cache
    return {"tokens": tokens, **timing, "eagerWallMs": round(largest(statistics.median(walls)), 4), "peakActivationBytes": peak}


def measure_model(shape, parallel, ways, late, budget):
    gc.collect()
    if CUDA:
        torch.cuda.empty_cache()
    torch.manual_seed(parallel.rank)
    before = allocated()
    model = Decoder(shape, "bf16", DEVICE, DTYPE, parallel)
    synchronize()
    held = allocated() - before
    tensors = list(model.weight_tensors())
    result = {
        "shape": shape.json(),
        "precision": "bf16",
        "tensor": parallel.ranks,
        "weightBytes": sum(t.numel() * t.element_size() for t in tensors),
        "weightParameters": sum(t.numel() for t in tensors),
        "allocatedBytes": held - 2 * model.cos.numel() * 4,
        "decode": [],
        "prefill": [],
    }
    points, prefills = (DECODE, PREFILL) if CUDA else ([(2, 40)], [32])
    for i in range(max(len(points), len(prefills))):
        if largest(late()):
            result["cutShort"] = True
            break
        if i < len(points) and (point := decode_point(model, *points[i], ways, budget)):
            result["decode"].append(point)
        if i < len(prefills):
            result["prefill"].append(prefill_point(model, prefills[i], ways))
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="results.json")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--all-reduce", action="store_true", help="measure all-reduces")
    parser.add_argument("--models", default="", help="names, e.g. llama-3.1-8b,llama-3.1-70b")
    parser.add_argument("--seconds", type=float, default=520, help="time after which no new point is begun")
    parser.add_argument("--point-seconds", type=float, default=0.25, help="replays of one decode point, all together")
    arguments = parser.parse_args()
    started = time.perf_counter()
    late = lambda: time.perf_counter() > started + arguments.seconds  # noqa: E731
    torch.set_grad_enabled(False)
    arena, parallel, ways = None, ALONE, ["none"]
    if CUDA:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    facts = device_facts()
    if RANKS > 1:
        dist.init_process_group("nccl" if CUDA else "gloo")
        ways = ["nccl"]
        if CUDA:
            arena = symmetric_memory.empty(8 * SIZES[-1] // 2, dtype=DTYPE, device=DEVICE)
            symmetric_memory.rendezvous(arena, dist.group.WORLD.group_name)
            ways += ["oneShot", "twoShot"]
        parallel = TensorParallel(arena)

    def say(text):
        if parallel.rank == 0:
            print(f"{time.perf_counter() - started:6.1f} s  {text}", flush=True)

    results = {
        "measured": time.strftime("%Y-%m-%d", time.gmtime()),
        "versions": {
            "torch": torch.__version__,
            "triton": triton.__version__,
            "cuda": torch.version.cuda,
            "nccl": ".".join(map(str, torch.cuda.nccl.version())) if CUDA else "none",
            "python": platform.python_version(),
        },
        "device": {**facts, "gpus": torch.cuda.device_count(), "nvidiaSmi": facts.get("nvidiaSmi", "").split("\n")[0]},
        "models": [],
    }

    def save():
        if parallel.rank == 0:
            with open(arguments.out, "w") as file:
                json.dump(results, file, indent=1)
                file.write("\n")

    if RANKS > 1:
        results["relativeErrors"] = check(parallel, ways)
        say(results["relativeErrors"])
    if arguments.all_reduce:
        results["allReduce"] = all_reduces(arena)
        for row in results["allReduce"]:
            say(row)
    save()
    shapes = {"tiny": Shape("tiny", 2, 64, 4, 2, 16, 96, 128, 512)} if arguments.tiny else {shape.name: shape for shape in SHAPES}
    for name in [name for name in ("tiny" if arguments.tiny else arguments.models).split(",") if name]:
        result = measure_model(shapes[name], parallel, ways, late, arguments.point_seconds)
        results["models"].append(result)
        save()
        say(f"{name} on {RANKS}: {result['weightBytes']} bytes {'CUT SHORT' if 'cutShort' in result else ''}")
        for p in [*result["decode"], *result["prefill"]]:
            where = f"{p['batch']} x {p['context']}" if "batch" in p else f"prefill {p['tokens']}"
            say(f"   {where:>14} {p['medianMs']:9.4f} ms  {p['attention']}, {p['allReduce']}  {p['othersMs']} {p.get('withoutAllReducesMs', '')} {p.get('refused', '')}")
    save()
    say("done")
    if RANKS > 1:
        with contextlib.suppress(RuntimeError):
            dist.destroy_process_group()


if __name__ == "__main__":
    sys.exit(main())
