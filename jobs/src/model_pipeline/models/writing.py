"""Writes a Hugging Face folder tensor by tensor, without ever holding the whole model."""

import json
import pathlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from model_pipeline import formats, weights

Change = Callable[[str, torch.Tensor], Mapping[str, torch.Tensor]]


def copy_companions(given: pathlib.Path, output: pathlib.Path) -> None:
    """Carries over what is not weights."""
    for path in formats.companions(given):
        shutil.copyfile(path, output / path.name)


def write_config(output: pathlib.Path, config: Mapping[str, Any]) -> None:
    (output / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def read_tensors(file: pathlib.Path) -> Iterator[tuple[str, torch.Tensor]]:
    """All tensors of a file, one after the other."""
    with safe_open(file, framework="pt") as opened:
        for name in opened.keys():  # noqa: SIM118  (it is no dictionary)
            yield name, opened.get_tensor(name)


def rewrite(given: pathlib.Path, output: pathlib.Path, change: Change, tell: Callable[[int, int], None]) -> None:
    """Writes each file of weights anew: what `change` makes of each tensor, none of them, or several."""
    files = weights.weight_files(given)
    index: dict[str, str] = {}
    total = 0
    for place, file in enumerate(files):
        changed: dict[str, torch.Tensor] = {}
        for name, tensor in read_tensors(file):
            changed.update({each: made.contiguous() for each, made in change(name, tensor).items()})
        if changed:
            save_file(changed, output / file.name, metadata={"format": "pt"})
        index |= dict.fromkeys(changed, file.name)
        total += sum(tensor.numel() * tensor.element_size() for tensor in changed.values())
        tell(place + 1, len(files))
    if (given / "model.safetensors.index.json").is_file():
        text = json.dumps({"metadata": {"total_size": total}, "weight_map": dict(sorted(index.items()))}, indent=2)
        (output / "model.safetensors.index.json").write_text(text + "\n", encoding="utf-8")
