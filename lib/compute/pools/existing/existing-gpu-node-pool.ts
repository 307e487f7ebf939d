import { Labels } from '@cdktf/provider-kubernetes/lib/labels';
import { NodeTaint as NodeTaintResource } from '@cdktf/provider-kubernetes/lib/node-taint';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { eksPodCap } from '../../../catalog/eks-pod-cap';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { kubernetesName } from '../../../core/naming';
import { IRdmaFabric, RdmaFabricKind } from '../../../core/rdma-fabric';
import { kubernetesMeta } from '../../../kubernetes/kubernetes-access';
import { enterInstanceStoreUnused } from '../../../scheduling/node-disk';
import { isGiven } from '../../../scheduling/node-label-table';
import { DataSize } from '../../../units/data-size';
import { GpuSharing } from '../options/gpu-sharing';
import { GpuNodePoolBase } from '../shared/gpu-node-pool-base';
import { enterPool } from '../shared/gpu-node-pool-faults';
import { EFA_LABEL, GPU_LABEL, GPU_TAINT, POOL_LABEL, poolLabels, sharingLabels } from '../shared/gpu-node-pool-labels';
import { ExistingPoolSpec, enterNodes, existingPoolFaults } from './existing-gpu-node-pool-faults';
import { optionalTextList } from '../../../core/text-list';
import { endTrial, throwIfOfOtherKinds } from '../../../core/errors';
import { nameClass } from '../../../units/own-class';
import { isUnreadable } from '../../../units/unreadable';

/** Maximum number of pods that a kubelet accepts by default. */
const KUBELET_MAX_PODS = 110;

/**
 * A homogeneous group of existing GPU nodes.
 */
export interface ExistingGpuNodePoolProps {
  /** The cluster that the nodes have joined, e.g. `KubernetesCluster.fromKubeconfig`. */
  readonly cluster: IKubernetesCluster;
  /** The hardware of each node: `GpuNodeType.custom({...})` describes hardware outside EC2. */
  readonly hardware: GpuNodeType;
  /** Number of nodes; whole, at least 1. */
  readonly nodes: number;
  /** Fabric between the nodes, e.g. `RdmaFabric.infiniband({...})`. @default - none: nodes reach each other by TCP */
  readonly fabric?: IRdmaFabric;
  /**
   * How pods share a GPU. `NodeAgents` sets up time slicing and MIG from labels of the nodes, which the pool sets if `nodeNames` is given,
   * and which you must set otherwise. If the device plugin of the nodes is set up already and gives shares another resource name, add
   * `renamed()`.
   * @default - GPUs are not shared, as far as known
   */
  readonly gpuSharing?: GpuSharing;
  /**
   * Labels that these nodes have and no others.
   * @default - `gpu-inference-constructs/pool: <poolName>`, which you must set if `nodeNames` is not given
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Names of all the nodes, as `kubectl get nodes` prints them. The pool then adds its labels and taints to them through the
   * Kubernetes provider; removing the pool removes these again.
   * @default - the nodes are left as they are: they must have the labels and taints that are given here
   */
  readonly nodeNames?: string[];
  /** Labels of the nodes in addition to `nodeSelector`. @default - none */
  readonly labels?: { [key: string]: string };
  /** Taints of the nodes; if `nodeNames` is given, in addition to `nvidia.com/gpu=present:NoSchedule`. @default - none */
  readonly taints?: NodeTaint[];
  /**
   * Whether the image of the nodes includes NVIDIA's driver and container toolkit, as the accelerated images of EKS do. The GPU operator
   * of `NodeAgents` then installs neither, because a second driver breaks the first. An operator that may install one refuses pools on EC2
   * instance types, and pools whose `nodeSelector` has a label of EKS, that leave this out.
   * @default - not known: treated as false
   */
  readonly driverInImage?: boolean;
  /** Branch of NVIDIA's driver on the nodes, e.g. 580, by which images that need a newer one are refused. @default - not known */
  readonly driverMajor?: number;
  /** Name of the pool, unique within the cluster: an RFC 1123 label. @default - from the construct's id */
  readonly poolName?: string;
  /**
   * Maximum number of pods on one node: `maxPods` of its kubelet.
   * @default - on an EC2 instance type as EKS counts it, by the addresses of its network interfaces and at most 110, or 250 from 30 virtual
   * CPUs; else 110, the kubelet's default
   * @see https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#max-pods-precedence
   */
  readonly maxPods?: number;
  /**
   * Disk that the pods of one node can have together: `ephemeral-storage` under Allocatable of `kubectl describe node`. Pods that ask for more
   * are refused.
   * @default - on an EC2 instance type not known: its instance store is disk of pods only where the nodes are set up so, e.g. with
   * `localStorage: RAID0` of nodeadm, and pods that ask for more than a node of EKS has by default are warned of (`NODE_DISK_NOT_KNOWN`);
   * else `localStorage` of the hardware, less what the kubelet keeps and the images take
   * @see https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
   */
  readonly ephemeralStorage?: DataSize;
  /**
   * For how many seconds pods stay on nodes that the control plane does not reach: whole, at least 0. `UplinkOutage` says how many for nodes behind a
   * link that may be cut.
   * @default - as long as the API server says: 300
   */
  readonly unreachableTolerationSeconds?: number;
}

/**
 * A homogeneous group of existing GPU nodes: your own hardware, or another cloud's.
 *
 * It creates no nodes. Workloads, node agents and checks treat it like any other pool: agents run on the nodes that `nodeSelector` finds.
 * Labels that kubelets, EKS and Karpenter give to their nodes, such as `eks.amazonaws.com/nodegroup`, are there already, and nobody sets them.
 *
 * Throws a `ValidationError` with every fault: a fabric that the hardware does not have, a selector that matches nodes of other pools,
 * more or fewer names than nodes, a label or taint that Kubernetes refuses, MIG on GPUs without it, shared GPUs on nodes with a fabric.
 */
export class ExistingGpuNodePool extends GpuNodePoolBase {
  /** What workloads of the same stack must wait for: the labels and taints that the pool sets. */
  public readonly ready: ITerraformDependable[];
  /** For how many seconds pods stay on nodes that the control plane does not reach. @default - as long as the API server says: 300 */
  public readonly unreachableTolerationSeconds?: number;

  readonly #spec: ExistingPoolSpec;

  /**
   * @param scope parent; with `nodeNames`, in a stack with a Kubernetes provider
   * @param id id within the parent
   * @param props the nodes
   */
  public constructor(scope: Construct, id: string, props: ExistingGpuNodePoolProps) {
    throwIfOfOtherKinds(
      scope,
      'ExistingGpuNodePoolProps',
      props,
      id,
      (given) => new ExistingGpuNodePool(scope, id, given),
    );
    const spec = specOf(id, props);
    const faults = existingPoolFaults(spec);
    endTrial(faults, spec.hardware, spec.sharing, spec.labels, spec.taints, spec.nodeNames, spec.nodeSelector);
    super(
      scope,
      id,
      {
        ...spec,
        driverInImage: props.driverInImage,
        driverMajor: props.driverMajor,
        minNodes: spec.nodes,
        maxNodes: spec.nodes,
        nodeLabels: nodeLabelsOf(spec),
        taints: [...(spec.nodeNames ? [GPU_TAINT] : []), ...spec.taints],
      },
      faults,
    );
    this.#spec = spec;
    this.unreachableTolerationSeconds = props.unreachableTolerationSeconds;
    this.ready = (spec.nodeNames ?? []).flatMap((name) => this.#labelAndTaint(name));
    enterPool(this);
    enterNodes(this, spec);
    if (spec.hardware.isEc2) enterInstanceStoreUnused(this);
  }

  /** Allocatable resources of one node that differ from those of the hardware: pods, disk and GPU shares. */
  public get allocatable(): { [resource: string]: string } | undefined {
    const { sharing, hardware, fabric, ephemeralStorage: disk } = this.#spec;
    const maxPods = this.#spec.maxPods ?? defaultMaxPods(hardware, fabric?.kind === RdmaFabricKind.EFA);
    return {
      pods: String(maxPods),
      ...(disk ? { 'ephemeral-storage': `${Math.floor(disk.mib)}Mi` } : {}),
      ...(sharing ? { [sharing.resourceName]: String(sharing.gpusPerNode(hardware)) } : {}),
    };
  }

  /** The labels and taints that nodes of the pool must have, and how to set them, as human-readable text. */
  public explain(): string {
    const { nodeNames, hardware, nodes, sharing } = this.#spec;
    const all = Object.entries(this.nodeLabels).map(([key, value]) => ({ key, label: `${key}=${value}` }));
    const labels = all.filter(({ key }) => !this.#isGiven(key)).map(({ label }) => label);
    const given = all.filter(({ key }) => this.#isGiven(key)).map(({ label }) => label);
    const taints = this.taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`);
    const isComplete = labels.length + taints.length === 0;
    const heading = nodeNames
      ? `The pool sets on ${nodeNames.join(', ')}:`
      : `The nodes are left as they are.${isComplete ? ' They need nothing else.' : ' Each must have these labels and taints:'}`;
    return [
      `Pool ${this.poolName}: ${nodes} x ${hardware.name}, fabric ${this.fabric?.kind ?? 'none'}.`,
      ...(sharing ? [sharingLine(sharing, hardware)] : []),
      ...(given.length > 0 ? [`Its nodes have by themselves: ${given.sort().join(', ')}.`] : []),
      heading,
      ...labels.sort().map((label) => `  kubectl label node <name> ${label}`),
      ...taints.sort().map((taint) => `  kubectl taint node <name> ${taint}`),
    ].join('\n');
  }

  /** Whether nodes have a label by themselves; one that `labels` gives to named nodes is set all the same, e.g. the zone of a rack. */
  #isGiven(key: string): boolean {
    const { nodeNames, labels } = this.#spec;
    return isGiven(key) && !(nodeNames && Object.hasOwn(labels, key));
  }

  #labelAndTaint(name: string): ITerraformDependable[] {
    const meta = kubernetesMeta(this, this.cluster);
    const labels = new Labels(this, `Labels-${name}`, {
      ...meta,
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      labels: Object.fromEntries(Object.entries(this.nodeLabels).filter(([key]) => !this.#isGiven(key))),
      fieldManager: `gpu-inference-constructs-${this.poolName}-labels`,
    });
    const taints = new NodeTaintResource(this, `Taints-${name}`, {
      ...meta,
      metadata: { name },
      taint: this.taints.map(({ key, value, effect }) => ({ key, value: value ?? '', effect })),
      fieldManager: `gpu-inference-constructs-${this.poolName}-taints`,
    });
    return [labels, taints];
  }
}

nameClass('ExistingGpuNodePool', ExistingGpuNodePool);

function nodeLabelsOf(spec: ExistingPoolSpec): { [key: string]: string } {
  const { sharing, nodeNames, labels, nodeSelector } = spec;
  // A configuration of other agents has a different name.
  const shared = sharing && !nodeNames ? sharingLabels(sharing) : {};
  // On nodes that are left as they are, agents need no label beside those of the selector.
  return { ...shared, ...labels, ...nodeSelector, ...(nodeNames ? spec.poolLabels : {}) };
}

function defaultMaxPods(hardware: GpuNodeType, efa: boolean): number {
  if (isUnreadable(hardware)) return KUBELET_MAX_PODS;
  const byAddresses = hardware.podsByAddresses(efa);
  return byAddresses === undefined ? KUBELET_MAX_PODS : Math.min(byAddresses, eksPodCap(hardware.vcpus));
}

function sharingLine(sharing: GpuSharing, hardware: GpuNodeType): string {
  const memory = sharing.memoryPerShare(hardware).gib.toFixed(1);
  return `GPUs: ${sharing}; each node advertises ${sharing.gpusPerNode(hardware)} ${sharing.resourceName} of ${memory} GiB.`;
}

function specOf(id: string, props: ExistingGpuNodePoolProps): ExistingPoolSpec {
  const poolName = props.poolName ?? kubernetesName(id);
  const efa = props.fabric?.kind === RdmaFabricKind.EFA;
  const sharing = props.gpuSharing;
  return {
    cluster: props.cluster,
    poolName,
    hardware: props.hardware,
    nodes: props.nodes,
    fabric: props.fabric,
    nodeSelector: props.nodeSelector ?? { [POOL_LABEL]: poolName },
    nodeNames: optionalTextList(props.nodeNames),
    labels: props.labels ?? {},
    taints: props.taints ?? [],
    maxPods: props.maxPods,
    ephemeralStorage: props.ephemeralStorage,
    driverMajor: props.driverMajor,
    unreachableTolerationSeconds: props.unreachableTolerationSeconds,
    sharing,
    poolLabels:
      props.nodeNames && !isUnreadable(props.hardware)
        ? poolLabels(poolName, props.hardware, efa, { sharing })
        : { [GPU_LABEL]: 'true', ...(efa ? { [EFA_LABEL]: 'true' } : {}) },
  };
}
