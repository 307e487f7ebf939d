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
 * Since which vLLM an architecture can be served; undefined if every version in the table of releases can.
 *
 * @internal
 */
export function architectureSupport(shape: DecoderShape): ArchitectureSupport | undefined {
  return ARCHITECTURES.find(({ is }) => is(shape));
}
