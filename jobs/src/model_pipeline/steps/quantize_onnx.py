"""ONNX Runtime's dynamic quantization: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html"""

import logging

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from model_pipeline import formats
from model_pipeline.kinds import QuantizeOnnx
from model_pipeline.models.onnx_session import DATA, GRAPH, check_loads
from model_pipeline.models.writing import copy_companions, write_config
from model_pipeline.work import Json, Work


def run(settings: QuantizeOnnx, work: Work) -> dict[str, Json]:
    # It advises to prepare graphs of images.
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        work.given / GRAPH,
        work.output / GRAPH,
        op_types_to_quantize=["MatMul", "Gemm", *(["Gather"] if settings.embeddings else [])],
        per_channel=settings.per_channel,
        weight_type=QuantType.QInt8,
        use_external_data_format=(work.given / DATA).is_file(),
    )
    check_loads(work.output)
    graph = onnx.load(work.output / GRAPH, load_external_data=False).graph
    write_config(work.output, formats.config_of(work.given))
    copy_companions(work.given, work.output)
    return {"quantizedProducts": sum("MatMulInteger" in node.op_type or node.op_type == "DynamicQuantizeMatMul" for node in graph.node)}
