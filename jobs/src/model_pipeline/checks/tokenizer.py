"""The tokenizer of the output makes the same tokens as that of the source, and has the same special tokens."""

from typing import Any

from model_pipeline import formats
from model_pipeline.faults import Refused
from model_pipeline.kinds import Tokenizer
from model_pipeline.models.texts import read_text, tokenizer_of
from model_pipeline.work import Result, Subject

# Letters of many scripts, digits, white space, code, and characters outside of Unicode's first plane.
_SAMPLES = (
    "The quick brown fox jumps over the lazy dog.",
    "  two  spaces\tand a tab\n\n\nand lines\r\n",
    "def f(x: int) -> str:\n    return f'{x:>8.3f}' if x else \"\"",
    "1234567890 3.14159 1e-9 0x7f $1,000.00",
    "Größe, façade, naïve, Ελλάδα, Москва, 東京都, 한국어, العربية, עברית",
    "👩‍🔬 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u200b\ufeff",
)


def run(settings: Tokenizer, subject: Subject) -> Result:
    before = tokenizer_of(subject.source, subject.trust_remote_code)
    try:
        after = tokenizer_of(formats.model_folder(subject.output), subject.trust_remote_code)
    except Refused as refused:
        return Result(False, f"the output has no tokenizer: {refused}")
    texts = [*_SAMPLES, *([] if settings.text is None else [read_text(settings.text)])]
    differing = sum(_tokens(before, text) != _tokens(after, text) for text in texts)
    values = {"texts": float(len(texts)), "differing": float(differing)}
    reasons = [f"{differing} of {len(texts)} texts become other tokens"] if differing else []
    if before.get_vocab() != after.get_vocab():
        reasons.append(f"the vocabulary is another one: {len(after.get_vocab())} tokens in place of {len(before.get_vocab())}")
    if before.special_tokens_map != after.special_tokens_map:
        reasons.append(f"the special tokens are {after.special_tokens_map} in place of {before.special_tokens_map}")
    if before.chat_template != after.chat_template:
        reasons.append("the chat template is another one")
    return Result(not reasons, "; ".join(reasons) or f"the same tokens for {len(texts)} texts", values)


def _tokens(tokenizer: Any, text: str) -> list[int]:
    ids: list[int] = tokenizer(text)["input_ids"]
    return ids
