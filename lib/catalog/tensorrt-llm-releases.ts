/**
 * What is inside the image of Triton with TensorRT-LLM: other versions than in the images of the same month for vLLM and for tensors.
 *
 * @internal
 */
export interface TensorRtLlmFacts {
  readonly version: string;
  readonly cuda: string;
  /** Driver that this CUDA was released with. */
  readonly driver: string;
}

/**
 * Source: "Container Name: trtllm-python-py3" of docs/introduction/compatibility.md of triton-inference-server/server at 0f963c9, which ends with
 * 26.07: no such image of 26.08 is in its table, nor in the release notes of 26.08, 26.10 and 26.11.
 *
 * @internal
 */
export const TENSORRT_LLM_RELEASES: { readonly [release: string]: TensorRtLlmFacts } = {
  '24.12': { version: '0.16.0', cuda: '12.6.3', driver: '560.35.05' },
  '25.03': { version: '0.18.0', cuda: '12.8.1', driver: '570.124.06' },
  '25.04': { version: '0.18.2', cuda: '12.8.1', driver: '570.124.06' },
  '25.05': { version: '0.19.0', cuda: '12.8.1', driver: '570.124.06' },
  '25.06': { version: '0.20.0', cuda: '12.9.0', driver: '575.51.03' },
  '25.07': { version: '0.20.0', cuda: '12.9.0', driver: '575.51.03' },
  '25.08': { version: '0.21.0', cuda: '12.9.0', driver: '575.51.03' },
  '25.09': { version: '1.0.0', cuda: '12.9.1', driver: '575.57.08' },
  '25.10': { version: '1.0.0', cuda: '12.9.1', driver: '575.57.08' },
  '25.11': { version: '1.0.3.2510', cuda: '13.0.2', driver: '580.95.05' },
  '25.12': { version: '1.1.0', cuda: '13.0.2', driver: '580.95.05' },
  '26.01': { version: '1.1.0', cuda: '13.0.2', driver: '580.95.05' },
  '26.02': { version: '1.1.0', cuda: '13.0.2', driver: '580.95.05' },
  '26.03': { version: '1.2.0', cuda: '13.1.0', driver: '590.44.01' },
  '26.04': { version: '1.2.1', cuda: '13.1.0', driver: '590.44.01' },
  '26.05': { version: '1.2.1', cuda: '13.1.0', driver: '590.44.01' },
  '26.06': { version: '1.2.1', cuda: '13.1.0', driver: '590.44.01' },
  '26.07': { version: '1.2.1', cuda: '13.1.0', driver: '590.44.01' },
};
