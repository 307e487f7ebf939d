import { Fault, fault } from '../units/fault';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { PodSecurityLevel } from '../core/pod-security-level';
import {
  FabricAttachment,
  FabricAttachmentKind,
  FabricBinding,
  FabricPod,
  IRdmaFabric,
  RdmaFabricKind,
} from '../core/rdma-fabric';
import { concreteFault } from '../core/tokens';
import { DataSize } from '../units/data-size';
import { throwIfFaulty } from '../units/errors';
import { wholeNumberFault } from '../units/number-faults';
import { ConnectXOptions, RoceOptions, connectXFaults } from './connectx-options';
import { environmentFaults } from './fabric-environment';
import { RdmaAttachment } from './rdma-attachment';
import { checkArguments } from '../units/argument-faults';
import { allOf, isUnreadable } from '../units/unreadable';

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
 * A workload calls `bind` of its pool's fabric and is the same on every kind of fabric.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
 * @see https://docs.nvidia.com/networking/display/kubernetes2641/index.html
 */
export class RdmaFabric implements IRdmaFabric {
  /** Elastic Fabric Adapter: every interface of the instance type, on AWS only. */
  public static efa(): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.EFA);
  }

  /** No fabric: nodes reach each other by TCP. */
  public static none(): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.NONE);
  }

  /**
   * InfiniBand, on-premises or on other clouds. Throws a `UnscopedValidationError` with every fault of the options.
   *
   * @param options the adapters
   */
  public static infiniband(options: ConnectXOptions): RdmaFabric {
    return new RdmaFabric(RdmaFabricKind.INFINIBAND, options);
  }

  /**
   * RDMA over Converged Ethernet, on-premises or on other clouds. Throws a `UnscopedValidationError` with every fault of the
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

  /** How pods get the adapters of their node. @default - none: TCP or EFA */
  public readonly attachment?: FabricAttachment;
  private readonly options?: ConnectXOptions & Partial<RoceOptions>;

  private constructor(kind: RdmaFabricKind, options?: ConnectXOptions & Partial<RoceOptions>) {
    if (options) throwIfFaulty(connectXFaults(kind, options));
    this.kind = kind;
    this.options = options;
    this.attachment = options && (options.attachment ?? RdmaAttachment.sharedDevices())._facts;
    this.fabricName = options?.fabricName ?? kind;
    this.resourceName = kind === RdmaFabricKind.EFA ? EFA_RESOURCE : this.attachment?.resourceNames[0];
  }

  /** Linux capabilities that a container needs to use it. Returns a copy. */
  public get capabilities(): string[] {
    return this.kind === RdmaFabricKind.NONE ? [] : [LOCK_MEMORY];
  }

  /** Networks that Multus attaches to a pod, as `<namespace>/<name>`. Returns a copy. */
  public get networks(): string[] {
    return [...(this.attachment?.networks ?? [])];
  }

  /** Adapters of one node. @default - the hardware of the node says how many there are */
  public get adaptersPerNode(): number | undefined {
    return this.options?.adaptersPerNode;
  }

  /**
   * Resource requests, which equal the limits, of a pod that takes interfaces of the fabric: the interfaces and, with any, huge
   * pages. Throws a `UnscopedValidationError` for a negative or fractional number, and for interfaces of a fabric without any.
   *
   * @param interfaces number of interfaces that one pod takes, 0 for none
   */
  public podResources(interfaces: number): { [key: string]: string } {
    throwIfFaulty(
      allOf(
        () => wholeNumberFault('interfaces', interfaces, 0),
        () =>
          interfaces > 0 && !this.resourceName
            ? [
                fault(
                  'FABRIC_WITHOUT_INTERFACES',
                  'interfaces',
                  `a pod cannot take ${interfaces} interfaces of the fabric '${this.kind}', which has none; give the pool a fabric, e.g. ` +
                    'RdmaFabric.efa()',
                ),
              ]
            : [],
      ),
    );
    if (interfaces === 0 || !this.resourceName) return {};
    if (this.kind === RdmaFabricKind.EFA) {
      return { [EFA_RESOURCE]: String(interfaces), [HUGE_PAGES]: `${EFA_HUGE_PAGES_MIB.pod}Mi` };
    }
    return this.deviceResources(interfaces);
  }

  /**
   * Everything that a pod needs to use the fabric. Throws a `UnscopedValidationError` with every fault: hardware without the
   * fabric, a share of the interfaces that is not a whole number, environment that the fabric's plugin owns, and RDMA required of
   * nodes that have TCP only.
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
   * @param hardware hardware of the node
   */
  public nodeResources(hardware: GpuNodeType): { [resource: string]: string } {
    if (this.kind === RdmaFabricKind.EFA) {
      return {
        [EFA_RESOURCE]: String(hardware.efaInterfaces),
        [HUGE_PAGES]: `${EFA_HUGE_PAGES_MIB.node}Mi`,
      };
    }
    if (!this.attachment) return {};
    const { kind, resourceNames, podsPerAdapter } = this.attachment;
    const count = kind === FabricAttachmentKind.HOST_DEVICES ? (this.adaptersPerNode ?? 0) : podsPerAdapter;
    return Object.fromEntries(resourceNames.map((name) => [name, String(count)]));
  }

  /**
   * Rate of the fabric on one node in Gb/s, all interfaces together; 0 without a fabric.
   *
   * @param hardware hardware of the node
   */
  public bandwidthGbps(hardware: GpuNodeType): number {
    if (this.kind === RdmaFabricKind.EFA) return hardware.networkBandwidthGbps;
    return this.options ? this.options.adaptersPerNode * this.options.gbpsPerAdapter : 0;
  }

  /**
   * The faults of some hardware that cannot have the fabric; empty if it can.
   *
   * @param hardware hardware of the nodes
   */
  public hardwareFaults(hardware: GpuNodeType): Fault[] {
    if (this.kind === RdmaFabricKind.EFA) {
      return hardware.efaInterfaces > 0
        ? []
        : [
            fault(
              'FABRIC_NOT_ON_HARDWARE',
              'fabric',
              `hardware '${hardware.name}' has no EFA; use RdmaFabric.none(), or an instance type with EFA`,
            ),
          ];
    }
    if (!this.options) return [];
    if (hardware.isEc2) {
      return [
        fault(
          'FABRIC_NOT_ON_HARDWARE',
          'fabric',
          `EC2 instance type '${hardware.name}' has no ${this.kind}; use RdmaFabric.efa() or RdmaFabric.none(), or describe your own ` +
            'hardware with GpuNodeType.custom',
        ),
      ];
    }
    const rate = this.bandwidthGbps(hardware);
    if (rate <= hardware.networkBandwidthGbps) return [];
    return [
      fault(
        'FABRIC_FASTER_THAN_HARDWARE',
        'fabric',
        `the fabric '${this.fabricName}' has ${this.options.adaptersPerNode} adapters of ${this.options.gbpsPerAdapter} Gb/s = ${rate} Gb/s on ` +
          `each node, but hardware '${hardware.name}' states ${hardware.networkBandwidthGbps} Gb/s; correct the fabric's adapters or ` +
          "the hardware's networkBandwidthGbps",
      ),
    ];
  }

  /** The kind, for messages. */
  public toString(): string {
    return this.kind;
  }

  private podFaults({ hardware, gpus, rdmaRequired, environment }: FabricPod): Fault[] {
    const most = isUnreadable(hardware) ? undefined : hardware.gpuCount;
    const unknown = concreteFault('gpus', gpus, "a pod's share of the interfaces follows from it");
    const faults = allOf(
      () => (unknown.length > 0 ? unknown : wholeNumberFault('gpus', gpus, 0, most)),
      () => this.hardwareFaults(hardware),
      () => environmentFaults(this.kind, environment),
    );
    if (isUnreadable(hardware) || isUnreadable(gpus)) return faults;
    if (this.kind === RdmaFabricKind.NONE) {
      if (rdmaRequired) {
        faults.push(
          fault(
            'RDMA_WITHOUT_FABRIC',
            'rdmaRequired',
            `the pod requires RDMA, but nodes of '${hardware.name}' reach each other by TCP only; give the pool a fabric`,
          ),
        );
      }
      return faults;
    }
    if (faults.length === 0 && gpus > 0 && !Number.isInteger(this.wholeShare(hardware, gpus))) {
      const all = this.interfacesPerNode(hardware);
      faults.push(
        fault(
          'FABRIC_SHARE_NOT_WHOLE',
          'gpus',
          `a pod of ${gpus} of the ${hardware.gpuCount} GPUs of '${hardware.name}' cannot have an equal share of its ${all} ` +
            `interfaces of the fabric '${this.fabricName}'; use all GPUs of a node, or a number of GPUs whose share of the interfaces is whole`,
        ),
      );
    }
    return faults;
  }

  private interfacesPerNode(hardware: GpuNodeType): number {
    return this.kind === RdmaFabricKind.EFA ? hardware.efaInterfaces : (this.adaptersPerNode ?? 0);
  }

  /** Interfaces of a pod by its share of the GPUs; shared adapters count as one resource. */
  private wholeShare(hardware: GpuNodeType, gpus: number): number {
    if (this.attachment && this.attachment.kind !== FabricAttachmentKind.HOST_DEVICES) return 1;
    return (this.interfacesPerNode(hardware) * gpus) / hardware.gpuCount;
  }

  private interfacesOf({ hardware, gpus }: FabricPod): number {
    return this.kind === RdmaFabricKind.NONE || gpus === 0 ? 0 : this.wholeShare(hardware, gpus);
  }

  /** A pod with part of a node gets the same part of the huge pages, so that the pods of a node fit together. */
  private shareOf({ hardware, gpus }: FabricPod, interfaces: number): { [resource: string]: string } {
    if (interfaces === 0) return {};
    if (this.kind !== RdmaFabricKind.EFA) return this.deviceResources(interfaces);
    const pages = Math.floor((EFA_HUGE_PAGES_MIB.pod * gpus) / hardware.gpuCount / 2) * 2;
    return { [EFA_RESOURCE]: String(interfaces), [HUGE_PAGES]: `${pages}Mi` };
  }

  private deviceResources(interfaces: number): { [resource: string]: string } {
    const { kind, resourceNames } = this.attachment ?? { kind: undefined, resourceNames: [] };
    const count = String(kind === FabricAttachmentKind.HOST_DEVICES ? interfaces : 1);
    return Object.fromEntries(resourceNames.map((name) => [name, count]));
  }

  private annotations(interfaces: number): { [name: string]: string } {
    if (!this.attachment || interfaces === 0) return {};
    const { kind, networks } = this.attachment;
    const attached =
      kind === FabricAttachmentKind.HOST_DEVICES ? Array.from({ length: interfaces }, () => networks[0]) : networks;
    return attached.length > 0 ? { [MULTUS_ANNOTATION]: attached.join(',') } : {};
  }

  /** In a pod's own network namespace, the address by which NCCL's processes find each other is on `eth0`. */
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

checkArguments('RdmaFabric', RdmaFabric);
