import { Fault, fault } from '../../units/fault';
import { VersionPolicy, VersionPolicyKind } from './model-options';
import { TextMessage } from './protobuf-text';

/** The histogram that P99 is computed from. */
export const LATENCY_HISTOGRAM = 'nv_inference_first_response_histogram_ms';

/**
 * Bounds of the latency histogram in milliseconds. Triton's own, 100 to 5000, put every fast model into one bucket and cut off every slow
 * one.
 *
 * @internal
 */
export const DEFAULT_LATENCY_BUCKETS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000];

/** Further bounds for models that are planned to be slower. */
const SLOW_LATENCY_BUCKETS = [120_000, 300_000, 600_000, 1_800_000, 3_600_000];

/**
 * Bounds of the latency histogram of a model that is given none: two of them lie above what its plan expects, so that an alert can tell a latency
 * above one from the plan, and P99 is not cut off there.
 *
 * @param plannedMs P99 latency in milliseconds that its plan expects
 *
 * @internal
 */
export function defaultLatencyBuckets(plannedMs: number): readonly number[] {
  const above = (bounds: readonly number[]) => bounds.filter((bound) => bound > plannedMs).length;
  const further = SLOW_LATENCY_BUCKETS.filter(
    (_, i) => above([...DEFAULT_LATENCY_BUCKETS, ...SLOW_LATENCY_BUCKETS.slice(0, i)]) < 2,
  );
  return [...DEFAULT_LATENCY_BUCKETS, ...further];
}

/**
 * Triton's number for a version of the model store: Triton requires positive integers, so any other version is served as 1.
 *
 * @internal
 */
export function tritonVersion(storeVersion: string): number {
  return /^[1-9][0-9]{0,8}$/.test(storeVersion) ? Number(storeVersion) : 1;
}

/** @internal */
export function versionPolicyFaults(policy: VersionPolicy, versions: readonly number[]): Fault[] {
  const property = 'versionPolicy';
  if (policy.kind === VersionPolicyKind.LATEST && !(Number.isSafeInteger(policy.count) && policy.count >= 1)) {
    return [
      fault('NOT_A_WHOLE_NUMBER', property, `versionPolicy must keep at least 1 latest version; got ${policy.count}`),
    ];
  }
  if (policy.kind === VersionPolicyKind.SPECIFIC && policy.versions.length === 0) {
    return [fault('EMPTY_LIST', property, 'versionPolicy must name at least one version')];
  }
  return policy.versions
    .filter((version) => !versions.includes(version))
    .map((version) =>
      fault(
        'VERSION_NOT_ASSEMBLED',
        property,
        `versionPolicy names version ${version}, but the server is given only ${versions.join(', ')}; add it to otherVersions`,
      ),
    );
}

/**
 * Those of the assembled versions that a policy serves, the newest last.
 *
 * @internal
 */
export function servedVersions({ kind, count, versions }: VersionPolicy, assembled: readonly number[]): number[] {
  const ascending = [...assembled].sort((a, b) => a - b);
  if (kind === VersionPolicyKind.SPECIFIC) return ascending.filter((version) => versions.includes(version));
  return kind === VersionPolicyKind.LATEST ? ascending.slice(-count) : ascending;
}

/** @internal */
export function versionPolicyMessage(policy: VersionPolicy): TextMessage {
  if (policy.kind === VersionPolicyKind.ALL) return { all: {} };
  return policy.kind === VersionPolicyKind.SPECIFIC
    ? { specific: { versions: policy.versions } }
    : { latest: { num_versions: policy.count } };
}

/** @internal */
export function bucketFaults(buckets: readonly number[]): Fault[] {
  const ascending = buckets.every((bound, i) => bound > (i === 0 ? 0 : buckets[i - 1]) && Number.isFinite(bound));
  if (buckets.length > 0 && ascending) return [];
  return [
    fault(
      'BUCKETS_NOT_ASCENDING',
      'latencyBucketsMs',
      `latencyBucketsMs must be at least one positive number, in ascending order; got [${buckets.join(', ')}]`,
    ),
  ];
}

/** @internal */
export function latencyMetrics(buckets: readonly number[]): TextMessage {
  return { metric_control: { metric_identifier: { family: LATENCY_HISTOGRAM }, histogram_options: { buckets } } };
}
