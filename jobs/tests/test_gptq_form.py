"""GPTQ's form, read without the package that writes it."""

import json
import pathlib
from collections.abc import Callable

import pytest
import torch
from safetensors.torch import load_file, save_file

from model_pipeline import formats, weights
from model_pipeline.checks import parameters, perplexity
from model_pipeline.kinds import Parameters, Perplexity
from model_pipeline.models.gptq_weights import load_gptq, widened
from model_pipeline.work import Subject
from support import Texts, quiet

Models = Callable[[str], pathlib.Path]


def packed(values: list[list[int]], bits: int) -> torch.Tensor:
    """Along the columns of each row, the lowest bits first; by Python's whole numbers."""
    per = 32 // bits
    rows = [[sum(row[start + place] << bits * place for place in range(per)) for start in range(0, len(row), per)] for row in values]
    return torch.tensor([[each - 2**32 if each >= 2**31 else each for each in row] for row in rows], dtype=torch.int32)


@pytest.mark.parametrize(("bits", "zero"), [(4, 8), (8, 128)])
def test_widened(bits: int, zero: int) -> None:
    values = [[(7 * output + 3 * each) % 2**bits for each in range(16)] for output in range(8)]
    group = [0] * 8 + [1] * 8
    scales = [[0.5] * 8, [0.25] * 8]
    stored = {
        "qweight": packed(values, bits).T.contiguous(),
        "qzeros": packed([[zero - 1] * 8] * 2, bits),
        "scales": torch.tensor(scales, dtype=torch.float16),
        "g_idx": torch.tensor(group, dtype=torch.int32),
    }
    expected = [[(value - zero) * scales[group[place]][output] for place, value in enumerate(row)] for output, row in enumerate(values)]
    assert widened(stored, bits).tolist() == expected


def written(source: pathlib.Path, folder: pathlib.Path, bits: int, size: int) -> pathlib.Path:
    """A model rounded into GPTQ's form, as GPTQModel lays it out."""
    folder.mkdir()
    tensors = {}
    for name, tensor in load_file(source / "model.safetensors").items():
        if not name.endswith("_proj.weight"):
            tensors[name] = tensor
            continue
        layer = name.removesuffix(".weight")
        groups = tensor.unflatten(1, (-1, size))
        scales = (groups.abs().amax(-1) / (2 ** (bits - 1) - 1)).half()
        rounded = (groups / scales[..., None]).round().clamp(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1).flatten(1) + 2 ** (bits - 1)
        tensors[f"{layer}.qweight"] = packed(rounded.int().tolist(), bits).T.contiguous()
        tensors[f"{layer}.qzeros"] = packed([[2 ** (bits - 1) - 1] * len(tensor)] * scales.shape[1], bits)
        tensors[f"{layer}.scales"] = scales.T.contiguous()
        tensors[f"{layer}.g_idx"] = torch.arange(tensor.shape[1], dtype=torch.int32) // size
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    about = {"quant_method": "gptq", "bits": bits, "group_size": size, "sym": True, "desc_act": False, "checkpoint_format": "gptq"}
    (folder / "config.json").write_text(json.dumps({**formats.config_of(source), "quantization_config": about}), encoding="utf-8")
    for path in formats.companions(source):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_a_model_in_this_form_is_judged(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    source = models("llama")
    output = written(source, tmp_path / "gptq", 8, 64)
    assert formats.format_of(output) == "gptq"
    assert weights.count(output)["model.layers.0.mlp.down_proj.qweight"] == 192 * 512
    subject = Subject(source, output, 0, False, quiet())
    assert parameters.run(Parameters(at_most=1), subject).values["ratio_all"] == 1
    settings = Perplexity(text=texts.held_back, tokens=2048, window=128)
    assert perplexity.run(settings, subject).passed
    tensors = load_file(output / "model.safetensors")
    tensors["model.layers.0.mlp.down_proj.scales"] *= 8
    save_file(tensors, output / "model.safetensors", metadata={"format": "pt"})
    assert not perplexity.run(settings, subject).passed


def test_another_form_is_not_read(models: Models, tmp_path: pathlib.Path) -> None:
    output = written(models("llama"), tmp_path / "gptq", 8, 64)
    config = formats.config_of(output)
    config["quantization_config"]["checkpoint_format"] = "gptq_v2"
    (output / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ValueError, match="in the form gptq_v2 with 8 bits; gptq with 4 or 8 is read"):
        load_gptq(output, False)
