"""Makes a model of random weights, quantizes it by the pipeline's own program, and writes what to measure.

    PYTHONPATH=jobs/src python3 quantise.py --config configs/llama-3.2-1b-bf16.json --out DIR --schemes FP8_DYNAMIC,W4A16

In DIR: a folder of each form of the model, `configs/NAME.json` for bench/vllm/measure.py, and `made.json` with sizes and times. Needs the
environment of jobs/environments/compressor.txt.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

SOURCE = "BF16"


def make_source(config_file, folder):
    """Random weights in bfloat16, as large as those of a model that was just begun."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import AutoConfig, AutoModelForCausalLM

    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(json.loads(Path(config_file).read_text())["config"]))
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder), dtype=torch.bfloat16)
    model.save_pretrained(folder)
    # The program refuses models without one; nothing here reads text.
    Tokenizer(WordLevel({"a": 0}, unk_token="a")).save(str(folder / "tokenizer.json"))
    (folder / "LICENSE").write_text("Random weights, of no one.\n")
    return sum(parameter.numel() for parameter in model.parameters())


def quantize(scheme, source, folder):
    """Runs the pipeline, and returns the step's own report with what it took."""
    spec = folder.parent / f"{folder.name}.spec.json"
    steps = [{"kind": "compress", "scheme": scheme}]
    spec.write_text(json.dumps({"name": folder.name.replace(".", "-"), "steps": steps, "checks": [{"kind": "license"}, {"kind": "size", "atMost": 0.6}]}))
    work = folder.parent / f"{folder.name}.work"
    command = [sys.executable, "-m", "model_pipeline", "run", "--spec", spec, "--source", source, "--work", work, "--output", folder]
    started = time.time()
    process = subprocess.Popen([str(part) for part in command])
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{scheme}: the pipeline ended with {os.waitstatus_to_exitcode(status)}")
    shutil.rmtree(work)
    # KiB on Linux.
    return {"seconds": round(time.time() - started, 1), "peakGiB": round(usage.ru_maxrss / 2**20, 2)}


def weight_bytes(folder):
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--schemes", required=True)
    arguments = parser.parse_args()
    out = arguments.out.resolve()
    (out / "configs").mkdir(parents=True)
    name = Path(arguments.config).stem
    os.environ["HF_HUB_OFFLINE"] = "1"
    source = out / f"{name}-{SOURCE.lower()}"
    made = {"model": name, "parameters": make_source(arguments.config, source), "forms": {}}
    for scheme in [SOURCE, *arguments.schemes.split(",")]:
        folder = out / f"{name}-{scheme.lower().replace('_', '-')}"
        row = {} if scheme == SOURCE else quantize(scheme, source, folder)
        row["weightBytes"] = weight_bytes(folder)
        row["ofBf16"] = round(row["weightBytes"] / weight_bytes(source), 4)
        made["forms"][scheme] = row
        config = json.loads((folder / "config.json").read_text())
        settings = {"directory": str(folder)}
        (out / "configs" / f"{folder.name}.json").write_text(json.dumps({"note": "", "config": config, "settings": settings}, indent=2))
        (out / "made.json").write_text(json.dumps(made, indent=1))
        print(scheme, row, flush=True)


if __name__ == "__main__":
    main()
