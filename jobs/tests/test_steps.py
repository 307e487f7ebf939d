"""Steps on trained models: what they write is what they say, and what it is worth."""

import json
import math
import pathlib
from collections.abc import Callable

import pytest
import torch

from model_pipeline import weights
from model_pipeline.faults import Refused
from model_pipeline.models.loading import load, load_module
from model_pipeline.models.texts import read_text, rows_of, tokenizer_of
from support import Texts, check_of, pipeline

Models = Callable[[str], pathlib.Path]
ARCHITECTURES = ("llama", "qwen2")


def rows(source: pathlib.Path, texts: Texts, count: int = 2, length: int = 48) -> torch.Tensor:
    return rows_of(read_text(texts.held_back), tokenizer_of(source, False), length, count * length)


def accuracy(texts: Texts) -> dict[str, object]:
    return {"kind": "perplexity", "text": str(texts.held_back), "tokens": 4096, "window": 128}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_models_have_learned(models: Models, texts: Texts, architecture: str) -> None:
    """So that a loss of accuracy means something: a model that guesses has a loss of the logarithm of the vocabulary."""
    source = models(architecture)
    from model_pipeline.models.quality import measure
    from support import quiet

    loss = measure(load(source, False), rows(source, texts, 8), quiet()).loss
    assert loss < 0.9 * math.log(1024)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_dynamic_int8_is_small_and_as_good(models: Models, texts: Texts, tmp_path: pathlib.Path, architecture: str) -> None:
    checks = [{"kind": "size", "atMost": 0.30}, accuracy(texts), {"kind": "tokenizer"}, {"kind": "license"}]
    # The head of Qwen 2 is its embedding, and both of them become INT8: two tables of a quarter each.
    result = pipeline(models(architecture), tmp_path, [{"kind": "dynamic-int8"}], checks)
    assert check_of(result, "size")["ratio"] <= 0.30
    assert check_of(result, "perplexity")["increase"] <= 0.02
    assert not list((tmp_path / "output").rglob("*.bin"))


def test_dynamic_int8_is_read_as_it_was_written(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    from model_pipeline.models.dynamic_int8 import load_dynamic_int8, quantize, save

    source = models("llama")
    module = quantize(load_module(source, False).float(), True, True)
    save(module, tmp_path)
    (tmp_path / "config.json").write_bytes((source / "config.json").read_bytes())
    ids = rows(source, texts)
    with torch.inference_mode():
        assert torch.equal(load_dynamic_int8(tmp_path, False)(input_ids=ids).logits, module(input_ids=ids).logits)


@pytest.mark.parametrize(("architecture", "opset"), [("llama", 15), ("qwen2", 15), ("qwen3", 15), ("llama", 18)])
def test_onnx_equals_pytorch(models: Models, texts: Texts, tmp_path: pathlib.Path, architecture: str, opset: int) -> None:
    # Not in every environment that reads this file.
    import onnx
    import onnxruntime

    source = models(architecture)
    result = pipeline(source, tmp_path, [{"kind": "export-onnx", "opset": opset}], [{"kind": "license"}])
    graph = tmp_path / "output" / "model.onnx"
    onnx.checker.check_model(str(graph))
    assert {(each.domain, each.version) for each in onnx.load(graph).opset_import} == {("", opset)}
    ids = rows(source, texts, 3, 37)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    mask = torch.ones_like(ids)
    # Padding on the right does not change what comes before it.
    mask[0, 30:] = 0
    (logits,) = session.run(None, {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
    with torch.inference_mode():
        wanted = load_module(source, False)(input_ids=ids, attention_mask=mask).logits
    assert (torch.from_numpy(logits) - wanted)[mask.bool()].abs().max() < 1e-3
    assert result["steps"][0]["opset"] == opset


def test_onnx_of_the_newest_exporter(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    source = models("llama")
    pipeline(source, tmp_path, [{"kind": "export-onnx", "opset": 23}], [{"kind": "license"}])
    ids = rows(source, texts, 3, 37)
    with torch.inference_mode():
        wanted = load_module(source, False)(input_ids=ids).logits
    assert (load(tmp_path / "output", False).logits(ids) - wanted).abs().max() < 1e-3


def test_onnx_says_which_opset_it_can_write(models: Models, tmp_path: pathlib.Path) -> None:
    with pytest.raises(Refused, match=r"opset: the exporter writes opsets up to \d+; got 99"):
        pipeline(models("llama"), tmp_path, [{"kind": "export-onnx", "opset": 99}], [{"kind": "license"}])


def test_onnx_optimized_and_quantized(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    source = models("llama")
    (tmp_path / "config.pbtxt").write_text('name: "guide"\nbackend: "onnxruntime"\n', encoding="utf-8")
    optimized = pipeline(
        source,
        tmp_path / "optimized",
        [{"kind": "export-onnx", "opset": 17}, {"kind": "optimize-onnx"}],
        [accuracy(texts), {"kind": "throughput", "repeats": 3}],
    )
    nodes = optimized["steps"][1]["nodes"]
    assert nodes["after"] < nodes["before"]
    assert abs(check_of(optimized, "perplexity")["increase"]) < 1e-4
    quantized = pipeline(
        source,
        tmp_path,
        [
            {"kind": "export-onnx", "opset": 17},
            {"kind": "quantize-onnx"},
            {"kind": "package-tokenizer"},
            {"kind": "triton-repository", "model": "guide", "config": "config.pbtxt"},
        ],
        [{"kind": "size", "atMost": 0.30}, accuracy(texts), {"kind": "tokenizer"}, {"kind": "license"}, {"kind": "long-context"}],
    )
    assert quantized["steps"][1]["quantizedProducts"] > 20
    assert (tmp_path / "output" / "guide" / "config.pbtxt").is_file()
    assert (tmp_path / "output" / "guide" / "1" / "model.onnx").is_file()
    assert (tmp_path / "output" / "guide" / "1" / "tokenizer.json").is_file()


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_sharing_takes_30_percent_of_the_attention_away(models: Models, texts: Texts, tmp_path: pathlib.Path, architecture: str) -> None:
    """The loss is measured and reported: these models have nothing to spare."""
    loss = {**accuracy(texts), "limit": 1, "belowFloor": True}
    checks = [{"kind": "parameters", "attentionAtMost": 0.7}, loss]
    step = {"kind": "share-attention", "text": str(texts.train)}
    result = pipeline(models(architecture), tmp_path, [step], checks)
    counted = result["steps"][0]["attentionParameters"]
    assert 0.68 < counted["after"] / counted["before"] <= 0.7
    values = check_of(result, "parameters")
    # As counted by transformers, too.
    assert values["attention_source"] == sum(
        each.numel() for name, each in load_module(models(architecture), False).named_parameters() if ".self_attn." in name
    )
    assert values["attention"] == counted["after"]
    print(f"{architecture}: sharing costs {check_of(result, 'perplexity')['increase']:+.2%} of perplexity")


def test_sharing_at_full_rank_changes_nothing(models: Models, texts: Texts) -> None:
    from model_pipeline.models.shared_attention import factors

    weight = load_module(models("llama"), False).model.layers[0].self_attn.q_proj.weight.detach()
    covariance = torch.cov(torch.randn(weight.shape[1], 1000))
    for coefficients, basis in (factors(weight, weight.shape[1], None), factors(weight, weight.shape[1], covariance)):
        assert (coefficients @ basis - weight).abs().max() < 1e-5


def test_sharing_is_exported(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    source = models("llama")
    share = {"kind": "share-attention", "text": str(texts.train)}
    pipeline(source, tmp_path / "shared", [share], [{"kind": "license"}])
    pipeline(source, tmp_path, [share, {"kind": "export-onnx", "opset": 17}], [{"kind": "license"}])
    ids = rows(source, texts)
    shared, exported = (load(folder / "output", False).logits(ids) for folder in (tmp_path / "shared", tmp_path))
    assert (shared - exported).abs().max() < 1e-3
    assert weights.weight_bytes(tmp_path / "output") < weights.weight_bytes(source)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_skipping_layers(models: Models, texts: Texts, tmp_path: pathlib.Path, architecture: str) -> None:
    """Speed and loss are measured and reported."""
    checks = [
        {**accuracy(texts), "limit": 1, "belowFloor": True},
        {"kind": "throughput", "repeats": 5},
        {"kind": "parameters", "atMost": 0.9},
    ]
    step = {"kind": "skip-layers", "count": 1, "text": str(texts.train)}
    result = pipeline(models(architecture), tmp_path, [step], checks)
    report = result["steps"][0]
    assert len(report["influence"]) == 4
    # The first layer makes of tokens what the others only change.
    assert report["leftOut"] == [min(range(4), key=report["influence"].__getitem__)] != [0]
    module = load_module(tmp_path / "output", False)
    assert len(module.model.layers) == 3
    ratio, increase = check_of(result, "throughput")["ratio"], check_of(result, "perplexity")["increase"]
    print(f"{architecture}: without a layer of 4, {ratio:.2f} of the speed and {increase:+.2%} of perplexity")


def test_skipping_named_layers_leaves_the_others_as_they_were(models: Models, tmp_path: pathlib.Path) -> None:
    source = models("llama")
    pipeline(source, tmp_path, [{"kind": "skip-layers", "layers": [2]}], [{"kind": "license"}])
    before, after = (load_module(folder, False).state_dict() for folder in (source, tmp_path / "output"))
    for old, new in ((0, 0), (1, 1), (3, 2)):
        name = "model.layers.{}.mlp.up_proj.weight"
        assert torch.equal(before[name.format(old)], after[name.format(new)])


def test_cast(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    result = pipeline(
        models("llama"), tmp_path, [{"kind": "cast", "dtype": "bfloat16"}], [accuracy(texts), {"kind": "size", "atMost": 0.51}]
    )
    assert load_module(tmp_path / "output", False).dtype == torch.bfloat16
    assert json.loads((tmp_path / "output" / "config.json").read_text())["dtype"] == "bfloat16"
    assert abs(check_of(result, "perplexity")["increase"]) < 0.01


def test_merges_what_peft_trained(models: Models, texts: Texts, tmp_path: pathlib.Path) -> None:
    peft = pytest.importorskip("peft", reason="PEFT is only in the environment core")
    source = models("llama")
    config = peft.LoraConfig(r=4, lora_alpha=16, target_modules=["q_proj", "down_proj"], use_rslora=True, alpha_pattern={"down_proj": 4})
    adapted = peft.get_peft_model(load_module(source, False), config)
    for name, each in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(each, std=0.05)
    adapted.save_pretrained(tmp_path / "adapter")
    pipeline(source, tmp_path, [{"kind": "merge-lora", "adapter": "adapter"}], [{"kind": "license"}])
    ids = rows(source, texts)
    with torch.inference_mode():
        wanted = adapted.eval()(input_ids=ids).logits
        plain = load_module(source, False)(input_ids=ids).logits
    merged = load(tmp_path / "output", False).logits(ids)
    assert (merged - wanted).abs().max() < 1e-3 < (plain - wanted).abs().max()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"use_dora": True}, "has DoRA"),
        ({"peft_type": "IA3"}, "is an adapter of type IA3"),
        ({"bias": "all"}, "has trained biases"),
    ],
)
def test_refuses_adapters(models: Models, tmp_path: pathlib.Path, change: dict[str, object], reason: str) -> None:
    (tmp_path / "adapter").mkdir()
    config = {"peft_type": "LORA", "lora_alpha": 8, "r": 4, **change}
    (tmp_path / "adapter" / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        pipeline(models("llama"), tmp_path, [{"kind": "merge-lora", "adapter": "adapter"}], [{"kind": "license"}])
    assert reason in str(refused.value)
    assert "has no adapter_model.safetensors" in str(refused.value)
