"""Loads a model in whichever form a folder holds it."""

import pathlib
from collections.abc import Callable
from typing import Any, Protocol

import torch

from model_pipeline import formats
from model_pipeline.faults import refuse


class LanguageModel(Protocol):
    """A model that predicts the next token."""

    def logits(self, ids: torch.Tensor, window: int | None = None) -> torch.Tensor:
        """Logits in FP32 of each position, `[batch, length, vocabulary]`; with a window, no position sees more than the last `window` ones."""

    @property
    def takes_window(self) -> bool:
        """Whether a window can be given."""


class TorchModel:
    """A model of transformers."""

    takes_window = True

    def __init__(self, module: Any) -> None:
        self.module = module

    def logits(self, ids: torch.Tensor, window: int | None = None) -> torch.Tensor:
        mask = None if window is None else band(ids.shape[1], window, self.dtype)
        with torch.inference_mode():
            logits: torch.Tensor = self.module(input_ids=ids, attention_mask=mask, use_cache=False).logits
        return logits.float()

    @property
    def dtype(self) -> torch.dtype:
        """The type that masks are added in."""
        return next((each.dtype for each in self.module.parameters() if each.dtype.is_floating_point), torch.float32)


def band(length: int, window: int | None, dtype: torch.dtype) -> torch.Tensor:
    """What is added to scores, so that a position sees itself and those before it, at most `window` in all: `[1, 1, length, length]`."""
    places = torch.arange(length)
    distance = places[:, None] - places[None, :]
    seen = distance >= 0 if window is None else (distance >= 0) & (distance < window)
    return torch.zeros(length, length, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)[None, None]


def load_module(folder: pathlib.Path, trust_remote_code: bool, attention: str | None = None) -> Any:
    """The module of transformers. Raises Refused where transformers has no such architecture."""
    from transformers import AutoConfig, AutoModelForCausalLM

    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
        model = AutoModelForCausalLM.from_pretrained(
            folder,
            config=config,
            dtype="auto",
            trust_remote_code=trust_remote_code,
            use_safetensors=True,
            attn_implementation=attention,
            local_files_only=True,
        )
    except (KeyError, ValueError) as error:
        raise refuse("source/config.json", f"cannot be loaded by this transformers: {str(error).splitlines()[0]}") from error
    return model.eval()


def load(folder: pathlib.Path, trust_remote_code: bool) -> LanguageModel:
    """A model in any form."""
    folder = formats.model_folder(folder)
    return _LOADERS[formats.format_of(folder)](folder, trust_remote_code)


def _transformers(folder: pathlib.Path, trust_remote_code: bool) -> LanguageModel:
    return TorchModel(load_module(folder, trust_remote_code))


def _dynamic_int8(folder: pathlib.Path, trust_remote_code: bool) -> LanguageModel:
    from model_pipeline.models.dynamic_int8 import load_dynamic_int8

    return TorchModel(load_dynamic_int8(folder, trust_remote_code))


def _gptq(folder: pathlib.Path, trust_remote_code: bool) -> LanguageModel:
    from model_pipeline.models.gptq_weights import load_gptq

    return TorchModel(load_gptq(folder, trust_remote_code))


def _modelopt(folder: pathlib.Path, trust_remote_code: bool) -> LanguageModel:
    from model_pipeline.models.modelopt_weights import load_modelopt

    return TorchModel(load_modelopt(folder, trust_remote_code))


def _shared_attention(folder: pathlib.Path, trust_remote_code: bool) -> LanguageModel:
    from model_pipeline.models.shared_attention import load_shared_attention

    return TorchModel(load_shared_attention(folder, trust_remote_code))


def _onnx(folder: pathlib.Path, _: bool) -> LanguageModel:
    from model_pipeline.models.onnx_session import OnnxModel

    return OnnxModel(folder)


_LOADERS: dict[str, Callable[[pathlib.Path, bool], LanguageModel]] = {
    "transformers": _transformers,
    "compressed-tensors": _transformers,
    "gptq": _gptq,
    "modelopt": _modelopt,
    "dynamic-int8": _dynamic_int8,
    "shared-attention": _shared_attention,
    "onnx": _onnx,
}
