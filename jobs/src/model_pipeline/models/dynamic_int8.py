"""PyTorch's dynamically quantized modules in safetensors: for each, the whole numbers, scales and zero points that PyTorch itself has."""

import json
import pathlib
import warnings
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from model_pipeline import formats
from model_pipeline.models.modules import parent_of

_LINEAR = torch.ao.nn.quantized.dynamic.Linear
_EMBEDDING = torch.ao.nn.quantized.Embedding
# The accumulators of the older kernels of x86 overflow with all 8 bits: https://docs.pytorch.org/docs/stable/quantization.html
_ENGINES = ("x86", "onednn", "qnnpack")


def use_engine() -> str:
    """The kernels of this processor."""
    engine = next(each for each in _ENGINES if each in torch.backends.quantized.supported_engines)
    torch.backends.quantized.engine = engine
    return engine


def quantize(module: Any, embeddings: bool, per_channel: bool) -> Any:
    """Linear layers, and embeddings where they are wanted, in INT8. Weights that an embedding and the head share become two."""
    from torch.ao.quantization import (
        default_dynamic_qconfig,
        float_qparams_weight_only_qconfig,
        per_channel_dynamic_qconfig,
        quantize_dynamic,
    )

    use_engine()
    kinds: dict[Any, Any] = {torch.nn.Linear: per_channel_dynamic_qconfig if per_channel else default_dynamic_qconfig}
    if embeddings:
        kinds[torch.nn.Embedding] = float_qparams_weight_only_qconfig
    with warnings.catch_warnings():
        # It says that torchao will have its successor.
        warnings.simplefilter("ignore")
        return quantize_dynamic(module, kinds, inplace=True)


def save(module: Any, folder: pathlib.Path) -> dict[str, int]:
    """Writes all weights; returns how many modules of each kind are quantized."""
    tensors: dict[str, torch.Tensor] = {}
    linear: list[str] = []
    embedding: list[str] = []
    for name, each in module.named_modules():
        if isinstance(each, (_LINEAR, _EMBEDDING)):
            (linear if isinstance(each, _LINEAR) else embedding).append(name)
            tensors |= {f"{name}.{part}": value for part, value in _parts(each.weight()).items()}
            if isinstance(each, _LINEAR) and each.bias() is not None:
                tensors[f"{name}.bias"] = each.bias()
    quantized = (*linear, *embedding)
    for name, value in module.state_dict().items():
        if isinstance(value, torch.Tensor) and not value.is_quantized and not name.startswith(tuple(f"{each}." for each in quantized)):
            tensors[name] = value
    save_file({name: value.detach().clone().contiguous() for name, value in tensors.items()}, folder / "model.safetensors")
    about = {"version": 1, "torch": torch.__version__, "linear": linear, "embedding": embedding}
    (folder / formats.DYNAMIC_INT8).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return {"linear": len(linear), "embedding": len(embedding)}


def _parts(weight: torch.Tensor) -> dict[str, torch.Tensor]:
    if weight.qscheme() in (torch.per_channel_affine, torch.per_channel_affine_float_qparams):
        return {
            "weight": weight.int_repr(),
            "weight_scale": weight.q_per_channel_scales().float(),
            "weight_zero_point": weight.q_per_channel_zero_points().float(),
        }
    return {
        "weight": weight.int_repr(),
        "weight_scale": torch.tensor(weight.q_scale()),
        "weight_zero_point": torch.tensor(float(weight.q_zero_point())),
    }


def load_dynamic_int8(folder: pathlib.Path, trust_remote_code: bool) -> Any:
    """The module, as it was when it was saved."""
    from transformers import AutoConfig, AutoModelForCausalLM

    use_engine()
    about = json.loads((folder / formats.DYNAMIC_INT8).read_text(encoding="utf-8"))
    tensors = load_file(folder / "model.safetensors")
    config = AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
    config.tie_word_embeddings = False
    module = AutoModelForCausalLM.from_config(config, dtype=torch.float32, trust_remote_code=trust_remote_code)
    for name in about["linear"]:
        parent, last = parent_of(module, name)
        weight = _weight(tensors, name, torch.qint8)
        linear = _LINEAR(weight.shape[1], weight.shape[0], bias_=f"{name}.bias" in tensors)
        linear.set_weight_bias(weight, tensors.get(f"{name}.bias"))
        setattr(parent, last, linear)
    for name in about["embedding"]:
        parent, last = parent_of(module, name)
        weight = _weight(tensors, name, torch.quint8)
        embedding = _EMBEDDING(weight.shape[0], weight.shape[1])
        embedding.set_weight(weight)
        setattr(parent, last, embedding)
    # What is quantized has no parameters; all others must be there.
    missing = {name for name, _ in module.named_parameters()} - tensors.keys()
    if missing:
        raise ValueError(f"{folder} has no {', '.join(sorted(missing)[:3])}")
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(tensors[name])
    return module.eval()


def _weight(tensors: dict[str, torch.Tensor], name: str, dtype: torch.dtype) -> torch.Tensor:
    scale, zero = tensors[f"{name}.weight_scale"], tensors[f"{name}.weight_zero_point"]
    whole = tensors[f"{name}.weight"]
    if scale.dim() == 0:
        return torch._make_per_tensor_quantized_tensor(whole, float(scale), int(zero))
    if dtype == torch.quint8:
        return torch._make_per_channel_quantized_tensor(whole, scale, zero, 0)
    return torch._make_per_channel_quantized_tensor(whole, scale.double(), zero.long(), 0)
