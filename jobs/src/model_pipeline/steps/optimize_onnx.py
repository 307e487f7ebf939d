"""Writes the graph as ONNX Runtime optimizes it, so that servers need not when they start.

What `extended` fuses are operators of ONNX Runtime alone; what `all` adds depends on the processor that it is written on.
https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html
"""

import onnx

from model_pipeline import formats
from model_pipeline.kinds import OptimizeOnnx
from model_pipeline.models.onnx_session import DATA, GRAPH, LEVELS, check_loads, options, session
from model_pipeline.models.writing import copy_companions, write_config
from model_pipeline.work import Json, Work

_INLINE_BYTES = "1024"


def run(settings: OptimizeOnnx, work: Work) -> dict[str, Json]:
    made = options()
    made.graph_optimization_level = LEVELS[settings.level]
    made.optimized_model_filepath = str(work.output / GRAPH)
    if (work.given / DATA).is_file():
        made.add_session_config_entry("session.optimized_model_external_initializers_file_name", DATA)
        made.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", _INLINE_BYTES)
    session(work.given, made)
    check_loads(work.output)
    before, after = (onnx.load(folder / GRAPH, load_external_data=False) for folder in (work.given, work.output))
    write_config(work.output, formats.config_of(work.given))
    copy_companions(work.given, work.output)
    operators = sorted({node.op_type for node in after.graph.node if node.domain not in ("", "ai.onnx")})
    return {
        "level": settings.level,
        "nodes": {"before": len(before.graph.node), "after": len(after.graph.node)},
        "ownOperators": list(operators),
    }
