"""Which arguments, methods of quantization and formats of the cache vLLM itself refuses, of all that any version has had, and of nonsense.

usage: refusals.py NAMES.json WORK_FOLDER OUT.json

The names are those of the recording of all versions (scripts/vllm-names/read.py). Arguments are passed as Triton's backend passes model.json:
`AsyncEngineArgs(**arguments)`. Methods and formats are checked by the configuration that vLLM makes of a tiny model.
"""

import json
import os
import pathlib
import sys

os.environ.update(VLLM_LOGGING_LEVEL='CRITICAL')

import vllm  # noqa: E402
from transformers import LlamaConfig  # noqa: E402
from vllm.config import CacheConfig  # noqa: E402
from vllm.engine.arg_utils import AsyncEngineArgs  # noqa: E402

NONSENSE = ['max_lora_rnk', 'disable_log_requests', 'guided_decoding_backend', 'quux']


def refusal(attempt):
    """The first line of what an attempt is refused for; None where it is taken."""
    try:
        attempt()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what the user would see
        return f'{type(error).__name__}: {error}'[:300]
    return None


def unknown_method(folder, method):
    """Whether a method is refused by its name; later checks need a checkpoint in its format."""
    arguments = AsyncEngineArgs(model=folder, quantization=method, skip_tokenizer_init=True, enforce_eager=True)
    said = refusal(arguments.create_model_config) or ''
    return said if 'nknown quantization method' in said or 'deprecated' in said else None


def tiny(folder, **more):
    """The folder of a checkpoint without weights."""
    sizes = {'hidden_size': 64, 'intermediate_size': 128, 'num_hidden_layers': 1, 'num_attention_heads': 2, 'num_key_value_heads': 2}
    LlamaConfig(**sizes, vocab_size=128, architectures=['LlamaForCausalLM'], **more).save_pretrained(folder)
    return str(folder)


def main(names_file, work, out):
    recorded = json.loads(pathlib.Path(names_file).read_text())
    every = lambda key: sorted({name for names in recorded.values() for name in names[key].split()} | set(NONSENSE))
    model = tiny(pathlib.Path(work, 'refusals'))
    arguments = {name: refusal(lambda: AsyncEngineArgs(**{'model': model, name: model if name == 'model' else None})) for name in every('engineArguments')}
    methods = {name: unknown_method(model, name) for name in every('quantization')}
    formats = {name: refusal(lambda: CacheConfig(cache_dtype=name)) for name in every('cacheFormats')}
    result = {'version': vllm.__version__, 'arguments': arguments, 'methods': methods, 'formats': formats}
    pathlib.Path(out).write_text(json.dumps(result, indent=2))


if __name__ == '__main__':
    main(*sys.argv[1:])
