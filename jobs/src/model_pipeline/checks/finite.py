"""No weight is NaN or infinite. Dynamic quantization makes whole numbers of what it is given, so that a NaN need not reach the logits. Always checked."""

import pathlib
from collections.abc import Iterator

import torch

from model_pipeline import formats, weights
from model_pipeline.kinds import Finite
from model_pipeline.models.writing import read_tensors
from model_pipeline.work import Result, Subject


def run(_: Finite, subject: Subject) -> Result:
    bad = [f"{name} ({count} of {size})" for name, count, size in _bad(formats.model_folder(subject.output))]
    sentence = f"{len(bad)} tensors have NaN or infinite values: {', '.join(bad[:5])}" if bad else "all weights are finite"
    return Result(not bad, sentence, {"tensors": float(len(bad))})


def _bad(folder: pathlib.Path) -> Iterator[tuple[str, int, int]]:
    """Tensors with values that are not finite: name, how many, of how many."""
    for name, tensor in _tensors(folder):
        # Types of 8 bits have no functions of their own.
        values = tensor.float() if tensor.dtype.itemsize == 1 else tensor
        count = int((~torch.isfinite(values)).sum())
        if count:
            yield name, count, tensor.numel()


def _tensors(folder: pathlib.Path) -> Iterator[tuple[str, torch.Tensor]]:
    if formats.format_of(folder) == "onnx":
        from model_pipeline.models.onnx_session import float_initializers

        yield from float_initializers(folder)
        return
    for file in weights.weight_files(folder):
        yield from ((name, tensor) for name, tensor in read_tensors(file) if tensor.is_floating_point())
