import { Relabeling } from './relabeling';

/** Variable of the environment of Prometheus that has the name of its pod. @internal */
export const REPLICA_VARIABLE = 'POD_NAME';

/** External label that tells apart what two Prometheus of one cluster say. @internal */
export const REPLICA_LABEL = 'prometheus_replica';
const dropped: Relabeling = { regex: REPLICA_LABEL, action: 'labeldrop' };

/** External labels of each of several Prometheus. @internal */
export const REPLICA_LABELS: { readonly [label: string]: string } = { [REPLICA_LABEL]: `\${${REPLICA_VARIABLE}}` };

/** Alerts of one are those of the other. @internal */
export const WITHOUT_REPLICA: readonly Relabeling[] = [dropped];

/**
 * Amazon Managed Service for Prometheus takes the series of one of those that write with the same label `cluster`, and drops `__replica__`.
 *
 * @see https://docs.aws.amazon.com/prometheus/latest/userguide/Send-high-availability-data.html
 *
 * @internal
 */
export const MANAGED_REPLICA: readonly Relabeling[] = [
  { source_labels: [REPLICA_LABEL], target_label: '__replica__' },
  dropped,
];
