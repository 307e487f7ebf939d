"""Weights in safetensors, read without loading them: names, types and shapes are in the head of each file."""

import json
import math
import pathlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Bits of an element, by its name in the format (https://github.com/huggingface/safetensors, "Format").
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64, "F4": 4,
}  # fmt: skip
_MOST_HEAD = 100_000_000


class Broken(ValueError):
    """A file that is not what it says."""


@dataclass(frozen=True)
class Tensor:
    """A tensor in a file."""

    file: pathlib.Path
    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


def head_of(path: pathlib.Path) -> dict[str, Tensor]:
    """The tensors of a file. Raises Broken."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(8)
        if len(first) < 8:
            raise Broken(f"{path.name} has {size} bytes, too few for a file of safetensors")
        (length,) = struct.unpack("<Q", first)
        if length > min(_MOST_HEAD, size - 8):
            raise Broken(f"{path.name} is no file of safetensors: its head would have {length} bytes, the file has {size}")
        try:
            head: dict[str, Any] = json.loads(file.read(length))
        except ValueError:
            raise Broken(f"{path.name} is no file of safetensors: its head is no JSON") from None
    tensors: dict[str, Tensor] = {}
    end = 0
    for name, entry in head.items():
        if name == "__metadata__":
            continue
        tensor = Tensor(path, entry["dtype"], tuple(entry["shape"]))
        if tensor.dtype not in BITS:
            raise Broken(f"{path.name} has the tensor {name} of the unknown type {tensor.dtype}")
        tensors[name] = tensor
        end = max(end, entry["data_offsets"][1])
    if 8 + length + end != size:
        raise Broken(f"{path.name} has {size} bytes, but its head says {8 + length + end}: it was cut off or changed")
    return tensors


def weight_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """The files that are the model, in the order of their names: those of the index, if there is one. Raises Broken where one is missing."""
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return sorted(folder.glob("*.safetensors"))
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, AttributeError, TypeError):
        raise Broken(f"{index.name} is no index of safetensors") from None
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise Broken(f"{index.name} names {', '.join(missing)}, which is not there")
    return [folder / name for name in names]


def tensors_of(folder: pathlib.Path) -> dict[str, Tensor]:
    """All tensors of a model. Raises Broken."""
    return {name: tensor for file in weight_files(folder) for name, tensor in head_of(file).items()}


def weight_bytes(folder: pathlib.Path) -> int:
    """Bytes of all weights: safetensors, or graphs of ONNX with the data beside them."""
    kinds = ("*.safetensors", "*.onnx", "*.onnx.data", "*.onnx_data")
    return sum(path.stat().st_size for kind in kinds for path in folder.rglob(kind) if path.is_file())


# Beside the weights: how they are packed, and what they are multiplied with.
_BESIDE = ("scale", "zero_point", "inv_freq", "scales", "qzeros", "g_idx")


def _parameters(name: str, tensor: Tensor) -> int:
    """How many parameters of the model a tensor holds: none where it says how others are packed."""
    last = name.rsplit(".", 1)[-1]
    if last.endswith(("_scale", "_zero_point", "_shape", "_g_idx", "_scale_inv", "_scale_2")) or last in _BESIDE:
        return 0
    return tensor.elements


def count(folder: pathlib.Path) -> dict[str, int]:
    """Parameters of each tensor. Packed ones count as what was packed.

    `weight_packed` by `weight_shape` beside it, `qweight` by the inputs that `g_idx` says the groups of, NVFP4 (with `weight_scale_2`) as two in each byte.
    """
    tensors = tensors_of(folder)
    counts = {name: _parameters(name, tensor) for name, tensor in tensors.items()}
    for name, tensor in tensors.items():
        if name.endswith(".qweight"):
            counts[name] = tensors[name.replace(".qweight", ".g_idx")].elements * tensor.shape[1]
        elif name.endswith(".weight") and f"{name}_scale_2" in tensors:
            counts[name] = 2 * tensor.elements
        elif name.endswith(".weight_packed"):
            counts[name] = math.prod(_values(tensors[name.replace("_packed", "_shape")], name.replace("_packed", "_shape")))
    return counts


def _values(tensor: Tensor, name: str) -> list[int]:
    """The values of a small tensor of whole numbers."""
    with tensor.file.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        start, end = json.loads(file.read(length))[name]["data_offsets"]
        file.seek(8 + length + start)
        code = {"I32": "i", "I64": "q"}[tensor.dtype]
        return list(struct.unpack(f"<{tensor.elements}{code}", file.read(end - start)))


def attention_parts(counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Those of the attention of layers."""
    for name, number in counts.items():
        if ".self_attn." in name or ".attention." in name or ".attn." in name:
            yield name, number
