import { Fault } from '../units/fault';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { DataSize } from '../units/data-size';
import { PodSecurityLevel } from './pod-security-level';

/** Kinds of fabric for memory access between nodes that bypasses the kernel's network stack. */
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

/** Ways in which pods get the network adapters of their node. */
export enum FabricAttachmentKind {
  /** All pods of a node share its adapters, by the RDMA shared device plugin. */
  SHARED_DEVICES = 'shared-devices',
  /** A pod has adapters of its own, in its own network namespace, by the SR-IOV device plugin and `HostDeviceNetwork`. */
  HOST_DEVICES = 'host-devices',
  /** A pod has a virtual function of each adapter, by the SR-IOV network operator. */
  VIRTUAL_FUNCTIONS = 'virtual-functions',
}

/**
 * How pods get the ConnectX adapters of their node, for a fabric of InfiniBand or RoCE. The device plugins that
 * `NvidiaNetworkOperator` sets up follow from it.
 */
export interface FabricAttachment {
  /** Kind of attachment. */
  readonly kind: FabricAttachmentKind;
  /** Extended resources that pods request, with their prefixes; one for each rail of virtual functions. */
  readonly resourceNames: string[];
  /** Networks that Multus attaches to a pod, as `<namespace>/<name>`; may be empty. */
  readonly networks: string[];
  /**
   * Maximum number of pods that share the adapters of a node (`rdmaHcaMax` of the shared device plugin), or virtual functions of each
   * adapter; 1 for adapters that are not shared.
   */
  readonly podsPerAdapter: number;
  /** PCI device ids of the adapters, e.g. `1021` for ConnectX-7. @default - any of vendor 15b3 (NVIDIA Mellanox) */
  readonly deviceIds?: string[];
  /** Names of the adapters' network interfaces, e.g. `ibs3f0`. @default - any */
  readonly interfaceNames?: string[];
  /** For virtual functions: names of the physical functions of each rail, in the order of `resourceNames`. @default - none */
  readonly physicalFunctions?: string[][];
}

/**
 * A pod that uses a fabric.
 */
export interface FabricPod {
  /** Hardware of the node it runs on. */
  readonly hardware: GpuNodeType;
  /** GPUs that the pod takes of its node; it gets the same share of the node's interfaces. */
  readonly gpus: number;
  /** Whether the pod requires RDMA; binding to nodes that have only TCP is then refused. @default false */
  readonly rdmaRequired?: boolean;
  /** Size of /dev/shm. @default - 1 GiB, and 1 GiB for each GPU */
  readonly sharedMemory?: DataSize;
  /**
   * Environment that the user gives the pod; it overrides the fabric's own, but must not set variables of the fabric's plugin.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
}

/**
 * What a pod needs to use a fabric. Nothing else in the pod depends on the kind of fabric.
 */
export interface FabricBinding {
  /** Extended resources and huge pages, as Kubernetes quantities; requests equal limits. */
  readonly resources: { [resource: string]: string };
  /** Annotations of the pod, e.g. the networks that Multus attaches. */
  readonly annotations: { [name: string]: string };
  /** Linux capabilities of the container. */
  readonly capabilities: string[];
  /** Environment of the container: the fabric's, overridden by the user's. */
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
  /**
   * How pods get the adapters of their node. `NvidiaNetworkOperator` serves no fabric of InfiniBand or RoCE without it.
   * @default - none: TCP, or EFA, which has a device plugin of its own
   */
  readonly attachment?: FabricAttachment;
  /** Adapters of one node. @default - the hardware of the node says how many there are */
  readonly adaptersPerNode?: number;
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
   * Everything that a pod needs to use the fabric. Throws a `UnscopedValidationError` with every fault: hardware without the
   * fabric, a share of the interfaces that is not a whole number, environment that the fabric's plugin owns, and RDMA asked of nodes
   * that have TCP only.
   *
   * @param pod the pod
   */
  bind(pod: FabricPod): FabricBinding;
  /**
   * What a node of some hardware advertises for the fabric: extended resources and huge pages, as Kubernetes quantities.
   *
   * @param hardware hardware of the node
   */
  nodeResources(hardware: GpuNodeType): { [resource: string]: string };
  /**
   * Rate of the fabric on one node in Gb/s, all interfaces together; 0 without a fabric.
   *
   * @param hardware hardware of the node
   */
  bandwidthGbps(hardware: GpuNodeType): number;
  /**
   * The faults of some hardware that cannot have the fabric; empty if it can.
   *
   * @param hardware hardware of the nodes
   */
  hardwareFaults(hardware: GpuNodeType): Fault[];
}
