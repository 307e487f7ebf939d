"""Trains all parameters of a causal language model with DeepSpeed: what torchrun starts on each GPU of a TrainingJob.

The data are lines of JSON, each with `text`, or with `input_ids` where it is made into tokens already; they are joined and cut into sequences. It goes
on from the newest checkpoint that it finds, with the data that follow. Ends with status 0 when all steps are done and the model is written.
"""

import argparse
import array
import datetime
import itertools
import json
import os
import pathlib
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import deepspeed
import torch
import torch.distributed as dist
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.integrations import HfDeepSpeedConfig

TOKEN_BYTES = array.array("i").itemsize
# Tokens that are kept before they are written.
PIECE = 1 << 20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--deepspeed-config", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--sequence-length", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--save-steps", type=int, required=True)
    parser.add_argument("--keep", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def say(text: str) -> None:
    if dist.get_rank() == 0:
        print(f"fine-tune: {text}", flush=True)


def pack(folder: str, tokenizer: Any, path: pathlib.Path) -> None:
    """Writes all tokens of the data, in the order of the files' names, as whole numbers of 32 bits."""
    files = sorted(pathlib.Path(folder).rglob("*.jsonl"))
    if not files:
        raise SystemExit(f"fine-tune: there is no *.jsonl in {folder}")
    tokens = array.array("i")
    with path.open("wb") as packed:
        for file in files:
            with file.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    if not line.strip():
                        continue
                    row = json.loads(line)
                    if "input_ids" in row:
                        tokens.extend(row["input_ids"])
                    elif "text" in row and tokenizer is None:
                        raise SystemExit(f"fine-tune: line {number} of {file} has text, but the model has no tokenizer; give it input_ids")
                    elif "text" in row:
                        tokens.extend(tokenizer(row["text"])["input_ids"])
                        tokens.append(tokenizer.eos_token_id)
                    else:
                        raise SystemExit(f"fine-tune: line {number} of {file} has neither text nor input_ids")
                    if len(tokens) >= PIECE:
                        tokens.tofile(packed)
                        tokens = array.array("i")
        tokens.tofile(packed)


def sequences(folder: str, length: int, tokenizer: Any) -> Any:
    """All sequences of the data; what is left at the end is dropped. The first process of a node packs them, and all of its processes map them."""
    path = pathlib.Path(tempfile.gettempdir()) / "fine-tune.tokens"
    # Packing may take longer than GPUs wait for each other.
    packers = dist.new_group(backend="gloo", timeout=datetime.timedelta(days=7))
    if os.environ.get("LOCAL_RANK", "0") == "0":
        pack(folder, tokenizer, path)
    dist.barrier(group=packers)
    count = path.stat().st_size // TOKEN_BYTES // length
    if count == 0:
        raise SystemExit(f"fine-tune: the data of {folder} are shorter than one sequence of {length} tokens")
    return torch.from_file(str(path), shared=False, size=count * length, dtype=torch.int32).view(count, length)


def batches(data: Any, rank: int, ranks: int, size: int, seed: int, skip: int) -> Iterator[Any]:
    """Micro-batches of a rank without end, another order in each epoch, those left out that were trained on already."""

    def places() -> Iterator[int]:
        for epoch in itertools.count():
            order = array.array("q", range(len(data)))
            random.Random(seed + epoch).shuffle(order)
            yield from order

    own = itertools.islice(places(), skip * ranks * size + rank * size, None)
    while True:
        yield data[list(itertools.islice(own, size))].long()
        # What the others take.
        next(itertools.islice(own, (ranks - 1) * size - 1, None), None) if ranks > 1 else None


def load(args: argparse.Namespace, settings: dict[str, Any]) -> Any:
    """The model, with stage 3 in parts from the start, so that no process ever holds all of it."""
    dtype = torch.float32
    for name, each in (("bf16", torch.bfloat16), ("fp16", torch.float16)):
        if settings.get(name, {}).get("enabled"):
            dtype = each
    # transformers asks for it while it loads, as long as there is one.
    parts = HfDeepSpeedConfig(settings)
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=dtype)
    del parts
    model.config.use_cache = False
    if "activation_checkpointing" in settings:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.train()
    return model


def checkpoint(engine: Any, output: str, step: int, keep: int) -> None:
    engine.save_checkpoint(output, tag=f"step-{step}", client_state={"step": step})
    dist.barrier()
    if dist.get_rank() == 0:
        steps = sorted(int(each.name[5:]) for each in pathlib.Path(output).glob("step-*"))
        for old in steps[:-keep]:
            shutil.rmtree(pathlib.Path(output) / f"step-{old}")
    say(f"saved step {step}")


def write_model(engine: Any, args: argparse.Namespace, tokenizer: Any) -> None:
    folder = pathlib.Path(args.output) / "model"
    if engine.zero_optimization_partition_weights():
        engine.save_16bit_model(str(folder), "pytorch_model.bin")
        if dist.get_rank() == 0:
            engine.module.config.save_pretrained(folder)
    elif dist.get_rank() == 0:
        # In pieces that the host has room for.
        engine.module.save_pretrained(folder, max_shard_size="2GB")
    if dist.get_rank() == 0 and tokenizer is not None:
        tokenizer.save_pretrained(folder)
    dist.barrier()
    say(f"wrote the model to {folder}")


def main() -> None:
    args = arguments()
    with open(args.deepspeed_config, encoding="utf-8") as file:
        settings = json.load(file)
    deepspeed.init_distributed("nccl" if torch.cuda.is_available() else "gloo")
    try:
        tokenizer = AutoTokenizer.from_pretrained(args.model)
    except (OSError, ValueError):
        # Data may be tokens already.
        tokenizer = None
    data = sequences(args.data, args.sequence_length, tokenizer)
    model = load(args, settings)
    engine, *_ = deepspeed.initialize(model=model, model_parameters=model.parameters(), config=settings)
    _, state = engine.load_checkpoint(args.output)
    first = state["step"] if state else 0
    say(f"{len(data)} sequences, steps {first} to {args.steps}")
    accumulation = engine.gradient_accumulation_steps()
    micro = engine.train_micro_batch_size_per_gpu()
    stream = batches(data, dist.get_rank(), dist.get_world_size(), micro, args.seed, first * accumulation)
    for step in range(first + 1, args.steps + 1):
        started, total = time.time(), 0.0
        for _ in range(accumulation):
            inputs = next(stream).to(engine.device)
            loss = engine(input_ids=inputs, labels=inputs).loss
            engine.backward(loss)
            engine.step()
            total += loss.item() / accumulation
        say(f"step {step} loss {total:.4f} in {time.time() - started:.2f} s")
        if step % args.save_steps == 0 or step == args.steps:
            checkpoint(engine, args.output, step, args.keep)
    write_model(engine, args, tokenizer)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
