import { Fault, fault } from '../units/fault';
import { givenValue, wholeNumberFault } from '../units/number-faults';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { CustomResources } from '../kubernetes/custom-resources';
import { enter } from '../core/cluster-ledger';
import { throwIfRefused, throwIfOfOtherKinds } from '../core/errors';
import { helmReleaseName, kubernetesName } from '../core/naming';
import { concreteFault } from '../core/tokens';
import { NetworkName } from './network-name';
import { NvidiaNetworkOperator } from './network-operator';
import { NvIpamPool } from './nv-ipam-pool';
import { SECONDARY_NETWORK, SecondaryNetworkEntry, wholeReference } from './secondary-network-entry';
import { nameClass } from '../units/own-class';
import { allOf } from '../units/unreadable';

/**
 * Properties of `SecondaryNetwork`.
 */
export interface SecondaryNetworkProps {
  /** The operator that creates it. */
  readonly operator: NvidiaNetworkOperator;
  /**
   * Name of the network, the same object as in the fabric's attachment. Its namespace must exist; pods of any namespace may use
   * the network.
   * @default - from the construct's id, in the namespace 'default'
   */
  readonly network?: NetworkName;
  /** Where its addresses come from. @default - `ipam` */
  readonly ipPool?: NvIpamPool;
  /**
   * Configuration of another IPAM plugin, with its `type`, e.g. `{ type: 'whereabouts', range: '192.168.2.0/24' }`.
   * @default - no addresses, where the kind of network allows it
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly ipam?: { [key: string]: any };
}

/** How interfaces of a `MacvlanNetwork` on one node reach each other. */
export enum MacvlanMode {
  /** Within the node. */
  BRIDGE = 'bridge',
  /** Not at all. */
  PRIVATE = 'private',
  /** Through the switch. */
  VEPA = 'vepa',
  /** One pod has the interface exclusively. */
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
  /** Maximum transmission unit in bytes. @default - the master's */
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
 * A network of adapters, or virtual functions, that belong to one pod each.
 */
export interface DeviceNetworkProps extends SecondaryNetworkProps {
  /**
   * Name of the resource that pods request, without its prefix.
   * @default - that of the fabric whose attachment names this network; one of the operator's pools must have such a fabric
   */
  readonly resourceName?: string;
}

/**
 * The resource for one kind of network, and what is specific to the kind.
 */
export interface SecondaryNetworkResource {
  /** API version, e.g. `mellanox.com/v1alpha1`. */
  readonly apiVersion: string;
  /** Kind, e.g. `MacvlanNetwork`. */
  readonly kind: string;
  /** Whether the resource is in the operator's namespace; otherwise it is cluster-scoped. @default false */
  readonly namespaced?: boolean;
  /** Fields of the specification beside the network's namespace and its IPAM. @default - none */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly spec?: { [field: string]: any };
  /** Faults of the properties of this kind. @default - none */
  readonly faults?: Fault[];
  /** Whether an interface of it is useful without an address. @default false */
  readonly addressOptional?: boolean;
}

const MELLANOX = 'mellanox.com/v1alpha1';
const SRIOV = 'sriovnetwork.openshift.io/v1';

/**
 * A network that Multus attaches to pods beside the cluster's own, created by NVIDIA's network operator.
 *
 * Throws a `ValidationError` with every fault, including IPAM without a type, which the operator would only report in a status.
 */
export abstract class SecondaryNetwork extends Construct {
  /** Name of the network. */
  public readonly networkName: string;
  /** What a fabric calls it: `<namespace>/<name>`. */
  public readonly reference: string;
  /** Dependency of pods that attach it. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   * @param resource the resource that creates it
   */
  protected constructor(
    scope: Construct,
    id: string,
    props: SecondaryNetworkProps,
    resource: SecondaryNetworkResource,
  ) {
    super(scope, id);
    const { operator, ipPool } = props;
    const network = nameOf(id, props);
    throwIfRefused(this, networkFaults(props, resource));
    this.networkName = network.name;
    this.reference = network.reference;
    const ipam = ipPool?.ipam ?? props.ipam;
    const resources = new CustomResources(this, 'Resource', {
      cluster: operator.cluster,
      releaseName: helmReleaseName(`network-${this.networkName}`),
      namespace: operator.namespace,
      resources: [
        {
          apiVersion: resource.apiVersion,
          kind: resource.kind,
          metadata: { name: this.networkName, ...(resource.namespaced ? { namespace: operator.namespace } : {}) },
          spec: { networkNamespace: network.namespace, ...resource.spec, ipam: ipam && JSON.stringify(ipam) },
        },
      ],
      dependsOn: [...operator.ready, ...(ipPool?.ready ?? [])],
    });
    this.ready = resources.ready;
    const entry: SecondaryNetworkEntry = { reference: this.reference, perNodeBlockSize: ipPool?.perNodeBlockSize };
    enter(operator, SECONDARY_NETWORK, this.reference, this, entry);
  }
}

nameClass('SecondaryNetwork', SecondaryNetwork);

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
    throwIfOfOtherKinds(scope, 'MacvlanNetworkProps', props, id, (given) => new MacvlanNetwork(scope, id, given));
    const { master, mtu, mode = MacvlanMode.BRIDGE } = props;
    const faults = allOf(
      () => masterFaults(master),
      () => wholeNumberFault('mtu', mtu, 1280, 65520),
    );
    super(scope, id, props, { apiVersion: MELLANOX, kind: 'MacvlanNetwork', spec: { master, mode, mtu }, faults });
  }
}

nameClass('MacvlanNetwork', MacvlanNetwork);

/**
 * IP over InfiniBand on an interface of the node, for software that addresses its peers on the fabric by IP.
 */
export class IpoibNetwork extends SecondaryNetwork {
  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   */
  public constructor(scope: Construct, id: string, props: IpoibNetworkProps) {
    throwIfOfOtherKinds(scope, 'IpoibNetworkProps', props, id, (given) => new IpoibNetwork(scope, id, given));
    const { master } = props;
    const faults = masterFaults(master);
    super(scope, id, props, { apiVersion: MELLANOX, kind: 'IPoIBNetwork', spec: { master }, faults });
  }
}

nameClass('IpoibNetwork', IpoibNetwork);

/**
 * Whole adapters, each for one pod only.
 */
export class HostDeviceNetwork extends SecondaryNetwork {
  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the network
   */
  public constructor(scope: Construct, id: string, props: DeviceNetworkProps) {
    throwIfOfOtherKinds(scope, 'DeviceNetworkProps', props, id, (given) => new HostDeviceNetwork(scope, id, given));
    super(scope, id, props, { apiVersion: MELLANOX, kind: 'HostDeviceNetwork', ...device(id, props) });
  }
}

nameClass('HostDeviceNetwork', HostDeviceNetwork);

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
    throwIfOfOtherKinds(scope, 'DeviceNetworkProps', props, id, (given) => new SriovNetwork(scope, id, given));
    super(scope, id, props, { apiVersion: SRIOV, kind: 'SriovNetwork', namespaced: true, ...device(id, props) });
  }
}

nameClass('SriovNetwork', SriovNetwork);

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
    throwIfOfOtherKinds(scope, 'DeviceNetworkProps', props, id, (given) => new SriovIbNetwork(scope, id, given));
    const { spec, ...own } = device(id, props);
    const enabled = { ...spec, linkState: 'enable' };
    super(scope, id, props, { apiVersion: SRIOV, kind: 'SriovIBNetwork', namespaced: true, ...own, spec: enabled });
  }
}

nameClass('SriovIbNetwork', SriovIbNetwork);

function nameOf(id: string, { network }: SecondaryNetworkProps): NetworkName {
  return network ?? NetworkName.of(kubernetesName(id));
}

function device(id: string, props: DeviceNetworkProps) {
  const resourceName = props.resourceName ?? resourceOf(nameOf(id, props), props.operator);
  return { spec: { resourceName }, faults: resourceFaults(nameOf(id, props), resourceName), addressOptional: true };
}

/** The resource of the fabric that attaches a network: an attachment has one for each network, in the same order. */
function resourceOf(network: NetworkName, operator: NvidiaNetworkOperator): string | undefined {
  const attachments = operator.nodePools.flatMap(({ fabric }) => fabric?.attachment ?? []);
  const names = attachments.flatMap(({ networks, resourceNames }) =>
    resourceNames.filter(
      (_, index) => networks[index] !== undefined && wholeReference(networks[index]) === network.reference,
    ),
  );
  return names[0]?.split('/')[1];
}

function resourceFaults(network: NetworkName, resourceName: string | undefined): Fault[] {
  if (resourceName === undefined) {
    return [
      fault(
        'MISSING_PROPERTY',
        'resourceName',
        `resourceName is needed, because no fabric of the operator's pools attaches the network '${network}'; name the network in the ` +
          "fabric's attachment, or pass resourceName",
      ),
    ];
  }
  const token = concreteFault('resourceName', resourceName, 'pods request the resource by it');
  if (token.length > 0 || /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(resourceName)) return token;
  return [
    fault(
      'INVALID_NAME',
      'resourceName',
      `resourceName must be the name in the fabric's attachment, without its prefix: letters, digits, '-', '_' and '.', at most 63; got ` +
        `'${resourceName}'`,
    ),
  ];
}

function masterFaults(master: string): Fault[] {
  // IFNAMSIZ of the Linux kernel is 16, the terminating zero included.
  return /^[^\s/:]{1,15}$/.test(master)
    ? []
    : [
        fault(
          'INVALID_NAME',
          'master',
          `master must be the name of a network interface, 1 to 15 characters; got '${master}'`,
        ),
      ];
}

function networkFaults({ operator, ipPool, ipam }: SecondaryNetworkProps, resource: SecondaryNetworkResource): Fault[] {
  return allOf(
    () => [...(resource.faults ?? [])],
    () => {
      if (operator.secondaryNetworks) return [];
      const reason =
        'the operator does not install Multus, because no fabric of its pools names a network; pass secondaryNetworks: true to the operator';
      return [fault('MULTUS_NOT_INSTALLED', 'operator', reason)];
    },
    () => {
      const both = 'ipPool and ipam exclude each other; pass only one of them';
      if (ipPool && ipam !== undefined) return [fault('CONFLICTING_PROPERTIES', 'ipam', both)];
      if (ipPool || ipam !== undefined || resource.addressOptional) return [];
      const reason = `interfaces of a ${resource.kind} need addresses; pass ipPool or ipam`;
      return [fault('MISSING_PROPERTY', 'ipPool', reason)];
    },
    () => (ipam === undefined ? [] : ipamFaults(ipam)),
  );
}

function ipamFaults(ipam: { [key: string]: unknown }): Fault[] {
  const token = concreteFault('ipam.type', ipam.type, 'Multus starts the plugin of that name');
  if (token.length > 0) return token;
  if (typeof ipam.type === 'string' && ipam.type !== '') return [];
  return [
    fault(
      'MISSING_PROPERTY',
      'ipam.type',
      `ipam.type must name an IPAM plugin, e.g. { type: 'whereabouts', range: '192.168.2.0/24' }; got ${givenValue(ipam.type)}`,
    ),
  ];
}
