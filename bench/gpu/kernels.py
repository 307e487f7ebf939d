"""The kernels between the matrix products: norm, rotary encoding with the write into the cache, gate, quantization.

One launch each, as inference engines fuse them. TRITON_INTERPRET=1 runs them on the CPU.
"""

import torch
import triton
import triton.language as tl

FP8 = torch.float8_e4m3fn
FP8_MAX = 448.0


@triton.jit
def _add_norm(x, residual, weight, out, width, eps, ADD: tl.constexpr, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * width
    columns = tl.arange(0, BLOCK)
    inside = columns < width
    value = tl.load(x + row + columns, mask=inside, other=0.0).to(tl.float32)
    if ADD:
        value += tl.load(residual + row + columns, mask=inside, other=0.0).to(tl.float32)
    tl.store(residual + row + columns, value, mask=inside)
    scale = tl.rsqrt(tl.sum(value * value, axis=0) / width + eps)
    weights = tl.load(weight + columns, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + row + columns, value * scale * weights, mask=inside)


def add_norm(x, residual, weight, add):
    """residual += x (or = x); returns its root-mean-square norm."""
    out = torch.empty_like(x)
    width = x.shape[1]
    block = triton.next_power_of_2(width)
    _add_norm[(x.shape[0],)](x, residual, weight, out, width, 1e-5, ADD=add, BLOCK=block, num_warps=8)
    return out


@triton.jit
def _silu_mul(x, out, width, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    columns = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = columns < width
    gate = tl.load(x + row * 2 * width + columns, mask=inside, other=0.0).to(tl.float32)
    up = tl.load(x + row * 2 * width + width + columns, mask=inside, other=0.0).to(tl.float32)
    tl.store(out + row * width + columns, gate / (1.0 + tl.exp(-gate)) * up, mask=inside)


def silu_mul(x):
    """silu(first half) * second half."""
    width = x.shape[1] // 2
    out = torch.empty((x.shape[0], width), dtype=x.dtype, device=x.device)
    _silu_mul[(x.shape[0], triton.cdiv(width, 1024))](x, out, width, BLOCK=1024, num_warps=4)
    return out


@triton.jit
def _rotate_and_store(
    qkv, cos, sin, positions, q_out, cache, heads, kv_heads, per_sequence, stride_sequence, stride_token, HALF: tl.constexpr, BLOCK: tl.constexpr
):
    token = tl.program_id(0).to(tl.int64)
    head = tl.program_id(1)
    i = tl.arange(0, BLOCK)
    inside = i < HALF
    source = qkv + (token * (heads + 2 * kv_heads) + head) * 2 * HALF
    first = tl.load(source + i, mask=inside, other=0.0).to(tl.float32)
    second = tl.load(source + HALF + i, mask=inside, other=0.0).to(tl.float32)
    position = tl.load(positions + token)
    if head < heads + kv_heads:
        c = tl.load(cos + position * HALF + i, mask=inside, other=0.0)
        s = tl.load(sin + position * HALF + i, mask=inside, other=0.0)
        rotated = first * c - second * s
        second = second * c + first * s
        first = rotated
    if head < heads:
        target = q_out + (token * heads + head) * 2 * HALF
    else:
        # Keys first, values after them: [sequence, token, 2, key-value head, width].
        sequence = token // per_sequence
        target = cache + sequence * stride_sequence + position * stride_token + (head - heads) * 2 * HALF
    tl.store(target + i, first, mask=inside)
    tl.store(target + HALF + i, second, mask=inside)


def rotate_and_store(qkv, cos, sin, positions, cache, heads, kv_heads, head_size, per_sequence):
    """Rotates queries and keys, writes keys and values into the cache of one layer, returns the queries."""
    tokens = qkv.shape[0]
    q = torch.empty((tokens, heads, head_size), dtype=qkv.dtype, device=qkv.device)
    half = head_size // 2
    _rotate_and_store[(tokens, heads + 2 * kv_heads)](
        qkv, cos, sin, positions, q, cache, heads, kv_heads, per_sequence, cache.stride(0), cache.stride(1),
        HALF=half, BLOCK=triton.next_power_of_2(half), num_warps=1,
    )
    return q


@triton.jit
def _quantize(x, scale, out, count, BLOCK: tl.constexpr):
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = at < count
    value = tl.load(x + at, mask=inside, other=0.0).to(tl.float32) / tl.load(scale)
    value = tl.minimum(tl.maximum(value, -448.0), 448.0)
    tl.store(out + at, value.to(out.dtype.element_ty), mask=inside)


def quantize(x, scale):
    """Values in 8 bits with a given scale for the whole tensor, saturating."""
    if not x.is_cuda:
        return (x.float() / scale).clamp(-FP8_MAX, FP8_MAX).to(FP8)
    out = torch.empty(x.shape, dtype=FP8, device=x.device)
    _quantize[(triton.cdiv(x.numel(), 2048),)](x, scale, out, x.numel(), BLOCK=2048, num_warps=4)
    return out


@triton.jit
def _embed_part(ids, table, out, first, rows, width, BLOCK: tl.constexpr):
    token = tl.program_id(0).to(tl.int64)
    columns = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    row = tl.load(ids + token) - first
    inside = (columns < width) & (row >= 0) & (row < rows)
    value = tl.load(table + row * width + columns, mask=inside, other=0.0)
    tl.store(out + token * width + columns, value, mask=columns < width)


def embed_part(ids, table, first, out):
    """Embeddings of the words whose rows are in the table, which begins at word `first`; zeros for all others."""
    rows, width = table.shape
    _embed_part[(ids.shape[0], triton.cdiv(width, 1024))](ids, table, out, first, rows, width, BLOCK=1024, num_warps=4)
    return out
