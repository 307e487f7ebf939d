import { Fault, untitled } from '../units/fault';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { CustomResources } from '../kubernetes/custom-resources';
import { throwIfInvalid } from '../core/errors';
import { helmReleaseName, kubernetesName, kubernetesNameFault } from '../core/naming';
import { concreteFault } from '../core/tokens';
import { NvidiaNetworkOperator } from './network-operator';
import { NvIpamPool } from './nv-ipam-pool';

/**
 * A network that Multus attaches to pods beside the cluster's own.
 */
export interface SecondaryNetworkProps {
  /** The operator that makes it. */
  readonly operator: NvidiaNetworkOperator;
  /** Name of the network: an RFC 1123 label. @default - from the construct's id */
  readonly networkName?: string;
  /** Namespace of the network; pods of any namespace may name it. It must exist. @default 'default' */
  readonly networkNamespace?: string;
  /** Where its addresses come from. @default - `ipam` */
  readonly ipPool?: NvIpamPool;
  /** IPAM configuration as JSON, for another kind of IPAM. @default - no addresses, where the kind of network allows it */
  readonly ipam?: string;
}

/** How interfaces of a MacvlanNetwork reach each other on one node. */
export enum MacvlanMode {
  /** Within the node. */
  BRIDGE = 'bridge',
  /** Not at all. */
  PRIVATE = 'private',
  /** By way of the switch. */
  VEPA = 'vepa',
  /** One pod has the interface for itself. */
  PASSTHRU = 'passthru',
}

/**
 * A network of macvlan interfaces.
 */
export interface MacvlanNetworkProps extends SecondaryNetworkProps {
  /** Interface of the node, e.g. `ens2f0`. */
  readonly master: string;
  /** How its interfaces reach each other. @default MacvlanMode.BRIDGE */
  readonly mode?: MacvlanMode;
  /** Largest packet in bytes. @default - the master's */
  readonly mtu?: number;
}

/**
 * A network of IP over InfiniBand interfaces.
 */
export interface IpoibNetworkProps extends SecondaryNetworkProps {
  /** Interface of the node, e.g. `ibs3f0`. */
  readonly master: string;
}

/**
 * A network of adapters, or virtual functions, that pods have for themselves.
 */
export interface DeviceNetworkProps extends SecondaryNetworkProps {
  /** Name of the resource that the pods request, without its prefix, as the fabric's attachment has it. */
  readonly resourceName: string;
}

/**
 * What one kind of network says of itself.
 *
 * @internal
 */
export interface NetworkKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Whether the resource lies in the operator's namespace; else it is the cluster's. */
  readonly namespaced: boolean;
  readonly spec: { [field: string]: string | number | undefined };
  readonly faults: Fault[];
  /** Whether an interface of it is of use without an address. */
  readonly addressOptional: boolean;
}

const MELLANOX = 'mellanox.com/v1alpha1';
const SRIOV = 'sriovnetwork.openshift.io/v1';

/**
 * A network that Multus attaches to pods beside the cluster's own, made by NVIDIA's network operator.
 *
 * Throws a `ValidationError` with every fault, also for IPAM that is no JSON, which the operator would only report in a status.
 */
export abstract class SecondaryNetwork extends Construct {
  /** Name of the network. */
  public readonly networkName: string;
  /** How a fabric names it: `<namespace>/<name>`. */
  public readonly reference: string;
  /** What pods that attach it wait for. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   */
  protected constructor(scope: Construct, id: string, props: SecondaryNetworkProps) {
    super(scope, id);
    const { operator, ipPool } = props;
    const network = this._kind(props);
    const networkNamespace = props.networkNamespace ?? 'default';
    this.networkName = props.networkName ?? kubernetesName(id);
    throwIfInvalid(this, [
      ...nameFaults('networkName', this.networkName),
      ...nameFaults('networkNamespace', networkNamespace),
      ...networkFaults(props, network),
    ]);
    this.reference = `${networkNamespace}/${this.networkName}`;
    const ipam = ipPool?.ipam ?? (props.ipam && JSON.stringify(JSON.parse(props.ipam)));
    const resources = new CustomResources(this, 'Resource', {
      cluster: operator.cluster,
      releaseName: helmReleaseName(`network-${this.networkName}`),
      namespace: operator.namespace,
      resources: [
        {
          apiVersion: network.apiVersion,
          kind: network.kind,
          metadata: { name: this.networkName, ...(network.namespaced ? { namespace: operator.namespace } : {}) },
          spec: { networkNamespace, ...network.spec, ipam },
        },
      ],
      dependsOn: [...operator.ready, ...(ipPool?.ready ?? [])],
    });
    this.ready = resources.ready;
    operator._addNetwork(this.reference, ipPool?.perNodeBlockSize);
  }

  /** What is special to this kind of network. Called by the constructor. @internal */
  public abstract _kind(props: SecondaryNetworkProps): NetworkKind;
}

/**
 * Macvlan interfaces on an interface of the node: what RoCE with shared devices needs, one network for each rail.
 */
export class MacvlanNetwork extends SecondaryNetwork {
  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   */
  public constructor(scope: Construct, id: string, props: MacvlanNetworkProps) {
    super(scope, id, props);
  }

  /** @internal */
  public override _kind({ master, mtu, mode = MacvlanMode.BRIDGE }: MacvlanNetworkProps): NetworkKind {
    const faults = [...masterFaults(master), ...mtuFaults(mtu)];
    return { ...mellanox('MacvlanNetwork'), spec: { master, mode, mtu }, faults, addressOptional: false };
  }
}

/**
 * IP over InfiniBand on an interface of the node, for software that finds its peers by addresses of the fabric.
 */
export class IpoibNetwork extends SecondaryNetwork {
  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   */
  public constructor(scope: Construct, id: string, props: IpoibNetworkProps) {
    super(scope, id, props);
  }

  /** @internal */
  public override _kind({ master }: IpoibNetworkProps): NetworkKind {
    return { ...mellanox('IPoIBNetwork'), spec: { master }, faults: masterFaults(master), addressOptional: false };
  }
}

/**
 * Whole adapters that pods have for themselves.
 */
export class HostDeviceNetwork extends SecondaryNetwork {
  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   */
  public constructor(scope: Construct, id: string, props: DeviceNetworkProps) {
    super(scope, id, props);
  }

  /** @internal */
  public override _kind(props: DeviceNetworkProps): NetworkKind {
    return { ...mellanox('HostDeviceNetwork'), ...device(props) };
  }
}

/**
 * Virtual functions of Ethernet adapters (SR-IOV).
 */
export class SriovNetwork extends SecondaryNetwork {
  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   */
  public constructor(scope: Construct, id: string, props: DeviceNetworkProps) {
    super(scope, id, props);
  }

  /** @internal */
  public override _kind(props: DeviceNetworkProps): NetworkKind {
    return { apiVersion: SRIOV, kind: 'SriovNetwork', namespaced: true, ...device(props) };
  }
}

/**
 * Virtual functions of InfiniBand adapters (SR-IOV).
 */
export class SriovIbNetwork extends SecondaryNetwork {
  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   */
  public constructor(scope: Construct, id: string, props: DeviceNetworkProps) {
    super(scope, id, props);
  }

  /** @internal */
  public override _kind(props: DeviceNetworkProps): NetworkKind {
    const own = device(props);
    const spec = { ...own.spec, linkState: 'enable' };
    return { apiVersion: SRIOV, kind: 'SriovIBNetwork', namespaced: true, ...own, spec };
  }
}

function mellanox(kind: string) {
  return { apiVersion: MELLANOX, kind, namespaced: false };
}

function device({ resourceName }: DeviceNetworkProps) {
  const faults = concreteFault('resourceName', resourceName, 'pods request the resource by it');
  if (faults.length === 0 && !/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(resourceName)) {
    faults.push(
      untitled(
        `resourceName must be the name without its prefix, as the fabric's attachment has it; got '${resourceName}'`,
      ),
    );
  }
  return { spec: { resourceName }, faults, addressOptional: true };
}

function masterFaults(master: string): Fault[] {
  // IFNAMSIZ of the Linux kernel is 16, the terminating zero included.
  return /^[^\s/:]{1,15}$/.test(master)
    ? []
    : [untitled(`master must be the name of a network interface, 1 to 15 characters; got '${master}'`)];
}

function mtuFaults(mtu?: number): Fault[] {
  if (mtu === undefined || (Number.isInteger(mtu) && mtu >= 1280 && mtu <= 65520)) return [];
  return [untitled(`mtu must be a whole number from 1280 to 65520; got ${mtu}`)];
}

function nameFaults(property: string, name: string): Fault[] {
  const token = concreteFault(property, name, 'pods name the network by it');
  return token.length > 0 ? token : kubernetesNameFault(property, name);
}

function networkFaults({ operator, ipPool, ipam }: SecondaryNetworkProps, network: NetworkKind): Fault[] {
  const faults = [...network.faults];
  if (!operator.secondaryNetworks) {
    faults.push(
      untitled(
        'the operator runs no Multus, because the fabric of no pool names networks; pass it secondaryNetworks: true',
      ),
    );
  }
  if (ipPool && ipam !== undefined) faults.push(untitled('pass ipPool or ipam, not both'));
  if (!ipPool && ipam === undefined && !network.addressOptional)
    faults.push(untitled(`a ${network.kind} needs addresses; pass ipPool, or ipam`));
  return [...faults, ...(ipam === undefined ? [] : ipamFaults(ipam))];
}

function ipamFaults(ipam: string): Fault[] {
  const token = concreteFault('ipam', ipam, 'it is checked to be JSON');
  if (token.length > 0) return token;
  try {
    const parsed: unknown = JSON.parse(ipam);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    if (isObject && typeof (parsed as { type?: unknown }).type === 'string') return [];
    return [
      untitled(`ipam must be a JSON object with a type, e.g. {"type":"nv-ipam","poolName":"rail"}; got '${ipam}'`),
    ];
  } catch (error) {
    return [untitled(`ipam must be JSON: ${(error as Error).message}; got '${ipam}'`)];
  }
}
