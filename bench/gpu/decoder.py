"""A decoder of a given shape with random weights: static key-value cache, fused projections, one prefill and one decode step."""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F

from kernels import FP8, FP8_MAX, add_norm, quantize, rotate_and_store, silu_mul
from parallel import ALONE


@dataclass(frozen=True)
class Shape:
    """Names are those of lib/catalog/model-architecture.ts."""

    name: str
    layers: int
    hiddenSize: int
    attentionHeads: int
    keyValueHeads: int
    headSize: int
    intermediateSize: int
    vocabularySize: int
    maxContextLength: int
    tiedEmbeddings: bool = False
    attentionBias: bool = False

    def json(self):
        return asdict(self)


SHAPES = [
    Shape("llama-3.1-8b", 32, 4096, 32, 8, 128, 14336, 128256, 131072),
    Shape("tinyllama-1.1b", 22, 2048, 32, 4, 64, 5632, 32000, 2048),
    Shape("qwen2.5-0.5b", 24, 896, 14, 2, 64, 4864, 151936, 32768, tiedEmbeddings=True, attentionBias=True),
    Shape("llama-2-13b", 40, 5120, 40, 40, 128, 13824, 32000, 4096),
    Shape("qwen2.5-32b", 64, 5120, 40, 8, 128, 27648, 152064, 131072, attentionBias=True),
    Shape("llama-3.1-70b-40-layers", 40, 8192, 64, 8, 128, 28672, 128256, 131072),
    Shape("deepseek-llm-67b", 95, 8192, 64, 8, 128, 22016, 102400, 4096),
    Shape("llama-3.1-70b", 80, 8192, 64, 8, 128, 28672, 128256, 131072),
]


class Linear:
    """A projection; in fp8 with one scale for the weights and one for its inputs, set by the first inputs it sees."""

    def __init__(self, rows, columns, precision, device, dtype, bias=False):
        weight = torch.empty((rows, columns), dtype=dtype, device=device).normal_(0, 0.02)
        self.bias = torch.empty(rows, dtype=dtype, device=device).normal_(0, 0.02) if bias else None
        self.scale = self.input_scale = None
        if precision == "fp8":
            self.scale = weight.abs().amax().float() / FP8_MAX
            weight = (weight / self.scale.to(dtype)).to(FP8)
        self.weight = weight

    def __call__(self, x):
        if self.scale is None:
            return F.linear(x, self.weight, self.bias)
        if self.input_scale is None:
            self.input_scale = 1.5 * x.abs().amax().float().clamp(min=1e-6) / FP8_MAX
        values = quantize(x, self.input_scale)
        if not x.is_cuda:
            out = (values.float() @ self.weight.float().T * (self.input_scale * self.scale)).to(x.dtype)
            return out if self.bias is None else out + self.bias
        return torch._scaled_mm(
            values, self.weight.t(), scale_a=self.input_scale, scale_b=self.scale, bias=self.bias, out_dtype=x.dtype, use_fast_accum=True
        )

    def dequantized(self):
        return self.weight if self.scale is None else self.weight.float() * self.scale


class Decoder:
    """The part of a model that one rank holds: `shape` has this rank's heads, width and vocabulary, `whole` those of the model."""

    def __init__(self, shape, precision="bf16", device="cuda", dtype=torch.bfloat16, parallel=ALONE):
        self.whole, self.parallel, self.device, self.dtype = shape, parallel, device, dtype
        self.shape = s = parallel.share(shape)
        ones = lambda: torch.ones(s.hiddenSize, dtype=dtype, device=device)  # noqa: E731
        self.embedding = torch.empty((s.vocabularySize, s.hiddenSize), dtype=dtype, device=device).normal_(0, 0.02)
        self.head = self.embedding if s.tiedEmbeddings else torch.empty_like(self.embedding).normal_(0, 0.02)
        self.final_norm = ones()
        width = s.attentionHeads * s.headSize
        packed = (s.attentionHeads + 2 * s.keyValueHeads) * s.headSize
        self.layers = []
        for _ in range(s.layers):
            linear = lambda rows, columns, bias=False: Linear(rows, columns, precision, device, dtype, bias)  # noqa: E731
            self.layers.append({
                "norm1": ones(),
                "qkv": linear(packed, s.hiddenSize, s.attentionBias),
                "out": linear(s.hiddenSize, width),
                "norm2": ones(),
                "gate_up": linear(2 * s.intermediateSize, s.hiddenSize),
                "down": linear(s.hiddenSize, s.intermediateSize),
            })
        angles = 10000.0 ** (-torch.arange(0, s.headSize, 2, device=device).float() / s.headSize)
        table = torch.arange(min(s.maxContextLength, 40960), device=device).float()[:, None] * angles
        self.cos, self.sin = table.cos().contiguous(), table.sin().contiguous()

    def weight_tensors(self):
        yield self.embedding
        if self.head is not self.embedding:
            yield self.head
        yield self.final_norm
        for layer in self.layers:
            for part in layer.values():
                if isinstance(part, torch.Tensor):
                    yield part
                else:
                    yield part.weight
                    if part.bias is not None:
                        yield part.bias

    def new_cache(self, sequences, tokens):
        s = self.shape
        return torch.empty((s.layers, sequences, tokens, 2, s.keyValueHeads, s.headSize), dtype=self.dtype, device=self.device)

    def step(self, ids, cache, positions, per_sequence, context, prefill):
        """Logits of the last token of each sequence. `context` tokens of the cache are attended to when decoding."""
        s = self.shape
        sequences = ids.shape[0] // per_sequence
        x = self.parallel.embed(ids, self.embedding)
        residual = torch.empty_like(x)
        grouped = s.keyValueHeads != s.attentionHeads
        for number, layer in enumerate(self.layers):
            h = add_norm(x, residual, layer["norm1"], add=number > 0)
            kept = cache[number]
            q = rotate_and_store(
                layer["qkv"](h), self.cos, self.sin, positions, kept, s.attentionHeads, s.keyValueHeads, s.headSize, per_sequence
            )
            q = q.view(sequences, per_sequence, s.attentionHeads, s.headSize).transpose(1, 2)
            seen = kept[:, : per_sequence if prefill else context]
            k, v = seen[:, :, 0].transpose(1, 2), seen[:, :, 1].transpose(1, 2)
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=prefill, enable_gqa=grouped)
            x = self.parallel.reduced(layer["out"], attended.transpose(1, 2).reshape(ids.shape[0], -1))
            h = add_norm(x, residual, layer["norm2"], add=True)
            x = self.parallel.reduced(layer["down"], silu_mul(layer["gate_up"](h)))
        h = add_norm(x, residual, self.final_norm, add=True)
        if per_sequence > 1:
            h = h.view(sequences, per_sequence, -1)[:, -1]
        return F.linear(h, self.head)

    def choose(self, logits):
        return self.parallel.choose(logits)


def reference_logits(model, ids):
    """The same model written plainly in double precision, without cache: logits of the last token of one sequence."""
    s = model.shape
    wide = lambda t: t.double().cpu()  # noqa: E731
    norm = lambda x, w: x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * wide(w)  # noqa: E731

    def linear(x, part):
        y = x @ wide(part.dequantized()).T
        return y if part.bias is None else y + wide(part.bias)

    n = ids.shape[0]
    x = wide(model.embedding)[ids.cpu()]
    cos, sin = wide(model.cos)[:n, None], wide(model.sin)[:n, None]

    def rotate(t):
        a, b = t.chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)

    mask = torch.full((n, n), float("-inf"), dtype=torch.float64).triu(1)
    for layer in model.layers:
        qkv = linear(norm(x, layer["norm1"]), layer["qkv"]).view(n, -1, s.headSize)
        q, k, v = qkv.split([s.attentionHeads, s.keyValueHeads, s.keyValueHeads], dim=1)
        repeat = s.attentionHeads // s.keyValueHeads
        q, k, v = rotate(q), rotate(k).repeat_interleave(repeat, 1), v.repeat_interleave(repeat, 1)
        weights = torch.softmax(torch.einsum("qhd,khd->hqk", q, k) / s.headSize**0.5 + mask, dim=-1)
        x = x + linear(torch.einsum("hqk,khd->qhd", weights, v).reshape(n, -1), layer["out"])
        gate, up = linear(norm(x, layer["norm2"]), layer["gate_up"]).chunk(2, dim=-1)
        x = x + linear(F.silu(gate) * up, layer["down"])
    return norm(x, model.final_norm)[-1] @ wide(model.head).T
