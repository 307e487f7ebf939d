"""PyTorch's dynamic quantization on the CPU."""

from model_pipeline import formats
from model_pipeline.kinds import DynamicInt8
from model_pipeline.models.dynamic_int8 import quantize, save
from model_pipeline.models.loading import load_module
from model_pipeline.models.writing import copy_companions, write_config
from model_pipeline.work import Json, Work


def run(settings: DynamicInt8, work: Work) -> dict[str, Json]:
    # Its kernels take and give FP32.
    module = load_module(work.given, work.trust_remote_code).float()
    counts = save(quantize(module, settings.embeddings, settings.per_channel), work.output)
    write_config(work.output, {**formats.config_of(work.given), "dtype": "float32", "tie_word_embeddings": False})
    copy_companions(work.given, work.output)
    return dict(counts)
