import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { ClusterLedger, enter, entered } from '../../../core/cluster-ledger';
import { IGpuNodePool, NodeTaint } from '../../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { isSubdomain, kubernetesNameFault } from '../../../core/naming';
import { IRdmaFabric } from '../../../core/rdma-fabric';
import { concreteFault } from '../../../core/tokens';
import { duplicateFaults } from '../../../units/duplicate-faults';
import { labelSyntaxFaults } from '../../../kubernetes/label-syntax';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { positiveFault, wholeNumberFault } from '../../../units/number-faults';
import { returnedFaults } from '../../../units/struct-faults';
import { driverMajorFaults } from '../options/node-image';
import { GpuSharing, gpuSharingFaults } from '../options/gpu-sharing';
import { migInstances } from '../options/mig-profiles';
import { takenNameFaults } from '../shared/gpu-node-pool-faults';
import { vendorFaults } from '../shared/gpu-vendor-faults';
import { MIG_LABEL, PLUGIN_CONFIG_LABEL, sharingLabels } from '../shared/gpu-node-pool-labels';
import { LabelSetter, labelFaults, taintFaults, taintSyntaxFaults } from '../shared/node-label-faults';
import { allOf } from '../../../units/unreadable';

/**
 * A pool of existing nodes with its defaults filled in.
 *
 * @internal
 */
export interface ExistingPoolSpec {
  readonly cluster: IKubernetesCluster;
  readonly poolName: string;
  readonly hardware: GpuNodeType;
  readonly nodes: number;
  readonly fabric?: IRdmaFabric;
  readonly nodeSelector: { [key: string]: string };
  readonly nodeNames?: string[];
  readonly labels: { [key: string]: string };
  readonly taints: NodeTaint[];
  /** @default - what follows from the hardware */
  readonly maxPods?: number;
  /** @default - what follows from hardware outside EC2, else not known */
  readonly ephemeralStorage?: DataSize;
  /** @default - not known */
  readonly driverMajor?: number;
  /** @default - 300 */
  readonly unreachableTolerationSeconds?: number;
  /** @default - not known */
  readonly sharing?: GpuSharing;
  /** Labels that the pool itself sets, which agents and workloads rely on. */
  readonly poolLabels: { [key: string]: string };
}

/**
 * All faults of a pool of existing nodes.
 *
 * @internal
 */
export function existingPoolFaults(spec: ExistingPoolSpec): Fault[] {
  const { poolName, nodes, nodeSelector, nodeNames, labels, taints, maxPods, driverMajor } = spec;
  const why = 'the capacity of the pool is computed from it';
  const tokens = allOf(
    () =>
      Object.entries({ poolName, nodes, nodeSelector, nodeNames, labels, taints, maxPods }).flatMap(([name, value]) =>
        concreteFault(name, value, why),
      ),
    () => concreteFault('driverMajor', driverMajor, 'images that need a newer driver are refused by it'),
    () => concreteFault('unreachableTolerationSeconds', spec.unreachableTolerationSeconds, 'pods tolerate it'),
  );
  if (tokens.length > 0) return tokens;
  return allOf(
    () => kubernetesNameFault('poolName', poolName),
    () => takenNameFaults(spec.cluster, poolName),
    () => wholeNumberFault('nodes', nodes, 1),
    () => wholeNumberFault('maxPods', maxPods, 1),
    () => wholeNumberFault('unreachableTolerationSeconds', spec.unreachableTolerationSeconds, 0),
    () => positiveFault('ephemeralStorage', spec.ephemeralStorage?.bytes),
    () => vendorFaults('hardware', spec.hardware),
    () => driverFaults(spec),
    () => fabricHardwareFaults(spec),
    () => (spec.sharing ? gpuSharingFaults(spec.sharing, spec.hardware, spec.fabric?.kind) : []),
    () => sharingLabelFaults(spec),
    () => contradictionFaults(spec),
    () => selectorFaults(spec),
    () => nodeNameFaults(spec),
    () => labelSyntaxFaults('nodeSelector', nodeSelector),
    () =>
      nodeNames
        ? allOf(
            () => labelFaults(labels, spec.poolLabels, LabelSetter.ADMINISTRATOR),
            () => taintFaults(taints),
          )
        : // The nodes already have these, so only their syntax is checked.
          allOf(
            () => labelSyntaxFaults('labels', labels),
            () => taints.flatMap(taintSyntaxFaults),
          ),
  );
}

function fabricHardwareFaults({ fabric, hardware }: ExistingPoolSpec): Fault[] {
  if (!fabric) return [];
  const found = fabric.hardwareFaults(hardware);
  const wrong = returnedFaults('IRdmaFabric', 'fabric.hardwareFaults()', found);
  return wrong.length > 0 ? wrong : found;
}

function driverFaults({ hardware, driverMajor }: ExistingPoolSpec): Fault[] {
  if (driverMajor === undefined) return [];
  const kind = driverMajorFaults(driverMajor);
  if (kind.length > 0) return kind;
  const { name, firstDriverMajor: first, lastDriverMajor: last } = hardware.gpu;
  const who = `driver ${driverMajor} of the nodes`;
  return allOf(
    () =>
      last !== undefined && driverMajor > last
        ? [
            fault(
              'DRIVER_TOO_NEW',
              'driverMajor',
              `${who} no longer supports ${name} of '${hardware.name}', which needs driver ${last} or earlier; correct driverMajor or hardware`,
            ),
          ]
        : [],
    () =>
      first !== undefined && driverMajor < first
        ? [
            fault(
              'DRIVER_TOO_OLD',
              'driverMajor',
              `${who} does not know ${name} of '${hardware.name}', which needs driver ${first} or later; correct driverMajor or hardware`,
            ),
          ]
        : [],
  );
}

/** A label has one value: wherever it is given, it must be the same. */
function contradictionFaults({ labels, nodeSelector, poolLabels, nodeNames }: ExistingPoolSpec): Fault[] {
  const sources = { labels, nodeSelector };
  const differ = (one: keyof typeof sources, other: { [key: string]: string }, where: string) =>
    Object.entries(sources[one])
      .filter(([key, value]) => Object.hasOwn(other, key) && other[key] !== value)
      .map(([key, value]) =>
        fault(
          'CONFLICTING_PROPERTIES',
          `${one}['${key}']`,
          `label '${key}' is '${value}' in ${one}, but ${where} '${other[key]}'; make them agree`,
        ),
      );
  const required = 'node agents and workloads rely on';
  return allOf(
    () => differ('labels', nodeSelector, 'nodeSelector has'),
    () => differ('nodeSelector', poolLabels, required),
    // On nodes that the pool labels, its own labels are refused anyway.
    () => (nodeNames ? [] : differ('labels', poolLabels, required)),
  );
}

/** What a label says about the GPUs, as the corresponding `gpuSharing`. */
interface SharingLabelMeaning {
  readonly text: string;
  readonly migProfile?: string;
}

/** Labels by which agents share the GPUs, with the meanings of known values. */
const SHARING_LABELS: { readonly [label: string]: (value: string) => SharingLabelMeaning | undefined } = {
  [PLUGIN_CONFIG_LABEL]: (value) => {
    const [, replicas, renamed] = /^time-slicing-(\d+)(-renamed)?$/.exec(value) ?? [];
    const text = `GpuSharing.timeSlicing(${replicas})${renamed ? '.renamed()' : ''}`;
    return Number(replicas) >= 2 ? { text } : undefined;
  },
  [MIG_LABEL]: (value) => {
    const [, migProfile] = /^all-(\dg\.\d+gb)$/.exec(value) ?? [];
    return migProfile === undefined ? undefined : { text: `GpuSharing.mig('${migProfile}')`, migProfile };
  },
};

/** Labels that the nodes already have must agree with `gpuSharing`. Configurations with other names are unknown and not checked. */
function sharingLabelFaults({ labels, nodeSelector, nodeNames, sharing, hardware }: ExistingPoolSpec): Fault[] {
  const given = { ...(nodeNames ? {} : labels), ...nodeSelector };
  const declared = sharing ? sharingLabels(sharing) : {};
  return Object.entries(SHARING_LABELS).flatMap(([label, meaningOf]) => {
    if (!Object.hasOwn(given, label) || given[label] === declared[label]) return [];
    const { text, migProfile } = meaningOf(given[label]) ?? {};
    if (text === undefined) return [];
    if (sharing) {
      return [
        fault(
          'CONFLICTING_PROPERTIES',
          'gpuSharing',
          `label '${label}=${given[label]}' means ${text}, but gpuSharing is '${sharing}'; make them agree`,
        ),
      ];
    }
    // gpuSharing cannot express a profile that is not known.
    return migProfile !== undefined && migInstances(hardware.gpu, migProfile) === undefined
      ? []
      : [
          fault(
            'GPU_SHARING_NOT_DECLARED',
            'gpuSharing',
            `label '${label}=${given[label]}' shares the GPUs, but gpuSharing is not given; pass gpuSharing: ${text}`,
          ),
        ];
  });
}

function selectorFaults({ cluster, nodeSelector, poolLabels, labels }: ExistingPoolSpec): Fault[] {
  const entries = Object.entries(nodeSelector);
  if (entries.length === 0) {
    return [
      fault(
        'EMPTY_LIST',
        'nodeSelector',
        'nodeSelector must have at least one label, which no other node has; leave it out for the label of the pool',
      ),
    ];
  }
  const all = { ...labels, ...nodeSelector, ...poolLabels };
  const holds = (has: { [key: string]: string }, wanted: { [key: string]: string }) =>
    Object.entries(wanted).every(([key, value]) => has[key] === value);
  return ClusterLedger.of(cluster)
    .pools.filter((pool) => holds(pool.nodeLabels, nodeSelector) || holds(all, pool.nodeSelector))
    .map((pool) => {
      const selector = entries.map(([key, value]) => `${key}=${value}`).join(', ');
      return fault(
        'SELECTOR_AMBIGUOUS',
        'nodeSelector',
        `nodeSelector ${selector} does not distinguish the nodes from those of pool '${pool.poolName}'; add a label that only these nodes have`,
      );
    });
}

function nodeNameFaults({ cluster, nodes, nodeNames }: ExistingPoolSpec): Fault[] {
  if (!nodeNames) return [];
  return allOf(
    () =>
      nodeNames.length === nodes
        ? []
        : [
            fault(
              'NODE_COUNT_MISMATCH',
              'nodeNames',
              `nodeNames must name all ${nodes} nodes; got ${nodeNames.length}; correct nodeNames or nodes`,
            ),
          ],
    () => duplicateFaults('nodeNames', nodeNames),
    () =>
      nodeNames.flatMap((name, index) => {
        const path = `nodeNames[${index}]`;
        const owner = entered<string>(cluster, NODE, name)[0];
        return allOf(
          () =>
            isSubdomain(name)
              ? []
              : [fault('INVALID_NAME', path, `a node must be named as 'kubectl get nodes' prints it; got '${name}'`)],
          () =>
            owner === undefined
              ? []
              : [
                  fault(
                    'NODE_IN_OTHER_POOL',
                    path,
                    `node '${name}' already belongs to pool '${owner.value}', and a node has the labels of one pool; remove it from one of the two`,
                  ),
                ],
        );
      }),
  );
}

/** Kind of entry in a cluster's ledger: nodes listed in `nodeNames`, each with the name of its pool. */
const NODE = 'node';

/**
 * Enters the nodes of a valid pool into the ledger.
 *
 * @internal
 */
export function enterNodes(pool: IGpuNodePool, { cluster, nodeNames = [] }: ExistingPoolSpec): void {
  for (const name of nodeNames) enter(cluster, NODE, name, pool, pool.poolName);
}
