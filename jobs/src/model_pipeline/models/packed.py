"""Models whose quantized layers are written otherwise than transformers reads them: their weights are widened as the form says, by its own arithmetic."""

import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import torch

from model_pipeline import weights
from model_pipeline.models.writing import read_tensors

Tensors = Mapping[str, torch.Tensor]


def load_packed(
    folder: pathlib.Path, trust_remote_code: bool, mark: str, widen: Callable[[str, Tensors], torch.Tensor]
) -> tuple[Any, dict[str, Tensors]]:
    """The module with all weights widened, and of each quantized layer what is stored.

    A layer is quantized where it has a tensor `mark`; `widen` makes of all that is stored of it the weight of a linear layer.
    """
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
    # Or transformers would look for the package that wrote it.
    del config.quantization_config
    plain = {name: value for file in weights.weight_files(folder) for name, value in read_tensors(file)}
    layers: dict[str, Tensors] = {}
    for layer in [name.removesuffix(f".{mark}") for name in plain if name.endswith(f".{mark}")]:
        stored = {name.removeprefix(f"{layer}."): plain.pop(name) for name in list(plain) if name.startswith(f"{layer}.")}
        layers[layer] = stored
        if "bias" in stored:
            plain[f"{layer}.bias"] = stored["bias"]
        plain[f"{layer}.weight"] = widen(layer, stored)
    module = AutoModelForCausalLM.from_config(config, dtype=config.dtype, trust_remote_code=trust_remote_code)
    missing, unexpected = module.load_state_dict(plain, strict=False)
    tied = set(getattr(module, "_tied_weights_keys", None) or ())
    if unexpected or set(missing) - tied:
        raise ValueError(f"{folder} does not hold what its config says: {', '.join(sorted([*unexpected, *missing])[:3])}")
    module.tie_weights()
    return module.eval(), layers
