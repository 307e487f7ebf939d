"""NVIDIA's ModelOpt: what it exports, loads again and is worth."""

import json
import pathlib
from collections.abc import Callable

import pytest
import torch
from safetensors.torch import load_file, save_file

from model_pipeline import weights
from model_pipeline.checks import perplexity
from model_pipeline.faults import Refused
from model_pipeline.kinds import Perplexity
from model_pipeline.models.modelopt_weights import fp4_rounded, widened
from model_pipeline.work import Subject
from support import Texts, check_of, pipeline, quiet

Models = Callable[[str], pathlib.Path]


@pytest.mark.parametrize(("architecture", "scheme", "bits"), [("llama", "FP8", 8), ("qwen2", "NVFP4", 4.5)])
def test_scheme(models: Models, texts: Texts, tmp_path: pathlib.Path, architecture: str, scheme: str, bits: float) -> None:
    source = models(architecture)
    step = {"kind": "modelopt", "scheme": scheme, "text": str(texts.train), "samples": 8, "length": 128}
    checks = [
        {"kind": "perplexity", "text": str(texts.held_back), "tokens": 2048, "window": 128},
        {"kind": "parameters", "atMost": 1},
        {"kind": "tokenizer"},
        {"kind": "license"},
    ]
    result = pipeline(source, tmp_path, [{"kind": "cast", "dtype": "bfloat16"}, step], checks)
    assert result["format"] == "modelopt"
    assert result["steps"][1]["quantized"] == 28
    # Two weights in a byte hide no parameter: those of the source are there.
    assert check_of(result, "parameters")["ratio_all"] == 1
    output = tmp_path / "output"
    written = json.loads((output / "config.json").read_text(encoding="utf-8"))["quantization_config"]
    # What vLLM chooses its loader by.
    assert (written["quant_method"], written["quant_algo"]) == ("modelopt", scheme)
    counts = weights.count(source)
    plain = sum(number for name, number in counts.items() if "_proj" not in name)
    least = (sum(counts.values()) - plain) * bits / 8 + plain * 2
    assert least < weights.weight_bytes(output) < least * 1.1
    # A wrong scale of one layer is seen by what is read of the files alone.
    damage(output)
    settings = Perplexity(text=texts.held_back, tokens=2048, window=128)
    assert not perplexity.run(settings, Subject(source, output, 0, False, quiet())).passed


def damage(folder: pathlib.Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    name = "model.layers.0.mlp.down_proj.weight_scale"
    tensors[f"{name}_2" if f"{name}_2" in tensors else name] *= 8
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def test_two_values_of_a_byte() -> None:
    """By hand: the first value is in the low bits, the sign above the other three; 16 of a row share a scale."""
    stored = {
        "weight": torch.tensor([[0x21, 0x7F, *[0x00] * 6, 0x22, *[0x00] * 7]], dtype=torch.uint8),
        "weight_scale": torch.tensor([[2.0, 0.5]]).to(torch.float8_e4m3fn),
        "weight_scale_2": torch.tensor(0.25),
    }
    assert widened(stored).tolist() == [[0.25, 0.5, -3.0, 3.0, *[0.0] * 12, 0.125, 0.125, *[0.0] * 14]]


def test_activations_of_four_bits() -> None:
    given = torch.tensor([6.0, -5.1, 4.9, 0.2, 0.3, *[0.0] * 11, *[0.0] * 16])
    assert fp4_rounded(given, torch.tensor(1.0)).tolist() == [6.0, -6.0, 4.0, 0.0, 0.5, *[0.0] * 27]


def test_blocks_must_divide_the_inputs(models: Models, texts: Texts, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model_pipeline.steps.modelopt.BLOCK", 128)
    step = {"kind": "modelopt", "scheme": "NVFP4", "text": str(texts.train)}
    with pytest.raises(Refused, match="has 192 inputs, which blocks of 128 do not divide; use the scheme FP8"):
        pipeline(models("llama"), tmp_path, [step], [{"kind": "license"}])
