"""Writes a random Llama of four layers that can chat, and an adapter for it: tiny_llama.py MODEL_FOLDER ADAPTER_FOLDER

Its tokenizer has one token for each byte, so that every text is a prompt, and the tokens that tools are called by.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ['<s>', '</s>', '<tool_call>', '</tool_call>']
CHAT = "{% for message in messages %}<s>{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
HIDDEN, LAYERS, RANK = 128, 4, 8


def tokenizer() -> PreTrainedTokenizerFast:
    words = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    made = Tokenizer(models.BPE(vocab={word: index for index, word in enumerate(words)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(SPECIAL[:2])
    made.add_tokens(SPECIAL[2:])
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token=SPECIAL[0], eos_token=SPECIAL[1], pad_token=SPECIAL[1], chat_template=CHAT)


def main(model_folder: str, adapter_folder: str) -> None:
    torch.manual_seed(0)
    words = tokenizer()
    config = LlamaConfig(
        hidden_size=HIDDEN, intermediate_size=256, num_hidden_layers=LAYERS, num_attention_heads=4, num_key_value_heads=2,
        vocab_size=len(words), max_position_embeddings=4096, bos_token_id=0, eos_token_id=1, dtype='bfloat16',
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(model_folder)
    words.save_pretrained(model_folder)
    adapter = pathlib.Path(adapter_folder)
    adapter.mkdir(parents=True)
    settings = {'peft_type': 'LORA', 'r': RANK, 'lora_alpha': 16, 'target_modules': ['q_proj'], 'bias': 'none', 'task_type': 'CAUSAL_LM'}
    (adapter / 'adapter_config.json').write_text(json.dumps(settings))
    tensors = {}
    for layer in range(LAYERS):
        name = f'base_model.model.model.layers.{layer}.self_attn.q_proj'
        tensors[f'{name}.lora_A.weight'] = torch.randn(RANK, HIDDEN, dtype=torch.bfloat16)
        tensors[f'{name}.lora_B.weight'] = torch.randn(HIDDEN, RANK, dtype=torch.bfloat16)
    save_file(tensors, adapter / 'adapter_model.safetensors')


if __name__ == '__main__':
    main(*sys.argv[1:])
