"""The relative increase of the perplexity on a text. One that goes down has lost nothing."""

import math

from model_pipeline.kinds import Perplexity
from model_pipeline.models.loading import load
from model_pipeline.models.quality import Quality, measure
from model_pipeline.models.texts import read_text, rows_of, tokenizer_of
from model_pipeline.work import Result, Subject


def run(settings: Perplexity, subject: Subject) -> Result:
    # Both are asked for the same tokens: the tokenizer is compared by a check of its own.
    tokenizer = tokenizer_of(subject.source, subject.trust_remote_code)
    rows = rows_of(read_text(settings.text), tokenizer, settings.window, settings.tokens)
    # One after the other, so that never both are in memory.
    before, after = (
        measure(load(folder, subject.trust_remote_code), rows, subject.progress) for folder in (subject.source, subject.output)
    )
    return judge(before, after, settings.limit)


def judge(before: Quality, after: Quality, limit: float) -> Result:
    """Whether the loss is within the limit."""
    if not math.isfinite(before.loss):
        return Result(False, "the source itself predicts the text with a loss that is no number, so that nothing can be compared with it")
    increase = math.exp(min(after.loss - before.loss, 700)) - 1 if math.isfinite(after.loss) else math.inf
    values = {
        "perplexity_source": before.perplexity,
        "perplexity": after.perplexity,
        "increase": increase,
        "limit": limit,
        "next_token_accuracy_source": before.accuracy,
        "next_token_accuracy": after.accuracy,
    }
    if not all(map(math.isfinite, values.values())):
        return Result(False, "predicts the text with a loss that is no number or too large for one", {"limit": limit})
    sentence = (
        f"the perplexity is {after.perplexity:.3f} in place of {before.perplexity:.3f}, {increase:+.2%}; at most {limit:+.2%} is allowed"
    )
    return Result(increase <= limit, sentence, values)
