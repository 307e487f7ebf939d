"""Long sequences: no value is NaN or infinite, and the softmax over the vocabulary is stable, that is its probabilities add up to one."""

import torch

from model_pipeline.kinds import LongContext
from model_pipeline.models.loading import LanguageModel, load
from model_pipeline.models.texts import long_row, read_text, tokenizer_of
from model_pipeline.work import Json, Result, Subject

# Of the sum of probabilities in FP32.
_TOLERANCE = 1e-3


def run(settings: LongContext, subject: Subject) -> Result:
    model = load(subject.output, subject.trust_remote_code)
    windows: list[int | None] = [None] if settings.window is None or not model.takes_window else [None, settings.window]
    faults, values = [], {}
    details: dict[str, Json] = {}
    if settings.window is not None and not model.takes_window:
        details["window"] = "not tried: the graph takes no window of attention"
    cases = [(length, window) for length in settings.lengths for window in windows]
    for place, (length, window) in enumerate(cases):
        what = f"{length} tokens" + ("" if window is None else f", window {window}")
        bad, deviation = _measure(model, _ids(settings, subject, length), window)
        values[f"bad_{length}{'' if window is None else f'_window_{window}'}"] = float(bad)
        if bad:
            faults.append(f"{bad} of {length} positions have NaN or infinite logits ({what})")
        elif deviation > _TOLERANCE:
            faults.append(f"probabilities add up to one but for {deviation:g} ({what})")
        subject.progress.at(place + 1, len(cases))
    tried = ", ".join(str(length) for length in settings.lengths)
    also = " with and without a window" if len(windows) > 1 else ""
    return Result(not faults, "; ".join(faults) or f"all values are finite at {tried} tokens{also}", values, details)


def _ids(settings: LongContext, subject: Subject, length: int) -> torch.Tensor:
    tokenizer = tokenizer_of(subject.source, subject.trust_remote_code)
    if settings.text is not None:
        return long_row(read_text(settings.text), tokenizer, length)
    generator = torch.Generator().manual_seed(subject.seed)
    return torch.randint(0, tokenizer.vocab_size, (1, length), generator=generator)


def _measure(model: LanguageModel, ids: torch.Tensor, window: int | None) -> tuple[int, float]:
    """Positions with a value that is not finite, and the most that probabilities deviate from one in sum."""
    logits = model.logits(ids, window)[0]
    bad = int((~torch.isfinite(logits)).any(-1).sum())
    deviation = float((torch.softmax(logits, -1).sum(-1) - 1).abs().max()) if bad == 0 else float("inf")
    return bad, deviation
