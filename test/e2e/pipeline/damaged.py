"""`python3 -m model_pipeline run ...` with a step that writes one scale eight times too large: its arguments are those after `-m`."""

import sys
from typing import Any

from model_pipeline import cli, runner
from safetensors.torch import load_file, save_file

original = runner._function


def function(module: str) -> Any:
    run = original(module)
    if not module.startswith("steps."):
        return run

    def damaging(settings: Any, work: Any) -> Any:
        report = run(settings, work)
        file = work.output / "model.safetensors"
        tensors = load_file(file)
        tensors["model.layers.0.mlp.down_proj.weight_scale"] *= 8
        save_file(tensors, file)
        return report

    return damaging


runner._function = function
sys.exit(cli.main(sys.argv[2:]))
