import { duplicateFaults } from '../units/duplicate-faults';
import { Fault, fault } from '../units/fault';
import { positiveFault, wholeNumberFault } from '../units/number-faults';
import { FabricAttachmentKind } from '../core/rdma-fabric';
import { RdmaAttachment } from './rdma-attachment';
import { knownListFaults } from '../core/text-list';
import { allOf } from '../units/unreadable';

/**
 * A fabric of NVIDIA ConnectX adapters: all options of InfiniBand.
 */
export interface ConnectXOptions {
  /** Adapters of one node that belong to the fabric, e.g. 8. */
  readonly adaptersPerNode: number;
  /** Rate of one adapter in Gb/s: 100 (EDR), 200 (HDR), 400 (NDR), 800 (XDR). */
  readonly gbpsPerAdapter: number;
  /** How pods get the adapters. @default RdmaAttachment.sharedDevices() */
  readonly attachment?: RdmaAttachment;
  /** Name of the fabric; pools reach each other only if it is the same. @default - the kind of the fabric */
  readonly fabricName?: string;
  /**
   * RDMA devices that NCCL uses, as `NCCL_IB_HCA` names them, e.g. `mlx5_0`; for nodes that also have adapters for storage.
   * @default - NCCL uses every active one
   */
  readonly devices?: string[];
}

/**
 * A RoCE fabric.
 */
export interface RoceOptions extends ConnectXOptions {
  /** Index of the GID that NCCL uses. @default - NCCL 2.21 and later finds the RoCE v2 one itself */
  readonly gidIndex?: number;
  /** Traffic class of NCCL's packets, as the switches' lossless queue expects it, e.g. 106. @default - none */
  readonly trafficClass?: number;
}

/**
 * All faults of the options of a fabric.
 *
 * @internal
 */
export function connectXFaults(kind: string, options: ConnectXOptions & Partial<RoceOptions>): Fault[] {
  const { adaptersPerNode, gbpsPerAdapter, fabricName, gidIndex, trafficClass } = options;
  const {
    kind: way,
    networks,
    resourceNames,
    podsPerAdapter,
  } = (options.attachment ?? RdmaAttachment.sharedDevices())._facts;
  const isVirtual = way === FabricAttachmentKind.VIRTUAL_FUNCTIONS;
  const faults: Fault[] = allOf(
    () => knownListFaults('devices', options.devices, 'NCCL gets them as one text'),
    () => wholeNumberFault('adaptersPerNode', adaptersPerNode, 1),
    () => wholeNumberFault('gidIndex', gidIndex, 0),
    () => wholeNumberFault('trafficClass', trafficClass, 0, 255),
    () => wholeNumberFault(`attachment.${isVirtual ? 'virtualFunctionsPerAdapter' : 'maxPods'}`, podsPerAdapter, 1),
    () => positiveFault('gbpsPerAdapter', gbpsPerAdapter),
    () => duplicateFaults('attachment.rails', resourceNames),
  );
  if (fabricName === '') faults.push(fault('INVALID_NAME', 'fabricName', "fabricName must not be empty; got ''"));
  if (isVirtual && resourceNames.length !== adaptersPerNode) {
    faults.push(
      fault(
        'RAIL_FOR_EACH_ADAPTER',
        'attachment.rails',
        `virtual functions need one rail for each of the ${adaptersPerNode} adapters of a node; got ${resourceNames.length} rails`,
      ),
    );
  }
  if (way === FabricAttachmentKind.SHARED_DEVICES && kind === 'roce' && networks.length === 0) {
    faults.push(
      fault(
        'ROCE_NEEDS_NETWORKS',
        'attachment.networks',
        'shared devices of a RoCE fabric need networks: the GIDs of an adapter are those of its network interface, which a pod sees only ' +
          'through a MacvlanNetwork; name one network for each rail',
      ),
    );
  }
  for (const name of resourceNames) {
    if (/^[a-z.]+\/[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(name)) continue;
    faults.push(
      fault(
        'INVALID_NAME',
        'attachment.resourceName',
        `resourceName must consist of letters, digits, '-', '_' and '.', at most 63 of them; got '${name.slice(name.indexOf('/') + 1)}'`,
      ),
    );
  }
  return faults;
}
