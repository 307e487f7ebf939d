import { Fault, fault } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { CustomResources } from '../kubernetes/custom-resources';
import { enter, entered } from '../core/cluster-ledger';
import { throwIfRefused, throwIfOfOtherKinds } from '../core/errors';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { helmReleaseName, kubernetesName, kubernetesNameFault } from '../core/naming';
import { concreteFault } from '../core/tokens';
import { ipv4Address, ipv4Range, ipv4RangesOverlap } from '../units/ipv4-range';
import { DefinitionWait } from './definition-wait';
import { NvidiaNetworkOperator } from './network-operator';
import { tolerationsOfAnyValue } from '../kubernetes/tolerations';
import { ClusterNodePools } from '../scheduling/cluster-node-pools';
import { nameClass } from '../units/own-class';

/**
 * Properties of `NvIpamPool`.
 */
export interface NvIpamPoolProps {
  /** The operator that runs IPAM. */
  readonly operator: NvidiaNetworkOperator;
  /** Range, in CIDR notation, e.g. `192.168.0.0/22`. */
  readonly subnet: string;
  /** Addresses that each node gets for its pods. */
  readonly perNodeBlockSize: number;
  /** Address of the gateway, within the range. @default - none */
  readonly gateway?: string;
  /** The pools whose nodes get a block. @default - those of the operator */
  readonly nodePools?: IGpuNodePool[];
  /** Name of the pool of addresses. @default - from the construct's id */
  readonly poolName?: string;
}

/**
 * A range of addresses for pods' network interfaces, by NVIDIA's IPAM: each node of the pools gets a block of it.
 *
 * Throws a `ValidationError` when the blocks of all nodes exceed the range, when the range or the gateway is invalid, and when the
 * range overlaps that of another pool on the same nodes.
 */
export class NvIpamPool extends Construct {
  /** Name of the pool of addresses. */
  public readonly poolName: string;
  /** Addresses that each node gets for its pods. */
  public readonly perNodeBlockSize: number;
  /** The IPAM configuration of a network that takes addresses from here. */
  public readonly ipam: { [key: string]: string };
  /** Dependency of networks. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the stack of the operator
   * @param id id within the parent
   * @param props the addresses
   */
  public constructor(scope: Construct, id: string, props: NvIpamPoolProps) {
    throwIfOfOtherKinds(scope, 'NvIpamPoolProps', props, id, (given) => new NvIpamPool(scope, id, given));
    super(scope, id);
    const { operator, subnet, perNodeBlockSize, gateway } = props;
    this.poolName = props.poolName ?? kubernetesName(id);
    const pools = props.nodePools ?? operator.nodePools;
    throwIfRefused(this, poolFaults(this.poolName, props, pools));
    pools.forEach((pool) => ClusterNodePools.add(pool));
    this.perNodeBlockSize = perNodeBlockSize;
    this.ipam = { type: 'nv-ipam', poolName: this.poolName };
    const resources = new CustomResources(this, 'Resource', {
      cluster: operator.cluster,
      releaseName: helmReleaseName(`ip-pool-${this.poolName}`),
      namespace: operator.namespace,
      resources: [
        {
          apiVersion: 'nv-ipam.nvidia.com/v1alpha1',
          kind: 'IPPool',
          metadata: { name: this.poolName, namespace: operator.namespace },
          spec: {
            subnet,
            perNodeBlockSize,
            gateway,
            nodeSelector: { nodeSelectorTerms: pools.map((pool) => ({ matchExpressions: expressions(pool) })) },
          },
        },
      ],
      dependsOn: ipamDefinition(operator),
    });
    this.ready = resources.ready;
    const range: TakenRange = { name: this.poolName, subnet, pools };
    enter(operator, ADDRESS_RANGE, this.poolName, this, range);
  }
}

nameClass('NvIpamPool', NvIpamPool);

/** The kind of address pools is defined once the operator has started IPAM, some time after its policy is applied. */
function ipamDefinition(operator: NvidiaNetworkOperator): ITerraformDependable[] {
  const id = 'IpamDefinition';
  const known = operator.node.tryFindChild(id) as DefinitionWait | undefined;
  const wait =
    known ??
    new DefinitionWait(operator, id, {
      cluster: operator.cluster,
      namespace: operator.namespace,
      name: 'nv-ipam-definition',
      definition: 'ippools.nv-ipam.nvidia.com',
      image: operator._kubectlImage,
      imageRegistry: operator.imageRegistry,
      waitFor: operator.ready,
      tolerations: () => tolerationsOfAnyValue(operator.nodePools.flatMap(({ taints }) => taints)),
    });
  return wait.ready;
}

function expressions(pool: IGpuNodePool) {
  return Object.entries(pool.nodeSelector).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}

/** A range that is taken on nodes of some pools. */
interface TakenRange {
  readonly name: string;
  readonly subnet: string;
  readonly pools: readonly IGpuNodePool[];
}

/** Kind of entry in an operator's ledger: ranges of its address pools. */
const ADDRESS_RANGE = 'address range';

/** Two interfaces of one pod may not have the same address, and a node has one route to a range. */
function overlapFaults(operator: NvidiaNetworkOperator, subnet: string, pools: readonly IGpuNodePool[]): Fault[] {
  const range = ipv4Range(subnet);
  return entered<TakenRange>(operator, ADDRESS_RANGE).flatMap(({ value: other }) => {
    const taken = ipv4Range(other.subnet);
    const shared = pools.filter((pool) => other.pools.includes(pool)).map(({ poolName }) => `'${poolName}'`);
    const apart = !range || !taken || !ipv4RangesOverlap(range, taken);
    if (apart || shared.length === 0) return [];
    return [
      fault(
        'ADDRESS_RANGE_OVERLAPS',
        'subnet',
        `subnet ${subnet} overlaps ${other.subnet} of address pool '${other.name}' on nodes of pool ${shared.join(', ')}; choose a range ` +
          'that no other address pool uses',
      ),
    ];
  });
}

function poolFaults(name: string, props: NvIpamPoolProps, pools: IGpuNodePool[]): Fault[] {
  const { operator, subnet, perNodeBlockSize, gateway } = props;
  const tokens = Object.entries({ poolName: name, subnet, perNodeBlockSize, gateway }).flatMap(([property, value]) =>
    concreteFault(property, value, 'the blocks of the nodes are counted'),
  );
  if (tokens.length > 0) return tokens;
  const faults = [...kubernetesNameFault('poolName', name)];
  if (!operator.secondaryNetworks) {
    faults.push(
      fault(
        'MULTUS_NOT_INSTALLED',
        'operator',
        'the operator does not install IPAM, because no fabric of its pools names a network; pass secondaryNetworks: true to the operator',
      ),
    );
  }
  if (pools.length === 0)
    faults.push(fault('EMPTY_LIST', 'nodePools', 'nodePools must name at least one pool; got []'));
  faults.push(...wholeNumberFault('perNodeBlockSize', perNodeBlockSize, 1));
  const range = ipv4Range(subnet);
  if (!range) {
    return [
      ...faults,
      fault(
        'INVALID_FORMAT',
        'subnet',
        `subnet must be an IPv4 range in CIDR notation, given by its first address, e.g. '192.168.0.0/22'; got '${subnet}'`,
      ),
    ];
  }
  const at = gateway === undefined ? undefined : ipv4Address(gateway);
  if (gateway !== undefined && (at === undefined || at <= range.first || at >= range.first + range.size - 1))
    faults.push(
      fault(
        'OUT_OF_RANGE',
        'gateway',
        `gateway must be an address within ${subnet}, but neither its first nor its last; got '${gateway}'`,
      ),
    );
  faults.push(...overlapFaults(operator, subnet, pools));
  const nodes = pools.reduce((sum, pool) => sum + pool.maxNodes, 0);
  // The first address names the network, the last is the broadcast's. A gateway is within a block and is not handed out.
  const usable = range.size - 2;
  if (nodes * perNodeBlockSize > usable) {
    faults.push(
      fault(
        'ADDRESS_RANGE_TOO_SMALL',
        'subnet',
        `${nodes} nodes with blocks of ${perNodeBlockSize} need ${nodes * perNodeBlockSize} addresses, but ${subnet} has ${Math.max(0, usable)}, enough for ` +
          `${Math.max(0, Math.floor(usable / perNodeBlockSize))} nodes; use a larger subnet, or perNodeBlockSize of at most ${Math.max(0, Math.floor(usable / nodes))}`,
      ),
    );
  }
  return faults;
}
