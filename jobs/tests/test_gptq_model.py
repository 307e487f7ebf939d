"""GPTQModel: what it writes, loads again and is worth."""

import json
import pathlib
from collections.abc import Callable

import pytest

from model_pipeline import formats, weights
from model_pipeline.faults import Refused
from support import Texts, check_of, pipeline

pytestmark = pytest.mark.gptqmodel
Models = Callable[[str], pathlib.Path]


@pytest.mark.parametrize(
    ("architecture", "bits", "size", "limit"),
    [("llama", 4, 64, 0.1), ("llama", 8, 64, 0.02), ("wide", 4, 128, 0.1), ("qwen2", 4, 32, 0.1), ("qwen3", 4, -1, 0.5)],
)
def test_writes(models: Models, texts: Texts, tmp_path: pathlib.Path, architecture: str, bits: int, size: int, limit: float) -> None:
    step = {"kind": "gptq-model", "bits": bits, "groupSize": size, "text": str(texts.train), "samples": 64, "length": 128}
    checks = [
        {"kind": "perplexity", "text": str(texts.held_back), "tokens": 4096, "window": 128, "limit": limit, "belowFloor": True},
        {"kind": "parameters", "atMost": 1},
        {"kind": "tokenizer"},
        {"kind": "license"},
    ]
    result = pipeline(models(architecture), tmp_path, [{"kind": "cast", "dtype": "bfloat16"}, step], checks)
    assert result["format"] == "gptq"
    assert result["steps"][1]["quantized"] == 7 * formats.config_of(tmp_path / "output")["num_hidden_layers"]
    assert check_of(result, "parameters")["ratio_all"] == 1
    written = json.loads((tmp_path / "output" / "config.json").read_text(encoding="utf-8"))["quantization_config"]
    # What vLLM's kernels read: symmetric, in the order of the inputs.
    assert {
        "quant_method": "gptq",
        "checkpoint_format": "gptq",
        "bits": bits,
        "group_size": size,
        "sym": True,
        "desc_act": False,
    }.items() <= written.items()
    assert "/" not in str(written["meta"].get("offload_to_disk_path"))
    scale = weights.tensors_of(tmp_path / "output")["model.layers.0.self_attn.q_proj.scales"]
    inputs = formats.config_of(tmp_path / "output")["hidden_size"]
    assert list(scale.shape) == [1 if size == -1 else inputs // size, inputs]
    print(f"{architecture} in {bits} bits by {size}: {check_of(result, 'perplexity')['increase']:+.2%} of perplexity")


def test_groups_must_divide_the_inputs(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    with pytest.raises(Refused, match="has 192 inputs, which groups of 128 do not divide; give another groupSize"):
        pipeline(models("llama"), tmp_path, [{"kind": "gptq-model", "text": str(texts.train)}], [{"kind": "license"}])
