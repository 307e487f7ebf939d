"""A graph of ONNX in ONNX Runtime on the CPU."""

import os
import pathlib
from collections.abc import Iterator
from typing import Any

import onnxruntime
import torch

from model_pipeline.faults import refuse

GRAPH = "model.onnx"
# Weights that do not fit into the file of the graph.
DATA = "model.onnx.data"

LEVELS = {
    "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
}


def options() -> Any:
    """Settings of a session with as many threads as the run may have."""
    made = onnxruntime.SessionOptions()
    made.log_severity_level = 3
    if threads := os.environ.get("OMP_NUM_THREADS"):
        made.intra_op_num_threads = int(threads)
    return made


def session(folder: pathlib.Path, settings: Any | None = None) -> Any:
    """Raises Refused where this ONNX Runtime does not load it."""
    try:
        return onnxruntime.InferenceSession(folder / GRAPH, settings or options(), providers=["CPUExecutionProvider"])
    except Exception as error:
        raise refuse(GRAPH, f"ONNX Runtime {onnxruntime.__version__} does not load it: {str(error).strip()}") from error


def check_loads(folder: pathlib.Path) -> None:
    """Raises Refused where this ONNX Runtime does not load it."""
    session(folder)


def float_initializers(folder: pathlib.Path) -> Iterator[tuple[str, torch.Tensor]]:
    """The weights of a graph that are no whole numbers, one after the other."""
    import onnx
    from onnx import numpy_helper

    kinds = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.DOUBLE)
    for tensor in onnx.load(folder / GRAPH, load_external_data=False).graph.initializer:
        if tensor.data_type in kinds:
            yield tensor.name, torch.from_numpy(numpy_helper.to_array(tensor, str(folder)).copy())


class OnnxModel:
    """Token ids in, logits out."""

    takes_window = False

    def __init__(self, folder: pathlib.Path) -> None:
        self._session = session(folder)

    def logits(self, ids: torch.Tensor, window: int | None = None) -> torch.Tensor:
        if window is not None:
            raise ValueError("the graph has no window")
        given = {"input_ids": ids.numpy(), "attention_mask": torch.ones_like(ids).numpy()}
        return torch.from_numpy(self._session.run(["logits"], given)[0]).float()
