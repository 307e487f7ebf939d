"""In which form a folder holds a model."""

import json
import pathlib
from typing import Any

# Files that make a folder one of ours; each also says how to read it.
DYNAMIC_INT8 = "dynamic_int8.json"
SHARED_ATTENTION = "shared_attention.json"

# Files that a tokenizer may consist of, and others that are carried over as they are.
TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt",
    "tokenizer.model", "spiece.model", "chat_template.jinja", "chat_template.json", "tekken.json",
)  # fmt: skip
# Any of these makes a tokenizer.
VOCABULARY_FILES = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "tekken.json")
LICENSE_NAMES = ("license", "licence", "copying", "notice", "use_policy", "usage_policy")
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz", ".msgpack", ".h5")


def config_of(folder: pathlib.Path) -> dict[str, Any]:
    """config.json. Raises OSError or ValueError."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if not isinstance(config, dict):
        raise ValueError("config.json is no object")
    return config


def format_of(folder: pathlib.Path) -> str:
    """Its form, of those that steps read and write."""
    if next(folder.rglob("config.pbtxt"), None) is not None:
        return "triton"
    if next(folder.glob("*.onnx"), None) is not None:
        return "onnx"
    if (folder / DYNAMIC_INT8).is_file():
        return "dynamic-int8"
    if (folder / SHARED_ATTENTION).is_file():
        return "shared-attention"
    method = (config_of(folder).get("quantization_config") or {}).get("quant_method")
    return "transformers" if method is None else str(method)


def model_folder(folder: pathlib.Path) -> pathlib.Path:
    """Where the files of the model are: within the repository of Triton, in the folder of its version."""
    graph = next(iter(sorted(folder.rglob("model.onnx"))), None) if format_of(folder) == "triton" else None
    return folder if graph is None else graph.parent


def is_license(path: pathlib.Path) -> bool:
    return path.name.lower().split(".")[0].replace("-", "_") in LICENSE_NAMES


def has_tokenizer(folder: pathlib.Path) -> bool:
    """Whether there is a vocabulary: without one, transformers makes an empty tokenizer and says nothing."""
    return any((folder / name).is_file() for name in VOCABULARY_FILES)


def is_pickle(path: pathlib.Path) -> bool:
    """Whether loading a file of this name may run code, or its form says nothing about that."""
    return path.suffix.lower() in PICKLES


def companions(folder: pathlib.Path) -> list[pathlib.Path]:
    """What goes with the weights whatever is done to them: tokenizer, license, settings of generation, the model's card."""
    names = {*TOKENIZER_FILES, "generation_config.json", "readme.md"}
    return [path for path in sorted(folder.iterdir()) if path.is_file() and (path.name.lower() in names or is_license(path))]
