import { Fault, untitled } from '../../units/fault';
import { VersionPolicy } from './model-options';
import { TextMessage } from './protobuf-text';

/** The histogram that P99 is computed from. */
export const LATENCY_HISTOGRAM = 'nv_inference_first_response_histogram_ms';

/**
 * Bounds of the latency histogram in milliseconds. Triton's own, 100 to 5000, interpolate every fast model inside one bucket and
 * cut off every slow one.
 *
 * @internal
 */
export const DEFAULT_LATENCY_BUCKETS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000];

/**
 * Triton's number for a version of the model store: Triton wants positive integers, so any other version is served as 1.
 *
 * @internal
 */
export function tritonVersion(storeVersion: string): number {
  return /^[1-9][0-9]{0,8}$/.test(storeVersion) ? Number(storeVersion) : 1;
}

/** @internal */
export function versionPolicyFaults(model: string, policy: VersionPolicy, versions: readonly number[]): Fault[] {
  if (policy.kind === 'latest' && !isPositiveInteger(policy.count)) {
    return [untitled(`version policy of model '${model}': latest must count at least 1 version; got ${policy.count}`)];
  }
  if (policy.kind === 'specific' && policy.versions.length === 0) {
    return [untitled(`version policy of model '${model}' must name at least one version`)];
  }
  return policy.versions
    .filter((version) => !versions.includes(version))
    .map((version) =>
      untitled(
        `version policy of model '${model}' names version ${version}, but only ${versions.join(', ')} is assembled`,
      ),
    );
}

/** @internal */
export function versionPolicyMessage(policy: VersionPolicy): TextMessage {
  if (policy.kind === 'all') return { all: {} };
  return policy.kind === 'specific'
    ? { specific: { versions: policy.versions } }
    : { latest: { num_versions: policy.count } };
}

/** @internal */
export function bucketFaults(model: string, buckets: readonly number[]): Fault[] {
  const ascending = buckets.every((bound, i) => bound > (i === 0 ? 0 : buckets[i - 1]) && Number.isFinite(bound));
  if (buckets.length > 0 && ascending) return [];
  return [
    untitled(
      `latencyBucketsMs of model '${model}' must be positive numbers in ascending order, at least one; got [${buckets.join(', ')}]`,
    ),
  ];
}

/** @internal */
export function latencyMetrics(buckets: readonly number[]): TextMessage {
  return { metric_control: { metric_identifier: { family: LATENCY_HISTOGRAM }, histogram_options: { buckets } } };
}

/** @internal */
export function isPositiveInteger(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
