"""Writes the weights in another floating-point type."""

import torch

from model_pipeline import formats
from model_pipeline.kinds import Cast
from model_pipeline.models.writing import copy_companions, rewrite, write_config
from model_pipeline.work import Json, Work

_TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def run(settings: Cast, work: Work) -> dict[str, Json]:
    dtype = _TYPES[settings.dtype]

    def change(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
        return {name: tensor.to(dtype) if tensor.is_floating_point() else tensor}

    rewrite(work.given, work.output, change, work.progress.at)
    config = formats.config_of(work.given)
    config.pop("torch_dtype", None)
    write_config(work.output, {**config, "dtype": settings.dtype})
    copy_companions(work.given, work.output)
    return {"dtype": settings.dtype}
