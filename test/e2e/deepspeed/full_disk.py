"""Writes checkpoints by the own program of trainings to a disk that gets full, and prints what a restart goes on from: <program> <folder on the disk>"""

import importlib.util
import os
import pathlib
import sys
from typing import Any

import deepspeed
import torch

os.environ.update(RANK="0", LOCAL_RANK="0", WORLD_SIZE="1", MASTER_ADDR="127.0.0.1", MASTER_PORT=os.environ["PORT"])
path, folder = sys.argv[1:]
spec = importlib.util.spec_from_file_location("fine_tune", path)
assert spec is not None and spec.loader is not None
program = importlib.util.module_from_spec(spec)
spec.loader.exec_module(program)

deepspeed.init_distributed("gloo")
SETTINGS = {"train_batch_size": 1, "optimizer": {"type": "AdamW", "params": {"torch_adam": True}}, "zero_optimization": {"stage": 1}}


def engine() -> Any:
    model = torch.nn.Linear(256, 1024)
    made, *_ = deepspeed.initialize(model=model, model_parameters=model.parameters(), config=SETTINGS)
    return made


training = engine()
program.checkpoint(training, folder, 1, 2)
program.checkpoint(training, folder, 2, 2)
stat = os.statvfs(folder)
# Half of a checkpoint has room.
half = sum(each.stat().st_size for each in pathlib.Path(folder, "step-2").rglob("*") if each.is_file()) // 2
pathlib.Path(folder, "filled").write_bytes(bytes(stat.f_bavail * stat.f_frsize - half))
try:
    program.checkpoint(training, folder, 3, 2)
    print("it had room")
except (OSError, RuntimeError) as error:
    print(f"refused: {error}".splitlines()[0])
print("folders:", *sorted(each.name for each in pathlib.Path(folder).glob("step-*")))
_, state = engine().load_checkpoint(folder)
print("goes on from", state["step"])
