"""GPTQ by GPTQModel, written in its own form (`quant_method: gptq`). https://github.com/ModelCloud/GPTQModel"""

import contextlib
import importlib.metadata
import os
import pathlib
import sys
import warnings

import torch

from model_pipeline import weights
from model_pipeline.faults import Fault, Refused
from model_pipeline.kinds import GptqModel
from model_pipeline.models.gptq_weights import MARK
from model_pipeline.models.texts import read_text, rows_of, tokenizer_of
from model_pipeline.models.writing import copy_companions
from model_pipeline.work import Json, Work

# What it says of how it was made, with times: no part of the model.
_LOGS = ("quant_log.csv", "quantize_config.json")


def run(settings: GptqModel, work: Work) -> dict[str, Json]:
    _check_groups(work.given, settings)
    tokenizer = tokenizer_of(work.given, work.trust_remote_code)
    rows = rows_of(read_text(settings.text), tokenizer, settings.length, settings.samples * settings.length)
    # 7.6.0 gives its loader two threads of those that it has for the processors, which are one where there are two processors, and ends with an error.
    os.environ.setdefault("GPTQMODEL_CPU_WORKERS", str(max(2, min(12, (os.cpu_count() or 1) // 2))))
    torch.manual_seed(work.seed)
    # The standard output is for lines of JSON.
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        from gptqmodel import GPTQModel, QuantizeConfig

        config = QuantizeConfig(
            bits=settings.bits,
            group_size=settings.group_size,
            # vLLM's kernels read these alone; offloaded, the folder's random name would be written into the model.
            sym=True,
            desc_act=False,
            # Its order of groups, where there are groups.
            act_group_aware=settings.group_size > 0,
            offload_to_disk=False,
            device="cuda" if torch.cuda.is_available() else "cpu",
        )
        model = GPTQModel.load(str(work.given), config, trust_remote_code=work.trust_remote_code)
        model.quantize([{"input_ids": row.tolist(), "attention_mask": [1] * len(row)} for row in rows], batch_size=1)
        model.save(str(work.output))
    for name in _LOGS:
        (work.output / name).unlink(missing_ok=True)
    copy_companions(work.given, work.output)
    return {
        "bits": settings.bits,
        "groupSize": settings.group_size,
        "gptqmodel": importlib.metadata.version("gptqmodel"),
        "quantized": sum(name.endswith(f".{MARK}") for name in weights.tensors_of(work.output)),
    }


def _check_groups(given: pathlib.Path, settings: GptqModel) -> None:
    """Raises Refused where groups do not divide the inputs of a linear layer: vLLM's kernels read none that is not whole."""
    if settings.group_size < 0:
        return
    faults = [
        Fault(name, f"has {tensor.shape[1]} inputs, which groups of {settings.group_size} do not divide; give another groupSize")
        for name, tensor in weights.tensors_of(given).items()
        if name.endswith("_proj.weight") and len(tensor.shape) == 2 and tensor.shape[1] % settings.group_size
    ]
    if faults:
        raise Refused(faults[:10])
