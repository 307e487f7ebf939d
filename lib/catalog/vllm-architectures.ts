import { DecoderShape } from './model-architecture';

/**
 * The first vLLM that knows an architecture, with its name for messages.
 *
 * @internal
 */
export interface ArchitectureSupport {
  readonly architecture: string;
  readonly vllm: string;
}

/**
 * Since which vLLM a `model_type` can be served, with its name for messages; those that 0.8.5 has are left out. Source: `registry.py` of the
 * wheels 0.8.5, 0.9.0.1, 0.9.2, 0.10.0, 0.10.1.1, 0.10.2, 0.11.0, 0.11.1, 0.12.0, 0.13.0, 0.14.0, 0.15.0, 0.15.1, 0.16.0, 0.17.0, 0.18.0, 0.19.0, 0.20.0,
 * 0.21.0, 0.22.0, 0.23.0, 0.24.0, 0.25.0, 0.26.0, 0.27.1 and 0.28.0 to 0.33.0: the first of them that has the architecture.
 */
const MODEL_TYPES: { readonly [type: string]: readonly [architecture: string, vllm: string] } = {
  afmoe: ['AFMoE', '0.11.1'],
  apertus: ['Apertus', '0.10.2'],
  arcee: ['Arcee', '0.10.0'],
  bailing_hybrid: ['Ling 2.5', '0.17.0'],
  bailing_moe: ['Ling', '0.10.0'],
  cwm: ['CWM', '0.11.0'],
  deepseek_v32: ['DeepSeek-V3.2', '0.11.0'],
  deepseek_v4: ['DeepSeek-V4', '0.20.0'],
  dots1: ['dots.llm1', '0.9.2'],
  dots3_note_text: ['dots3-note', '0.31.0'],
  ernie4_5: ['ERNIE 4.5', '0.10.1'],
  ernie4_5_moe: ['ERNIE 4.5', '0.9.2'],
  exaone4: ['EXAONE 4', '0.10.0'],
  exaone_moe: ['K-EXAONE', '0.14.0'],
  falcon_h1: ['Falcon-H1', '0.9.0'],
  flex_olmo: ['FlexOlmo', '0.11.1'],
  gemma3n_text: ['Gemma 3n', '0.9.2'],
  gemma4_text: ['Gemma 4', '0.19.0'],
  gemma4_unified_text: ['Gemma 4 Unified', '0.23.0'],
  glm5_next_text: ['GLM-5.3-Flash', '0.31.0'],
  glm4_moe_lite: ['GLM-4.7-Flash', '0.15.0'],
  glm_moe_dsa: ['GLM-5', '0.16.0'],
  glm_ocr_text: ['GLM-OCR', '0.16.0'],
  granitemoehybrid: ['Granite 4', '0.9.0'],
  hunyuan: ['Hunyuan', '0.9.2'],
  hunyuan_v1_dense: ['Hunyuan', '0.10.0'],
  hunyuan_v1_moe: ['Hunyuan', '0.9.2'],
  hunyuan_vl_text: ['HunyuanOCR', '0.12.0'],
  hy_v3: ['Hunyuan 3', '0.20.0'],
  inkling_text: ['Inkling', '0.27.1'],
  iquestcoder: ['IQuest-Coder', '0.14.0'],
  kimi_linear: ['Kimi Linear', '0.11.1'],
  laguna: ['Laguna', '0.21.0'],
  lfm2: ['LFM2', '0.10.2'],
  lfm2_moe: ['LFM2', '0.11.1'],
  longcat_flash: ['LongCat-Flash', '0.11.0'],
  mellum: ['Mellum 2', '0.23.0'],
  mimo: ['MiMo', '0.9.0'],
  mimo_v2: ['MiMo-V2', '0.14.0'],
  mimo_v2_flash: ['MiMo-V2', '0.14.0'],
  minimax: ['MiniMax', '0.10.0'],
  minimax_m2: ['MiniMax-M2', '0.11.1'],
  minimax_m3: ['MiniMax-M3', '0.24.0'],
  minimax_m3_vl_text: ['MiniMax-M3', '0.24.0'],
  muse_glimmer_text: ['Muse Glimmer', '0.28.0'],
  nemotron_h: ['Nemotron-H', '0.9.2'],
  olmo3: ['OLMo 3', '0.11.0'],
  olmo_hybrid: ['OLMo Hybrid', '0.18.0'],
  paddleocr_vl_text: ['PaddleOCR-VL', '0.11.1'],
  plamo3: ['PLaMo 3', '0.12.0'],
  qwen3_5_moe_text: ['Qwen3.5', '0.17.0'],
  qwen3_5_text: ['Qwen3.5', '0.17.0'],
  qwen3_next: ['Qwen3-Next', '0.10.2'],
  qwen3_vl_moe_text: ['Qwen3-VL', '0.11.0'],
  qwen3_vl_text: ['Qwen3-VL', '0.11.0'],
  seed_oss: ['Seed-OSS', '0.10.2'],
  smollm3: ['SmolLM3', '0.10.1'],
  step3: ['Step-3', '0.10.1'],
  step3_text: ['Step-3', '0.10.1'],
  step3p5: ['Step-3.5', '0.15.1'],
  step3p7: ['Step-3.7', '0.23.0'],
  unlimited_ocr_text: ['Unlimited-OCR', '0.25.0'],
};

/**
 * Architectures that came after vLLM 0.5.5, the oldest in the table of releases, by what only they have in their shape, so that a model is known
 * whatever its name. Sources: vLLM's release notes ("Model Support") of the version, and its `model_executor/models/registry.py`.
 */
const ARCHITECTURES: readonly (ArchitectureSupport & { readonly is: (shape: DecoderShape) => boolean })[] = [
  // v0.10.1: "New model families: GPT-OSS".
  { architecture: 'gpt-oss', vllm: '0.10.1', is: ({ attentionSinks }) => attentionSinks === true },
  // v0.10.0: GLM-4.5; vLLM 0.9.0 has no Glm4MoeForCausalLM.
  {
    architecture: 'GLM-4.5',
    vllm: '0.10.0',
    is: ({ experts, latentAttention }) => experts?.routerBias === true && experts.bias !== true && !latentAttention,
  },
  // v0.8.4; v0.8.5: "Day 0 support for Qwen3 and Qwen3MoE".
  {
    architecture: 'Qwen3',
    vllm: '0.8.4',
    is: ({ queryKeyNorm, slidingWindow, experts }) =>
      queryKeyNorm === true && slidingWindow === undefined && experts?.routerBias !== true,
  },
  // v0.8.3: Llama 4.
  { architecture: 'Llama 4', vllm: '0.8.3', is: ({ experts }) => experts?.perToken === 1 && (experts.shared ?? 0) > 0 },
  // v0.8.0: Gemma 3.
  {
    architecture: 'Gemma 3',
    vllm: '0.8.0',
    is: ({ queryKeyNorm, slidingWindow }) => queryKeyNorm === true && slidingWindow !== undefined,
  },
  // v0.6.6: DeepSeek-V3, whose architecture Kimi K2 has too.
  {
    architecture: 'DeepSeek-V3',
    vllm: '0.6.6',
    is: ({ latentAttention, experts }) => latentAttention !== undefined && experts?.routerBias === true,
  },
];

/**
 * Architectures that vLLM dropped, with the first version without them. Source: `_PREVIOUSLY_SUPPORTED_MODELS` of the `registry.py` in the wheel
 * 0.24.0, which names 0.23.0 as the last of each.
 */
const DROPPED: { readonly [type: string]: readonly [architecture: string, vllm: string] } = {
  bamba: ['Bamba', '0.24.0'],
  dots1: ['dots.llm1', '0.24.0'],
  minimax: ['MiniMax', '0.24.0'],
  minimax_text_01: ['MiniMax', '0.24.0'],
};

/**
 * The first vLLM that cannot serve an architecture any more; undefined if none is known.
 *
 * @internal
 */
export function architectureDropped({ modelType = '' }: DecoderShape): ArchitectureSupport | undefined {
  if (!Object.hasOwn(DROPPED, modelType)) return undefined;
  const [architecture, vllm] = DROPPED[modelType];
  return { architecture, vllm };
}

/**
 * Since which vLLM an architecture can be served; undefined if every version in the table of releases can.
 *
 * @internal
 */
export function architectureSupport(shape: DecoderShape): ArchitectureSupport | undefined {
  const { modelType, experts, layerKinds } = shape;
  // Kimi K3 has the `model_type` of Kimi Linear, and experts of another width.
  if (modelType === 'kimi_linear' && experts?.latentSize !== undefined)
    return { architecture: 'Kimi K3', vllm: '0.27.1' };
  // Ling 3 has that of Ling 2.5, and states in 32 bits.
  if (modelType === 'bailing_hybrid' && layerKinds?.some(({ state }) => state?.stateBits === 32))
    return { architecture: 'Ling 3', vllm: '0.31.0' };
  if (modelType !== undefined && Object.hasOwn(MODEL_TYPES, modelType)) {
    const [architecture, vllm] = MODEL_TYPES[modelType];
    return { architecture, vllm };
  }
  return ARCHITECTURES.find(({ is }) => is(shape));
}
