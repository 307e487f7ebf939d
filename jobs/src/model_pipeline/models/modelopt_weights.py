"""Weights as NVIDIA's ModelOpt exports them: FP8 with a scale for each tensor, or NVFP4; activations are rounded as engines do it.

FP8: `weight` in E4M3 times `weight_scale`; activations by `input_scale`. NVFP4: `weight` has two values of E2M1 in each byte, the first in the low bits;
16 of them share a scale in E4M3 (`weight_scale`), and all the scale of those (`weight_scale_2`); activations likewise, their blocks as they come, below
`input_scale`. modelopt/torch/quantization/qtensor/nvfp4_tensor.py and modelopt/torch/export/quant_utils.py of 0.47.0.
"""

import itertools
import pathlib
from typing import Any

import torch

from model_pipeline.models.packed import Tensors, load_packed

MARK = "weight_scale"
BLOCK = 16
# What a sign bit and the other three bits of E2M1 are.
_HALF = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_MOST_FP4 = 6.0
_FP8 = torch.float8_e4m3fn
_MOST_FP8 = torch.finfo(_FP8).max


def load_modelopt(folder: pathlib.Path, trust_remote_code: bool) -> Any:
    """The module, whose quantized layers round what comes in as the engine's would."""
    module, layers = load_packed(folder, trust_remote_code, MARK, lambda _, stored: widened(stored))
    for name, stored in layers.items():
        if "input_scale" in stored:
            rounded = fp4_rounded if is_fp4(stored) else fp8_rounded
            module.get_submodule(name).register_forward_pre_hook(_Rounding(rounded, stored["input_scale"].float()))
    return module


def is_fp4(stored: Tensors) -> bool:
    return bool(stored["weight"].dtype == torch.uint8)


def widened(stored: Tensors) -> torch.Tensor:
    """The weight of a linear layer."""
    weight, scale = stored["weight"], stored["weight_scale"].float()
    if not is_fp4(stored):
        return weight.float() * scale
    both = torch.stack([weight & 15, weight >> 4], dim=-1).flatten(1).long()
    values = torch.tensor([*_HALF, *(-each for each in _HALF)])[both]
    return values * (scale * stored["weight_scale_2"].float()).repeat_interleave(BLOCK, dim=1)


def fp8_rounded(given: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Activations as E4M3 holds them, with one scale for all."""
    return ((given.float() / scale).clamp(-_MOST_FP8, _MOST_FP8).to(_FP8).float() * scale).to(given.dtype)


def fp4_rounded(given: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Activations as NVFP4 holds them: each block of 16 has its own scale, in E4M3 times the one for all."""
    blocks = given.float().unflatten(-1, (-1, BLOCK))
    own = (blocks.abs().amax(-1, keepdim=True) / _MOST_FP4 / scale).clamp(max=_MOST_FP8).to(_FP8).float() * scale
    # A block of nothing but zeros has no scale.
    parts = torch.where(own > 0, blocks / own, 0.0)
    between = torch.tensor([(low + high) / 2 for low, high in itertools.pairwise(_HALF)])
    nearest = torch.tensor(_HALF)[torch.bucketize(parts.abs(), between)]
    return (nearest * parts.sign() * own).flatten(-2).to(given.dtype)


class _Rounding:
    """Rounds what comes into a layer."""

    def __init__(self, rounded: Any, scale: torch.Tensor) -> None:
        self._rounded, self._scale = rounded, scale

    def __call__(self, _: Any, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return (self._rounded(given[0], self._scale), *given[1:])
