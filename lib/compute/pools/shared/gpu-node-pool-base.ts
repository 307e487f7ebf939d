import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { throwIfRefused } from '../../../core/errors';
import { IGpuNodePool, NodeTaint } from '../../../core/gpu-node-pool';
import { GpuSharingKind } from '../../../core/gpu-sharing-kind';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { IRdmaFabric, RdmaFabricKind } from '../../../core/rdma-fabric';
import { DataSize } from '../../../units/data-size';
import { Fault } from '../../../units/fault';
import { GpuSharing } from '../options/gpu-sharing';

/** What every pool knows about its nodes. */
export interface NodePoolFacts {
  readonly cluster: IKubernetesCluster;
  readonly poolName: string;
  readonly hardware: GpuNodeType;
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly fabric?: IRdmaFabric;
  readonly nodeLabels: { [key: string]: string };
  readonly nodeSelector: { [key: string]: string };
  readonly taints: readonly NodeTaint[];
  /** @default - not known */
  readonly driverInImage?: boolean;
  /** @default - not known */
  readonly driverMajor?: number;
  /** @default - not known */
  readonly sharing?: GpuSharing;
}

/**
 * What all pools of this library have in common. Its members are part of the API of each pool; the class itself is not.
 *
 * Private members are `#private`, so that subclasses of users may have members of the same names.
 *
 * @jsii ignore
 */
export abstract class GpuNodePoolBase extends Construct implements IGpuNodePool {
  /** Name of the pool, unique within its cluster. */
  public readonly poolName: string;
  /** The cluster the nodes belong to. */
  public readonly cluster: IKubernetesCluster;
  /** The hardware of each node. */
  public readonly hardware: GpuNodeType;
  /** Minimum number of nodes. */
  public readonly minNodes: number;
  /** Maximum number of nodes. */
  public readonly maxNodes: number;
  /** Fabric between its nodes. @default - none: nodes reach each other by TCP */
  public readonly fabric?: IRdmaFabric;
  /** EFA interfaces on each node; 0 without an EFA fabric. */
  public readonly efaInterfacesPerNode: number;
  /** Whether the image of its nodes includes NVIDIA's driver and container toolkit. @default - not known: treated as false */
  public readonly driverInImage?: boolean;
  /** Branch of NVIDIA's driver on its nodes, e.g. 580. @default - not known */
  public readonly driverMajor?: number;
  /** How pods share a GPU. */
  public readonly gpuSharing: GpuSharing;
  /** What workloads of the same stack must wait for. */
  public abstract readonly ready: ITerraformDependable[];

  readonly #facts: NodePoolFacts;

  /**
   * @param scope parent
   * @param id id within the parent
   * @param facts the nodes
   * @param faults every fault of the nodes; it throws if there are any
   */
  public constructor(scope: Construct, id: string, facts: NodePoolFacts, faults: readonly Fault[]) {
    super(scope, id);
    throwIfRefused(this, faults);
    this.#facts = facts;
    this.poolName = facts.poolName;
    this.cluster = facts.cluster;
    this.hardware = facts.hardware;
    this.minNodes = facts.minNodes;
    this.maxNodes = facts.maxNodes;
    this.fabric = facts.fabric;
    this.efaInterfacesPerNode = facts.fabric?.kind === RdmaFabricKind.EFA ? facts.hardware.efaInterfaces : 0;
    this.driverInImage = facts.driverInImage;
    this.driverMajor = facts.driverMajor;
    this.gpuSharing = facts.sharing ?? GpuSharing.none();
  }

  /** All known labels of its nodes. Returns a copy. */
  public get nodeLabels(): { [key: string]: string } {
    return { ...this.#facts.nodeLabels };
  }

  /** Labels that select the nodes of this pool and no others. Returns a copy. */
  public get nodeSelector(): { [key: string]: string } {
    return { ...this.#facts.nodeSelector };
  }

  /** The taints of its nodes. Returns a copy. */
  public get taints(): NodeTaint[] {
    return this.#facts.taints.map((taint) => ({ ...taint }));
  }

  /** The way in which pods share a GPU. @default - not known: the nodes may have been set up with MIG instances */
  public get gpuSharingKind(): GpuSharingKind | undefined {
    return this.#facts.sharing?.kind;
  }

  /** Resource by which pods request a GPU, or a share of one. */
  public get gpuResourceName(): string | undefined {
    return this.gpuSharing.resourceName;
  }

  /** GPU memory that one unit of that resource can count on. */
  public get gpuShareMemory(): DataSize | undefined {
    return this.gpuSharing.memoryPerShare(this.hardware);
  }
}
