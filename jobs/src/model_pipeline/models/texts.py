"""Texts as tokens."""

import json
import pathlib
from typing import Any

import torch

from model_pipeline import formats
from model_pipeline.faults import refuse


def read_text(path: pathlib.Path) -> str:
    """A text, or the `text` of each line of JSON where the name ends with .jsonl. Raises Refused."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            text = "\n\n".join(str(json.loads(line)["text"]) for line in text.splitlines() if line.strip())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refuse(str(path), f"cannot be read as text: {type(error).__name__}: {error}") from None
    if not text.strip():
        raise refuse(str(path), "has no text")
    return text


def tokenizer_of(folder: pathlib.Path, trust_remote_code: bool) -> Any:
    """The tokenizer of a folder. Raises Refused."""
    from transformers import AutoTokenizer

    if not formats.has_tokenizer(folder):
        raise refuse(str(folder), "has no tokenizer")
    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=trust_remote_code, local_files_only=True)
    except Exception as error:
        raise refuse(str(folder), f"its tokenizer cannot be loaded: {str(error).splitlines()[0]}") from error


def rows_of(text: str, tokenizer: Any, length: int, tokens: int) -> torch.Tensor:
    """The beginning of a text as rows of `length` tokens, about `tokens` in all; one shorter row where the text is short. Raises Refused."""
    # More text than is needed takes time, and no token has more than a few dozen characters.
    ids = tokenizer(text[: tokens * 64], add_special_tokens=False)["input_ids"]
    if len(ids) < 2:
        raise refuse("text", f"has {len(ids)} tokens, too few to predict any")
    length = min(length, len(ids))
    count = max(1, min(len(ids), tokens) // length)
    return torch.tensor(ids[: count * length]).view(count, length)


def long_row(text: str, tokenizer: Any, length: int) -> torch.Tensor:
    """One row of exactly `length` tokens; a short text is repeated."""
    ids = tokenizer(text[: length * 64], add_special_tokens=False)["input_ids"]
    return torch.tensor([(ids * (length // len(ids) + 1))[:length]])
