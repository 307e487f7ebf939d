import { Fault, fault, untitled } from '../../../units/fault';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { ClusterLedger, enter, entered } from '../../../core/cluster-ledger';
import { IGpuNodePool, NodeTaint } from '../../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../../core/naming';
import { IRdmaFabric } from '../../../core/rdma-fabric';
import { concreteFault } from '../../../core/tokens';
import { takenNameFaults } from '../shared/gpu-node-pool-faults';
import {
  LabelSetter,
  MIG_LABEL,
  PLUGIN_CONFIG_LABEL,
  labelFaults,
  sharingLabels,
  taintFaults,
  taintSyntaxFaults,
} from '../shared/gpu-node-pool-labels';
import { GpuSharing, gpuSharingFaults } from '../options/gpu-sharing';
import { labelSyntaxFaults } from '../shared/label-syntax';
import { migInstances } from '../options/mig-profiles';

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
  readonly maxPods: number;
  readonly driverInImage?: boolean;
  /** @default - not said */
  readonly sharing?: GpuSharing;
  /** Labels the pool stamps by itself. */
  readonly own: { [key: string]: string };
}

/**
 * Everything that is wrong with a pool of existing nodes.
 *
 * @internal
 */
export function existingPoolFaults(spec: ExistingPoolSpec): Fault[] {
  const { poolName, nodes, nodeSelector, nodeNames, labels, taints, maxPods } = spec;
  const why = 'what fits on the pool is checked from it';
  const tokens = Object.entries({ poolName, nodes, nodeSelector, nodeNames, labels, taints, maxPods }).flatMap(
    ([name, value]) => concreteFault(name, value, why),
  );
  if (tokens.length > 0) return tokens;
  return [
    ...kubernetesNameFault('poolName', poolName),
    ...takenNameFaults(spec.cluster, poolName),
    ...wholeFault('nodes', nodes),
    ...wholeFault('maxPods', maxPods),
    ...(spec.fabric?.hardwareFaults(spec.hardware) ?? []),
    ...(spec.sharing ? gpuSharingFaults(spec.sharing, spec.hardware, spec.fabric?.kind) : []),
    ...driverFaults(spec),
    ...sharingLabelFaults(spec),
    ...agreementFaults(spec),
    ...selectorFaults(spec),
    ...nodeNameFaults(spec),
    ...Object.entries(nodeSelector).flatMap(([key, value]) => labelSyntaxFaults('nodeSelector', key, value)),
    ...(nodeNames
      ? [...labelFaults(labels, spec.own, LabelSetter.ADMINISTRATOR), ...taintFaults(taints)]
      : // The nodes have these already: only their form can be wrong.
        [
          ...Object.entries(labels).flatMap(([key, value]) => labelSyntaxFaults('label', key, value)),
          ...taints.flatMap(taintSyntaxFaults),
        ]),
  ];
}

/** On nodes of EC2 either may be so, and a second driver breaks the first. */
function driverFaults({ hardware, nodeSelector, driverInImage }: ExistingPoolSpec): Fault[] {
  const isOfEks = Object.keys(nodeSelector).some((key) => key.startsWith('eks.amazonaws.com/'));
  return driverInImage !== undefined || !(hardware.isEc2 || isOfEks)
    ? []
    : [
        fault(
          'MISSING_PROPERTY',
          'driverInImage',
          `driverInImage must be given for nodes of EC2: pass true if their image has NVIDIA's driver and container toolkit, as the ` +
            'accelerated images of EKS do, else false',
        ),
      ];
}

/** A label has one value: what is said of it in two places must be the same. */
function agreementFaults({ labels, nodeSelector, own, nodeNames }: ExistingPoolSpec): Fault[] {
  const said = { labels, nodeSelector, 'what agents and workloads rely on': own };
  const differ = (one: keyof typeof said, other: keyof typeof said) =>
    Object.entries(said[one])
      .filter(([key, value]) => Object.hasOwn(said[other], key) && said[other][key] !== value)
      .map(
        ([key, value]) =>
          `label '${key}' is '${value}' in ${one}, but '${said[other][key]}' in ${other}; make them agree`,
      );
  return [
    ...differ('labels', 'nodeSelector').map(untitled),
    ...differ('nodeSelector', 'what agents and workloads rely on').map(untitled),
    // Of nodes that the pool stamps such labels are refused as such.
    ...(nodeNames ? [] : differ('labels', 'what agents and workloads rely on').map(untitled)),
  ];
}

/** What a label says of the GPUs, as it would be said by `gpuSharing`. */
interface LabelMeaning {
  readonly text: string;
  readonly migProfile?: string;
}

/** Labels by which agents share the GPUs, as far as we know what they mean, and what they say. */
const SHARING_LABELS: { readonly [label: string]: (value: string) => LabelMeaning | undefined } = {
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

/** Labels that the nodes have by themselves must not say other than `gpuSharing` does. Names of others' configurations say nothing. */
function sharingLabelFaults({ labels, nodeSelector, nodeNames, sharing, hardware }: ExistingPoolSpec): Fault[] {
  const given = { ...(nodeNames ? {} : labels), ...nodeSelector };
  const said = sharing ? sharingLabels(sharing) : {};
  return Object.entries(SHARING_LABELS).flatMap(([label, meaning]) => {
    if (!Object.hasOwn(given, label) || given[label] === said[label]) return [];
    const { text, migProfile } = meaning(given[label]) ?? {};
    if (text === undefined) return [];
    if (sharing)
      return [
        untitled(`label '${label}=${given[label]}' means ${text}, but gpuSharing is '${sharing}'; make them agree`),
      ];
    // A profile that is not known cannot be said by gpuSharing.
    return migProfile !== undefined && migInstances(hardware.gpu, migProfile) === undefined
      ? []
      : [
          untitled(
            `label '${label}=${given[label]}' shares the GPUs, but nothing is said of it; pass gpuSharing: ${text}`,
          ),
        ];
  });
}

function wholeFault(name: string, value: number): Fault[] {
  return Number.isInteger(value) && value >= 1
    ? []
    : [untitled(`${name} must be a whole number of at least 1; got ${value}`)];
}

function selectorFaults({ cluster, nodeSelector, own, labels }: ExistingPoolSpec): Fault[] {
  const entries = Object.entries(nodeSelector);
  if (entries.length === 0) return [untitled('nodeSelector must name at least one label, which no other node has')];
  const all = { ...labels, ...nodeSelector, ...own };
  const holds = (has: { [key: string]: string }, wanted: { [key: string]: string }) =>
    Object.entries(wanted).every(([key, value]) => has[key] === value);
  return ClusterLedger.of(cluster)
    .pools.filter((pool) => holds(pool.nodeLabels, nodeSelector) || holds(all, pool.nodeSelector))
    .map((pool) => {
      const selector = entries.map(([key, value]) => `${key}=${value}`).join(', ');
      return untitled(
        `nodeSelector ${selector} does not tell the nodes from those of pool '${pool.poolName}'; add a label that only these have`,
      );
    });
}

function nodeNameFaults({ cluster, nodes, nodeNames }: ExistingPoolSpec): Fault[] {
  if (!nodeNames) return [];
  const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
  return [
    ...(nodeNames.length === nodes
      ? []
      : [untitled(`nodeNames must name all ${nodes} nodes; got ${nodeNames.length}; correct the one or the other`)]),
    ...(new Set(nodeNames).size === nodeNames.length
      ? []
      : [untitled(`nodeNames must be different; got ${nodeNames.join(', ')}`)]),
    ...nodeNames
      .filter((name) => name.length > 253 || !subdomain.test(name))
      .map((name) => untitled(`a node's name must be as 'kubectl get nodes' prints it; got '${name}'`)),
    ...nodeNames.flatMap((name) => {
      const owner = entered<string>(cluster, NODE, name)[0];
      return owner === undefined
        ? []
        : [
            untitled(
              `node '${name}' is in pool '${owner.value}' already; a node has the labels of one pool; leave it out of the one or the other`,
            ),
          ];
    }),
  ];
}

/** What the ledger of a cluster calls nodes that are named, each with the name of its pool. */
const NODE = 'node';

/**
 * Makes the nodes of a pool that is without fault known.
 *
 * @internal
 */
export function takeNodes(pool: IGpuNodePool, { cluster, nodeNames = [] }: ExistingPoolSpec): void {
  for (const name of nodeNames) enter(cluster, NODE, name, pool, pool.poolName);
}
