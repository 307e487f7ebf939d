"""What the vision towers of vLLM take while they encode: one process, random weights, no checkpoint.

    python3 towers.py --out results.json

Needs vLLM and one NVIDIA GPU. See README.md beside this file.
"""

import argparse
import json
import os
import types
from datetime import date
from pathlib import Path

# Published `vision_config`s; the rest is the same in all.
COMMON = {
    "num_heads": 16,
    "num_position_embeddings": 2304,
    "patch_size": 16,
    "spatial_merge_size": 2,
    "temporal_patch_size": 2,
    "in_channels": 3,
    "hidden_act": "gelu_pytorch_tanh",
}
TOWERS = {
    "qwen3.6-35b": {"hidden_size": 1152, "intermediate_size": 4304, "depth": 27, "out_hidden_size": 2048, "deepstack_visual_indexes": []},
    "qwen3-vl-235b": {"hidden_size": 1152, "intermediate_size": 4304, "depth": 27, "out_hidden_size": 4096, "deepstack_visual_indexes": [8, 16, 24]},
    "qwen3.5-4b": {"hidden_size": 1024, "intermediate_size": 4096, "depth": 24, "out_hidden_size": 2560, "deepstack_visual_indexes": []},
}
# Images, and their sides in patches: the largest of the published processors, four of them, and a small one.
BATCHES = ((1, 256), (4, 256), (1, 64))


def measured(tower, images, side, width):
    import torch

    patches = images * side * side
    torch.cuda.synchronize()
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    # In 16 bits, as vLLM's processors hand them over.
    pixels = torch.randn(patches, width, device="cuda", dtype=torch.bfloat16)
    torch.cuda.reset_peak_memory_stats()
    with torch.inference_mode():
        result = tower(pixels, grid_thw=[[1, side, side]] * images)
    torch.cuda.synchronize()
    return {"images": images, "patches": patches, "outputSize": result.shape[-1], "bytesPerPosition": round((torch.cuda.max_memory_allocated() - before) / patches, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    out = Path(parser.parse_args().out)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29511", RANK="0", WORLD_SIZE="1", LOCAL_RANK="0")
    import torch
    import vllm
    from vllm.config import VllmConfig, set_current_vllm_config
    from vllm.distributed import init_distributed_environment, initialize_model_parallel

    torch.cuda.set_device(0)
    torch.set_default_dtype(torch.bfloat16)
    towers = []
    with set_current_vllm_config(VllmConfig()):
        init_distributed_environment(1, 0, "env://", 0, "nccl")
        initialize_model_parallel(1, 1)
        from vllm.model_executor.models.qwen3_vl import Qwen3_VisionTransformer

        for name, sizes in TOWERS.items():
            config = types.SimpleNamespace(**COMMON, **sizes)
            with torch.device("cuda"):
                tower = Qwen3_VisionTransformer(config).eval()
            for parameter in tower.parameters():
                torch.nn.init.normal_(parameter.data, std=0.02)
            width = config.in_channels * config.temporal_patch_size * config.patch_size**2
            shape = {"hiddenSize": config.hidden_size, "intermediateSize": config.intermediate_size, "inputSize": width}
            for images, side in BATCHES:
                towers.append({"name": name, **shape, **measured(tower, images, side, width)})
            del tower
    facts = {"measured": str(date.today()), "gpu": torch.cuda.get_device_name(), "vllm": vllm.__version__, "torch": torch.__version__}
    unit = "bytes of a position (patch): what is allocated at the peak, the input included"
    out.write_text(json.dumps({**facts, "tower": "Qwen3_VisionTransformer", "unit": unit, "towers": towers}, indent=1) + "\n")


if __name__ == "__main__":
    main()
