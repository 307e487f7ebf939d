"""Weights as GPTQ's form has them: whole numbers packed into 32 bits, with a scale and a zero point for each group of inputs.

`qweight` has the inputs along its rows, `pack` of them in one number, the lowest bits first; `qzeros` the outputs along its columns, each less by one
(`checkpoint_format: gptq`); `g_idx` is the group of each input. https://github.com/ModelCloud/GPTQModel (gptqmodel/nn_modules/qlinear), and
vllm/model_executor/layers/quantization/auto_gptq.py of vLLM 0.24.0.
"""

import pathlib
from typing import Any

import torch

from model_pipeline import formats
from model_pipeline.models.packed import Tensors, load_packed

MARK = "qweight"


def load_gptq(folder: pathlib.Path, trust_remote_code: bool) -> Any:
    """The module. Raises ValueError where the form is none that vLLM reads."""
    about = formats.config_of(folder)["quantization_config"]
    if about.get("checkpoint_format", "gptq") != "gptq" or about.get("bits") not in (4, 8):
        raise ValueError(
            f"{folder} is in the form {about.get('checkpoint_format')} with {about.get('bits')} bits; gptq with 4 or 8 is read"
        )
    module, _ = load_packed(folder, trust_remote_code, MARK, lambda _, stored: widened(stored, about["bits"]))
    return module


def widened(stored: Tensors, bits: int) -> torch.Tensor:
    """The weight of a linear layer, an output a row."""
    values = _unpacked(stored["qweight"], bits)
    zeros = _unpacked(stored["qzeros"].T.contiguous(), bits).T + 1
    group = stored["g_idx"].long()
    weight = (values - zeros[group]).float() * stored["scales"].float()[group]
    return weight.T.contiguous()


def _unpacked(packed: torch.Tensor, bits: int) -> torch.Tensor:
    """What is packed along the rows."""
    shifts = torch.arange(0, 32, bits, dtype=torch.int32)
    return ((packed[:, None, :] >> shifts[None, :, None]) & (2**bits - 1)).reshape(-1, packed.shape[1])
