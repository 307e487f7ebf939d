"""Quantization by llm-compressor, written in the format compressed-tensors.

https://docs.vllm.ai/projects/llm-compressor ; schemes: `compressed_tensors.quantization.quant_scheme`. AWQ and SmoothQuant change the weights before they
are quantized; GPTQ quantizes by itself.
"""

import warnings
from typing import Any

import torch

from model_pipeline import formats, weights
from model_pipeline.faults import Fault, Refused
from model_pipeline.kinds import Compress
from model_pipeline.models.loading import load_module
from model_pipeline.models.texts import read_text, rows_of, tokenizer_of
from model_pipeline.models.writing import copy_companions
from model_pipeline.work import Json, Work

# Those with a scale for each group of inputs, and for each block of inputs and outputs.
_GROUPED = ("W4A16", "W8A16")
_BLOCKED = ("FP8_BLOCK",)
_BLOCK = 128
# All inputs of an output in one group.
WHOLE = -1
_SMOOTHING = 0.8


def run(settings: Compress, work: Work) -> dict[str, Json]:
    import compressed_tensors
    import llmcompressor
    from llmcompressor import oneshot

    module = load_module(work.given, work.trust_remote_code)
    _check_groups(module, settings)
    given: dict[str, Any] = {}
    if settings.text is not None:
        tokenizer = tokenizer_of(work.given, work.trust_remote_code)
        rows = rows_of(read_text(settings.text), tokenizer, settings.length, settings.samples * settings.length)
        given = {"dataset": _Rows(rows).loader(), "num_calibration_samples": len(rows), "max_seq_length": rows.shape[1]}
    torch.manual_seed(work.seed)
    _pin_nothing_without_gpu()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oneshot(model=module, recipe=_recipe(settings), **given)
        module.save_pretrained(work.output, save_compressed=True)
    # What it was made by, with the text of the calibration's settings: no part of the model.
    (work.output / "recipe.yaml").unlink(missing_ok=True)
    copy_companions(work.given, work.output)
    written = formats.config_of(work.output)["quantization_config"]
    return {
        "scheme": settings.scheme,
        "method": settings.method,
        "format": str(written.get("format")),
        "llmcompressor": llmcompressor.__version__,
        "compressedTensors": compressed_tensors.__version__,
        "quantized": sum(name.endswith(".weight_scale") for name in weights.tensors_of(work.output)),
    }


def _pin_nothing_without_gpu() -> None:
    """AWQ of llm-compressor 0.14.0.1 pins memory for copies to a GPU whether or not there is one, which PyTorch refuses where there is none."""
    from llmcompressor.pipelines.cache import IntermediatesCache

    if not torch.cuda.is_available():
        IntermediatesCache.pin_memory = lambda *_, **__: None


class _Rows(torch.utils.data.Dataset):  # type: ignore[misc]
    """Rows of tokens, each a sample."""

    def __init__(self, rows: torch.Tensor) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self._rows[place], "attention_mask": torch.ones_like(self._rows[place])}

    def loader(self) -> Any:
        return torch.utils.data.DataLoader(self, batch_size=1)


def _recipe(settings: Compress) -> list[Any]:
    from compressed_tensors.quantization import QuantizationStrategy, preset_name_to_scheme
    from llmcompressor.modifiers.gptq import GPTQModifier
    from llmcompressor.modifiers.quantization import QuantizationModifier
    from llmcompressor.modifiers.transform.awq import AWQModifier
    from llmcompressor.modifiers.transform.smoothquant import SmoothQuantModifier

    scheme = preset_name_to_scheme(settings.scheme, ["Linear"])
    if settings.scheme in _GROUPED:
        whole = settings.group_size == WHOLE
        scheme.weights = scheme.weights.model_copy(
            update={"group_size": None, "strategy": QuantizationStrategy.CHANNEL} if whole else {"group_size": settings.group_size}
        )
    quantized = {"config_groups": {"group_0": scheme}, "ignore": list(settings.ignore)}
    if settings.method == "gptq":
        return [GPTQModifier(**quantized)]
    before = {
        "awq": [AWQModifier()] if settings.method == "awq" else [],
        "smoothquant": [SmoothQuantModifier(smoothing_strength=_SMOOTHING)],
    }
    return [*(before.get(settings.method, [])), QuantizationModifier(**quantized)]


def _check_groups(module: Any, settings: Compress) -> None:
    """Raises Refused where a weight cannot be cut into groups or blocks: llm-compressor writes none that is not whole."""
    if settings.scheme not in (*_GROUPED, *_BLOCKED) or (settings.scheme in _GROUPED and settings.group_size == WHOLE):
        return
    blocked = settings.scheme in _BLOCKED
    of, size = ("blocks", _BLOCK) if blocked else ("groups", settings.group_size)
    advice = "ignore it" if blocked else "give another groupSize, or ignore it"
    faults = [
        Fault(name, f"has {each.out_features} outputs of {each.in_features} inputs, which {of} of {size} do not divide; {advice}")
        for name, each in module.named_modules()
        if isinstance(each, torch.nn.Linear) and not any(name.endswith(left_out) for left_out in settings.ignore)
        if each.in_features % size or (blocked and each.out_features % size)
    ]
    if faults:
        raise Refused(faults[:10])
