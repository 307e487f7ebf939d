import { VLLM_FIRST_TOKEN_BOUNDS_MS } from '../../catalog/latency-bounds';
import { MetricFeature } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { VllmServer } from './vllm-server';

/** Argument of the engine that replaces bounds of histograms, and the family of the time to the first token in it. */
const ARGUMENT = 'custom_histogram_buckets';
const FIRST_TOKEN = 'time_to_first_token';

/**
 * What the servers of models tell of the bounds of their histograms, where an argument of the engine replaces any: alerts and objectives see the
 * bounds of the time to the first token, and the contract takes none of the others for known. Nothing where all have the usual ones.
 *
 * @see https://github.com/vllm-project/vllm: vllm/v1/metrics/buckets.py and vllm/config/observability.py of 0.32.0
 *
 * @internal
 */
export function bucketsOf(
  servers: readonly VllmServer[],
): Pick<MetricsTarget, 'latencyBoundsMs' | 'latencyLimitsMs'> & { readonly features: MetricFeature[] } {
  if (!servers.some(({ engineArguments }) => engineArguments[ARGUMENT] !== undefined)) return { features: [] };
  const bounds = servers.map(({ names, engineArguments }) => [names[0], firstTokenBoundsMs(engineArguments)] as const);
  const [[, first], ...others] = bounds;
  return {
    features: [MetricFeature.CUSTOM_BUCKETS],
    latencyBoundsMs: first.filter((bound) => others.every(([, own]) => own.includes(bound))),
    latencyLimitsMs: Object.fromEntries(bounds.map(([name, own]) => [name, own[own.length - 1]])),
  };
}

function firstTokenBoundsMs(engineArguments: { readonly [name: string]: unknown }): readonly number[] {
  const { [FIRST_TOKEN]: seconds } = (engineArguments[ARGUMENT] ?? {}) as { readonly [family: string]: unknown };
  const isList = Array.isArray(seconds) && seconds.length > 0 && seconds.every((each) => typeof each === 'number');
  // 12 digits: 0.07 s are 70 ms, not 70.00000000000001.
  return isList
    ? (seconds as number[]).map((each) => Number((each * 1000).toPrecision(12)))
    : VLLM_FIRST_TOKEN_BOUNDS_MS;
}
