"""The kinds of steps and checks with their settings. Nothing here imports torch, so that a specification is checked at once."""

import pathlib
from dataclasses import dataclass

from model_pipeline.settings import setting

# What the accuracy must keep of the source's (requirement of the guide: 97 %); a greater loss has to be allowed by name.
FLOOR = 0.03
# PyTorch's own exporter writes no lower one for the attention of transformers; the library's guide asks for 15.
LEAST_OPSET = 15


@dataclass(frozen=True)
class MergeLora:
    """Adds the adapter that PEFT wrote to the weights."""

    adapter: pathlib.Path


@dataclass(frozen=True)
class Cast:
    """Writes the weights in another floating-point type."""

    dtype: str = setting(choices=("float32", "bfloat16", "float16"))


@dataclass(frozen=True)
class SkipLayers:
    """Leaves layers out: those named, or as many as `count` of those that change what passes through them least, as measured on `text`."""

    layers: tuple[int, ...] | None = setting(None, least=0)
    count: int | None = setting(None, least=1)
    text: pathlib.Path | None = None
    tokens: int = setting(8192, least=64)


@dataclass(frozen=True)
class ShareAttention:
    """Lets the heads of each layer share low-rank bases, so that the attention keeps `keep` of its parameters."""

    keep: float = setting(0.7, above=0, below=1)
    text: pathlib.Path | None = None
    tokens: int = setting(8192, least=64)


@dataclass(frozen=True)
class DynamicInt8:
    """PyTorch's dynamic quantization: INT8 weights of linear layers, activations quantized as they come. For CPUs."""

    embeddings: bool = True
    per_channel: bool = True


# Inputs that share a scale, or all of an output (-1): what vLLM's Marlin kernels read (MARLIN_SUPPORTED_GROUP_SIZES of
# vllm/model_executor/layers/quantization/utils/marlin_utils.py, 0.24.0).
GROUP_SIZES = (-1, 32, 64, 128)


@dataclass(frozen=True)
class Compress:
    """llm-compressor's schemes, in the format compressed-tensors."""

    scheme: str = setting(choices=("W8A8", "W8A16", "W4A16", "FP8", "FP8_DYNAMIC", "FP8_BLOCK"))
    method: str = setting("rtn", choices=("rtn", "gptq", "awq", "smoothquant"))
    text: pathlib.Path | None = None
    samples: int = setting(256, least=1)
    length: int = setting(512, least=8)
    group_size: int = setting(128, choices=GROUP_SIZES)
    ignore: tuple[str, ...] = ("lm_head",)


@dataclass(frozen=True)
class GptqModel:
    """GPTQ by GPTQModel, in its own form."""

    text: pathlib.Path = setting()
    bits: int = setting(4, choices=(4, 8))
    samples: int = setting(256, least=1)
    length: int = setting(512, least=8)
    group_size: int = setting(128, choices=GROUP_SIZES)


@dataclass(frozen=True)
class Modelopt:
    """NVIDIA's ModelOpt, in its own form: FP8 with a scale for each tensor, or NVFP4, of weights and activations."""

    scheme: str = setting(choices=("FP8", "NVFP4"))
    text: pathlib.Path = setting()
    samples: int = setting(256, least=1)
    length: int = setting(512, least=8)


@dataclass(frozen=True)
class ExportOnnx:
    """A graph of ONNX: token ids in, logits out, without a cache of keys and values."""

    opset: int = setting(18, least=LEAST_OPSET)


@dataclass(frozen=True)
class OptimizeOnnx:
    """Writes the graph as ONNX Runtime optimizes it."""

    level: str = setting("extended", choices=("basic", "extended", "all"))


@dataclass(frozen=True)
class QuantizeOnnx:
    """ONNX Runtime's dynamic quantization: INT8 weights of matrix products, activations quantized as they come."""

    embeddings: bool = True
    per_channel: bool = True


@dataclass(frozen=True)
class PackageTokenizer:
    """Puts the tokenizer beside the weights, as one file that every engine reads."""

    folder: pathlib.Path | None = None


@dataclass(frozen=True)
class TritonRepository:
    """Lays the files out as Triton's model repository does; `config` is the config.pbtxt that the library generates."""

    model: str = setting()
    config: pathlib.Path = setting()
    version: int = setting(1, least=1)


@dataclass(frozen=True)
class Size:
    """Bytes of the weights, as a share of the source's at FP32."""

    at_most: float = setting(above=0)


@dataclass(frozen=True)
class Perplexity:
    """How much worse it predicts a text than the source does: the relative increase of the perplexity."""

    text: pathlib.Path = setting()
    limit: float = setting(0.02, above=0, most=1)
    below_floor: bool = False
    window: int = setting(512, least=8)
    tokens: int = setting(16384, least=64)


@dataclass(frozen=True)
class Tasks:
    """How much worse it does tasks of lm-evaluation-harness, on average: the loss as a share of the source's score."""

    tasks: tuple[str, ...] = setting()
    folder: pathlib.Path | None = None
    limit: float = setting(0.02, above=0, most=1)
    below_floor: bool = False
    examples: int | None = setting(None, least=1)
    shots: int | None = setting(None, least=0)


@dataclass(frozen=True)
class Throughput:
    """Tokens per second that go through it, as a share of the source's on the same machine; only reported without `at_least`."""

    at_least: float | None = setting(None, above=0)
    batch: int = setting(1, least=1)
    length: int = setting(128, least=1)
    repeats: int = setting(5, least=1)


@dataclass(frozen=True)
class LongContext:
    """Every value is finite, and probabilities add up to one, at these lengths; with a window of attention too where one is given."""

    lengths: tuple[int, ...] = setting((2049, 4096), least=2)
    window: int | None = setting(None, least=1)
    text: pathlib.Path | None = None


@dataclass(frozen=True)
class Parameters:
    """Number of parameters, as a share of the source's: of all, of the attention, or both."""

    at_most: float | None = setting(None, above=0)
    attention_at_most: float | None = setting(None, above=0)


@dataclass(frozen=True)
class Tokenizer:
    """It makes the same tokens of every text as the source does."""

    text: pathlib.Path | None = None


@dataclass(frozen=True)
class License:
    """The license of the source is beside the weights."""


@dataclass(frozen=True)
class Safetensors:
    """No file can run code when it is loaded: weights are safetensors or ONNX, never pickles. Always checked."""


@dataclass(frozen=True)
class Finite:
    """No weight is NaN or infinite. Always checked."""


@dataclass(frozen=True)
class Kind:
    """A kind of step or check: its settings, and where its function is (`run` of the module)."""

    settings: type
    module: str
    packages: tuple[str, ...] = ()
    # Steps: what they read and write, of model_pipeline.formats, and the most that the weights grow by. Checks: what they can be of.
    reads: tuple[str, ...] = ()
    writes: str | None = None
    growth: float = 1.0


_FLOAT = ("transformers",)
_HUGGING_FACE = ("transformers", "compressed-tensors", "gptq", "modelopt", "dynamic-int8", "shared-attention")
_LOADABLE = (*_HUGGING_FACE, "onnx")
_ALL = (*_LOADABLE, "triton")
_TORCH = ("torch", "transformers", "safetensors")

STEPS: dict[str, Kind] = {
    "merge-lora": Kind(MergeLora, "steps.merge_lora", ("torch", "safetensors"), _FLOAT, "transformers"),
    "cast": Kind(Cast, "steps.cast", ("torch", "safetensors"), _FLOAT, "transformers", 2),
    "skip-layers": Kind(SkipLayers, "steps.skip_layers", _TORCH, _FLOAT, "transformers"),
    "share-attention": Kind(ShareAttention, "steps.share_attention", _TORCH, _FLOAT, "shared-attention"),
    "dynamic-int8": Kind(DynamicInt8, "steps.dynamic_int8", _TORCH, _FLOAT, "dynamic-int8"),
    "compress": Kind(Compress, "steps.compress", (*_TORCH, "llmcompressor"), _FLOAT, "compressed-tensors"),
    "gptq-model": Kind(GptqModel, "steps.gptq_model", (*_TORCH, "gptqmodel"), _FLOAT, "gptq"),
    "modelopt": Kind(Modelopt, "steps.modelopt", (*_TORCH, "modelopt"), _FLOAT, "modelopt"),
    "export-onnx": Kind(
        ExportOnnx, "steps.export_onnx", (*_TORCH, "onnx", "onnxscript", "onnxruntime"), ("transformers", "shared-attention"), "onnx", 2
    ),
    "optimize-onnx": Kind(OptimizeOnnx, "steps.optimize_onnx", ("onnx", "onnxruntime"), ("onnx",), "onnx"),
    "quantize-onnx": Kind(QuantizeOnnx, "steps.quantize_onnx", ("onnx", "onnxruntime"), ("onnx",), "onnx"),
    "package-tokenizer": Kind(PackageTokenizer, "steps.package_tokenizer", ("transformers",), _LOADABLE),
    "triton-repository": Kind(TritonRepository, "steps.triton_repository", (), ("onnx",), "triton"),
}

CHECKS: dict[str, Kind] = {
    "size": Kind(Size, "checks.size", (), _ALL),
    "perplexity": Kind(Perplexity, "checks.perplexity", _TORCH, _ALL),
    "tasks": Kind(Tasks, "checks.tasks", (*_TORCH, "lm_eval"), _ALL),
    "throughput": Kind(Throughput, "checks.throughput", _TORCH, _ALL),
    "long-context": Kind(LongContext, "checks.long_context", _TORCH, _ALL),
    "parameters": Kind(Parameters, "checks.parameters", (), _HUGGING_FACE),
    "tokenizer": Kind(Tokenizer, "checks.tokenizer", ("transformers",), _ALL),
    "license": Kind(License, "checks.license", (), _ALL),
    "safetensors": Kind(Safetensors, "checks.safetensors", (), _ALL),
    "finite": Kind(Finite, "checks.finite", ("torch", "safetensors"), _ALL),
}

# Of every output, whether or not the specification names them.
ALWAYS = ("safetensors", "finite")
