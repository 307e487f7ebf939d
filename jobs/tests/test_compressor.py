"""llm-compressor: what each scheme writes, loads again and is worth."""

import json
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

from model_pipeline import weights
from model_pipeline.faults import Refused
from support import Texts, check_of, pipeline

pytestmark = pytest.mark.compressor
Models = Callable[[str], pathlib.Path]

# Scheme, method, format that is written, bits of a quantized weight.
SCHEMES = [
    ("W8A8", "rtn", "int-quantized", 8),
    ("W8A8", "smoothquant", "int-quantized", 8),
    ("W8A16", "rtn", "pack-quantized", 8),
    ("W4A16", "rtn", "pack-quantized", 4),
    ("W4A16", "gptq", "pack-quantized", 4),
    ("W4A16", "awq", "pack-quantized", 4),
    ("FP8", "rtn", "float-quantized", 8),
    ("FP8_DYNAMIC", "rtn", "float-quantized", 8),
    ("FP8_BLOCK", "rtn", "float-quantized", 8),
]


@pytest.mark.parametrize(("scheme", "method", "form", "bits"), SCHEMES)
def test_scheme(models: Models, texts: Texts, tmp_path: pathlib.Path, scheme: str, method: str, form: str, bits: int) -> None:
    step: dict[str, Any] = {"kind": "compress", "scheme": scheme, "method": method, "groupSize": 64}
    if method != "rtn" or scheme == "FP8":
        step |= {"text": str(texts.train), "samples": 16, "length": 128}
    checks = [
        {"kind": "perplexity", "text": str(texts.held_back), "tokens": 4096, "window": 128},
        {"kind": "parameters", "atMost": 1},
        {"kind": "tokenizer"},
        {"kind": "license"},
    ]
    source = models("wide" if scheme == "FP8_BLOCK" else "llama")
    result = pipeline(source, tmp_path, [{"kind": "cast", "dtype": "bfloat16"}, step], checks)
    assert result["format"] == "compressed-tensors"
    assert result["steps"][1]["format"] == form
    assert result["steps"][1]["quantized"] == (14 if scheme == "FP8_BLOCK" else 28)
    # Packing hides no parameter: those of the source are there.
    assert check_of(result, "parameters")["ratio_all"] == 1
    written = json.loads((tmp_path / "output" / "config.json").read_text(encoding="utf-8"))["quantization_config"]
    assert written["quant_method"] == "compressed-tensors"
    assert written["config_groups"]["group_0"]["weights"]["num_bits"] == bits
    # What is not quantized has 16 bits.
    counts = weights.count(source)
    plain = sum(number for name, number in counts.items() if "_proj" not in name)
    least = (sum(counts.values()) - plain) * bits // 8 + plain * 2
    assert least < weights.weight_bytes(tmp_path / "output") < least * 1.25
    print(f"{scheme} by {method}: {check_of(result, 'perplexity')['increase']:+.2%} of perplexity")


def test_int8_is_small(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    checks = [{"kind": "size", "atMost": 0.30}, {"kind": "perplexity", "text": str(texts.held_back), "tokens": 4096}]
    result = pipeline(models("qwen2"), tmp_path, [{"kind": "cast", "dtype": "bfloat16"}, {"kind": "compress", "scheme": "W8A8"}], checks)
    assert check_of(result, "size")["ratio"] <= 0.31


def test_groups_must_divide_the_inputs(models: Models, tmp_path: pathlib.Path) -> None:
    with pytest.raises(Refused) as refused:
        pipeline(models("llama"), tmp_path, [{"kind": "compress", "scheme": "W4A16"}], [{"kind": "license"}])
    assert "has 192 outputs of 192 inputs, which groups of 128 do not divide; give another groupSize, or ignore it" in str(refused.value)


@pytest.mark.parametrize(("size", "strategy", "written"), [(32, "group", 32), (64, "group", 64), (-1, "channel", None)])
def test_group_size(models: Models, texts: Texts, tmp_path: pathlib.Path, size: int, strategy: str, written: int | None) -> None:
    step = {"kind": "compress", "scheme": "W4A16", "groupSize": size}
    checks = [{"kind": "perplexity", "text": str(texts.held_back), "tokens": 4096, "limit": 0.5, "belowFloor": True}]
    pipeline(models("llama"), tmp_path, [{"kind": "cast", "dtype": "bfloat16"}, step], checks)
    config = json.loads((tmp_path / "output" / "config.json").read_text(encoding="utf-8"))["quantization_config"]
    quantized = config["config_groups"]["group_0"]["weights"]
    assert (quantized["strategy"], quantized["group_size"]) == (strategy, written)
    # One scale for each group of the 192 inputs of each output.
    scale = weights.tensors_of(tmp_path / "output")["model.layers.0.self_attn.q_proj.weight_scale"]
    assert list(scale.shape) == [192, 1 if size == -1 else 192 // size]
