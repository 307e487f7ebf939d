"""Manifests, weights and sources: what is read without loading a model."""

import json
import pathlib
import shutil
import subprocess
from typing import Any

import pytest

from model_pipeline import formats, manifest, weights
from model_pipeline.source import disk_need, source_faults, source_sums
from model_pipeline.spec import Spec, parse
from support import bare_model, write_safetensors


def spec_of(folder: pathlib.Path, *checks: dict[str, Any], steps: list[Any] | None = None) -> Spec:
    return parse({"name": "test", "steps": steps or [{"kind": "dynamic-int8"}], "checks": [{"kind": "license"}, *checks]}, folder)


def test_manifest_is_what_sha256sum_checks(tmp_path: pathlib.Path) -> None:
    folder = bare_model(tmp_path / "model")
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("x", encoding="utf-8")
    (folder / ".hidden").write_text("x", encoding="utf-8")
    text = manifest.text_of(manifest.measure(folder))
    (folder / manifest.NAME).write_text(text, encoding="utf-8")
    subprocess.run(["sha256sum", "--strict", "--quiet", "-c", manifest.NAME], cwd=folder, check=True)
    assert [line.split("  ")[1] for line in text.splitlines()] == [
        "LICENSE",
        "config.json",
        "deep/file",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert manifest.read(text) == {name: file.sha256 for name, file in manifest.measure(folder).items()}


@pytest.mark.parametrize("line", ["abc  file", f"{'0' * 64}  ../up", f"{'0' * 64}  /root", f"{'0' * 64}  a b"])
def test_manifest_refuses(line: str) -> None:
    with pytest.raises(ValueError, match="is no checksum of a file of a version"):
        manifest.read(line)


def test_counts_what_was_packed(tmp_path: pathlib.Path) -> None:
    shape = b"".join(number.to_bytes(8, "little") for number in (16, 64))
    tensors = {
        "model.layers.0.self_attn.q_proj.weight_packed": ("I32", [16, 8], bytes(512)),
        "model.layers.0.self_attn.q_proj.weight_scale": ("F32", [16, 1], bytes(64)),
        "model.layers.0.self_attn.q_proj.weight_shape": ("I64", [2], shape),
        "lm_head.weight": ("F32", [4, 4], bytes(64)),
    }
    write_safetensors(tmp_path / "model.safetensors", tensors)
    counts = weights.count(tmp_path)
    assert sum(counts.values()) == 16 * 64 + 16
    assert sum(number for _, number in weights.attention_parts(counts)) == 16 * 64


def broken(folder: pathlib.Path, how: str) -> None:
    file = folder / "model.safetensors"
    if how == "cut":
        file.write_bytes(file.read_bytes()[:-3])
    elif how == "long":
        file.write_bytes(file.read_bytes() + b"x")
    elif how == "page":
        file.write_text("<html>not found</html>", encoding="utf-8")
    elif how == "short":
        file.write_bytes(b"abc")
    elif how == "index":
        (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "gone.safetensors"}}', encoding="utf-8")
    elif how == "pickles":
        file.rename(folder / "pytorch_model.bin")
    elif how == "config":
        (folder / "config.json").write_text("[]", encoding="utf-8")
    elif how == "tokenizer":
        (folder / "tokenizer.json").unlink()


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("cut", "it was cut off or changed"),
        ("long", "it was cut off or changed"),
        ("page", "is no file of safetensors: its head would have"),
        ("short", "has 3 bytes, too few"),
        ("index", "names gone.safetensors, which is not there"),
        ("pickles", "pytorch_model.bin may be pickles, which are never read"),
        ("config", "source/config.json: cannot be read: config.json is no object"),
        ("tokenizer", "there is no tokenizer"),
    ],
)
def test_refuses_a_source(tmp_path: pathlib.Path, how: str, reason: str) -> None:
    folder = bare_model(tmp_path / "model")
    assert source_faults(folder, spec_of(tmp_path)) == []
    broken(folder, how)
    faults = [str(fault) for fault in source_faults(folder, spec_of(tmp_path))]
    assert len(faults) == 1
    assert reason in faults[0]


def test_names_all_faults_of_a_source(tmp_path: pathlib.Path) -> None:
    folder = bare_model(tmp_path / "model", max_position_embeddings=2048, auto_map={"AutoModelForCausalLM": "code.Model"})
    broken(folder, "cut")
    broken(folder, "tokenizer")
    steps = [{"kind": "skip-layers", "layers": [1, 7]}]
    faults = [str(fault) for fault in source_faults(folder, spec_of(tmp_path, {"kind": "long-context"}, steps=steps))]
    for reason in (
        "cut off",
        "no tokenizer",
        "2048 positions (max_position_embeddings), fewer than 2049, 4096",
        "layers 0 to 3; got 7",
        "is not run",
    ):
        assert sum(reason in fault for fault in faults) == 1, reason
    assert len(faults) == 5


def test_refuses_a_source_that_is_quantized_already(tmp_path: pathlib.Path) -> None:
    folder = bare_model(tmp_path / "model", quantization_config={"quant_method": "awq"})
    (fault,) = source_faults(folder, spec_of(tmp_path))
    assert "quantized already (awq)" in str(fault)


def test_finds_what_differs_from_the_manifest_of_the_source(tmp_path: pathlib.Path) -> None:
    folder = bare_model(tmp_path / "model")
    sums, faults = source_sums(folder)
    assert faults == []
    (folder / manifest.NAME).write_text(sums + f"{'0' * 64}  gone\n", encoding="utf-8")
    (folder / "LICENSE").write_text("other", encoding="utf-8")
    _, faults = source_sums(folder)
    assert [str(fault).split(":")[0] for fault in faults] == ["source/LICENSE", "source/gone"]


def test_disk_that_steps_need(tmp_path: pathlib.Path) -> None:
    folder = bare_model(tmp_path / "model")
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert disk_need(folder, spec_of(tmp_path)) == 2 * size
    # At FP32 the graph may be twice the source, and is read and written.
    assert disk_need(folder, spec_of(tmp_path, steps=[{"kind": "export-onnx"}, {"kind": "optimize-onnx"}])) == 4 * size


def test_forms_of_a_folder(tmp_path: pathlib.Path) -> None:
    folder = bare_model(tmp_path / "model")
    assert formats.format_of(folder) == "transformers"
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(
        json.dumps({**config, "quantization_config": {"quant_method": "compressed-tensors"}}), encoding="utf-8"
    )
    assert formats.format_of(folder) == "compressed-tensors"
    (folder / "model.onnx").touch()
    assert formats.format_of(folder) == "onnx"
    (tmp_path / "repository" / "m").mkdir(parents=True)
    shutil.move(folder, tmp_path / "repository" / "m" / "1")
    (tmp_path / "repository" / "m" / "config.pbtxt").touch()
    assert formats.format_of(tmp_path / "repository") == "triton"
    assert formats.model_folder(tmp_path / "repository") == tmp_path / "repository" / "m" / "1"
