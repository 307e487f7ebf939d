import { Labels } from '@cdktf/provider-kubernetes/lib/labels';
import { NodeTaint as NodeTaintResource } from '@cdktf/provider-kubernetes/lib/node-taint';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { throwIfInvalid } from '../../../core/errors';
import { IGpuNodePool, NodeTaint } from '../../../core/gpu-node-pool';
import { GpuSharingKind } from '../../../core/gpu-sharing-kind';
import { kubernetesMeta } from '../../../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { kubernetesName } from '../../../core/naming';
import { IRdmaFabric, RdmaFabricKind } from '../../../core/rdma-fabric';
import { ExistingPoolSpec, existingPoolFaults, takeNodes } from './existing-gpu-node-pool-faults';
import { DataSize } from '../../../units/data-size';
import { enterPool } from '../shared/gpu-node-pool-faults';
import { EFA_LABEL, GPU_LABEL, GPU_TAINT, POOL_LABEL, poolLabels, sharingLabels } from '../shared/gpu-node-pool-labels';
import { GpuSharing } from '../options/gpu-sharing';

/** Most pods that a kubelet takes by itself. */
const KUBELET_MAX_PODS = 110;

/**
 * Like GPU nodes that are there.
 */
export interface ExistingGpuNodePoolProps {
  /** The cluster the nodes have joined, e.g. `KubernetesCluster.fromKubeconfig`. */
  readonly cluster: IKubernetesCluster;
  /** The hardware of each node: `GpuNodeType.custom({...})` for own hardware. */
  readonly hardware: GpuNodeType;
  /** Number of nodes; whole, at least 1. */
  readonly nodes: number;
  /** Fabric between the nodes, e.g. `RdmaFabric.infiniband({...})`. @default - none: nodes reach each other by TCP */
  readonly fabric?: IRdmaFabric;
  /**
   * How pods share a GPU. Time slicing and MIG are set up by `NodeAgents`, from labels that the pool stamps where `nodeNames` is given
   * and that somebody must set else. For nodes whose own device plugin gives shares another resource name, add `renamed()`.
   * @default - a GPU is one pod's
   */
  readonly gpuSharing?: GpuSharing;
  /**
   * Labels that these nodes have and no other.
   * @default - `gpu-inference-constructs/pool: <poolName>`, which somebody must set where `nodeNames` is not given
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Names of all the nodes, as `kubectl get nodes` prints them. Then the pool stamps its labels and taints on them by the
   * Kubernetes provider, beside what they have; removing the pool takes them off again.
   * @default - nothing is changed on the nodes: they have the labels and taints that are said here
   */
  readonly nodeNames?: string[];
  /** Labels of the nodes beside `nodeSelector`. @default - none */
  readonly labels?: { [key: string]: string };
  /** Taints of the nodes; where `nodeNames` is given, beside `nvidia.com/gpu=present:NoSchedule`. @default - none */
  readonly taints?: NodeTaint[];
  /**
   * Whether the image of the nodes brings NVIDIA's driver and container toolkit, as the accelerated images of EKS do. The GPU operator
   * of `NodeAgents` installs neither then, for a second driver breaks the first. Must be given for an instance type of EC2, and for a
   * `nodeSelector` that names an EKS node group.
   * @default - not known: taken for no
   */
  readonly driverInImage?: boolean;
  /** Name of the pool, unique within the cluster: an RFC 1123 label. @default - from the construct's id */
  readonly poolName?: string;
  /** Most pods of one node: `maxPods` of its kubelet. @default 110, the kubelet's own */
  readonly maxPods?: number;
}

/**
 * A pool of like GPU nodes that are there: own hardware, or another cloud's.
 *
 * It makes no node. Workloads, node agents and checks take it like any other pool: agents land where the label
 * `nvidia.com/gpu.present=true` is, which NVIDIA's GPU feature discovery stamps, or the pool itself with `nodeNames`.
 *
 * Throws a `ValidationError` with every fault: a fabric that the hardware does not have, a selector that other pools' nodes meet,
 * names that are not as many as the nodes, nodes of EC2 without `driverInImage`, a label or taint that Kubernetes refuses, MIG on GPUs without it, GPUs that are shared on
 * nodes with a fabric.
 */
export class ExistingGpuNodePool extends Construct implements IGpuNodePool {
  /** Name of the pool, unique within its cluster. */
  public readonly poolName: string;
  /** The cluster the nodes belong to. */
  public readonly cluster: IKubernetesCluster;
  /** The hardware of each node. */
  public readonly hardware: GpuNodeType;
  /** Number of nodes. */
  public readonly minNodes: number;
  /** Number of nodes. */
  public readonly maxNodes: number;
  /** Fabric between the nodes. @default - none: nodes reach each other by TCP */
  public readonly fabric?: IRdmaFabric;
  /** EFA interfaces on each node; 0 without an EFA fabric. */
  public readonly efaInterfacesPerNode: number;
  /** Whether the image of its nodes brings NVIDIA's driver and container toolkit. @default - not known */
  public readonly driverInImage?: boolean;
  /** How pods share a GPU. */
  public readonly gpuSharing: GpuSharing;
  /** What workloads of the same stack must wait for: the labels and taints that the pool stamps. */
  public readonly ready: ITerraformDependable[];

  private readonly spec: ExistingPoolSpec;

  /**
   * @param scope parent; with `nodeNames`, in a stack with a Kubernetes provider
   * @param id id within the parent
   * @param props the nodes
   */
  public constructor(scope: Construct, id: string, props: ExistingGpuNodePoolProps) {
    super(scope, id);
    this.spec = specOf(id, props);
    throwIfInvalid(this, existingPoolFaults(this.spec));
    this.poolName = this.spec.poolName;
    this.cluster = props.cluster;
    this.hardware = props.hardware;
    this.minNodes = props.nodes;
    this.maxNodes = props.nodes;
    this.fabric = props.fabric;
    this.efaInterfacesPerNode = props.fabric?.kind === RdmaFabricKind.EFA ? props.hardware.efaInterfaces : 0;
    this.driverInImage = props.driverInImage;
    this.gpuSharing = this.spec.sharing ?? GpuSharing.none();
    this.ready = (props.nodeNames ?? []).flatMap((name) => this.stamp(name));
    enterPool(this);
    takeNodes(this, this.spec);
  }

  /** Every label that its nodes have, as far as is known. A copy. */
  public get nodeLabels(): { [key: string]: string } {
    const { sharing, nodeNames, labels, nodeSelector, own } = this.spec;
    // A configuration of somebody else's agents has a name of its own.
    return { ...(sharing && !nodeNames ? sharingLabels(sharing) : {}), ...labels, ...nodeSelector, ...own };
  }

  /** Labels that select the nodes of this pool and of no other. A copy. */
  public get nodeSelector(): { [key: string]: string } {
    return { ...this.spec.nodeSelector };
  }

  /** The taints of its nodes. A copy. */
  public get taints(): NodeTaint[] {
    return [...(this.spec.nodeNames ? [GPU_TAINT] : []), ...this.spec.taints].map((taint) => ({ ...taint }));
  }

  /** What pods can have on one node beside what follows from the hardware: pods, and shares of GPUs. */
  public get allocatable(): { [resource: string]: string } | undefined {
    const { maxPods, sharing, hardware } = this.spec;
    return {
      pods: String(maxPods),
      ...(sharing ? { [sharing.resourceName]: String(sharing.gpusPerNode(hardware)) } : {}),
    };
  }

  /** The way in which pods share a GPU. @default - not said: MIG instances may have been made by hand */
  public get gpuSharingKind(): GpuSharingKind | undefined {
    return this.spec.sharing?.kind;
  }

  /** Resource that pods request a GPU, or a share of one, by. */
  public get gpuResourceName(): string | undefined {
    return this.gpuSharing.resourceName;
  }

  /** GPU memory that one of that resource can count on. */
  public get gpuShareMemory(): DataSize | undefined {
    return this.gpuSharing.memoryPerShare(this.hardware);
  }

  /** Which labels and taints nodes of the pool must have, and how to set them, as text for people. */
  public explain(): string {
    const { nodeNames, hardware, nodes, sharing } = this.spec;
    const labels = Object.entries(this.nodeLabels).map(([key, value]) => `${key}=${value}`);
    const taints = this.taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`);
    return [
      `Pool ${this.poolName}: ${nodes} x ${hardware.name}, fabric ${this.fabric?.kind ?? 'none'}.`,
      ...(sharing ? [sharingLine(sharing, hardware)] : []),
      nodeNames
        ? `The pool stamps on ${nodeNames.join(', ')}:`
        : 'Nothing is changed on the nodes. Each must have these labels and taints:',
      ...labels.sort().map((label) => `  kubectl label node <name> ${label}`),
      ...taints.sort().map((taint) => `  kubectl taint node <name> ${taint}`),
    ].join('\n');
  }

  private stamp(name: string): ITerraformDependable[] {
    const meta = kubernetesMeta(this, this.cluster);
    const labels = new Labels(this, `Labels-${name}`, {
      ...meta,
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      labels: this.nodeLabels,
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
    nodeNames: props.nodeNames && [...props.nodeNames],
    labels: props.labels ?? {},
    taints: props.taints ?? [],
    maxPods: props.maxPods ?? KUBELET_MAX_PODS,
    driverInImage: props.driverInImage,
    sharing,
    own: props.nodeNames
      ? poolLabels(poolName, props.hardware, efa, { sharing })
      : { [GPU_LABEL]: 'true', ...(efa ? { [EFA_LABEL]: 'true' } : {}) },
  };
}
