import { Labels } from '@cdktf/provider-kubernetes/lib/labels';
import { NodeTaint as NodeTaintResource } from '@cdktf/provider-kubernetes/lib/node-taint';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../../catalog/gpu-instance-type';
import { throwIfInvalid } from '../../core/errors';
import { IGpuNodePool, NodeTaint } from '../../core/gpu-node-pool';
import { kubernetesMeta } from '../../core/kubernetes-access';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName } from '../../core/naming';
import { IRdmaFabric, RdmaFabricKind } from '../../core/rdma-fabric';
import { ExistingPoolSpec, existingPoolFaults, takeNodes } from './existing-gpu-node-pool-faults';
import { takePoolName } from './gpu-node-pool-faults';
import { EFA_LABEL, GPU_LABEL, GPU_TAINT, POOL_LABEL, poolLabels } from './gpu-node-pool-labels';

/** Most pods that a kubelet takes by itself. */
const KUBELET_MAX_PODS = 110;

/**
 * Like GPU nodes that are there.
 */
export interface ExistingGpuNodePoolProps {
  /** The cluster the nodes have joined, e.g. `KubernetesCluster.fromKubeconfig`. */
  readonly cluster: IKubernetesCluster;
  /** The hardware of each node: `GpuInstanceType.custom({...})` for own hardware. */
  readonly hardware: GpuInstanceType;
  /** Number of nodes; whole, at least 1. */
  readonly nodes: number;
  /** Fabric between the nodes, e.g. `RdmaFabric.infiniband({...})`. @default - none: nodes reach each other by TCP */
  readonly fabric?: IRdmaFabric;
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
 * names that are not as many as the nodes, a label or taint that Kubernetes refuses.
 */
export class ExistingGpuNodePool extends Construct implements IGpuNodePool {
  /** Name of the pool, unique within its cluster. */
  public readonly poolName: string;
  /** The cluster the nodes belong to. */
  public readonly cluster: IKubernetesCluster;
  /** The hardware of each node. */
  public readonly instanceType: GpuInstanceType;
  /** Number of nodes. */
  public readonly minNodes: number;
  /** Number of nodes. */
  public readonly maxNodes: number;
  /** Fabric between the nodes. @default - none: nodes reach each other by TCP */
  public readonly fabric?: IRdmaFabric;
  /** EFA interfaces on each node; 0 without an EFA fabric. */
  public readonly efaInterfacesPerNode: number;
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
    takePoolName(props.cluster, this.spec.poolName);
    takeNodes(this.spec);
    this.poolName = this.spec.poolName;
    this.cluster = props.cluster;
    this.instanceType = props.hardware;
    this.minNodes = props.nodes;
    this.maxNodes = props.nodes;
    this.fabric = props.fabric;
    this.efaInterfacesPerNode = props.fabric?.kind === RdmaFabricKind.EFA ? props.hardware.efaInterfaces : 0;
    this.ready = (props.nodeNames ?? []).flatMap((name) => this.stamp(name));
    props.cluster.registerNodePool(this);
  }

  /** Every label that its nodes have, as far as is known. A copy. */
  public get nodeLabels(): { [key: string]: string } {
    return { ...this.spec.labels, ...this.spec.nodeSelector, ...this.spec.own };
  }

  /** Labels that select the nodes of this pool and of no other. A copy. */
  public get nodeSelector(): { [key: string]: string } {
    return { ...this.spec.nodeSelector };
  }

  /** The taints of its nodes. A copy. */
  public get taints(): NodeTaint[] {
    return [...(this.spec.nodeNames ? [GPU_TAINT] : []), ...this.spec.taints].map((taint) => ({ ...taint }));
  }

  /** What pods can have on one node beside what follows from the hardware. */
  public get allocatable(): { [resource: string]: string } | undefined {
    return { pods: String(this.spec.maxPods) };
  }

  /** Which labels and taints nodes of the pool must have, and how to set them, as text for people. */
  public explain(): string {
    const { nodeNames, hardware, nodes } = this.spec;
    const labels = Object.entries(this.nodeLabels).map(([key, value]) => `${key}=${value}`);
    const taints = this.taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`);
    return [
      `Pool ${this.poolName}: ${nodes} x ${hardware.name}, fabric ${this.fabric?.kind ?? 'none'}.`,
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

function specOf(id: string, props: ExistingGpuNodePoolProps): ExistingPoolSpec {
  const poolName = props.poolName ?? kubernetesName(id);
  const efa = props.fabric?.kind === RdmaFabricKind.EFA;
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
    own: props.nodeNames
      ? poolLabels(poolName, props.hardware, efa)
      : { [GPU_LABEL]: 'true', ...(efa ? { [EFA_LABEL]: 'true' } : {}) },
  };
}
