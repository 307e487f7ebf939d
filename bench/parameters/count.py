"""Counts parameters with transformers on the meta device, and records them with the configurations for test/catalog/parameter-counts.test.ts.

    python -m venv /tmp/parameters && /tmp/parameters/bin/pip install transformers torch
    /tmp/parameters/bin/python bench/parameters/count.py > bench/parameters/counts.json

A configuration is the default one of its class, or the one below; nothing is downloaded. `buffers` are the biases of routers, which
checkpoints hold but which are no parameters in transformers.
"""

import json
import sys

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMultimodalLM, InklingForCausalLM

transformers.logging.set_verbosity_error()

DEFAULT = """afmoe apertus arcee bamba cohere cohere2 cwm deepseek_v3 deepseek_v32 ernie4_5 ernie4_5_moe exaone exaone4 exaone_moe falcon_h1
falcon_mamba flex_olmo gemma gemma2 gemma3_text gemma3n_text gemma4_text gemma4_unified_text glm glm4 glm4_moe_lite glm_moe_dsa gpt2
gpt_oss granite granitemoe granitemoehybrid granitemoeshared helium hy_v3 internlm3 iquestcoder jamba kimi_linear laguna lfm2 llama llama4_text mamba
mamba2 mellum mimo_v2_flash minimax minimax_m2 minimax_m3_vl_text ministral3 mistral mixtral nemotron_h olmo2 olmo3 olmo_hybrid olmoe opt phi phi3
phi4_multimodal phimoe qwen2 qwen2_moe qwen3 qwen3_5_moe_text qwen3_5_text qwen3_moe qwen3_next seed_oss smollm3 solar_open starcoder2 gpt_neox olmo stablelm longcat_flash""".split()

SMALL = dict(hidden_size=256, num_attention_heads=8, num_key_value_heads=2, vocab_size=1000)
LAYERS = ["linear_attention", "linear_attention", "full_attention", "linear_attention", "full_attention"]
VARIANTS = [
    ("llama", dict(attention_bias=True, mlp_bias=True, tie_word_embeddings=True, **SMALL)),
    ("cohere", dict(use_qk_norm=True, attention_bias=True, **SMALL)),
    ("ernie4_5", dict(use_bias=True, head_dim=32, **SMALL)),
    ("seed_oss", dict(attention_out_bias=True, head_dim=64, **SMALL)),
    ("starcoder2", dict(use_bias=False, **SMALL)),
    ("qwen3", dict(attention_bias=True, head_dim=64, **SMALL)),
    ("phimoe", dict(attention_bias=True, lm_head_bias=True, **SMALL)),
    ("granitemoehybrid", dict(layer_types=LAYERS, num_hidden_layers=5, num_local_experts=0, shared_intermediate_size=512, mamba_n_heads=16,
                              mamba_d_head=32, **SMALL)),
    ("granitemoehybrid", dict(layer_types=LAYERS, num_hidden_layers=5, shared_intermediate_size=512, mamba_n_heads=16, mamba_d_head=32, **SMALL)),
    ("granitemoeshared", dict(shared_intermediate_size=384, **SMALL)),
    ("gemma4_text", dict(num_hidden_layers=12, num_kv_shared_layers=4, use_double_wide_mlp=True, head_dim=32, global_head_dim=64, **SMALL)),
    ("gemma4_text", dict(num_hidden_layers=12, enable_moe_block=True, num_experts=16, top_k_experts=2, moe_intermediate_size=64, head_dim=32,
                         global_head_dim=64, num_global_key_value_heads=1, attention_k_eq_v=True, hidden_size_per_layer_input=0, **SMALL)),
    ("nemotron_h", dict(layers_block_type=["mamba", "moe", "attention", "mlp", "mamba", "moe"], moe_latent_size=128, mamba_num_heads=16,
                        mamba_head_dim=32, **SMALL)),
    ("lfm2", dict(num_hidden_layers=6, full_attn_idxs=[2, 5], conv_bias=True, **SMALL)),
    ("lfm2_moe", dict(num_hidden_layers=4, layer_types=["conv", "conv", "full_attention", "conv"], num_dense_layers=2, num_experts=8,
                      num_experts_per_tok=2, moe_intermediate_size=128, **SMALL)),
    ("jamba", dict(num_hidden_layers=16, mamba_dt_rank=24, mamba_proj_bias=True, **SMALL)),
    ("falcon_h1", dict(mamba_d_ssm=512, mamba_n_heads=16, mamba_d_head=32, mamba_rms_norm=True, attention_bias=True, mlp_bias=True, **SMALL)),
    ("hunyuan_v1_dense", dict(head_dim=32, **SMALL)),
    ("hunyuan_v1_moe", dict(head_dim=32, num_experts=8, moe_topk=2, **SMALL)),
    ("deepseek_v2", dict(num_experts_per_tok=6, n_routed_experts=64, first_k_dense_replace=1, moe_intermediate_size=128, q_lora_rank=None, **SMALL)),
    ("glm_moe_dsa", dict(num_hidden_layers=8, indexer_types=["full", "full", "shared", "shared", "full", "shared", "shared", "full"],
                         n_routed_experts=16, moe_intermediate_size=64, **SMALL)),
    ("mimo_v2_flash", dict(num_hidden_layers=7, n_routed_experts=16, moe_intermediate_size=64, **SMALL)),
    ("minimax_m3_vl_text", dict(num_hidden_layers=4, layer_types=["full_attention", "minimax_m3_sparse", "minimax_m3_sparse", "minimax_m3_sparse"],
                                mlp_layer_types=["dense", "sparse", "sparse", "sparse"], num_local_experts=8, index_n_heads=2, **SMALL)),
    ("gemma3n_text", dict(num_hidden_layers=10, intermediate_size=[256] * 10, num_kv_shared_layers=5, laurel_rank=16, altup_num_inputs=3,
                          activation_sparsity_pattern=[0.0] * 10, **SMALL)),
    ("laguna", dict(num_hidden_layers=4, num_attention_heads_per_layer=[8, 6, 6, 8], layer_types=["full_attention", "sliding_attention",
                    "sliding_attention", "full_attention"], gating="per-element", head_dim=32, num_experts=8, moe_intermediate_size=64, intermediate_size=640, **SMALL)),
    ("bailing_hybrid", {}),
    ("dots3_note_text", {}),
    ("dots3_note_text", dict(num_hidden_layers=7, q_lora_rank=96, kv_lora_rank=64, qk_rope_head_dim=16, qk_nope_head_dim=32, v_head_dim=48, swa_num_attention_heads=4,
                             swa_num_key_value_heads=4, swa_q_lora_rank=80, swa_kv_lora_rank=128, swa_head_dim=72, swa_qk_nope_head_dim=48, swa_v_head_dim=32,
                             index_head_dim=32, index_n_heads=4, n_routed_experts=8, num_experts_per_tok=2, moe_intermediate_size=64, n_shared_experts=2,
                             shared_experts_intermediate_size=96, first_k_dense_replace=2, intermediate_size=640, hidden_size=256, num_attention_heads=8,
                             num_key_value_heads=8, vocab_size=1000, pad_token_id=None)),
    ("bailing_hybrid", dict(num_hidden_layers=9, layer_group_size=4, q_lora_rank=96, kv_lora_rank=64, qk_rope_head_dim=16, qk_nope_head_dim=32, v_head_dim=48, head_dim=32,
                            n_group=2, topk_group=1, num_local_experts=8, num_experts_per_tok=2, moe_intermediate_size=64, n_shared_experts=2, first_k_dense_replace=1,
                            intermediate_size=640, short_conv_kernel_size=3, hidden_size=256, num_attention_heads=8, vocab_size=1000, pad_token_id=None)),
    ("inkling_text", {}),
    ("inkling_text", dict(num_hidden_layers=8, hidden_size=256, num_attention_heads=8, num_key_value_heads=2, head_dim=32, swa_num_attention_heads=4,
                          swa_num_key_value_heads=4, swa_head_dim=48, sliding_window_size=64, d_rel=4, rel_extent=128, conv_kernel_size=3,
                          mlp_layer_types=["dense"] * 2 + ["sparse"] * 6, intermediate_size=640, moe_intermediate_size=64, n_routed_experts=8,
                          num_experts_per_tok=2, n_shared_experts=3, vocab_size=1000)),
    ("glm4_moe", dict(head_dim=128)),
    ("glm4_moe", dict(head_dim=32, use_qk_norm=True, attention_bias=True, first_k_dense_replace=3, **SMALL)),
    ("qwen3_next", dict(num_hidden_layers=8, num_experts=8, num_experts_per_tok=2, linear_num_value_heads=8, linear_num_key_heads=4, mlp_only_layers=[0], **SMALL)),
    ("dots1", dict(num_hidden_layers=6, n_routed_experts=16, num_experts_per_tok=4, n_shared_experts=2, first_k_dense_replace=1, moe_intermediate_size=64,
                   head_dim=32, attention_bias=True, **SMALL)),
    ("gpt_neox", dict(num_hidden_layers=4, intermediate_size=640, attention_bias=False, hidden_size=256, num_attention_heads=8, vocab_size=1000)),
    ("nemotron", dict(num_key_value_heads=8)),
    ("nemotron", dict(num_hidden_layers=4, intermediate_size=640, head_dim=48, attention_bias=True, mlp_bias=True, **SMALL)),
    ("olmo", dict(num_hidden_layers=4, intermediate_size=640, tie_word_embeddings=True, **SMALL)),
    ("stablelm", dict(num_hidden_layers=4, intermediate_size=640, use_qkv_bias=True, qk_layernorm=True, use_parallel_residual=True, **SMALL)),
    ("longcat_flash", dict(num_layers=3, ffn_hidden_size=512, expert_ffn_hidden_size=128, n_routed_experts=16, zero_expert_num=8, moe_topk=6, q_lora_rank=96,
                           kv_lora_rank=64, qk_nope_head_dim=32, qk_rope_head_dim=16, v_head_dim=32, hidden_size=256, num_attention_heads=8, vocab_size=1000)),
    ("llama4_text", dict(num_hidden_layers=8, head_dim=32, intermediate_size=64, intermediate_size_mlp=512, num_local_experts=4, attention_chunk_size=512, **SMALL)),
    ("deepseek_v4", dict(num_hidden_layers=6, n_routed_experts=16, moe_intermediate_size=64, hidden_size=512, num_attention_heads=8,
                         vocab_size=1000, layer_types=["sliding_attention", "sliding_attention", "compressed_sparse_attention",
                                                       "heavily_compressed_attention", "compressed_sparse_attention",
                                                       "heavily_compressed_attention"])),
]
# Models that read images or sound, whole: encoders as their classes have them, and then of other sizes.
ENCODERS = """cohere2_vision dots3_note exaone4_5 gemma3 gemma3n gemma4 glm46v glm4v glm5_next glm_ocr glmasr glmga granite_speech granite_speech_plus idefics3 internvl
kimi_k25 lfm2_vl lighton_ocr llama4 llava llava_next llava_next_video llava_onevision minicpm_ocr minicpmv4_6 minicpmv4_7 minimax_m3_vl
mistral3 mistral4 moss_transcribe_diarize muse_glimmer nemotron_h_omni ovis2 paddleocr_vl paligemma phi4_multimodal
qianfan_ocr qwen2_5_omni_thinker qwen2_5_vl qwen2_audio qwen2_vl qwen3_5 qwen3_5_moe qwen3_asr qwen3_vl qwen3_vl_moe
smolvlm unlimited_ocr vibevoice_asr voxtral""".split()
GEMMA_4_AUDIO = dict(model_type="gemma4_audio")
SIGLIP = dict(hidden_size=128, num_hidden_layers=3, num_attention_heads=4, intermediate_size=320, image_size=112, patch_size=14)
QWEN = dict(depth=3, num_heads=4, patch_size=14, in_channels=3)
WHISPER = dict(d_model=128, encoder_layers=3, encoder_attention_heads=4, encoder_ffn_dim=320, num_mel_bins=80)
OCR_TEXT = dict(hidden_size=1280, intermediate_size=6848, n_routed_experts=64, n_shared_experts=2, num_attention_heads=10, num_key_value_heads=10,
                num_experts_per_tok=6, num_hidden_layers=12, moe_intermediate_size=896, vocab_size=129280, mlp_layer_types=["dense"] + ["sparse"] * 11)
STEP = dict(use_head_wise_attn_gate=True)
ENCODER_VARIANTS = [
    ("step3p7", dict(text_config=STEP)),
    ("qwen3_omni_moe_thinker", dict(text_config=dict(head_dim=128))),
    ("glm4v_moe", dict(text_config=dict(head_dim=128))),
    ("gemma4", dict(audio_config=GEMMA_4_AUDIO)),
    ("gemma4", dict(vision_config=dict(model_type="gemma4_vision", hidden_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
                                       head_dim=48, intermediate_size=320, position_embedding_size=512, patch_size=14),
                    audio_config=dict(model_type="gemma4_audio", hidden_size=256, num_hidden_layers=3, num_attention_heads=4, conv_kernel_size=7,
                                      subsampling_conv_channels=[64, 16], output_proj_dims=320))),
    ("gemma3", dict(vision_config=dict(vision_use_head=False, **SIGLIP), mm_tokens_per_image=16)),
    ("paligemma", dict(vision_config=dict(vision_use_head=False, projection_dim=256, **SIGLIP))),
    ("internvl", dict(vision_config=dict(norm_type="rms_norm", use_qk_norm=True, **{**SIGLIP, "image_size": [112, 112], "patch_size": [14, 14]}))),
    ("internvl", dict(vision_config=dict(attention_bias=True, **{**SIGLIP, "image_size": [112, 112], "patch_size": [14, 14]}))),
    ("llama4", dict(vision_config=dict(hidden_size=1408, num_hidden_layers=3, image_size=336))),
    ("mistral3", dict(vision_config=dict(model_type="pixtral", head_dim=32, **SIGLIP), multimodal_projector_bias=True, spatial_merge_size=4)),
    ("llava", dict(vision_config=dict(model_type="pixtral", head_dim=32, **SIGLIP))),
    ("llava", dict(vision_config=dict(model_type="siglip_vision_model", **SIGLIP), multimodal_projector_bias=False, vision_feature_layer=[1, 2])),
    ("llava_next", dict(vision_config=dict(model_type="clip_vision_model", **SIGLIP))),
    ("qwen2_vl", dict(vision_config=dict(embed_dim=128, hidden_size=256, mlp_ratio=3, **QWEN))),
    ("qwen2_5_vl", dict(vision_config=dict(hidden_size=128, intermediate_size=320, out_hidden_size=256, **QWEN))),
    ("exaone4_5", dict(vision_config=dict(hidden_size=128, intermediate_size=320, out_hidden_size=256, num_key_value_heads=2, **QWEN))),
    ("qwen3_vl", dict(vision_config=dict(hidden_size=128, intermediate_size=320, out_hidden_size=256, deepstack_visual_indexes=[1], **QWEN))),
    ("qwen3_5", dict(vision_config=dict(hidden_size=128, intermediate_size=320, out_hidden_size=256, num_position_embeddings=64, **QWEN))),
    ("glm4v", dict(vision_config=dict(hidden_size=128, intermediate_size=320, out_hidden_size=256, image_size=112, attention_bias=True, **QWEN))),
    ("kimi_k25", dict(vision_config=dict(hidden_size=128, num_hidden_layers=3, num_attention_heads=4, intermediate_size=320, pos_emb_height=16,
                                         pos_emb_width=32), projection_hidden_size=128)),
    ("cohere2_vision", dict(vision_config=SIGLIP, alignment_intermediate_size=512)),
    ("idefics3", dict(vision_config=SIGLIP, scale_factor=4)),
    ("lfm2_vl", dict(vision_config=dict(vision_use_head=False, num_patches=64, **{k: v for k, v in SIGLIP.items() if k != "image_size"}),
                     projector_use_layernorm=False, projector_bias=False)),
    ("minicpmv4_6", dict(vision_config={**SIGLIP, "insert_layer_id": 1})),
    ("deepseek_ocr2", dict(text_config=OCR_TEXT, vision_config=dict(encoder_config=dict(hidden_size=896, num_hidden_layers=24, num_attention_heads=14,
                                                                                          num_key_value_heads=2, intermediate_size=4864)))),
    ("unlimited_ocr", dict(text_config={**OCR_TEXT, "hidden_size": 640})),
    ("gemma3n", dict(text_config=dict(num_hidden_layers=10, intermediate_size=[256] * 10, num_kv_shared_layers=5, laurel_rank=16, altup_num_inputs=3,
                                      activation_sparsity_pattern=[0.0] * 10, **SMALL),
                     audio_config=dict(hidden_size=256, conf_num_hidden_layers=3, conf_num_attention_heads=4, sscp_conv_channel_size=[64, 16],
                                       conf_conv_kernel_size=7, vocab_size=64))),
    ("paddleocr_vl", dict(vision_config=SIGLIP, text_config=dict(head_dim=32, num_hidden_layers=4, **SMALL))),
    ("glm_ocr", dict(vision_config=dict(hidden_size=128, intermediate_size=320, out_hidden_size=256, image_size=112, attention_bias=False, **QWEN),
                     text_config=dict(head_dim=32, **SMALL))),
    ("glmasr", dict(audio_config=dict(hidden_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=4, intermediate_size=320, num_mel_bins=80))),
    ("moss_transcribe_diarize", dict(audio_config=dict(hidden_size=128, num_hidden_layers=3, num_attention_heads=4, intermediate_size=320), projector_bias=False)),
    ("hunyuan_vl", dict(text_config=dict(head_dim=128))),
    ("hunyuan_vl", dict(text_config=dict(head_dim=32, **SMALL), vision_config=dict(hidden_size=128, num_hidden_layers=3, num_attention_heads=4, intermediate_size=320,
                                                                                 out_hidden_size=256, text_hidden_size=256, max_image_size=512))),
    ("granite_speech", dict(encoder_config=dict(hidden_dim=128, num_layers=3, num_heads=4, dim_head=48, output_dim=20, conv_kernel_size=7),
                            projector_config=dict(model_type="blip_2_qformer", hidden_size=96, num_attention_heads=4, num_hidden_layers=3,
                                                  intermediate_size=160, encoder_hidden_size=128))),
    ("granite_speech_plus", dict(encoder_config=dict(hidden_dim=128, num_layers=4, num_heads=4, output_dim=20, conv_kernel_size=7, cat_hidden_layers=[1, 2]),
                                 projector_config=dict(model_type="blip_2_qformer", hidden_size=96, num_attention_heads=4, num_hidden_layers=4,
                                                       intermediate_size=160, encoder_hidden_size=384))),
    ("dots3_note", dict(vision_config=dict(embed_dim=128, num_heads=4, intermediate_size=320, moe_intermediate_size=160, num_hidden_layers=4, adapter_in_dim=128,
                                           pyramid_num_routed=[-1, 2, 4, -1], use_bias=True),
                        audio_config=dict(hidden_size=256, num_attention_heads=4, num_hidden_layers=3, intermediate_size=320, feature_size=80, downsample_hidden_size=48,
                                          adapter_input_size=256, attention_bias=False))),
    ("glm5_next", dict(text_config=dict(num_hidden_layers=9, indexer_types=["full", "full", "full", "full", "full", "full", "full", "shared", "full"], hc_mult=3,
                                        index_kpool=8, index_head_dim=32, index_n_heads=4, linear_head_dim=32, linear_num_heads=6, linear_conv_kernel_dim=3, q_lora_rank=96,
                                        kv_lora_rank=64, qk_nope_head_dim=32, v_head_dim=48, n_routed_experts=8, num_experts_per_tok=2, moe_intermediate_size=64,
                                        intermediate_size=640, hidden_size=256, num_attention_heads=8, num_key_value_heads=8, vocab_size=1000, pad_token_id=None),
                       vision_config=dict(hidden_size=128, intermediate_size=320, out_hidden_size=256, projection_intermediate_size=384, **QWEN))),
    # Its class has 14 heads by default, which do not divide its width.
    ("aya_vision", dict(vision_config=dict(model_type="siglip_vision_model", hidden_size=1152, intermediate_size=4304, num_hidden_layers=27, num_attention_heads=16,
                                           patch_size=14, image_size=364, vision_use_head=False))),
    ("aya_vision", dict(vision_config=dict(model_type="siglip_vision_model", vision_use_head=False, **SIGLIP), downsample_factor=4)),
    ("llava_next_video", dict(vision_config=dict(model_type="clip_vision_model", **SIGLIP))),
    ("ovis2", dict(vision_config=dict(num_channels=3, vocab_size=300, hidden_stride=2, qkv_bias=True, mlp_bias=True, **SIGLIP), hidden_size=4096)),
    ("vibevoice_asr", dict(acoustic_tokenizer_encoder_config=dict(model_type="vibevoice_acoustic_tokenizer_encoder", hidden_size=48, num_filters=8, kernel_size=5,
                                                                  ffn_expansion=3, downsampling_ratios=[2, 2, 4, 4, 5, 5], depths=[2, 1, 1, 3, 2, 1, 4]))),
    ("step3p7", dict(vision_config=dict(hidden_size=128, num_hidden_layers=3, num_attention_heads=4, image_size=112, mlp_ratio=3.0), projector_bias=True, text_config=STEP)),
    ("qwen2_audio", dict(audio_config=WHISPER)),
    ("qwen3_asr", dict(audio_config=dict(downsample_hidden_size=64, output_dim=256, **WHISPER))),
    ("qwen2_5_omni_thinker", dict(vision_config=dict(hidden_size=128, intermediate_size=320, out_hidden_size=256, **QWEN),
                                  audio_config=dict(output_dim=256, **WHISPER))),
]
# What says nothing about the shape.
NOISE = """architectures bos_token_id eos_token_id pad_token_id initializer_range use_cache id2label label2id problem_type return_dict
output_attentions output_hidden_states torchscript chunk_size_feed_forward attention_dropout transformers_version tokenizer_class dtype
_name_or_path attn_implementation time_step_limit activation_sparsity_pattern rope_parameters per_layer_config
no_rope_layers swiglu_limits""".split()


def plain(value):
    return isinstance(value, (bool, int, float, str, list, dict))


def telling(config):
    """What a configuration says of the shape, its sections included."""
    kept = {key: value for key, value in config.items() if key not in NOISE and plain(value)}
    return {key: telling(value) if isinstance(value, dict) else value for key, value in kept.items()}


def count(kind, given, of=AutoModelForCausalLM):
    config = AutoConfig.for_model(kind, **given)
    with torch.device("meta"):
        # The whole of Inkling is left out: of patches that span several images its class has 64 times as many channels as vLLM's (`plan_out_scales`).
        model = InklingForCausalLM(config) if kind == "inkling_text" else of.from_config(config)
    # LongCat's class has rows for experts that compute nothing, which no checkpoint has: the model has 560 billion parameters.
    zero = getattr(config, "zero_expert_num", 0) or 0
    unused = config.num_layers * zero * 2 * config.expert_ffn_hidden_size * config.hidden_size if zero else 0
    biases = [b.numel() for name, b in model.named_buffers() if name.endswith("e_score_correction_bias") or name.endswith("expert_bias")]
    # The class of Unlimited-OCR has no first matrix of CLIP; its checkpoint has one (total_size 6672212480), and vLLM loads it.
    if kind == "unlimited_ocr":
        encoder = config.vision_config.encoder_config
        biases.append(3 * encoder.patch_size**2 * encoder.hidden_size)
    stated = config.to_dict()
    # Under the names that publishers' files have, where the class renames them.
    for key, value in given.items():
        stated[key] = {**stated.get(key, {}), **value} if isinstance(value, dict) else value
    return {
        "config": telling(stated),
        "parameters": sum(p.numel() for p in model.parameters()) - unused,
        "buffers": sum(biases),
    }


rows = []
language = [(kind, given, AutoModelForCausalLM) for kind, given in [(kind, {}) for kind in DEFAULT] + VARIANTS]
# The class of the whole and that of the language model have different defaults for the table of tokens, where files agree.
UNTIED = dict(tie_word_embeddings=False, text_config=dict(tie_word_embeddings=False))
whole = [(kind, {**UNTIED, **given} if kind in ("glmasr", "granite_speech", "internvl", "kimi_k25", "minicpm_ocr", "moss_transcribe_diarize", "lighton_ocr", "mistral3", "qwen2_5_omni_thinker", "qwen3_vl_moe") else given, AutoModelForMultimodalLM) for kind, given in [(kind, {}) for kind in ENCODERS] + ENCODER_VARIANTS]
for kind, given, of in language + whole:
    try:
        rows.append(json.dumps(count(kind, given, of), allow_nan=False, separators=(",", ":")))
    except Exception as error:
        print(kind, repr(error)[:300], file=sys.stderr)
newline = ",\n"
print(f'{{"transformers":"{transformers.__version__}","torch":"{torch.__version__.split("+")[0]}","models":[\n{newline.join(rows)}\n]}}')
