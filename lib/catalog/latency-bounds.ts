/**
 * Bounds of the histogram of the time to the first token of vLLM's own server, in milliseconds.
 *
 * @see https://github.com/vllm-project/vllm: vllm/v1/metrics/loggers.py, in 0.32 vllm/v1/metrics/buckets.py. The same in the wheels of 0.11.0, 0.15.1,
 * 0.24.0 and 0.32.0
 *
 * @internal
 */
export const VLLM_FIRST_TOKEN_BOUNDS_MS: readonly number[] = [
  ...[1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1000, 2500, 5000, 7500],
  ...[10_000, 20_000, 40_000, 80_000, 160_000, 640_000, 2_560_000],
];
