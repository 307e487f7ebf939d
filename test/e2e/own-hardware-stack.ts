import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuNodeType,
  GpuInterconnect,
  GpuType,
  HostDeviceNetwork,
  IpoibNetwork,
  KubernetesAccess,
  KubernetesCluster,
  MacvlanNetwork,
  NetworkName,
  NcclAcceptanceTest,
  NodeAgents,
  NvIpamPool,
  NvidiaNetworkOperator,
  RdmaAttachment,
  RdmaFabric,
  SriovIbNetwork,
  TaintEffect,
} from '../../lib';

const HARDWARE = GpuNodeType.custom({
  name: 'dgx-h100',
  gpu: GpuType.H100,
  gpuCount: 8,
  vcpus: 224,
  memory: DataSize.gib(2048),
  interconnect: GpuInterconnect.NVSWITCH,
  networkBandwidthGbps: 3200,
});

/** Eight NDR adapters a node. */
const ADAPTERS = { adaptersPerNode: 8, gbpsPerAdapter: 400 };
const RAILS = Array.from({ length: 8 }, (_, rail) => `rail_${rail}`);
const networkOf = (rail: string) => NetworkName.of(rail.replace('_', '-'));
const NETWORKS = { ipoib: NetworkName.of('ipoib'), roce: NetworkName.of('roce'), fast: NetworkName.of('fast') };

/** One pool of two nodes for each way in which pods get the adapters of their node. */
export const FABRICS: { readonly [pool: string]: RdmaFabric } = {
  shared: RdmaFabric.infiniband(ADAPTERS),
  ipoib: RdmaFabric.infiniband({
    ...ADAPTERS,
    attachment: RdmaAttachment.sharedDevices({ resourceName: 'rdma_ipoib', networks: [NETWORKS.ipoib] }),
  }),
  roce: RdmaFabric.roce({
    ...ADAPTERS,
    attachment: RdmaAttachment.sharedDevices({ resourceName: 'rdma_roce', networks: [NETWORKS.roce] }),
  }),
  host: RdmaFabric.infiniband({ ...ADAPTERS, attachment: RdmaAttachment.hostDevices({ network: NETWORKS.fast }) }),
  virtual: RdmaFabric.infiniband({
    ...ADAPTERS,
    attachment: RdmaAttachment.virtualFunctions({
      rails: RAILS.map((resourceName, rail) => ({
        resourceName,
        network: networkOf(resourceName),
        physicalFunctions: [`ibs${rail}f0`],
      })),
    }),
  }),
};

/** The label by which the nodes of a pool are found. */
export const selectorOf = (pool: string) => ({ 'example.com/rack': pool });

/** Own hardware with every fabric, and a test of two nodes on each. */
export class OwnHardware {
  public readonly stack: TerraformStack;

  public constructor(app: App) {
    const stack = new TerraformStack(app, 'own-hardware');
    this.stack = stack;
    new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', {
      configPath: '~/.kube/config',
      context: 'hall-2',
    });
    KubernetesAccess.of(stack, cluster);
    const pools = new Map(
      Object.entries(FABRICS).map(([name, fabric]) => [
        name,
        new ExistingGpuNodePool(stack, name, {
          cluster,
          hardware: HARDWARE,
          nodes: 2,
          fabric,
          nodeSelector: selectorOf(name),
          taints: [{ key: 'example.com/team', value: name, effect: TaintEffect.NO_SCHEDULE }],
        }),
      ]),
    );
    new NodeAgents(stack, 'Agents', { cluster });
    const operator = new NvidiaNetworkOperator(stack, 'Operator', { cluster });
    const poolOf = (name: string) => pools.get(name) as ExistingGpuNodePool;
    const addresses = (name: string, subnet: string) =>
      new NvIpamPool(stack, `Addresses-${name}`, {
        operator,
        subnet,
        perNodeBlockSize: 100,
        nodePools: [poolOf(name)],
        poolName: name,
      });
    new IpoibNetwork(stack, 'ipoib-network', {
      operator,
      network: NETWORKS.ipoib,
      master: 'ibs0f0',
      ipPool: addresses('ipoib', '192.168.0.0/23'),
    });
    new MacvlanNetwork(stack, 'roce-network', {
      operator,
      network: NETWORKS.roce,
      master: 'ens2f0',
      mtu: 9000,
      ipPool: addresses('roce', '192.168.2.0/23'),
    });
    new HostDeviceNetwork(stack, 'fast', { operator, network: NETWORKS.fast });
    for (const network of RAILS.map(networkOf)) new SriovIbNetwork(stack, network.name, { operator, network });
    for (const [name, nodePool] of pools) new NcclAcceptanceTest(stack, `measure-${name}`, { nodePool });
  }
}
