"""Attention whose heads share bases: queries, keys and values of all heads are read off one low-rank projection of what comes in, and what all heads
give goes through another. Engines of language models have no such layer; exported to ONNX it is two matrix products like any."""

import json
import pathlib
from typing import Any

import torch
from safetensors.torch import load_file

from model_pipeline import formats, weights
from model_pipeline.models.modules import attention_modules

IN, OUT = "qkv_basis", "o_basis"
READ = ("q_proj", "k_proj", "v_proj")


class Shared(torch.nn.Linear):  # type: ignore[misc]
    """The coefficients of one projection; the basis belongs to the attention, and all of its projections use it."""

    def __init__(self, basis: torch.nn.Linear, out: int, bias: bool) -> None:
        super().__init__(basis.out_features, out, bias=bias, dtype=basis.weight.dtype)
        # In a tuple, so that it is no module of this one, too.
        self._basis = (basis,)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return super().forward(self._basis[0](given))


def rank_of(matrix: torch.Tensor, keep: float) -> int:
    """The highest rank of which both factors have at most `keep` of the parameters of a matrix, at least 1."""
    rows, columns = matrix.shape
    return max(1, int(keep * rows * columns / (rows + columns)))


def factors(weight: torch.Tensor, rank: int, covariance: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Coefficients `[rows, rank]` and basis `[rank, columns]` whose product is nearest to the weight: on the inputs that the covariance is of, else in itself."""
    matrix = weight.double()
    if covariance is None:
        u, s, v = torch.linalg.svd(matrix, full_matrices=False)
        return u[:, :rank] * s[:rank], v[:rank]
    # Directions that hardly occur still count a little, so that it can be inverted.
    spread = covariance.double() + torch.eye(len(covariance), dtype=torch.float64) * (covariance.diagonal().mean().double() * 1e-4 + 1e-12)
    lower = torch.linalg.cholesky(spread)
    u, s, v = torch.linalg.svd(matrix @ lower, full_matrices=False)
    basis = torch.linalg.solve_triangular(lower, v[:rank], upper=False, left=False)
    return u[:, :rank] * s[:rank], basis


def install(module: Any, ranks: dict[str, tuple[int, int]]) -> None:
    """Puts shared projections, with weights that are loaded later, where each attention has its own."""
    for name, (read, written) in ranks.items():
        attention = module.get_submodule(name)
        dtype = attention.q_proj.weight.dtype
        for basis, rank, projections in ((IN, read, READ), (OUT, written, ("o_proj",))):
            made = torch.nn.Linear(getattr(attention, projections[0]).in_features, rank, bias=False, dtype=dtype)
            setattr(attention, basis, made)
            for projection in projections:
                old = getattr(attention, projection)
                setattr(attention, projection, Shared(made, old.out_features, old.bias is not None))


def load_shared_attention(folder: pathlib.Path, trust_remote_code: bool, attention: str | None = None) -> Any:
    """The module."""
    from transformers import AutoConfig, AutoModelForCausalLM

    about = json.loads((folder / formats.SHARED_ATTENTION).read_text(encoding="utf-8"))
    config = AutoConfig.from_pretrained(folder, trust_remote_code=trust_remote_code)
    tensors = {name: value for file in weights.weight_files(folder) for name, value in load_file(file).items()}
    dtype = next(value.dtype for value in tensors.values() if value.is_floating_point())
    module = AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation=attention, trust_remote_code=trust_remote_code)
    names = attention_modules(module)
    install(module, {name: tuple(about["ranks"][name]) for name in names})
    missing, unexpected = module.load_state_dict(tensors, strict=False)
    tied = set(getattr(module, "_tied_weights_keys", None) or ())
    if unexpected or set(missing) - tied:
        raise ValueError(f"{folder} does not hold what its config says: {', '.join(sorted([*unexpected, *missing])[:3])}")
    module.tie_weights()
    return module.eval()
