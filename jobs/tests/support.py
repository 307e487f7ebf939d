"""What tests share."""

import json
import pathlib
import struct
from dataclasses import dataclass
from typing import Any

from model_pipeline.metrics import Metrics
from model_pipeline.progress import Progress
from model_pipeline.runner import Folders, run
from model_pipeline.spec import parse


@dataclass(frozen=True)
class Texts:
    """Files with texts."""

    train: pathlib.Path
    held_back: pathlib.Path


def quiet() -> Progress:
    """Progress whose metrics go nowhere."""
    return Progress(Metrics(None, {"pipeline": "test"}))


def pipeline(source: pathlib.Path, folder: pathlib.Path, steps: list[Any], checks: list[Any], **more: Any) -> dict[str, Any]:
    """Runs steps and checks; the output is in `folder/output`."""
    spec = parse({"name": "test", "steps": steps, "checks": checks, **more}, folder)
    return run(spec, Folders(source, folder / "work", folder / "output"), quiet())


def check_of(result: dict[str, Any], check: str) -> dict[str, float]:
    """What a check measured."""
    values: dict[str, float] = next(each["values"] for each in result["checks"] if each["id"] == check)
    return values


def write_safetensors(path: pathlib.Path, tensors: dict[str, tuple[str, list[int], bytes]]) -> None:
    """A file of safetensors without any library: type, shape and bytes of each tensor."""
    head: dict[str, Any] = {}
    body = b""
    for name, (dtype, shape, data) in tensors.items():
        head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(head).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def bare_model(folder: pathlib.Path, **config: Any) -> pathlib.Path:
    """A folder that looks like a model, for what reads no weights."""
    folder.mkdir(parents=True)
    write_safetensors(folder / "model.safetensors", {"model.layers.0.self_attn.q_proj.weight": ("F32", [2, 2], bytes(16))})
    described = {"model_type": "llama", "num_hidden_layers": 4, "max_position_embeddings": 4096, **config}
    (folder / "config.json").write_text(json.dumps(described), encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    (folder / "LICENSE").write_text("do what you like\n", encoding="utf-8")
    return folder
