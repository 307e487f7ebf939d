"""Specifications: what is refused, with all faults at once."""

import json
import pathlib
import subprocess
import sys
from typing import Any

import pytest

from model_pipeline.describe import all_kinds
from model_pipeline.faults import Refused
from model_pipeline.kinds import CHECKS, STEPS
from model_pipeline.spec import parse, read_spec

STEP = {"kind": "dynamic-int8"}
CHECK = {"kind": "license"}


def faults_of(folder: pathlib.Path, **given: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        parse({"name": "test", "steps": [STEP], "checks": [CHECK], **given}, folder)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"name": "Not This"}, "name: must be lower-case letters, digits and '-', at most 63; got 'Not This'"),
        ({"stepps": []}, "stepps: there is no such member; known are checks, labels, name, seed, steps, trustRemoteCode; did you mean 'steps'?"),
        ({"seed": True}, "seed: must be of JSON's type for int; got True"),
        ({"labels": {"gpu": 4}}, "labels.gpu: must be a text; got 4"),
        ({"steps": "all"}, "steps: must be of JSON's type for list; got 'all'"),
        ({"steps": [7]}, "steps[0]: must be an object of JSON; got 7"),
        ({"steps": [{"kind": "castt", "dtype": "float16"}]}, "did you mean 'cast'?"),
        ({"steps": [{"kind": "cast"}]}, "steps[0].dtype: is missing; give a text"),
        ({"steps": [{"kind": "cast", "dtype": "int8"}]}, "steps[0].dtype: must be one of float32, bfloat16, float16; got 'int8'"),
        (
            {"steps": [{"kind": "compress", "scheme": "W4A16", "groupSize": 16}]},
            "steps[0].groupSize: must be one of -1, 32, 64, 128; got 16",
        ),
        ({"steps": [{"kind": "share-attention", "keep": 1.0}]}, "steps[0].keep: must be above 0 and below 1; got 1.0"),
        ({"steps": [{"kind": "skip-layers"}]}, "steps[0]: give either layers or count"),
        ({"steps": [{"kind": "skip-layers", "count": 1}]}, "steps[0].text: is missing: which layers matter least is measured on a text"),
        ({"steps": [{"kind": "skip-layers", "layers": [0, "1"]}]}, "steps[0].layers: [1] must be a whole number; got '1'"),
        ({"steps": [{"kind": "export-onnx", "opset": 14}]}, "steps[0].opset: must be at least 15; got 14"),
        ({"steps": [{"kind": "compress", "scheme": "W4A16", "method": "gptq"}]}, "steps[0].text: is missing: method gptq calibrates on a text"),
        ({"steps": [{"kind": "compress", "scheme": "FP8"}]}, "steps[0].text: is missing: scheme FP8 calibrates on a text"),
        ({"steps": [{"kind": "optimize-onnx"}]}, "steps[0]: optimize-onnx reads onnx, but what comes before it writes transformers"),
        ({"steps": [STEP, {"kind": "export-onnx"}]}, "steps[1]: export-onnx reads transformers or shared-attention, but what comes before it writes dynamic-int8"),
        ({"steps": [{"kind": "cast", "dtype": "float16"}] * 2}, "steps[1].id: 'cast' is there twice; give each of them another id"),
        ({"checks": []}, "checks: must have at least one check: nothing is published unchecked"),
        ({"checks": [{"kind": "size", "atMost": 0}]}, "checks[0].atMost: must be above 0; got 0"),
        ({"checks": [{"kind": "size", "atMost": float("nan")}]}, "checks[0].atMost: must be above 0; got nan"),
        ({"checks": [{"kind": "perplexity", "text": "gone.txt"}]}, "checks[0].text: there is no "),
        ({"checks": [{"kind": "perplexity", "text": "text", "limit": 0}]}, "checks[0].limit: must be above 0 and at most 1; got 0"),
        ({"checks": [{"kind": "perplexity", "text": "text", "limit": 1.5}]}, "checks[0].limit: must be above 0 and at most 1; got 1.5"),
        ({"checks": [{"kind": "perplexity", "text": "text", "limit": 0.05}]}, "checks[0].limit: a loss of 5.0% is more than the floor of 3%"),
        ({"checks": [{"kind": "parameters"}]}, "checks[0]: give atMost, attentionAtMost or both"),
        ({"checks": [{"kind": "long-context", "lengths": []}]}, "checks[0]: must name at least one"),
    ],
)  # fmt: skip
def test_refuses(tmp_path: pathlib.Path, given: dict[str, Any], fault: str) -> None:
    (tmp_path / "text").write_text("words", encoding="utf-8")
    assert any(fault in each for each in faults_of(tmp_path, **given))


def test_names_all_faults_at_once(tmp_path: pathlib.Path) -> None:
    faults = faults_of(
        tmp_path,
        name="",
        steps=[{"kind": "export-onnx", "opset": 3, "levle": 1}, {"kind": "triton-repository", "model": ""}],
        checks=[{"kind": "size"}],
    )
    wheres = [fault.split(": ")[0] for fault in faults]
    assert sorted(wheres) == sorted(["name", "steps[0].levle", "steps[0].opset", "steps[1].model", "steps[1].config", "checks[0].atMost"])


def test_allows_more_than_the_floor_by_name(tmp_path: pathlib.Path) -> None:
    (tmp_path / "text").write_text("words", encoding="utf-8")
    check = {"kind": "perplexity", "text": "text", "limit": 0.05, "belowFloor": True}
    assert parse({"name": "test", "steps": [STEP], "checks": [check]}, tmp_path).checks[0].settings.limit == 0.05


def test_key_depends_on_all_that_the_result_does(tmp_path: pathlib.Path) -> None:
    def key(sums: str = "a", text: str = "words", **given: Any) -> str:
        (tmp_path / "text").write_text(text, encoding="utf-8")
        check = {"kind": "perplexity", "text": "text"}
        return parse({"name": "test", "steps": [STEP], "checks": [check], **given}, tmp_path).key(sums)

    keys = [key(), key(sums="b"), key(text="other"), key(seed=1), key(labels={"image": "x"}), key(steps=[{**STEP, "perChannel": False}])]
    assert len(set(keys)) == len(keys)
    assert key() == keys[0]


def test_says_what_is_no_json(tmp_path: pathlib.Path) -> None:
    (tmp_path / "spec.json").write_text("{", encoding="utf-8")
    with pytest.raises(Refused, match="is no JSON"):
        read_spec(tmp_path / "spec.json")
    with pytest.raises(Refused, match="cannot be read"):
        read_spec(tmp_path / "none.json")


def test_every_kind_is_described_with_its_settings() -> None:
    kinds = all_kinds()
    assert set(kinds["steps"]) == set(STEPS)
    assert set(kinds["checks"]) == set(CHECKS)
    assert kinds["steps"]["export-onnx"]["settings"]["opset"] == {"type": "a whole number", "default": 18, "least": 15}
    assert kinds["checks"]["perplexity"]["settings"]["limit"] == {"type": "a number", "default": 0.02, "above": 0, "most": 1}


def test_a_specification_is_checked_without_torch(tmp_path: pathlib.Path) -> None:
    """So that a mistake is found in a moment, in any Python."""
    spec = tmp_path / "spec.json"
    spec.write_text(
        json.dumps({"name": "x", "steps": [{"kind": "compress", "scheme": "W9"}], "checks": [{"kind": "sise"}]}), encoding="utf-8"
    )
    code = "import sys; from model_pipeline.cli import main; s = main(sys.argv[1:]); assert 'torch' not in sys.modules; sys.exit(s)"
    done = subprocess.run([sys.executable, "-c", code, "check", "--spec", str(spec)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("ERROR: 2 faults\n  - steps[0].scheme: must be one of W8A8, ")
    assert "  - checks[0].kind: 'sise' is none; known are " in done.stderr
    assert "did you mean 'size'?" in done.stderr
