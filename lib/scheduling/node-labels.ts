import { isTabled, isWellKnown } from './node-label-table';
import { PlacedPool } from './placement';
import { NodeRequirement, NodeTerm } from './pod-demand';

/**
 * Label by which nodes opt out of the cluster's device plugin, because their image has one. The GPU operator and our own agents respect
 * it.
 *
 * @internal
 */
export const DEVICE_PLUGIN_LABEL = 'nvidia.com/gpu.deploy.device-plugin';

/** Labels of kubelets that follow from the hardware; undefined if they do not, as on hardware outside EC2. */
const HARDWARE_LABELS: { readonly [label: string]: (type: PlacedPool['hardware']) => string | undefined } = {
  'node.kubernetes.io/instance-type': (type) => (type.isEc2 ? type.name : undefined),
  'kubernetes.io/arch': ({ architecture }) => (architecture === 'x86_64' ? 'amd64' : architecture),
  'kubernetes.io/os': () => 'linux',
};

/** Labels of EKS's node groups, and of Karpenter: a node with a known provisioner has one or the other. */
const PROVISIONER_LABELS = [/^eks\.amazonaws\.com\/(capacityType|nodegroup)/, /^karpenter\./];

/** The value of a label that is not set by the pool, if it is known. */
function platformValue({ hardware: instanceType, platformLabels = {} }: PlacedPool, key: string): string | undefined {
  return Object.hasOwn(HARDWARE_LABELS, key) ? HARDWARE_LABELS[key](instanceType) : platformLabels[key];
}

/** Whether it is known that nodes of a pool lack the label of a key, because another provisioner creates them. */
function knownToLack({ platformLabels }: PlacedPool, key: string): boolean {
  const provisioner = PROVISIONER_LABELS.find((pattern) => pattern.test(key));
  return (
    provisioner !== undefined &&
    platformLabels !== undefined &&
    !Object.keys(platformLabels).some((own) => provisioner.test(own))
  );
}

/**
 * Whether nodes of a pool may have a label that is not set by pools; unknown values may match.
 *
 * @internal
 */
export function mayHave(pool: PlacedPool, key: string, value: string): boolean {
  const known = platformValue(pool, key);
  return known === undefined ? !knownToLack(pool, key) : known === value;
}

/**
 * Whether nodes of a pool may have a label, of whatever value: one that the pool or its provisioner sets, or of which is known who sets it.
 *
 * @internal
 */
export function mayHaveLabel(pool: PlacedPool, key: string): boolean {
  if (Object.hasOwn(pool.nodeLabels, key) || Object.hasOwn(pool.platformLabels ?? {}, key)) return true;
  return isTabled(key) && !knownToLack(pool, key);
}

/**
 * Whether nodes of a pool may meet one of the alternatives of a node affinity; unknown values may match.
 *
 * @param terms the alternatives; if empty, every node matches
 * @param pool the pool
 * @param isStamped whether some pool of the cluster sets a label
 *
 * @internal
 */
export function mayMeet(
  terms: readonly NodeTerm[] | undefined,
  pool: PlacedPool,
  isStamped: (key: string) => boolean,
): boolean {
  if (!terms || terms.length === 0) return true;
  const labels = pool.nodeLabels;
  return terms.some(({ requirements }) =>
    requirements.every((requirement) => {
      const { key } = requirement;
      const value = labels[key] ?? platformValue(pool, key);
      const isUnknown = value === undefined && isWellKnown(key) && !isStamped(key) && !knownToLack(pool, key);
      return isUnknown || meets(value, requirement);
    }),
  );
}

/** @see https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#operators */
function meets(value: string | undefined, { operator, values = [] }: NodeRequirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      // The API server refuses it.
      return true;
  }
}
