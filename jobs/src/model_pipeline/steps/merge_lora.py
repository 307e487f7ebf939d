"""Adds an adapter of PEFT to the weights: `W + scale x B A`, computed in FP32.

What an adapter may hold: https://huggingface.co/docs/peft/package_reference/lora
"""

import json
import math
import pathlib
from typing import Any

import torch

from model_pipeline import formats, weights
from model_pipeline.faults import Fault, Refused
from model_pipeline.kinds import MergeLora
from model_pipeline.models.writing import copy_companions, read_tensors, rewrite, write_config
from model_pipeline.work import Json, Work

_PREFIX = "base_model.model."


def run(settings: MergeLora, work: Work) -> dict[str, Json]:
    config = _config(settings.adapter)
    adapter = dict(read_tensors(settings.adapter / "adapter_model.safetensors"))
    added = _pairs(adapter, config, weights.tensors_of(work.given))

    def change(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
        if name not in added:
            return {name: tensor}
        scale, a, b = added[name]
        difference = scale * (b.float() @ a.float())
        return {name: (tensor.float() + (difference.T if config.get("fan_in_fan_out") else difference)).to(tensor.dtype)}

    rewrite(work.given, work.output, change, work.progress.at)
    write_config(work.output, formats.config_of(work.given))
    copy_companions(work.given, work.output)
    return {"merged": len(added)}


def _config(folder: pathlib.Path) -> dict[str, Any]:
    """Raises Refused for an adapter whose difference is not `B A`."""
    try:
        config: dict[str, Any] = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused([Fault(str(folder), f"is no adapter: adapter_config.json cannot be read: {error}")]) from None
    faults = []
    if config.get("peft_type") != "LORA":
        faults.append(Fault(str(folder), f"is an adapter of type {config.get('peft_type')}; only LORA can be merged"))
    for name, what in (
        ("use_dora", "DoRA"),
        ("modules_to_save", "whole modules"),
        ("trainable_token_indices", "trained tokens"),
        ("use_bdlora", "BD-LoRA"),
    ):
        if config.get(name):
            faults.append(Fault(str(folder), f"has {what} ({name}), which this step does not merge; merge it by PEFT itself"))
    if config.get("bias", "none") != "none" or config.get("lora_bias"):
        faults.append(Fault(str(folder), "has trained biases, which this step does not merge; merge it by PEFT itself"))
    if not (folder / "adapter_model.safetensors").is_file():
        faults.append(Fault(str(folder), "has no adapter_model.safetensors; pickles are never read"))
    if faults:
        raise Refused(faults)
    return config


def _pairs(
    adapter: dict[str, torch.Tensor], config: dict[str, Any], given: dict[str, weights.Tensor]
) -> dict[str, tuple[float, torch.Tensor, torch.Tensor]]:
    """Scale, A and B of each weight of the model. Raises Refused with all that does not fit."""
    faults, pairs, used = [], {}, set()
    for name in adapter:
        if not name.endswith(".lora_A.weight"):
            continue
        module = name.removeprefix(_PREFIX).removesuffix(".lora_A.weight")
        other = name.replace(".lora_A.", ".lora_B.")
        used |= {name, other}
        if f"{module}.weight" not in given or other not in adapter:
            faults.append(Fault(name, "has no counterpart in the model or the adapter; was it trained on another model?"))
            continue
        a, b = adapter[name], adapter[other]
        shape = given[f"{module}.weight"].shape
        if sorted(shape) != sorted((b.shape[0], a.shape[1])) or a.shape[0] != b.shape[1]:
            faults.append(Fault(name, f"makes {b.shape[0]} x {a.shape[1]}, but the weight is {' x '.join(map(str, shape))}"))
            continue
        rank = a.shape[0]
        alpha = _of_module(config.get("alpha_pattern") or {}, module, config["lora_alpha"])
        pairs[f"{module}.weight"] = (alpha / (math.sqrt(rank) if config.get("use_rslora") else rank), a, b)
    faults += [Fault(name, "is not merged by this step; merge the adapter by PEFT itself") for name in adapter if name not in used]
    if faults:
        raise Refused(faults)
    return pairs


def _of_module(pattern: dict[str, float], module: str, default: float) -> float:
    return next((value for name, value in pattern.items() if module == name or module.endswith(f".{name}")), default)
