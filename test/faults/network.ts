import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { ExistingGpuNodePoolProps } from '../../lib/compute/pools/existing/existing-gpu-node-pool';
import { NcclAcceptanceTest } from '../../lib/network/nccl-acceptance-test';
import { NetworkName } from '../../lib/network/network-name';
import { NvidiaNetworkOperator, NvidiaNetworkOperatorProps } from '../../lib/network/network-operator';
import { NvIpamPool, NvIpamPoolProps } from '../../lib/network/nv-ipam-pool';
import { RdmaAttachment } from '../../lib/network/rdma-attachment';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { HostDeviceNetwork, IpoibNetwork, MacvlanNetwork, SriovNetwork } from '../../lib/network/secondary-networks';
import { NDR, RACK, rack } from '../network/support';
import { TestPool } from '../serving/support/fixtures';
import { faultsAtSynth } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

const FAST = NetworkName.of('fast');
const host = RdmaFabric.infiniband({ ...NDR, attachment: RdmaAttachment.hostDevices({ network: FAST }) });
const efa = RdmaFabric.efa();
const { P5_48XLARGE, G5_XLARGE, G5_12XLARGE } = GpuInstanceType;

interface Site {
  readonly stack: TerraformStack;
  readonly operator: NvidiaNetworkOperator;
}

/** A rack, its network operator and what a row makes of them. */
const site =
  (
    pool: Partial<ExistingGpuNodePoolProps> = { fabric: host },
    build: (site: Site) => void = () => {},
    props: Partial<NvidiaNetworkOperatorProps> = {},
  ) =>
  (): TerraformStack => {
    const stack = testStack();
    const cluster = testCluster(stack);
    rack(stack, cluster, pool);
    build({ stack, operator: new NvidiaNetworkOperator(stack, 'Operator', { cluster, ...props }) });
    return stack;
  };

const addresses = (props: Partial<NvIpamPoolProps>, pool?: Partial<ExistingGpuNodePoolProps>) =>
  site(pool, ({ stack, operator }) => {
    new NvIpamPool(stack, 'Rail', { operator, subnet: '192.168.0.0/24', perNodeBlockSize: 63, ...props });
  });

/** The sentences of faults of networks. */
export const TEXTS: FaultText[] = [
  {
    id: 'ADDRESS_BLOCK_TOO_SMALL',
    text: "each node of pool 'rack' has 8 adapters on network 'default/fast', but blocks of 7 addresses; raise perNodeBlockSize to 8",
    faults: () =>
      faultsAtSynth(
        site({ fabric: host }, ({ stack, operator }) => {
          const ipPool = new NvIpamPool(stack, 'One', { operator, subnet: '10.1.0.0/22', perNodeBlockSize: 7 });
          new HostDeviceNetwork(stack, 'fast', { operator, ipPool });
        })(),
      ),
  },
  {
    id: 'ADDRESS_RANGE_OVERLAPS',
    property: 'subnet',
    text: "subnet 10.1.1.0/24 overlaps 10.1.0.0/22 of address pool 'one' on nodes of pool 'rack'; choose a range that no other address pool uses",
    refuse: site({ fabric: host }, ({ stack, operator }) => {
      new NvIpamPool(stack, 'One', { operator, subnet: '10.1.0.0/22', perNodeBlockSize: 8 });
      new NvIpamPool(stack, 'Two', { operator, subnet: '10.1.1.0/24', perNodeBlockSize: 8 });
    }),
  },
  {
    id: 'ADDRESS_RANGE_TOO_SMALL',
    property: 'subnet',
    text:
      '4 nodes with blocks of 100 need 400 addresses, but 192.168.0.0/24 has 254, enough for 2 nodes; use a larger subnet, or ' +
      'perNodeBlockSize of at most 63',
    refuse: addresses({ perNodeBlockSize: 100 }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'ipam',
    text: 'ipPool and ipam exclude each other; pass only one of them',
    refuse: site({ fabric: host }, ({ stack, operator }) => {
      const ipPool = new NvIpamPool(stack, 'One', { operator, subnet: '10.1.0.0/22', perNodeBlockSize: 8 });
      new HostDeviceNetwork(stack, 'fast', { operator, ipPool, ipam: { type: 'whereabouts' } });
    }),
  },
  {
    id: 'DUPLICATE',
    property: 'attachment.rails',
    text: "attachment.rails repeats 'nvidia.com/a'; each value may appear only once",
    refuse: () => {
      const rail = { resourceName: 'a', network: FAST, physicalFunctions: ['ib0'] };
      const attachment = RdmaAttachment.virtualFunctions({ rails: [rail, rail] });
      return RdmaFabric.infiniband({ adaptersPerNode: 2, gbpsPerAdapter: 400, attachment });
    },
  },
  {
    id: 'EMPTY_LIST',
    property: 'nodePools',
    text: 'nodePools must name at least one pool; got []',
    refuse: addresses({ nodePools: [] }),
  },
  {
    id: 'FABRIC_FASTER_THAN_HARDWARE',
    property: 'fabric',
    text:
      "the fabric 'infiniband' has 9 adapters of 400 Gb/s = 3600 Gb/s on each node, but hardware 'dgx-h100' states 3200 Gb/s; correct the " +
      "fabric's adapters or the hardware's networkBandwidthGbps",
    faults: () => RdmaFabric.infiniband({ adaptersPerNode: 9, gbpsPerAdapter: 400 }).hardwareFaults(RACK),
  },
  {
    id: 'FABRIC_NOT_ON_HARDWARE',
    property: 'fabric',
    text: "hardware 'g5.xlarge' has no EFA; use RdmaFabric.none(), or an instance type with EFA",
    faults: () => efa.hardwareFaults(G5_XLARGE),
  },
  {
    id: 'FABRIC_NOT_ON_HARDWARE',
    property: 'fabric',
    text:
      "EC2 instance type 'p5.48xlarge' has no infiniband; use RdmaFabric.efa() or RdmaFabric.none(), or describe your own hardware with " +
      'GpuNodeType.custom',
    faults: () => host.hardwareFaults(P5_48XLARGE),
  },
  {
    id: 'FABRIC_SHARE_NOT_WHOLE',
    property: 'gpus',
    text:
      "a pod of 1 of the 4 GPUs of 'g5.12xlarge' cannot have an equal share of its 1 interfaces of the fabric 'efa'; use all GPUs of a " +
      'node, or a number of GPUs whose share of the interfaces is whole',
    refuse: () => efa.bind({ hardware: G5_12XLARGE, gpus: 1 }),
  },
  {
    id: 'FABRIC_VARIABLE_RESERVED',
    property: 'environment.NCCL_BUFFSIZE',
    text: "environment must not set NCCL_BUFFSIZE on the fabric 'efa': aws-ofi-nccl sets it from the instance type; leave it out",
    refuse: () => efa.bind({ hardware: P5_48XLARGE, gpus: 8, environment: { NCCL_BUFFSIZE: '1' } }),
  },
  {
    id: 'FABRIC_WITHOUT_ATTACHMENT',
    text:
      "fabric 'own' of pool 'rack' has no attachment, from which the device plugin of its adapters is derived; implement " +
      'attachment in its class, or use RdmaFabric.infiniband or RdmaFabric.roce',
    refuse: site({
      fabric: Object.assign(Object.create(host), { fabricName: 'own', attachment: undefined }) as RdmaFabric,
    }),
  },
  {
    id: 'FABRIC_WITHOUT_INTERFACES',
    property: 'interfaces',
    text: "a pod cannot take 4 interfaces of the fabric 'none', which has none; give the pool a fabric, e.g. RdmaFabric.efa()",
    refuse: () => RdmaFabric.none().podResources(4),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'subnet',
    text: "subnet must be an IPv4 range in CIDR notation, given by its first address, e.g. '192.168.0.0/22'; got '192.168.0.4/24'",
    refuse: addresses({ subnet: '192.168.0.4/24' }),
  },
  {
    id: 'INVALID_NAME',
    property: 'fabricName',
    text: "fabricName must not be empty; got ''",
    refuse: () => RdmaFabric.infiniband({ ...NDR, fabricName: '' }),
  },
  {
    id: 'INVALID_NAME',
    property: 'attachment.resourceName',
    text: "resourceName must consist of letters, digits, '-', '_' and '.', at most 63 of them; got 'a b'",
    refuse: () => RdmaFabric.infiniband({ ...NDR, attachment: RdmaAttachment.sharedDevices({ resourceName: 'a b' }) }),
  },
  {
    id: 'INVALID_NAME',
    property: 'resourceName',
    text:
      "resourceName must be the name in the fabric's attachment, without its prefix: letters, digits, '-', '_' and '.', at most 63; got " +
      "'nvidia.com/rail'",
    refuse: site({ fabric: host }, ({ stack, operator }) => {
      new SriovNetwork(stack, 'Vf', { operator, resourceName: 'nvidia.com/rail' });
    }),
  },
  {
    id: 'INVALID_NAME',
    property: 'master',
    text: "master must be the name of a network interface, 1 to 15 characters; got 'a-very-long-name'",
    refuse: site({ fabric: host }, ({ stack, operator }) => {
      new IpoibNetwork(stack, 'Ip', { operator, master: 'a-very-long-name', ipam: { type: 'x' } });
    }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'ipPool',
    text: 'interfaces of a MacvlanNetwork need addresses; pass ipPool or ipam',
    refuse: site({ fabric: host }, ({ stack, operator }) => {
      new MacvlanNetwork(stack, 'Rail', { operator, master: 'ens2f0' });
    }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'ipam.type',
    text: "ipam.type must name an IPAM plugin, e.g. { type: 'whereabouts', range: '192.168.2.0/24' }; got nothing",
    refuse: site({ fabric: host }, ({ stack, operator }) => {
      new MacvlanNetwork(stack, 'Rail', { operator, master: 'ens2f0', ipam: {} });
    }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'resourceName',
    text:
      "resourceName is needed, because no fabric of the operator's pools attaches the network 'default/slow'; name the network in the " +
      "fabric's attachment, or pass resourceName",
    refuse: site({ fabric: host }, ({ stack, operator }) => void new HostDeviceNetwork(stack, 'slow', { operator })),
  },
  {
    id: 'MULTUS_NOT_INSTALLED',
    property: 'operator',
    text: 'the operator does not install Multus, because no fabric of its pools names a network; pass secondaryNetworks: true to the operator',
    refuse: site({}, ({ stack, operator }) => {
      new HostDeviceNetwork(stack, 'fast', { operator, resourceName: 'hostdev' });
    }),
  },
  {
    id: 'MULTUS_NOT_INSTALLED',
    property: 'operator',
    text: 'the operator does not install IPAM, because no fabric of its pools names a network; pass secondaryNetworks: true to the operator',
    refuse: addresses({}, {}),
  },
  {
    id: 'NETWORK_MISSING',
    text:
      "the fabric of pool 'rack' attaches 'default/fast', but no such network is made; make a MacvlanNetwork, HostDeviceNetwork, " +
      'IpoibNetwork or SriovNetwork of that name, or name it in existingNetworks',
    faults: () => faultsAtSynth(site({ fabric: host })()),
  },
  {
    id: 'NETWORK_OPERATOR_EXISTS',
    property: 'cluster',
    text:
      "cluster 'test' already has a network operator at 'test/Operator', and only one cluster policy takes effect; pass all pools to that " +
      'operator',
    refuse: site(
      {},
      ({ stack, operator: { cluster } }) => void new NvidiaNetworkOperator(stack, 'Second', { cluster }),
    ),
  },
  {
    id: 'NO_POOL_WITH_ADAPTERS',
    property: 'nodePools',
    text: "no pool of cluster 'test' has a fabric of InfiniBand or RoCE; make the pools first, or leave the operator out",
    refuse: site({ fabric: RdmaFabric.none() }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'chartVersion',
    text: "chartVersion must be 26.4 or later, the first with policies for single pools; got '26.1.1'",
    refuse: site({}, () => {}, { chartVersion: '26.1.1' }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'gateway',
    text: "gateway must be an address within 192.168.0.0/24, but neither its first nor its last; got '192.168.0.255'",
    refuse: addresses({ gateway: '192.168.0.255' }),
  },
  {
    id: 'POOL_AFTER_NETWORK_OPERATOR',
    text: "pool 'late' was made after the network operator, which serves only the pools made before it; make the operator last, or pass nodePools",
    faults: () =>
      faultsAtSynth(site({}, ({ stack, operator: { cluster } }) => void rack(stack, cluster, {}, 'Late'))()),
  },
  {
    id: 'POOL_WITHOUT_ADAPTERS',
    property: 'nodePools',
    text:
      "pool 'g5' has the fabric 'none', which has no ConnectX adapters; leave the pool out, or give it RdmaFabric.infiniband or " +
      'RdmaFabric.roce',
    refuse: () => {
      const stack = testStack();
      const cluster = testCluster(stack);
      const pool = new TestPool(stack, 'g5', cluster, G5_XLARGE);
      return new NvidiaNetworkOperator(stack, 'Operator', { cluster, nodePools: [pool] });
    },
  },
  {
    id: 'RAIL_FOR_EACH_ADAPTER',
    property: 'attachment.rails',
    text: 'virtual functions need one rail for each of the 8 adapters of a node; got 1 rails',
    refuse: () => {
      const rails = [{ resourceName: 'a', network: FAST, physicalFunctions: ['ib0'] }];
      return RdmaFabric.infiniband({ ...NDR, attachment: RdmaAttachment.virtualFunctions({ rails }) });
    },
  },
  {
    id: 'RDMA_WITHOUT_FABRIC',
    property: 'rdmaRequired',
    text: "the pod requires RDMA, but nodes of 'p5.48xlarge' reach each other by TCP only; give the pool a fabric",
    refuse: () => RdmaFabric.none().bind({ hardware: P5_48XLARGE, gpus: 8, rdmaRequired: true }),
  },
  {
    id: 'ROCE_NEEDS_NETWORKS',
    property: 'attachment.networks',
    text:
      'shared devices of a RoCE fabric need networks: the GIDs of an adapter are those of its network interface, which a pod sees only ' +
      'through a MacvlanNetwork; name one network for each rail',
    refuse: () => RdmaFabric.roce(NDR),
  },
  {
    id: 'TEST_EXCEEDS_POOL',
    property: 'nodes',
    text: "nodes must be at most the 2 that pool 'g5' may have; got 5; raise maxNodes",
    refuse: () => acceptance(G5_12XLARGE, { nodes: 5 }),
  },
  {
    id: 'TEST_IMAGE_TOO_NEW',
    property: 'image',
    text: 'the default images need compute capability 7.5, but the GPUs of p3dn.24xlarge have 7; pass an image with an older CUDA',
    refuse: () => acceptance(GpuInstanceType.of('p3dn.24xlarge')),
  },
];

/** An acceptance test of a pool of the type, which has no fabric. */
function acceptance(type: GpuInstanceType, props: { nodes?: number } = {}): NcclAcceptanceTest {
  const stack = testStack();
  return new NcclAcceptanceTest(stack, 'Test', {
    nodePool: new TestPool(stack, 'g5', testCluster(stack), type),
    ...props,
  });
}
