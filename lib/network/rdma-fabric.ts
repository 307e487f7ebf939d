import { Fault, untitled } from '../units/fault';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { PodSecurityLevel } from '../core/pod-security-level';
import { FabricBinding, FabricPod, IRdmaFabric, RdmaFabricKind } from '../core/rdma-fabric';
import { concreteFault } from '../core/tokens';
import { DataSize } from '../units/data-size';
import { throwIfFaulty } from '../units/errors';
import { ConnectXOptions, RoceOptions, connectXFaults } from './connectx-options';
import { environmentFaults } from './fabric-environment';
import { AttachmentFacts, RdmaAttachment } from './rdma-attachment';

const HUGE_PAGES = 'hugepages-2Mi';
/** On AL2023 5128 huge pages of 2 MiB are set aside on a node with EFA; the user guide's page 'node-efa' requests 5120Mi for a pod. */
const EFA_HUGE_PAGES_MIB = { node: 5128 * 2, pod: 5120 };
const EFA_RESOURCE = 'vpc.amazonaws.com/efa';
/** Lifts the 64 KiB limit on locked memory, which otherwise ends in libfabric error -12 and in failed ibv_reg_mr calls. */
const LOCK_MEMORY = 'IPC_LOCK';
const MULTUS_ANNOTATION = 'k8s.v1.cni.cncf.io/networks';

/**
 * The fabric between the nodes of a pool: what it is, and what a pod needs to use it.
 *
 * A workload asks its pool's fabric by `bind` and is the same on every kind of fabric.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
 * @see https://docs.nvidia.com/networking/display/kubernetes2641/index.html
 */
export class RdmaFabric implements IRdmaFabric {
  /** Elastic Fabric Adapter: every interface the instance type has, on AWS only. */
  public static efa(): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.EFA);
  }

  /** No fabric: nodes reach each other by TCP. */
  public static none(): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.NONE);
  }

  /**
   * InfiniBand, on own hardware or other clouds. Throws a `UnscopedValidationError` with every fault of the options.
   *
   * @param options the adapters
   */
  public static infiniband(options: ConnectXOptions): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.INFINIBAND, options);
  }

  /**
   * RDMA over Converged Ethernet, on own hardware or other clouds. Throws a `UnscopedValidationError` with every fault of the
   * options, e.g. shared devices without a network for each rail.
   *
   * @param options the adapters
   */
  public static roce(options: RoceOptions): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.ROCE, options);
  }

  /** The kind of fabric. */
  public readonly kind: RdmaFabricKind;
  /** Name of the fabric: pools reach each other when the kinds and the names are the same. */
  public readonly fabricName: string;
  /** Extended resource that a pod requests its interfaces by; the first, where rails have one each. @default - none */
  public readonly resourceName?: string;

  /** How pods get ConnectX adapters. @internal */
  public readonly _attachment?: AttachmentFacts;
  private readonly options?: ConnectXOptions & Partial<RoceOptions>;

  private constructor(kind: RdmaFabricKind, options?: ConnectXOptions & Partial<RoceOptions>) {
    if (options) throwIfFaulty(connectXFaults(kind, options));
    this.kind = kind;
    this.options = options;
    this._attachment = options && (options.attachment ?? RdmaAttachment.sharedDevices())._facts;
    this.fabricName = options?.fabricName ?? kind;
    this.resourceName = kind === RdmaFabricKind.EFA ? EFA_RESOURCE : this._attachment?.resourceNames[0];
  }

  /** Linux capabilities that a container needs to use it. A copy. */
  public get capabilities(): string[] {
    return this.kind === RdmaFabricKind.NONE ? [] : [LOCK_MEMORY];
  }

  /** Networks that Multus attaches to a pod, as `<namespace>/<name>`. A copy. */
  public get networks(): string[] {
    return [...(this._attachment?.networks ?? [])];
  }

  /** Adapters of one node; 0 where the instance type says how many there are. */
  public get adaptersPerNode(): number {
    return this.options?.adaptersPerNode ?? 0;
  }

  /**
   * Resource requests, which equal the limits, of a pod that takes interfaces of the fabric: the interfaces and, with any, huge
   * pages. Throws a `UnscopedValidationError` for a negative or fractional number, and for interfaces of a fabric without any.
   *
   * @param interfaces number of interfaces that one pod takes, 0 for none
   */
  public podResources(interfaces: number): { [key: string]: string } {
    throwIfFaulty([
      ...(Number.isInteger(interfaces) && interfaces >= 0
        ? []
        : [untitled(`the number of fabric interfaces must be a whole number of at least 0; got ${interfaces}`)]),
      ...(interfaces > 0 && !this.resourceName
        ? [
            untitled(
              `a pod cannot take ${interfaces} interfaces of the fabric '${this.kind}', which has none; use RdmaFabric.efa()`,
            ),
          ]
        : []),
    ]);
    if (interfaces === 0 || !this.resourceName) return {};
    if (this.kind === RdmaFabricKind.EFA) {
      return { [EFA_RESOURCE]: String(interfaces), [HUGE_PAGES]: `${EFA_HUGE_PAGES_MIB.pod}Mi` };
    }
    return this.deviceResources(interfaces);
  }

  /**
   * Everything a pod must have to use the fabric. Throws a `UnscopedValidationError` with every fault: hardware without the
   * fabric, a share of the interfaces that is no whole number, environment that the fabric's plugin owns, and RDMA asked of nodes
   * that have TCP only.
   *
   * @param pod the pod
   */
  public bind(pod: FabricPod): FabricBinding {
    throwIfFaulty(this.podFaults(pod));
    const interfaces = this.interfacesOf(pod);
    return {
      resources: this.shareOf(pod, interfaces),
      annotations: this.annotations(interfaces),
      capabilities: this.capabilities,
      environment: { ...this.environment, ...pod.environment },
      sharedMemory: pod.sharedMemory ?? DataSize.gib(1 + pod.gpus),
      podSecurityLevel: this.kind === RdmaFabricKind.NONE ? PodSecurityLevel.RESTRICTED : PodSecurityLevel.PRIVILEGED,
    };
  }

  /**
   * What a node of some hardware advertises for the fabric: extended resources and huge pages, as Kubernetes quantities.
   *
   * @param instanceType hardware of the node
   */
  public nodeResources(instanceType: GpuNodeType): { [resource: string]: string } {
    if (this.kind === RdmaFabricKind.EFA) {
      return {
        [EFA_RESOURCE]: String(instanceType.efaInterfaces),
        [HUGE_PAGES]: `${EFA_HUGE_PAGES_MIB.node}Mi`,
      };
    }
    if (!this._attachment) return {};
    const { kind, resourceNames, sharing } = this._attachment;
    const count = kind === 'host-devices' ? this.adaptersPerNode : sharing;
    return Object.fromEntries(resourceNames.map((name) => [name, String(count)]));
  }

  /**
   * Rate of the fabric on one node in Gb/s, all interfaces together; 0 without a fabric.
   *
   * @param instanceType hardware of the node
   */
  public bandwidthGbps(instanceType: GpuNodeType): number {
    if (this.kind === RdmaFabricKind.EFA) return instanceType.networkBandwidthGbps;
    return this.options ? this.options.adaptersPerNode * this.options.gbpsPerAdapter : 0;
  }

  /**
   * Why some hardware cannot have the fabric, as sentences; none when it can.
   *
   * @param instanceType hardware of the nodes
   */
  public hardwareFaults(instanceType: GpuNodeType): Fault[] {
    if (this.kind === RdmaFabricKind.EFA) {
      return instanceType.efaInterfaces > 0
        ? []
        : [untitled(`hardware '${instanceType.name}' has no EFA; use RdmaFabric.none(), or an instance type with EFA`)];
    }
    if (!this.options) return [];
    if (instanceType.isEc2) {
      return [
        untitled(
          `instance type '${instanceType.name}' of EC2 has no ${this.kind}; use RdmaFabric.efa() or RdmaFabric.none(), or describe ` +
            'own hardware by GpuNodeType.custom',
        ),
      ];
    }
    const rate = this.bandwidthGbps(instanceType);
    if (rate <= instanceType.networkBandwidthGbps) return [];
    return [
      untitled(
        `the fabric '${this.fabricName}' has ${this.options.adaptersPerNode} adapters of ${this.options.gbpsPerAdapter} Gb/s = ${rate} Gb/s on ` +
          `each node, but hardware '${instanceType.name}' states ${instanceType.networkBandwidthGbps} Gb/s; correct the one, or ` +
          'networkBandwidthGbps of the other',
      ),
    ];
  }

  /** The kind, for messages. */
  public toString(): string {
    return this.kind;
  }

  private podFaults({ hardware: instanceType, gpus, rdmaRequired, environment }: FabricPod): Fault[] {
    const counted = Number.isInteger(gpus) && gpus >= 0 && gpus <= instanceType.gpuCount;
    const unknown = concreteFault('gpus', gpus, "a pod's share of the interfaces follows from it");
    if (unknown.length > 0) return [...unknown, ...environmentFaults(this.kind, environment)];
    if (!counted) {
      return [
        untitled(
          `a pod on '${instanceType.name}' takes 0 to ${instanceType.gpuCount} GPUs, a whole number; got ${gpus}`,
        ),
        ...environmentFaults(this.kind, environment),
      ];
    }
    const faults = [...this.hardwareFaults(instanceType), ...environmentFaults(this.kind, environment)];
    if (this.kind === RdmaFabricKind.NONE) {
      if (rdmaRequired) {
        faults.push(
          untitled(
            `RDMA is asked of nodes of '${instanceType.name}' that reach each other by TCP only; give the pool a fabric`,
          ),
        );
      }
      return faults;
    }
    if (faults.length === 0 && gpus > 0 && !Number.isInteger(this.wholeShare(instanceType, gpus))) {
      const all = this.interfacesPerNode(instanceType);
      faults.push(
        untitled(
          `a pod of ${gpus} of the ${instanceType.gpuCount} GPUs of '${instanceType.name}' cannot have an equal share of its ${all} ` +
            `interfaces of the fabric '${this.fabricName}'; take all GPUs of a node, or a number that divides both`,
        ),
      );
    }
    return faults;
  }

  private interfacesPerNode(instanceType: GpuNodeType): number {
    return this.kind === RdmaFabricKind.EFA ? instanceType.efaInterfaces : this.adaptersPerNode;
  }

  /** Interfaces of a pod by its share of the GPUs; adapters that are shared come as one thing. */
  private wholeShare(instanceType: GpuNodeType, gpus: number): number {
    if (this._attachment && this._attachment.kind !== 'host-devices') return 1;
    return (this.interfacesPerNode(instanceType) * gpus) / instanceType.gpuCount;
  }

  private interfacesOf({ hardware: instanceType, gpus }: FabricPod): number {
    return this.kind === RdmaFabricKind.NONE || gpus === 0 ? 0 : this.wholeShare(instanceType, gpus);
  }

  /** A part of a node gets its part of the huge pages, so that the pods of a node fit together. */
  private shareOf({ hardware: instanceType, gpus }: FabricPod, interfaces: number): { [resource: string]: string } {
    if (interfaces === 0) return {};
    if (this.kind !== RdmaFabricKind.EFA) return this.deviceResources(interfaces);
    const pages = Math.floor((EFA_HUGE_PAGES_MIB.pod * gpus) / instanceType.gpuCount / 2) * 2;
    return { [EFA_RESOURCE]: String(interfaces), [HUGE_PAGES]: `${pages}Mi` };
  }

  private deviceResources(interfaces: number): { [resource: string]: string } {
    const { kind, resourceNames } = this._attachment ?? { kind: '', resourceNames: [] };
    const count = String(kind === 'host-devices' ? interfaces : 1);
    return Object.fromEntries(resourceNames.map((name) => [name, count]));
  }

  private annotations(interfaces: number): { [name: string]: string } {
    if (!this._attachment || interfaces === 0) return {};
    const { kind, networks } = this._attachment;
    const attached = kind === 'host-devices' ? Array.from({ length: interfaces }, () => networks[0]) : networks;
    return attached.length > 0 ? { [MULTUS_ANNOTATION]: attached.join(',') } : {};
  }

  /** In a pod's own network namespace the address that NCCL's processes find each other by is on `eth0`. */
  private get environment(): { [name: string]: string } {
    const common = { NCCL_SOCKET_IFNAME: 'eth0' };
    if (!this.options) return common;
    const { devices, gidIndex, trafficClass } = this.options;
    return {
      ...common,
      NCCL_NET: 'IB',
      ...(devices && devices.length > 0 ? { NCCL_IB_HCA: `=${devices.join(',')}` } : {}),
      ...(gidIndex === undefined ? {} : { NCCL_IB_GID_INDEX: String(gidIndex) }),
      ...(trafficClass === undefined ? {} : { NCCL_IB_TC: String(trafficClass) }),
    };
  }
}
