"""Linear layers of a module by their names."""

from typing import Any

import torch


def parent_of(module: Any, name: str) -> tuple[Any, str]:
    """The module that holds another, and its name there."""
    path, _, last = name.rpartition(".")
    return (module.get_submodule(path) if path else module), last


def attention_modules(module: Any) -> list[str]:
    """Names of the attention of each layer: whatever has projections of queries, keys, values and of the output."""
    wanted = ("q_proj", "k_proj", "v_proj", "o_proj")
    return [name for name, each in module.named_modules() if all(isinstance(getattr(each, part, None), torch.nn.Linear) for part in wanted)]
