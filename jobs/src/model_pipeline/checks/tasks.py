"""Tasks of lm-evaluation-harness, by its own library: https://github.com/EleutherAI/lm-evaluation-harness

Nothing is fetched: the data of a task must be in files that its definition names.
"""

import math
from typing import Any

import torch
from lm_eval import evaluator
from lm_eval.api.model import TemplateLM
from lm_eval.tasks import TaskManager

from model_pipeline.faults import refuse
from model_pipeline.kinds import Tasks
from model_pipeline.models.loading import LanguageModel, load
from model_pipeline.models.texts import tokenizer_of
from model_pipeline.work import Result, Subject

# What a task is judged by, the first that it has.
_METRICS = ("acc_norm,none", "acc,none", "exact_match,none")


class _Model(TemplateLM):  # type: ignore[misc]
    """Answers how likely continuations are, for the harness."""

    def __init__(self, model: LanguageModel, tokenizer: Any) -> None:
        super().__init__()
        self._model = model
        self._tokenizer = tokenizer

    @property
    def eot_token_id(self) -> int:
        return int(self._tokenizer.eos_token_id)

    def tok_encode(self, string: str, add_special_tokens: bool | None = None, **_: Any) -> list[int]:
        ids: list[int] = self._tokenizer(string, add_special_tokens=bool(add_special_tokens))["input_ids"]
        return ids

    def _loglikelihood_tokens(self, requests: list[Any], **_: Any) -> list[tuple[float, bool]]:
        answers = []
        for _key, context, continuation in requests:
            ids = torch.tensor([[*context, *continuation]])
            logits = self._model.logits(ids[:, :-1])[0, -len(continuation) :].double()
            chosen = torch.tensor(continuation)
            likely = torch.log_softmax(logits, -1).gather(-1, chosen[:, None]).sum()
            answers.append((float(likely), bool((logits.argmax(-1) == chosen).all())))
        return answers

    def loglikelihood_rolling(self, requests: list[Any], disable_tqdm: bool = False) -> list[float]:
        texts = [self.tok_encode(request.args[0]) for request in requests]
        return [self._loglikelihood_tokens([(None, [self.eot_token_id], ids)])[0][0] for ids in texts]

    def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
        raise refuse("tasks", "a task generates text; only those that compare continuations can be run")


def run(settings: Tasks, subject: Subject) -> Result:
    tokenizer = tokenizer_of(subject.source, subject.trust_remote_code)
    manager = _manager(settings)
    folders = (subject.source, subject.output)
    scores = [_scores(settings, manager, load(folder, subject.trust_remote_code), tokenizer) for folder in folders]
    means = [sum(each.values()) / len(each) for each in scores]
    values = {f"{name}_source": value for name, value in scores[0].items()} | scores[1]
    if means[0] <= 0:
        return Result(False, "the source itself scores nothing in these tasks, so that nothing can be compared with it", values)
    loss = (means[0] - means[1]) / means[0]
    sentence = (
        f"scores {means[1]:.4f} on average in place of {means[0]:.4f}, a loss of {loss:+.2%}; at most {settings.limit:.2%} is allowed"
    )
    return Result(loss <= settings.limit, sentence, {**values, "loss": loss, "limit": settings.limit})


def _manager(settings: Tasks) -> Any:
    """The tasks of the folder, else the thousands that the harness brings, which take long to list. Raises Refused for unknown ones."""
    folder = None if settings.folder is None else str(settings.folder)
    manager = TaskManager(include_path=folder, include_defaults=folder is None)
    unknown = [task for task in settings.tasks if task not in manager.all_tasks]
    if unknown:
        raise refuse("tasks", f"lm-evaluation-harness knows no {', '.join(unknown)}; give the folder of their definitions")
    return manager


def _scores(settings: Tasks, manager: Any, model: LanguageModel, tokenizer: Any) -> dict[str, float]:
    """The score of each task. Raises Refused."""
    loaded = manager.load(list(settings.tasks))
    if settings.shots is not None:
        for task in loaded["tasks"].values():
            task.set_config(key="num_fewshot", value=settings.shots)
    # Not by simple_evaluate, which asks pip and git about the machine.
    found = evaluator.evaluate(_Model(model, tokenizer), loaded, limit=settings.examples, bootstrap_iters=0, log_samples=False)
    scores = {}
    for task in settings.tasks:
        value = next((found["results"][task][metric] for metric in _METRICS if metric in found["results"][task]), None)
        if value is None or not math.isfinite(value):
            raise refuse("tasks", f"{task} is judged by none of {', '.join(_METRICS)}")
        scores[task] = float(value)
    return scores
