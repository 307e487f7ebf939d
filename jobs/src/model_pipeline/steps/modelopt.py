"""Quantization by NVIDIA's ModelOpt, exported in its own form (`quant_method: modelopt`). https://nvidia.github.io/Model-Optimizer"""

import contextlib
import importlib.metadata
import sys
import warnings
from typing import Any

import torch

from model_pipeline import weights
from model_pipeline.faults import Fault, Refused
from model_pipeline.kinds import Modelopt
from model_pipeline.models.loading import load_module
from model_pipeline.models.modelopt_weights import BLOCK, MARK
from model_pipeline.models.texts import read_text, rows_of, tokenizer_of
from model_pipeline.models.writing import copy_companions
from model_pipeline.work import Json, Work

# The configurations of `modelopt.torch.quantization`: they leave the head in 16 bits.
_CONFIGURATIONS = {"FP8": "FP8_DEFAULT_CFG", "NVFP4": "NVFP4_DEFAULT_CFG"}


def run(settings: Modelopt, work: Work) -> dict[str, Json]:
    module = load_module(work.given, work.trust_remote_code)
    if settings.scheme == "NVFP4":
        _check_blocks(module)
    tokenizer = tokenizer_of(work.given, work.trust_remote_code)
    rows = rows_of(read_text(settings.text), tokenizer, settings.length, settings.samples * settings.length)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(work.seed)

    def calibrate(calibrated: Any) -> None:
        for place, row in enumerate(rows):
            calibrated(row[None, :].to(device), use_cache=False)
            work.progress.at(place + 1, len(rows))

    # The standard output is for lines of JSON.
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr), torch.inference_mode():
        warnings.simplefilter("ignore")
        import modelopt.torch.quantization as quantization
        from modelopt.torch.export import export_hf_checkpoint

        module = quantization.quantize(module.to(device), getattr(quantization, _CONFIGURATIONS[settings.scheme]), calibrate)
        export_hf_checkpoint(module, export_dir=work.output)
    copy_companions(work.given, work.output)
    return {
        "scheme": settings.scheme,
        "modelopt": importlib.metadata.version("nvidia-modelopt"),
        "quantized": sum(name.endswith(f".{MARK}") for name in weights.tensors_of(work.output)),
    }


def _check_blocks(module: Any) -> None:
    """Raises Refused where blocks do not divide the inputs of a layer: none that is not whole is written."""
    faults = [
        Fault(name, f"has {each.in_features} inputs, which blocks of {BLOCK} do not divide; use the scheme FP8")
        for name, each in module.named_modules()
        if isinstance(each, torch.nn.Linear) and each.in_features % BLOCK
    ]
    if faults:
        raise Refused(faults[:10])
