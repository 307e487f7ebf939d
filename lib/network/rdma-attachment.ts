import { FabricAttachment, FabricAttachmentKind } from '../core/rdma-fabric';
import { NetworkName } from './network-name';
import { knownListFaults, textList } from '../core/text-list';
import { throwIfFaulty } from '../units/errors';
import { checkArguments } from '../units/argument-faults';

/**
 * Which adapters of a node belong to a fabric.
 */
export interface AdapterSelection {
  /** PCI device ids, e.g. `1021` for ConnectX-7. @default - any of vendor 15b3 (NVIDIA Mellanox) */
  readonly deviceIds?: string[];
  /** Names of the network interfaces, e.g. `ibs3f0`. @default - any */
  readonly interfaceNames?: string[];
}

/**
 * Adapters that all pods of a node share.
 */
export interface SharedDevicesOptions {
  /** Name of the resource, without its prefix `rdma/`. @default 'rdma_shared_device_a' */
  readonly resourceName?: string;
  /** Maximum number of pods of one node that use them at once: the device plugin's `rdmaHcaMax`. @default 63 */
  readonly maxPods?: number;
  /** Which adapters. @default - all of vendor 15b3 */
  readonly adapters?: AdapterSelection;
  /** Networks attached to each pod, one for each rail. RoCE needs them. @default - none */
  readonly networks?: NetworkName[];
}

/**
 * Adapters that belong to one pod each.
 */
export interface HostDevicesOptions {
  /** Name of the resource, without its prefix `nvidia.com/`. @default 'hostdev' */
  readonly resourceName?: string;
  /** Which adapters. @default - all of vendor 15b3 */
  readonly adapters?: AdapterSelection;
  /** The network of kind `HostDeviceNetwork` that is attached once for each adapter. */
  readonly network: NetworkName;
}

/**
 * One rail: the adapters of all nodes that connect to the same leaf switch.
 */
export interface VirtualFunctionRail {
  /** Name of the resource, without its prefix `nvidia.com/`; letters, digits and underscores. */
  readonly resourceName: string;
  /** The network attached for it. */
  readonly network: NetworkName;
  /** The adapter of the rail: names of physical functions, e.g. `ibs3f0`. */
  readonly physicalFunctions: string[];
}

/**
 * Virtual functions of adapters (SR-IOV), one of each rail for every pod.
 */
export interface VirtualFunctionsOptions {
  /** The rails, one adapter each. */
  readonly rails: VirtualFunctionRail[];
  /** Virtual functions of each adapter: the maximum number of pods on a node. @default 8 */
  readonly virtualFunctionsPerAdapter?: number;
}

/** Prefix of the resources of the SR-IOV device plugin, as in the charts of the network operator. */
const NVIDIA_PREFIX = 'nvidia.com';

/**
 * How pods get the network adapters of their node.
 *
 * @see https://docs.nvidia.com/networking/display/kubernetes2641/getting-started-kubernetes.html
 */
export class RdmaAttachment {
  /**
   * All pods of a node share its adapters, by the RDMA shared device plugin. The simplest attachment, and the usual one for InfiniBand;
   * for RoCE it needs a MacvlanNetwork for each rail.
   *
   * @param options names and networks @default - the resource `rdma/rdma_shared_device_a`, no network
   */
  public static sharedDevices(options: SharedDevicesOptions = {}): RdmaAttachment {
    const adapters = selected(options.adapters);
    return new RdmaAttachment({
      kind: FabricAttachmentKind.SHARED_DEVICES,
      resourceNames: [`rdma/${options.resourceName ?? 'rdma_shared_device_a'}`],
      networks: (options.networks ?? []).map(({ reference }) => reference),
      podsPerAdapter: options.maxPods ?? 63,
      ...adapters,
    });
  }

  /**
   * A pod has adapters of its node exclusively, in its own network namespace, by HostDeviceNetwork. Bare-metal rate, and as many
   * pods as there are adapters.
   *
   * @param options names and the network
   */
  public static hostDevices(options: HostDevicesOptions): RdmaAttachment {
    const adapters = selected(options.adapters);
    return new RdmaAttachment({
      kind: FabricAttachmentKind.HOST_DEVICES,
      resourceNames: [`${NVIDIA_PREFIX}/${options.resourceName ?? 'hostdev'}`],
      networks: [options.network.reference],
      podsPerAdapter: 1,
      ...adapters,
    });
  }

  /**
   * Every pod has a virtual function of each adapter, by the SR-IOV network operator. For nodes that several tenants share.
   *
   * @param options the rails
   */
  public static virtualFunctions(options: VirtualFunctionsOptions): RdmaAttachment {
    return new RdmaAttachment({
      kind: FabricAttachmentKind.VIRTUAL_FUNCTIONS,
      resourceNames: options.rails.map((rail) => `${NVIDIA_PREFIX}/${rail.resourceName}`),
      networks: options.rails.map((rail) => rail.network.reference),
      podsPerAdapter: options.virtualFunctionsPerAdapter ?? 8,
      physicalFunctions: options.rails.map((rail) => textList(rail.physicalFunctions)),
    });
  }

  /** @internal */
  public readonly _facts: FabricAttachment;

  private constructor(facts: FabricAttachment) {
    this._facts = facts;
  }

  /** Extended resources, with their prefixes; one for each rail of virtual functions. Returns a copy. */
  public get resourceNames(): string[] {
    return [...this._facts.resourceNames];
  }

  /** Networks that are attached to a pod, as `<namespace>/<name>`. Returns a copy. */
  public get networks(): string[] {
    return [...this._facts.networks];
  }
}

checkArguments('RdmaAttachment', RdmaAttachment);

/** Adapters, by lists whose elements a device plugin's configuration names. */
function selected({ deviceIds, interfaceNames }: AdapterSelection = {}): AdapterSelection {
  const why = 'the configuration of the device plugin names each';
  throwIfFaulty(
    Object.entries({ deviceIds, interfaceNames }).flatMap(([name, list]) =>
      knownListFaults(`adapters.${name}`, list, why),
    ),
  );
  return { deviceIds, interfaceNames };
}
