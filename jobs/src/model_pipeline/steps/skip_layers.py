"""Leaves layers out. Which matter least is measured by how much each turns what passes through it: the mean cosine between what goes in and what comes
out ("ShortGPT: Layers in Large Language Models are More Redundant Than You Expect", https://arxiv.org/abs/2403.03853, block influence)."""

import itertools
import re
from typing import Any

import torch

from model_pipeline import formats
from model_pipeline.faults import refuse
from model_pipeline.kinds import SkipLayers
from model_pipeline.models.loading import load_module
from model_pipeline.models.texts import read_text, rows_of, tokenizer_of
from model_pipeline.models.writing import copy_companions, rewrite, write_config
from model_pipeline.work import Json, Work

_LAYER = re.compile(r"^(?P<before>.*?\.?(?:layers|h|blocks)\.)(?P<place>\d+)(?P<after>\..*)$")
_LENGTH = 256


def run(settings: SkipLayers, work: Work) -> dict[str, Json]:
    config = formats.config_of(work.given)
    layers = config.get("num_hidden_layers")
    if not isinstance(layers, int):
        raise refuse("source/config.json", "has no num_hidden_layers, so that its layers cannot be told apart")
    influence = _influence(settings, work) if settings.layers is None else None
    least = sorted(range(layers), key=influence.__getitem__)[: settings.count] if influence is not None else []
    left_out = sorted({*least, *(settings.layers or ())})
    stay = [layer for layer in range(layers) if layer not in left_out]
    renamed = {layer: place for place, layer in enumerate(stay)}

    def change(name: str, tensor: torch.Tensor) -> dict[str, torch.Tensor]:
        found = _LAYER.match(name)
        if found is None:
            return {name: tensor}
        layer = int(found["place"])
        return {f"{found['before']}{renamed[layer]}{found['after']}": tensor} if layer in renamed else {}

    rewrite(work.given, work.output, change, work.progress.at)
    write_config(work.output, _config(config, stay))
    copy_companions(work.given, work.output)
    return {
        "layers": layers,
        "leftOut": list(left_out),
        **({} if influence is None else {"influence": [round(each, 6) for each in influence]}),
    }


def _config(config: dict[str, Any], stay: list[int]) -> dict[str, Any]:
    """With lists that have an element for each layer cut likewise."""
    layers = config["num_hidden_layers"]
    cut = {
        name: [value[layer] for layer in stay]
        for name, value in config.items()
        if name in ("layer_types", "mlp_layer_types", "no_rope_layers") and isinstance(value, list) and len(value) == layers
    }
    if isinstance(config.get("max_window_layers"), int):
        cut["max_window_layers"] = sum(layer < config["max_window_layers"] for layer in stay)
    return {**config, **cut, "num_hidden_layers": len(stay)}


def _influence(settings: SkipLayers, work: Work) -> list[float]:
    """1 less the cosine, of each layer."""
    assert settings.text is not None  # the specification says so
    module = load_module(work.given, work.trust_remote_code)
    rows = rows_of(read_text(settings.text), tokenizer_of(work.given, work.trust_remote_code), _LENGTH, settings.tokens)
    sums: torch.Tensor | None = None
    for place, row in enumerate(rows):
        with torch.inference_mode():
            states = module(input_ids=row[None, :], use_cache=False, output_hidden_states=True).hidden_states
        each = [torch.nn.functional.cosine_similarity(a.float(), b.float(), dim=-1).mean() for a, b in itertools.pairwise(states)]
        cosines = torch.stack(each)
        sums = cosines if sums is None else sums + cosines
        work.progress.at(place + 1, len(rows))
    assert sums is not None
    return [1 - float(value) / len(rows) for value in sums]
