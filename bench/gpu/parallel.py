"""Tensor parallelism of the decoder as inference engines do it, with one process for each GPU.

Heads, feed-forward width and vocabulary are shared out. Embedding, output projection and down projection end in an all-reduce, the logits
in an all-gather.
"""

from dataclasses import replace

import torch
import torch.distributed as dist
import torch.nn.functional as F

from kernels import embed_part

# The one-shot way follows vLLM's rule for its own kernels: two GPUs always reduce in one step, four up to 512 KiB, else in two steps.
ONE_SHOT_BYTES = {2: 8 << 20, 4: 512 << 10}
# Beyond these sizes NCCL reduces.
WAYS = {"nccl": 0, "oneShot": 8 << 20, "twoShot": 32 << 20, "skipped": 1 << 40}


class Alone:
    """One GPU."""

    rank, ranks, way = 0, 1, "none"

    def share(self, shape):
        return shape

    def embed(self, ids, table):
        return F.embedding(ids, table)

    def reduced(self, linear, x):
        return linear(x)

    def choose(self, logits):
        return logits.argmax(-1)


ALONE = Alone()


class TensorParallel:
    """All ranks of the default group.

    `way` is how partial results are reduced: by NCCL, by PyTorch's kernels on symmetric memory in one or two steps, or not at all, which
    is wrong but says what the all-reduces take.
    """

    def __init__(self, arena=None):
        self.rank, self.ranks = dist.get_rank(), dist.get_world_size()
        self.group = dist.group.WORLD.group_name
        self.arena, self.way = arena, "nccl"

    def share(self, shape):
        t = self.ranks
        for field in ("attentionHeads", "keyValueHeads", "intermediateSize", "vocabularySize"):
            if getattr(shape, field) % t:
                raise ValueError(f"{field} of {shape.name} is no multiple of {t}")
        return replace(
            shape,
            attentionHeads=shape.attentionHeads // t,
            keyValueHeads=shape.keyValueHeads // t,
            intermediateSize=shape.intermediateSize // t,
            vocabularySize=shape.vocabularySize // t,
        )

    def _staged(self, rows, width):
        """Room for a partial result: in symmetric memory when its kernels are to reduce it."""
        symmetric = self.way in ("oneShot", "twoShot") and rows * width * 2 <= WAYS[self.way]
        return self.arena[: rows * width].view(rows, width) if symmetric else None

    def _reduce(self, partial, staged):
        if self.way == "skipped":
            return partial
        if staged is None:
            dist.all_reduce(partial)
            return partial
        if self.way == "oneShot" and staged.numel() * 2 <= ONE_SHOT_BYTES[self.ranks]:
            return torch.ops.symm_mem.one_shot_all_reduce(staged, "sum", self.group)
        return torch.ops.symm_mem.two_shot_all_reduce_(staged, "sum", self.group)

    def embed(self, ids, table):
        staged = self._staged(ids.shape[0], table.shape[1])
        out = table.new_empty((ids.shape[0], table.shape[1])) if staged is None else staged
        return self._reduce(embed_part(ids, table, self.rank * table.shape[0], out), staged)

    def reduced(self, linear, x):
        staged = self._staged(x.shape[0], linear.weight.shape[0])
        if staged is None:
            return self._reduce(linear(x), None)
        torch.mm(x, linear.weight.t(), out=staged)
        return self._reduce(staged, staged)

    def gather(self, logits):
        """Logits of the whole vocabulary, by rank, sequence and word."""
        rows, words = logits.shape
        parts = logits.new_empty((self.ranks * rows, words))
        dist.all_gather_into_tensor(parts, logits)
        return parts.view(self.ranks, rows, words)

    def choose(self, logits):
        best, word = self.gather(logits).max(-1)
        rank = best.argmax(0)
        return word.gather(0, rank[None])[0] + rank * logits.shape[-1]


def shard(whole, part):
    """Gives `part` the weights of its rank out of a whole model: for checks of one against the other."""
    p, s = part.parallel, part.shape
    rows = lambda t, n: t[p.rank * n : (p.rank + 1) * n]  # noqa: E731
    part.embedding.copy_(rows(whole.embedding, s.vocabularySize))
    part.head.copy_(rows(whole.head, s.vocabularySize))
    heads = whole.shape.attentionHeads, whole.shape.keyValueHeads, whole.shape.keyValueHeads
    own = s.attentionHeads, s.keyValueHeads, s.keyValueHeads

    def packed(t):
        pieces = t.split([n * s.headSize for n in heads])
        return torch.cat([rows(piece, n * s.headSize) for piece, n in zip(pieces, own, strict=True)])

    width = s.attentionHeads * s.headSize
    for mine, theirs in zip(part.layers, whole.layers, strict=True):
        mine["qkv"].weight.copy_(packed(theirs["qkv"].weight))
        if mine["qkv"].bias is not None:
            mine["qkv"].bias.copy_(packed(theirs["qkv"].bias))
        gate, up = theirs["gate_up"].weight.chunk(2)
        mine["gate_up"].weight.copy_(torch.cat([rows(gate, s.intermediateSize), rows(up, s.intermediateSize)]))
        mine["out"].weight.copy_(rows(theirs["out"].weight.T, width).T)
        mine["down"].weight.copy_(rows(theirs["down"].weight.T, s.intermediateSize).T)
