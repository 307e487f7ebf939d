"""Small models made on the spot: trained for less than a minute on the reference manual that Python itself ships, with a tokenizer of its own.

`python tests/tiny.py FOLDER ARCHITECTURE` writes one as Hugging Face's libraries do.
"""

import json
import pathlib
import sys
import time
from typing import Any

VOCABULARY = 1024
POSITIONS = 4096
HELD_BACK = 40_000
LICENSE = "The test model is made on the spot; whoever runs the tests may do with it what they like.\n"


def manual() -> str:
    """Half a million characters of English about Python, in Python's own standard library."""
    import pydoc_data.topics

    topics: dict[str, str] = pydoc_data.topics.topics
    return "\n\n".join(topics[name] for name in sorted(topics))


def texts() -> tuple[str, str]:
    """A text to train on, and one that is kept from it."""
    text = manual()
    return text[:-HELD_BACK], text[-HELD_BACK:]


def make_tokenizer(text: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        text.split("\n\n"),
        trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False),
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>")


def config(architecture: str, hidden: int = 192, layers: int = 4) -> Any:
    from transformers import LlamaConfig, Qwen2Config, Qwen3Config

    shared = {
        "vocab_size": VOCABULARY,
        "hidden_size": hidden,
        "intermediate_size": hidden * 11 // 4 // 64 * 64,
        "num_hidden_layers": layers,
        "num_attention_heads": hidden // 32,
        "max_position_embeddings": POSITIONS,
        "bos_token_id": 0,
        "eos_token_id": 1,
    }
    if architecture == "wide":
        # Blocks of 128 by 128 divide all of its weights.
        sizes = {"hidden_size": 256, "intermediate_size": 768, "num_attention_heads": 8, "num_hidden_layers": 2}
        return LlamaConfig(**{**shared, **sizes}, num_key_value_heads=4, tie_word_embeddings=False)
    if architecture == "llama":
        return LlamaConfig(**shared, num_key_value_heads=hidden // 32, tie_word_embeddings=False)
    if architecture == "qwen2":
        return Qwen2Config(**shared, num_key_value_heads=hidden // 96, tie_word_embeddings=True)
    return Qwen3Config(**shared, num_key_value_heads=hidden // 96, head_dim=32, tie_word_embeddings=True)


def make(folder: pathlib.Path, architecture: str, seconds: float = 50, steps: int = 600) -> float:
    """Trains a model and writes it; returns the last loss."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(0)
    text, _ = texts()
    tokenizer = make_tokenizer(text)
    model = AutoModelForCausalLM.from_config(config(architecture), dtype=torch.float32)
    ids = torch.tensor(tokenizer(text)["input_ids"])
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, betas=(0.9, 0.95), weight_decay=0.1)
    started = time.monotonic()
    length, batch, loss = 64, 4, torch.tensor(0.0)
    for step in range(steps):
        passed = max(step / steps, (time.monotonic() - started) / seconds)
        if passed >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = 4e-3 * min(1, (step + 1) / 20) * max(0.05, 1 - passed)
        starts = torch.randint(0, len(ids) - length - 1, (batch,))
        rows = torch.stack([ids[start : start + length] for start in starts])
        loss = model(input_ids=rows, labels=rows).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "LICENSE").write_text(LICENSE, encoding="utf-8")
    (folder / "trained.json").write_text(json.dumps({"steps": step, "loss": loss.item()}) + "\n", encoding="utf-8")
    return float(loss.item())


if __name__ == "__main__":
    print(make(pathlib.Path(sys.argv[1]), sys.argv[2]))
