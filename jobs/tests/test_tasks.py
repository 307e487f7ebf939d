"""Tasks of lm-evaluation-harness whose data are in files: which of two words stands next in the text that models learned."""

import json
import pathlib
import shutil
from collections.abc import Callable

import pytest
import torch
from safetensors.torch import load_file, save_file

from model_pipeline.faults import Refused
from model_pipeline.kinds import Tasks
from model_pipeline.work import Subject
from support import Texts, quiet

pytest.importorskip("lm_eval", reason="lm-evaluation-harness is only in the environment core")
Models = Callable[[str], pathlib.Path]
EXAMPLES = 24


@pytest.fixture
def tasks(texts: Texts, tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with one task: the word that follows, or the same one backwards."""
    words = texts.train.read_text(encoding="utf-8").split()
    rows = []
    for place in range(50, len(words), 211):
        word = words[place]
        if word.isalpha() and len(word) > 3 and word != word[::-1]:
            rows.append({"context": " ".join(words[place - 12 : place]), "choices": [word[::-1], word], "answer": 1})
    (tmp_path / "tasks").mkdir()
    data = tmp_path / "tasks" / "next.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows[:EXAMPLES]), encoding="utf-8")
    (tmp_path / "tasks" / "next.yaml").write_text(
        "task: next_word\n"
        "dataset_path: json\n"
        f"dataset_kwargs:\n  data_files:\n    test: {data}\n"
        "test_split: test\n"
        "output_type: multiple_choice\n"
        "doc_to_text: '{{context}}'\n"
        "doc_to_choice: choices\n"
        "doc_to_target: answer\n"
        "metric_list:\n  - metric: acc\n    aggregation: mean\n    higher_is_better: true\n"
        "metadata:\n  version: 1.0\n",
        encoding="utf-8",
    )
    return tmp_path / "tasks"


def test_scores_are_compared(models: Models, tasks: pathlib.Path, tmp_path: pathlib.Path) -> None:
    from model_pipeline.checks import tasks as check

    source = models("llama")
    settings = Tasks(tasks=("next_word",), folder=tasks)
    same = check.run(settings, Subject(source, source, 0, False, quiet()))
    assert same.passed
    assert same.values["next_word"] == same.values["next_word_source"] > 0.7
    assert same.values["loss"] == 0
    damaged = pathlib.Path(shutil.copytree(source, tmp_path / "damaged"))
    tensors = load_file(damaged / "model.safetensors")
    tensors["lm_head.weight"] = -tensors["lm_head.weight"]
    save_file(tensors, damaged / "model.safetensors", metadata={"format": "pt"})
    worse = check.run(settings, Subject(source, damaged, 0, False, quiet()))
    assert not worse.passed
    assert "at most 2.00% is allowed" in worse.sentence
    assert torch.isclose(torch.tensor(worse.values["loss"]), torch.tensor(1 - worse.values["next_word"] / same.values["next_word"]))


def test_unknown_tasks_are_named(models: Models, tasks: pathlib.Path) -> None:
    from model_pipeline.checks import tasks as check

    source = models("llama")
    with pytest.raises(Refused, match="lm-evaluation-harness knows no no_such_task; give the folder of their definitions"):
        check.run(Tasks(tasks=("no_such_task",), folder=tasks), Subject(source, source, 0, False, quiet()))
