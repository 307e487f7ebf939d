"""How well a model predicts a text."""

import math
from dataclasses import dataclass

import torch

from model_pipeline.models.loading import LanguageModel
from model_pipeline.progress import Progress


@dataclass(frozen=True)
class Quality:
    """The mean negative log-likelihood of a token in nats, and the share of tokens that were the likeliest."""

    loss: float
    accuracy: float

    @property
    def perplexity(self) -> float:
        """Infinite where it predicts nothing."""
        return math.exp(self.loss) if self.loss < 700 else math.inf


def measure(model: LanguageModel, rows: torch.Tensor, progress: Progress) -> Quality:
    """Predicts each token of each row but the first from those before it."""
    loss, hits, tokens = 0.0, 0, 0
    for place, row in enumerate(rows):
        logits = model.logits(row[None, :])[0, :-1]
        wanted = row[1:]
        loss += torch.nn.functional.cross_entropy(logits.double(), wanted, reduction="sum").item()
        hits += int((logits.argmax(-1) == wanted).sum())
        tokens += len(wanted)
        progress.at(place + 1, len(rows))
    return Quality(loss / tokens, hits / tokens)
