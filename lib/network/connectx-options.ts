import { Fault, untitled } from '../units/fault';
import { FabricAttachmentKind } from '../core/rdma-fabric';
import { displayValue } from '../core/tokens';
import { RdmaAttachment } from './rdma-attachment';

/**
 * A fabric of NVIDIA ConnectX adapters; of InfiniBand, all there is to say.
 */
export interface ConnectXOptions {
  /** Adapters of one node that belong to the fabric, e.g. 8. */
  readonly adaptersPerNode: number;
  /** Rate of one adapter in Gb/s: 100 (EDR), 200 (HDR), 400 (NDR), 800 (XDR). */
  readonly gbpsPerAdapter: number;
  /** How pods get the adapters. @default RdmaAttachment.sharedDevices() */
  readonly attachment?: RdmaAttachment;
  /** Name of the fabric; pools reach each other only when it is the same. @default - the kind of the fabric */
  readonly fabricName?: string;
  /**
   * RDMA devices that NCCL uses, as `NCCL_IB_HCA` names them, e.g. `mlx5_0`; for nodes that also have adapters for storage.
   * @default - NCCL takes every active one
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

const ATTACHMENT_NAME = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/**
 * Everything that is wrong with the options of a fabric.
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
  const faults: Fault[] = [];
  const whole = (name: string, value: number | undefined, least: number, most = Infinity) => {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
    faults.push(untitled(`${name} must be a whole number ${range}; got ${displayValue(value)}`));
  };
  whole('adaptersPerNode', adaptersPerNode, 1);
  whole('gidIndex', gidIndex, 0);
  whole('trafficClass', trafficClass, 0, 255);
  whole(way === FabricAttachmentKind.VIRTUAL_FUNCTIONS ? 'virtualFunctionsPerAdapter' : 'maxPods', podsPerAdapter, 1);
  if (!(gbpsPerAdapter > 0))
    faults.push(untitled(`gbpsPerAdapter must be above 0; got ${displayValue(gbpsPerAdapter)}`));
  if (fabricName === '') faults.push(untitled("fabricName must not be empty; got ''"));
  if (way === FabricAttachmentKind.VIRTUAL_FUNCTIONS && resourceNames.length !== adaptersPerNode) {
    faults.push(
      untitled(
        `virtual functions need one rail for each of the ${adaptersPerNode} adapters; got ${resourceNames.length} rails`,
      ),
    );
  }
  if (way === FabricAttachmentKind.SHARED_DEVICES && kind === 'roce' && networks.length === 0) {
    faults.push(
      untitled(
        'shared devices of a RoCE fabric need networks: the GIDs of an adapter are those of its network interface, which a pod only ' +
          'sees through a MacvlanNetwork; name one for each rail',
      ),
    );
  }
  for (const name of resourceNames) {
    if (!/^[a-z.]+\/[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(name))
      faults.push(untitled(`resourceName must be letters, digits, '-', '_' or '.', at most 63 of them; got '${name}'`));
  }
  for (const network of networks.filter((name) => !ATTACHMENT_NAME.test(name))) {
    faults.push(untitled(`a network must be named '<namespace>/<name>' or '<name>'; got '${network}'`));
  }
  if (new Set(resourceNames).size < resourceNames.length)
    faults.push(untitled(`rails must have resources of their own; got ${resourceNames.join(', ')}`));
  return faults;
}
