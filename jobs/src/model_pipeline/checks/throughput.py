"""Tokens that go through the model in a second, by the median of several passes, each of the source and of the output in turn."""

import statistics
import time

import torch

from model_pipeline.kinds import Throughput
from model_pipeline.models.loading import LanguageModel, load
from model_pipeline.work import Result, Subject


def run(settings: Throughput, subject: Subject) -> Result:
    models = [load(folder, subject.trust_remote_code) for folder in (subject.source, subject.output)]
    ids = torch.zeros((settings.batch, settings.length), dtype=torch.long)
    taken: list[list[float]] = [[], []]
    for model in models:
        model.logits(ids)
    for each in range(settings.repeats):
        for model, seconds in zip(models, taken, strict=True):
            seconds.append(_seconds(model, ids))
        subject.progress.at(each + 1, settings.repeats)
    before, after = (ids.numel() / statistics.median(seconds) for seconds in taken)
    ratio = after / before
    wanted = "it is only reported" if settings.at_least is None else f"at least {settings.at_least:g} is wanted"
    sentence = f"{after:.0f} tokens/s in place of {before:.0f}, {ratio:.2f} of it; {wanted}"
    return Result(
        settings.at_least is None or ratio >= settings.at_least,
        sentence,
        {"ratio": ratio, "tokens_per_second": after, "tokens_per_second_source": before},
    )


def _seconds(model: LanguageModel, ids: torch.Tensor) -> float:
    started = time.perf_counter()
    model.logits(ids)
    return time.perf_counter() - started
