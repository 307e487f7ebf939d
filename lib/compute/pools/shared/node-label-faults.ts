import { NodeTaint, TaintEffect } from '../../../core/gpu-node-pool';
import { keyFaults, labelSyntaxFaults, valueFaults } from '../../../kubernetes/label-syntax';
import { Fault, fault } from '../../../units/fault';
import { CONDITIONAL_POOL_LABELS, GPU_TAINT } from './gpu-node-pool-labels';
import { allOf } from '../../../units/unreadable';

/** Maximum length of a key that EKS accepts, including its prefix; Kubernetes itself accepts more. */
const EKS_KEY_LENGTH = 63;

/** Domains of labels that a NodePool of Karpenter must not set. */
const KARPENTER_DOMAIN = /(^|\.)karpenter(\.k8s\.aws|\.sh)$/;

/**
 * What puts the labels of a pool on its nodes, which decides which labels Kubernetes accepts.
 *
 * @internal
 */
export enum LabelSetter {
  /** The node itself, which may set only certain labels. */
  KUBELET,
  /** Karpenter, which also sets labels that nodes may not set themselves. */
  KARPENTER,
  /** The user who applies the stack, who may set any label. */
  ADMINISTRATOR,
}

/**
 * The prefix of the key of a label or taint; empty where it has none.
 *
 * @internal
 */
export function keyPrefix(key: string): string {
  return key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
}

/**
 * The faults of labels that a user gives a pool. A node with labels that the kubelet refuses to set cannot join.
 *
 * @param poolLabels the labels that the pool sets itself
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 *
 * @internal
 */
export function labelFaults(
  labels: { [key: string]: string },
  poolLabels: { [key: string]: string },
  setter = LabelSetter.KUBELET,
): Fault[] {
  const owned = Object.keys(labels).flatMap((key): Fault[] => {
    const path = `labels['${key}']`;
    if (Object.hasOwn(poolLabels, key) || CONDITIONAL_POOL_LABELS.includes(key)) {
      return [fault('RESERVED', path, `label '${key}' is set by the pool itself; leave it out of labels`)];
    }
    const owner = reservedFor(keyPrefix(key), setter);
    return owner === undefined
      ? []
      : [
          fault(
            'LABEL_PREFIX_RESERVED',
            path,
            `label '${key}' has the prefix '${keyPrefix(key)}', ${owner}; use a prefix of your own`,
          ),
        ];
  });
  return allOf(
    () => owned,
    () => labelSyntaxFaults('labels', labels),
  );
}

/** Why a pool must not set labels with a prefix; undefined if it may. */
function reservedFor(prefix: string, setter: LabelSetter): string | undefined {
  if (setter === LabelSetter.ADMINISTRATOR) return undefined;
  if (setter === LabelSetter.KARPENTER) {
    if (KARPENTER_DOMAIN.test(prefix)) return 'which Karpenter reserves';
    if (/(^|\.)node-restriction\.kubernetes\.io$/.test(prefix)) return undefined;
  }
  if (/(^|\.)(kubernetes|k8s)\.io$/.test(prefix) && !/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(prefix)) {
    return 'which the kubelet refuses to set';
  }
  return prefix === 'eks.amazonaws.com' ? 'which EKS reserves' : undefined;
}

/**
 * The faults of labels and taints that Kubernetes accepts and a managed node group does not.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
 *
 * @internal
 */
export function nodeGroupLabelFaults(labels: { [key: string]: string }, taints: readonly NodeTaint[]): Fault[] {
  const keys = [
    ...Object.keys(labels).map((key) => ({ what: 'label', key, path: `labels['${key}']` })),
    ...taints.map(({ key }, index) => ({ what: 'taint', key, path: `taints[${index}].key` })),
  ];
  return allOf(
    () =>
      keys
        .filter(({ key }) => key.length > EKS_KEY_LENGTH)
        .map(({ what, key, path }) =>
          fault(
            'KEY_TOO_LONG_FOR_EKS',
            path,
            `${what} key '${key}' has ${key.length} characters, but EKS accepts at most ${EKS_KEY_LENGTH}, prefix included; shorten it`,
          ),
        ),
    () =>
      Object.keys(labels)
        .filter((key) => labels[key] === '')
        .map((key) =>
          fault(
            'LABEL_VALUE_REQUIRED',
            `labels['${key}']`,
            `label '${key}' has no value, which EKS refuses; write for example 'true'`,
          ),
        ),
  );
}

/**
 * The faults of taints that a user gives a pool.
 *
 * @internal
 */
export function taintFaults(taints: readonly NodeTaint[]): Fault[] {
  const known = new Set([`${GPU_TAINT.key}:${GPU_TAINT.effect}`]);
  return taints.flatMap((taint, index) => {
    const name = `${taint.key}:${taint.effect}`;
    const isKnown = known.has(name);
    known.add(name);
    const path = `taints[${index}]`;
    const twice =
      taint.key === GPU_TAINT.key
        ? fault('RESERVED', path, `taint '${name}' is set by the pool itself on every GPU node; leave it out of taints`)
        : fault('DUPLICATE', path, `taint '${name}' is given twice; a node has one taint of a key and an effect`);
    return allOf(
      () => taintSyntaxFaults(taint, index),
      () => (isKnown ? [twice] : []),
    );
  });
}

/**
 * The faults of one taint by itself.
 *
 * @param index its place in the list of taints
 *
 * @internal
 */
export function taintSyntaxFaults({ key, value, effect }: NodeTaint, index: number): Fault[] {
  const effects = Object.values(TaintEffect);
  return allOf(
    () => keyFaults(`taints[${index}].key`, 'taint', key),
    () => valueFaults(`taints[${index}].value`, 'taint', key, value),
    () =>
      effects.includes(effect)
        ? []
        : [
            fault(
              'UNKNOWN_VALUE',
              `taints[${index}].effect`,
              `taint '${key}' must have one of the effects ${effects.join(', ')}; got '${effect}'`,
            ),
          ],
  );
}
