"""Parameter sharing of attention heads by low-rank bases, fitted to the inputs that a text makes where one is given."""

import json
from typing import Any

import torch

from model_pipeline import formats, weights
from model_pipeline.faults import refuse
from model_pipeline.kinds import ShareAttention
from model_pipeline.models.loading import load_module
from model_pipeline.models.modules import attention_modules
from model_pipeline.models.shared_attention import IN, OUT, READ, factors, rank_of
from model_pipeline.models.texts import read_text, rows_of, tokenizer_of
from model_pipeline.models.writing import copy_companions, rewrite, write_config
from model_pipeline.work import Json, Work

_LENGTH = 256


def run(settings: ShareAttention, work: Work) -> dict[str, Json]:
    module = load_module(work.given, work.trust_remote_code)
    names = attention_modules(module)
    if not names:
        raise refuse("source/config.json", "has no attention with q_proj, k_proj, v_proj and o_proj, whose heads could share bases")
    covariances = _covariances(module, names, settings, work) if settings.text is not None else {}
    replaced: dict[str, torch.Tensor] = {}
    ranks: dict[str, Json] = {}
    for place, name in enumerate(names):
        attention = module.get_submodule(name)
        made, pair = _attention(attention, settings.keep, covariances.get(f"{name}.{IN}"), covariances.get(f"{name}.{OUT}"))
        replaced |= {f"{name}.{part}.weight": value for part, value in made.items()}
        ranks[name] = list(pair)
        work.progress.at(place + 1, len(names))

    def change(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
        if name not in replaced:
            return {name: tensor}
        attention, part = name.removesuffix(".weight").rsplit(".", 1)
        basis = {"q_proj": IN, "o_proj": OUT}.get(part)
        made = {name: replaced[name].to(tensor.dtype)}
        return made if basis is None else {**made, f"{attention}.{basis}.weight": replaced[f"{attention}.{basis}.weight"].to(tensor.dtype)}

    rewrite(work.given, work.output, change, work.progress.at)
    (work.output / formats.SHARED_ATTENTION).write_text(json.dumps({"version": 1, "ranks": ranks}, indent=2) + "\n", encoding="utf-8")
    write_config(work.output, formats.config_of(work.given))
    copy_companions(work.given, work.output)
    counted = [sum(number for _, number in weights.attention_parts(weights.count(folder))) for folder in (work.given, work.output)]
    return {"attentionParameters": {"before": counted[0], "after": counted[1]}, "fitted": settings.text is not None}


def _attention(
    attention: Any, keep: float, read: torch.Tensor | None, written: torch.Tensor | None
) -> tuple[dict[str, torch.Tensor], tuple[int, int]]:
    """Coefficients and bases by their names, and both ranks. What else the attention has, biases and norms, counts too."""
    matrices = [getattr(attention, part).weight for part in (*READ, "o_proj")]
    of_matrices = sum(matrix.numel() for matrix in matrices)
    others = sum(each.numel() for each in attention.parameters()) - of_matrices
    share = (keep * (of_matrices + others) - others) / of_matrices
    stacked = torch.cat([matrix.detach() for matrix in matrices[:3]])
    ranks = rank_of(stacked, share), rank_of(matrices[3], share)
    coefficients, basis = factors(stacked, ranks[0], read)
    made = dict(zip(READ, coefficients.split([matrix.shape[0] for matrix in matrices[:3]]), strict=True))
    out, out_basis = factors(matrices[3].detach(), ranks[1], written)
    return {**made, IN: basis, "o_proj": out, OUT: out_basis}, ranks


def _covariances(module: Any, names: list[str], settings: ShareAttention, work: Work) -> dict[str, torch.Tensor]:
    """Sums of the products of what goes into the projections."""
    assert settings.text is not None
    sums: dict[str, torch.Tensor] = {}

    def hook(name: str) -> Any:
        def add(_: Any, given: tuple[torch.Tensor, ...]) -> None:
            rows = given[0].detach().reshape(-1, given[0].shape[-1]).float()
            product = rows.T @ rows
            sums[name] = product if name not in sums else sums[name] + product

        return add

    handles = []
    for name in names:
        attention = module.get_submodule(name)
        handles.append(attention.q_proj.register_forward_pre_hook(hook(f"{name}.{IN}")))
        handles.append(attention.o_proj.register_forward_pre_hook(hook(f"{name}.{OUT}")))
    rows = rows_of(read_text(settings.text), tokenizer_of(work.given, work.trust_remote_code), _LENGTH, settings.tokens)
    for place, row in enumerate(rows):
        with torch.inference_mode():
            module(input_ids=row[None, :], use_cache=False)
        work.progress.at(place + 1, len(rows))
    for handle in handles:
        handle.remove()
    return {name: value / rows.numel() for name, value in sums.items()}
