"""A graph of ONNX from PyTorch's own exporters: inputs `input_ids` and `attention_mask`, output `logits`, with any batch and length.

optimum-onnx pins transformers below 4.58 and does not know the architectures of today, so it is not used. The exporter by tracing writes opsets up
to 20, the one by `torch.export` those above.
"""

import pathlib
import tempfile
import warnings
from typing import Any

import onnx
import torch

from model_pipeline import formats
from model_pipeline.faults import refuse
from model_pipeline.kinds import ExportOnnx
from model_pipeline.models.loading import load_module
from model_pipeline.models.onnx_session import DATA, GRAPH, check_loads
from model_pipeline.models.shared_attention import load_shared_attention
from model_pipeline.models.writing import copy_companions, write_config
from model_pipeline.work import Json, Work

_MOST_TRACED = 20
# A file of protobuf has at most 2 GiB.
_MOST_INLINE = 1 << 30
_INPUTS, _OUTPUTS = ("input_ids", "attention_mask"), ("logits",)


class _Graph(torch.nn.Module):  # type: ignore[misc]
    """The model with a mask that is computed in the graph, whatever version of transformers makes masks how."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        seen = (places[None, :] <= places[:, None])[None, None] & (attention_mask[:, None, None, :] > 0)
        mask = torch.where(seen, 0.0, torch.finfo(torch.float32).min)
        positions = places[None].expand(input_ids.shape)
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=mask, position_ids=positions, use_cache=False).logits
        return logits


def run(settings: ExportOnnx, work: Work) -> dict[str, Json]:
    newest = onnx.defs.onnx_opset_version()
    if settings.opset > newest:
        raise refuse("opset", f"the exporter writes opsets up to {newest}; got {settings.opset}")
    shared = formats.format_of(work.given) == "shared-attention"
    # Kernels of ONNX Runtime for CPUs compute in FP32; a GPU's server can be given FP16 by its own optimizer.
    load = load_shared_attention if shared else load_module
    graph = _Graph(load(work.given, work.trust_remote_code, "eager").float()).eval()
    with tempfile.TemporaryDirectory(dir=work.output, prefix=".export-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = pathlib.Path(folder) / GRAPH
        _export(graph, path, settings.opset)
        model = onnx.load(path)
    written = next(each.version for each in model.opset_import if each.domain in ("", "ai.onnx"))
    if written != settings.opset:
        raise refuse("opset", f"the model needs opset {written}, more than {settings.opset}")
    write_graph(model, work.output)
    check_loads(work.output)
    write_config(work.output, formats.config_of(work.given))
    copy_companions(work.given, work.output)
    return {"opset": written, "ir": model.ir_version, "nodes": len(model.graph.node)}


def write_graph(model: onnx.ModelProto, folder: pathlib.Path) -> None:
    """One file, or two where it is too large for one."""
    large = model.ByteSize() > _MOST_INLINE
    onnx.save_model(model, folder / GRAPH, save_as_external_data=large, all_tensors_to_one_file=True, location=DATA if large else None)


def _export(graph: _Graph, path: pathlib.Path, opset: int) -> None:
    ids = torch.ones((2, 8), dtype=torch.long)
    given = (ids, torch.ones_like(ids))
    names = {"input_names": list(_INPUTS), "output_names": list(_OUTPUTS), "opset_version": opset}
    with torch.inference_mode():
        if opset <= _MOST_TRACED:
            axes = {name: {0: "batch", 1: "length"} for name in (*_INPUTS, *_OUTPUTS)}
            torch.onnx.export(graph, given, path, dynamo=False, dynamic_axes=axes, **names)
        else:
            sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length")}
            torch.onnx.export(graph, given, path, dynamo=True, dynamic_shapes=dict.fromkeys(_INPUTS, sizes), verbose=False, **names)
