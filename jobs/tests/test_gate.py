"""The gate: what is not good enough is not published, and the reason says by how much."""

import json
import pathlib
import pickle
import shutil
from collections.abc import Callable
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from model_pipeline import formats, manifest, runner
from model_pipeline.checks import license as license_check
from model_pipeline.checks import long_context, perplexity, safetensors, tokenizer
from model_pipeline.faults import Refused
from model_pipeline.kinds import License, LongContext, Perplexity, Safetensors, Tokenizer
from model_pipeline.models.quality import Quality
from model_pipeline.work import Subject, Work
from support import Texts, pipeline, quiet

Models = Callable[[str], pathlib.Path]
Tensors = dict[str, torch.Tensor]


def wrong_scale(tensors: Tensors) -> None:
    tensors["model.layers.0.mlp.down_proj.weight_scale"] *= 8


def zeroed_layer(tensors: Tensors) -> None:
    for name in tensors:
        if name.startswith("model.layers.0.") and name.endswith(".weight"):
            tensors[name] = torch.zeros_like(tensors[name])


def not_a_number(tensors: Tensors) -> None:
    tensors["model.norm.weight"][3] = torch.nan


def damaged(monkeypatch: pytest.MonkeyPatch, damage: Callable[[Tensors], None]) -> None:
    """Lets each step damage what it wrote."""
    original = runner._function

    def function(module: str) -> Any:
        run = original(module)
        if not module.startswith("steps."):
            return run

        def damaging(settings: Any, work: Work) -> Any:
            report = run(settings, work)
            file = work.output / "model.safetensors"
            tensors = load_file(file)
            damage(tensors)
            save_file(tensors, file)
            return report

        return damaging

    monkeypatch.setattr(runner, "_function", function)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (wrong_scale, r"perplexity: the perplexity is .*%; at most \+2.00% is allowed"),
        (zeroed_layer, r"perplexity: the perplexity is .*%; at most \+2.00% is allowed"),
        (not_a_number, r"finite: 1 tensors have NaN or infinite values: model.norm.weight \(1 of 192\)"),
    ],
)
def test_damage_is_caught(
    models: Models, texts: Texts, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Tensors], None], reason: str
) -> None:
    damaged(monkeypatch, damage)
    checks = [{"kind": "perplexity", "text": str(texts.held_back), "tokens": 4096, "window": 128}, {"kind": "license"}]
    with pytest.raises(runner.CheckFailed, match=reason):
        pipeline(models("llama"), tmp_path, [{"kind": "dynamic-int8"}], checks)
    assert not (tmp_path / "output").exists()


def test_without_damage_the_same_is_published(
    models: Models, texts: Texts, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged(monkeypatch, lambda _: None)
    checks = [{"kind": "perplexity", "text": str(texts.held_back), "tokens": 4096, "window": 128}]
    pipeline(models("llama"), tmp_path, [{"kind": "dynamic-int8"}], checks)
    sums = manifest.read((tmp_path / "output" / manifest.NAME).read_text())
    assert {name: file.sha256 for name, file in manifest.measure(tmp_path / "output").items()} == sums


def test_weights_of_a_graph_that_are_not_finite_are_found(copy: pathlib.Path, tmp_path: pathlib.Path, models: Models) -> None:
    tensors = load_file(copy / "model.safetensors")
    not_a_number(tensors)
    save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(runner.CheckFailed, match=r"finite: 1 tensors have NaN or infinite values: .*norm.weight"):
        pipeline(copy, tmp_path, [{"kind": "export-onnx"}], [{"kind": "license"}])


def test_says_by_how_much() -> None:
    result = perplexity.judge(Quality(2.0, 0.5), Quality(2.0488, 0.48), 0.02)
    assert not result.passed
    assert result.sentence == "the perplexity is 7.759 in place of 7.389, +5.00%; at most +2.00% is allowed"
    assert perplexity.judge(Quality(2.0, 0.5), Quality(2.0198, 0.49), 0.02).passed
    assert perplexity.judge(Quality(2.0, 0.5), Quality(1.5, 0.49), 0.02).passed
    assert not perplexity.judge(Quality(2.0, 0.5), Quality(float("nan"), 0), 0.02).passed
    assert not perplexity.judge(Quality(2.0, 0.5), Quality(2000.0, 0), 0.02).passed


def subject(source: pathlib.Path, output: pathlib.Path) -> Subject:
    return Subject(source, output, 0, False, quiet())


@pytest.fixture
def copy(models: Models, tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of a model that may be changed."""
    return pathlib.Path(shutil.copytree(models("qwen2"), tmp_path / "copy"))


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_4096_tokens_give_no_nan(models: Models, texts: Texts, architecture: str) -> None:
    source = models(architecture)
    result = long_context.run(LongContext(window=1024, text=texts.held_back), subject(source, source))
    assert result.passed
    assert result.sentence == "all values are finite at 2049, 4096 tokens with and without a window"
    assert set(result.values) == {"bad_2049", "bad_4096", "bad_2049_window_1024", "bad_4096_window_1024"}


def test_values_that_are_not_finite_far_into_a_text_are_found(models: Models, copy: pathlib.Path, texts: Texts) -> None:
    """Rotary positions with a base of 0 have no finite angle."""
    tensors = load_file(copy / "model.safetensors")
    tensors["model.layers.1.self_attn.q_proj.weight"] *= 1e30
    tensors["model.layers.1.self_attn.k_proj.weight"] *= 1e30
    save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
    result = long_context.run(LongContext(lengths=(64,), text=texts.held_back), subject(models("qwen2"), copy))
    assert not result.passed
    assert "of 64 positions have NaN or infinite logits (64 tokens)" in result.sentence


def test_a_window_changes_what_is_seen(models: Models, texts: Texts) -> None:
    from model_pipeline.models.loading import load
    from model_pipeline.models.texts import long_row, read_text, tokenizer_of

    model = load(models("llama"), False)
    ids = long_row(read_text(texts.held_back), tokenizer_of(models("llama"), False), 64)
    whole, same, narrow = model.logits(ids), model.logits(ids, 64), model.logits(ids, 4)
    assert torch.allclose(whole, same, atol=1e-4)
    assert torch.allclose(whole[:, :4], narrow[:, :4], atol=1e-4)
    assert not torch.allclose(whole[:, 8:], narrow[:, 8:], atol=1e-2)


def test_another_tokenizer_is_found(models: Models, copy: pathlib.Path) -> None:
    source = models("qwen2")
    assert tokenizer.run(Tokenizer(), subject(source, copy)).passed
    text = json.loads((copy / "tokenizer.json").read_text(encoding="utf-8"))
    text["model"]["merges"] = text["model"]["merges"][: len(text["model"]["merges"]) // 2]
    (copy / "tokenizer.json").write_text(json.dumps(text), encoding="utf-8")
    result = tokenizer.run(Tokenizer(), subject(source, copy))
    assert not result.passed
    assert "texts become other tokens" in result.sentence
    for name in formats.TOKENIZER_FILES:
        (copy / name).unlink(missing_ok=True)
    assert "the output has no tokenizer" in tokenizer.run(Tokenizer(), subject(source, copy)).sentence


def test_the_license_must_be_there(models: Models, copy: pathlib.Path) -> None:
    source = models("qwen2")
    assert license_check.run(License(), subject(source, copy)).passed
    (copy / "LICENSE").write_text("another one", encoding="utf-8")
    assert "LICENSE was changed" in license_check.run(License(), subject(source, copy)).sentence
    (copy / "LICENSE").unlink()
    assert "LICENSE is not beside the weights" in license_check.run(License(), subject(source, copy)).sentence
    assert "the source has no file with its license" in license_check.run(License(), subject(copy, copy)).sentence


def test_pickles_and_code_are_found(copy: pathlib.Path) -> None:
    assert safetensors.run(Safetensors(), subject(copy, copy)).passed
    (copy / "a.bin").write_bytes(b"anything")
    (copy / "modeling.py").write_text("print()", encoding="utf-8")
    (copy / "hidden.json").write_bytes(pickle.dumps({"a": 1}))
    torch.save({"a": torch.ones(1)}, copy / "weights.data")
    result = safetensors.run(Safetensors(), subject(copy, copy))
    assert not result.passed
    for reason in ("a.bin: may be a pickle", "modeling.py: is code", "hidden.json: begins as a pickle", "weights.data: begins as a pickle"):
        assert reason in result.sentence


def test_refuses_an_architecture_that_nobody_knows(models: Models, copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    (copy / "config.json").write_text(json.dumps({**config, "model_type": "nobody-knows"}), encoding="utf-8")
    with pytest.raises(Refused, match=r"cannot be loaded by this transformers: .*nobody-knows"):
        pipeline(copy, tmp_path, [{"kind": "dynamic-int8"}], [{"kind": "license"}])


def test_perplexity_needs_text(models: Models, tmp_path: pathlib.Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n", encoding="utf-8")
    source = models("llama")
    with pytest.raises(Refused, match="has no text"):
        perplexity.run(Perplexity(text=tmp_path / "empty.txt"), subject(source, source))
