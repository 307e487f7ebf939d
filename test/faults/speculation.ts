import {
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  SpeculativeDecoding,
} from '../../lib/planning';
import { planWarnings } from '../../lib/planning/warnings';
import { realConfig } from '../catalog/real-configs';
import { FaultText } from './fault-text';

const { LLAMA_3_1_8B: LLAMA, QWEN_2_5_7B, DEEPSEEK_V3 } = ModelSpec;
const QWEN = ModelSpec.fromHuggingFaceConfig('qwen3.5-27b', realConfig('Qwen/Qwen3.5-27B'));
const STEP = ModelSpec.fromHuggingFaceConfig('step-3.7', realConfig('stepfun-ai/Step-3.7-Flash'));
const plan = (more: Partial<CapacityRequest>): CapacityRequest => ({
  ...{ model: LLAMA, instanceType: GpuInstanceType.P5EN_48XLARGE },
  ...more,
});
const refused = (more: Partial<CapacityRequest>) => () => CapacityPlanner.plan(plan(more));
const warned = (id: string, text: string, more: Partial<CapacityRequest>): FaultText => ({
  ...{ id, text },
  faults: () => planWarnings(CapacityPlanner.plan(plan(more))),
});
const mtp = (tokens: number) => SpeculativeDecoding.mtp({ tokens });

/** What the planner refuses and warns of in speculative decoding. */
export const TEXTS: FaultText[] = [
  {
    id: 'MODEL_HAS_NO_PREDICTION_LAYERS',
    property: 'speculativeDecoding',
    text:
      'llama-3.1-8b has no multi-token prediction layers that could draft tokens (predictionLayers of its shape); use a draft model, an EAGLE-3 ' +
      'head or n-grams',
    refuse: refused({ speculativeDecoding: mtp(1) }),
  },
  {
    id: 'LORA_RANK_NOT_IN_ENGINE',
    property: 'lora.maxRank',
    text: 'lora.maxRank 24 is none that vLLM takes (1, 8, 16, 32, 64, 128, 256, 320, 512); use 32, which takes adapters of lower ranks too',
    refuse: refused({ lora: { maxAdapters: 2, maxRank: 24 } }),
  },
  {
    id: 'SPECULATION_NOT_IN_ENGINE',
    property: 'speculativeDecoding',
    text: 'vllm has no speculative decoding by mtp for step-3.7; vLLM has it since 0.24.0',
    refuse: refused({ model: STEP, engine: InferenceEngine.VLLM, speculativeDecoding: mtp(3) }),
  },
  {
    id: 'SPECULATIVE_TOKENS_NOT_MULTIPLE',
    property: 'speculativeDecoding',
    text: 'tokens 4 must be a multiple of the 3 prediction layers of step-3.7 where it is more, because all of them are run again; use 3 or 6',
    refuse: refused({ model: STEP, speculativeDecoding: mtp(4) }),
  },
  {
    id: 'DRAFT_VOCABULARY_DIFFERS',
    property: 'speculativeDecoding',
    text:
      'the draft model qwen2.5-7b has 152064 tokens in its vocabulary and llama-3.1-8b has 128256; its tokens would be others, so use one of the ' +
      'same family',
    refuse: refused({ speculativeDecoding: SpeculativeDecoding.draftModel({ model: QWEN_2_5_7B, tokens: 3 }) }),
  },
  {
    id: 'STEP_TOO_SMALL_FOR_DRAFTS',
    property: 'maxBatchedTokens',
    text:
      'maxBatchedTokens 256 must be more than maxSequences 256, because a draft model takes one token of a step for each sequence; raise it, or ' +
      'lower maxSequences',
    refuse: refused({
      ...{ maxBatchedTokens: 256, maxSequences: 256 },
      speculativeDecoding: SpeculativeDecoding.draftModel({ model: ModelSpec.LLAMA_3_2_1B, tokens: 3 }),
    }),
  },
  {
    id: 'SPECULATION_NOT_PIPELINED',
    property: 'parallelism',
    text:
      'pipeline parallelism 2 is not supported by the prediction layers of qwen3.5-27b in vllm-0.21 (vLLM 0.32.0 does); use tensor parallelism ' +
      'alone, or leave speculativeDecoding out',
    refuse: refused({
      ...{ model: QWEN, parallelism: Parallelism.of({ tensor: 2, pipeline: 2 }), speculativeDecoding: mtp(1) },
      engine: InferenceEngine.VLLM_0_21,
    }),
  },
  {
    id: 'TENSOR_DOES_NOT_DIVIDE_DRAFT_HEADS',
    property: 'parallelism',
    text:
      'tensor parallelism 8 does not divide the 12 attention heads of small, which runs on the same ranks; use a degree that divides the heads of ' +
      'both',
    refuse: refused({
      parallelism: Parallelism.of({ tensor: 8 }),
      speculativeDecoding: SpeculativeDecoding.draftModel({
        model: ModelSpec.dense({
          name: 'small',
          shape: { ...ModelSpec.LLAMA_3_2_1B.shape, attentionHeads: 12, keyValueHeads: 4, headSize: 64 },
        }),
        tokens: 2,
      }),
    }),
  },
  warned(
    'SPECULATION_WITHOUT_GAIN',
    'with 1 sequence a token takes 13.05 ms with speculative decoding and 5.12 without, because a step that verifies 4 tokens of each is counted to give 1.00 (acceptanceRate is not given); draft fewer tokens, or state the rate that your texts have',
    {
      ...{ parallelism: Parallelism.of({ tensor: 1 }), concurrency: 1 },
      speculativeDecoding: SpeculativeDecoding.nGram({ tokens: 3 }),
    },
  ),
  warned(
    'PREDICTION_LAYERS_REUSED',
    'deepseek-v3 has 1 prediction layer, run again for 3 tokens; each further token is accepted less often than the one before',
    { model: DEEPSEEK_V3, parallelism: Parallelism.of({ tensor: 8 }), speculativeDecoding: mtp(3) },
  ),
];
