import { Fault } from '../units/fault';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { DataSize } from '../units/data-size';
import { PodSecurityLevel } from './pod-security-level';

/** Kinds of fabric that carry memory access between nodes past the kernel's network stack. */
export enum RdmaFabricKind {
  /** None: nodes reach each other by TCP. */
  NONE = 'none',
  /** Elastic Fabric Adapter of AWS. */
  EFA = 'efa',
  /** InfiniBand, by NVIDIA ConnectX adapters. */
  INFINIBAND = 'infiniband',
  /** RDMA over Converged Ethernet, by NVIDIA ConnectX adapters. */
  ROCE = 'roce',
}

/**
 * A pod that is to use a fabric.
 */
export interface FabricPod {
  /** Hardware of the node it runs on. */
  readonly hardware: GpuNodeType;
  /** GPUs that the pod takes of its node; it gets the same share of the node's interfaces. */
  readonly gpus: number;
  /** Whether the pod is of no use without remote memory access; binding to nodes that have TCP only is then refused. @default false */
  readonly rdmaRequired?: boolean;
  /** Size of /dev/shm. @default - 1 GiB, and 1 GiB for each GPU */
  readonly sharedMemory?: DataSize;
  /** Environment that the user gives the pod; it wins over the fabric's own, but must not touch what the fabric's plugin sets. @default - none */
  readonly environment?: { [name: string]: string };
}

/**
 * What a pod must have to use a fabric. Nothing else of the pod depends on the kind of fabric.
 */
export interface FabricBinding {
  /** Extended resources and huge pages, as Kubernetes quantities; requests equal limits. */
  readonly resources: { [resource: string]: string };
  /** Annotations of the pod, e.g. the networks that Multus attaches. */
  readonly annotations: { [name: string]: string };
  /** Linux capabilities of the container. */
  readonly capabilities: string[];
  /** Environment of the container: the fabric's, and the user's over it. */
  readonly environment: { [name: string]: string };
  /** Size of /dev/shm: an `emptyDir` of medium `Memory`. */
  readonly sharedMemory: DataSize;
  /** Lowest Pod Security level that admits the pod. */
  readonly podSecurityLevel: PodSecurityLevel;
}

/**
 * How the nodes of a pool reach each other for collective operations.
 */
export interface IRdmaFabric {
  /** The kind of fabric. */
  readonly kind: RdmaFabricKind;
  /** Name of the fabric: pools reach each other when the kinds and the names are the same. */
  readonly fabricName: string;
  /** Extended resource that a pod requests its interfaces by. @default - none */
  readonly resourceName?: string;
  /** Linux capabilities that a container needs to use it. */
  readonly capabilities: string[];
  /** Networks that Multus attaches to a pod, as `<namespace>/<name>`. */
  readonly networks: string[];
  /**
   * Resource requests, which equal the limits, of a pod that takes interfaces of the fabric. Throws a `UnscopedValidationError`
   * for a negative or fractional number, and for interfaces of a fabric that has none.
   *
   * @param interfaces number of interfaces that one pod takes, 0 for none
   */
  podResources(interfaces: number): { [key: string]: string };
  /**
   * Everything a pod must have to use the fabric. Throws a `UnscopedValidationError` with every fault: hardware without the
   * fabric, a share of the interfaces that is no whole number, environment that the fabric's plugin owns, and RDMA asked of nodes
   * that have TCP only.
   *
   * @param pod the pod
   */
  bind(pod: FabricPod): FabricBinding;
  /**
   * What a node of some hardware advertises for the fabric: extended resources and huge pages, as Kubernetes quantities.
   *
   * @param instanceType hardware of the node
   */
  nodeResources(instanceType: GpuNodeType): { [resource: string]: string };
  /**
   * Rate of the fabric on one node in Gb/s, all interfaces together; 0 without a fabric.
   *
   * @param instanceType hardware of the node
   */
  bandwidthGbps(instanceType: GpuNodeType): number;
  /**
   * Why some hardware cannot have the fabric, as sentences; none when it can.
   *
   * @param instanceType hardware of the nodes
   */
  hardwareFaults(instanceType: GpuNodeType): Fault[];
}
