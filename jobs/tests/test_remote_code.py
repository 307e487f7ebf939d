"""Code in the folder of a model: never run unless the specification says so, whichever part of the program reads the folder."""

import json
import pathlib
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from model_pipeline import cli
from model_pipeline.checks import safetensors
from model_pipeline.faults import Refused
from model_pipeline.kinds import Safetensors
from model_pipeline.models.loading import load_module
from model_pipeline.models.texts import tokenizer_of
from model_pipeline.work import Subject
from support import Texts, pipeline, quiet

Models = Callable[[str], pathlib.Path]

# It leaves a mark when it is imported, and is a Llama otherwise.
CODE = """
import pathlib
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

pathlib.Path({mark!r}).write_text("run")

class OwnConfig(LlamaConfig):
    model_type = "own"

class OwnModel(LlamaForCausalLM):
    config_class = OwnConfig

class OwnTokenizer(PreTrainedTokenizerFast):
    pass
"""


def with_code(source: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A copy of a model that cannot be loaded without the code beside it; the mark is beside the folder."""
    shutil.copytree(source, folder)
    (folder / "own.py").write_text(CODE.format(mark=str(mark_of(folder))), encoding="utf-8")
    change(folder / "config.json", model_type="own", auto_map={"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnModel"})
    return folder


def change(file: pathlib.Path, **members: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **members}), encoding="utf-8")


def mark_of(folder: pathlib.Path) -> pathlib.Path:
    return folder.with_name("mark")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Transformers copies code into a cache before it imports it: none of an earlier run may be there."""
    from transformers import dynamic_module_utils

    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))


def test_a_program_that_is_told_nothing_refuses_it_and_runs_nothing(
    models: Models, texts: Texts, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = with_code(models("llama"), tmp_path / "source")
    spec = tmp_path / "spec.json"
    checks = [{"kind": "perplexity", "text": str(texts.held_back)}, {"kind": "tokenizer"}]
    spec.write_text(json.dumps({"name": "own", "steps": [{"kind": "cast", "dtype": "bfloat16"}], "checks": checks}), encoding="utf-8")
    folders = ["--source", str(source), "--work", str(tmp_path / "work"), "--output", str(tmp_path / "output")]
    assert cli.main(["run", "--spec", str(spec), *folders]) == 1
    assert "the model brings code of its own (auto_map), which is not run" in capsys.readouterr().err
    assert not mark_of(source).exists()
    assert not (tmp_path / "output").exists() or not any((tmp_path / "output").iterdir())


def test_what_loads_it_runs_nothing_either(models: Models, tmp_path: pathlib.Path) -> None:
    source = with_code(models("llama"), tmp_path / "source")
    with pytest.raises(Refused, match="cannot be loaded by this transformers"):
        load_module(source, trust_remote_code=False)
    assert not mark_of(source).exists()


def test_of_a_tokenizer_neither(models: Models, tmp_path: pathlib.Path) -> None:
    source = with_code(models("llama"), tmp_path / "source")
    shutil.copy(models("llama") / "config.json", source / "config.json")
    change(source / "tokenizer_config.json", auto_map={"AutoTokenizer": [None, "own.OwnTokenizer"]})
    assert tokenizer_of(source, trust_remote_code=False).encode("import os")
    pipeline(source, tmp_path, [{"kind": "package-tokenizer"}], [{"kind": "tokenizer"}])
    assert not mark_of(source).exists()
    assert not list((tmp_path / "output").rglob("*.py"))


@pytest.mark.parametrize(
    "step", [{"kind": "cast", "dtype": "bfloat16"}, {"kind": "skip-layers", "layers": [1]}, {"kind": "package-tokenizer"}]
)
def test_it_is_run_and_published_unchanged_where_the_specification_says_so(
    models: Models, texts: Texts, tmp_path: pathlib.Path, step: dict[str, Any]
) -> None:
    source = with_code(models("llama"), tmp_path / "source")
    checks = [{"kind": "throughput"}, {"kind": "tokenizer"}]
    result = pipeline(source, tmp_path, [step], checks, trustRemoteCode=True)
    assert mark_of(source).read_text() == "run"
    said = {each["kind"]: each["sentence"] for each in result["checks"]}
    assert said["safetensors"] == "weights are safetensors or ONNX, whole, and no file is a pickle or other code"
    assert (tmp_path / "output" / "own.py").read_bytes() == (source / "own.py").read_bytes()
    assert load_module(tmp_path / "output", trust_remote_code=True).config.model_type == "own"


def test_code_that_is_not_the_sources_is_never_published(models: Models, tmp_path: pathlib.Path) -> None:
    source = with_code(models("llama"), tmp_path / "source")
    made = with_code(models("llama"), tmp_path / "made")
    trusted = Subject(source, made, 0, True, quiet())
    (made / "own.py").write_bytes((source / "own.py").read_bytes())
    assert safetensors.run(Safetensors(), trusted).passed
    (made / "own.py").write_text("print()", encoding="utf-8")
    (made / "more.py").write_text("print()", encoding="utf-8")
    assert safetensors.run(Safetensors(), trusted).sentence == "more.py: is code; own.py: is code"
