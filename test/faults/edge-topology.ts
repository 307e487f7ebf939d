import {
  DataSize,
  Duration,
  EdgeHardware,
  EdgeTopologyProps,
  KubernetesCluster,
  Parallelism,
  Precision,
  RdmaFabric,
} from '../../lib';
import { testStack } from '../support/synth';
import { CHAT, RELEASE_KEY, edgeSite, t4 } from '../topology/edge/edge-site';
import { FaultText } from './fault-text';

const make = (props: Partial<EdgeTopologyProps>) => () => edgeSite(testStack(), props);
const named = (clusterName: string) =>
  KubernetesCluster.fromKubeconfig(testStack(), 'Cluster', { configPath: 'k', clusterName });

export const TEXTS: FaultText[] = [
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'site',
    text: "site is 'berlin', but the given cluster is 'rome', by which its hub would know it; make them equal",
    refuse: make({ cluster: named('rome') }),
  },
  {
    id: 'DUPLICATE',
    property: 'site',
    text: "site 'berlin' is that of 'test/Edge', which has another cluster, and their hub could not tell them apart; give it another name, or the same cluster",
    refuse: () => {
      const stack = testStack();
      edgeSite(stack);
      const cluster = KubernetesCluster.fromKubeconfig(stack, 'Other', { configPath: 'k', clusterName: 'berlin' });
      edgeSite(stack, { cluster }, 'Second');
    },
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'nodes',
    text: 'nodes describes a pool that the topology would make, but nodePool is given; remove one of the two',
    refuse: () => make({ nodePool: edgeSite(testStack()).nodePool, nodes: 2 })(),
  },
  {
    id: 'EDGE_HARDWARE_LACKS_FEATURE',
    property: 'hardware',
    text: 'the image has CUDA 13.0.2, and a machine of arm64 without CUDA cannot use it; build one with ServingImage.armCpu (USE_CUDA=OFF) and serve by ONNX Runtime',
    refuse: make({ hardware: EdgeHardware.cpu({ vcpus: 8, memory: DataSize.gib(16) }) }),
  },
  {
    id: 'EDGE_HARDWARE_LACKS_FEATURE',
    property: 'fabric',
    text: 'a server with 1 × T4 has no RDMA; say rdma: true where it has adapters for InfiniBand or RoCE, or use TCP between machines',
    refuse: make({ nodes: 2, fabric: RdmaFabric.infiniband({ adaptersPerNode: 1, gbpsPerAdapter: 100 }) }),
  },
  {
    id: 'MODEL_FITS_NOWHERE',
    property: 'models[0].parallelism',
    text: "model 'llama-2-13b': llama-2-13b does not fit on t4-x2 with tensor 1, but in int8 with tensor 2; leave parallelism out, or give that",
    refuse: make({
      hardware: t4(2),
      models: [{ ...CHAT, precision: Precision.INT8, parallelism: Parallelism.of({ tensor: 1 }) }],
    }),
  },
  {
    id: 'UPLINK_SHORTER_THAN_OUTAGE',
    property: 'monitoringOptions.uplink.maxOutage',
    text:
      'uplink.maxOutage is 12h, but the site may be cut off for 72h, so its buffer is full before the link is back; set at least 72h, or ' +
      'lower maxUplinkOutage',
    refuse: make({
      monitoringOptions: { uplink: { url: 'https://hub.example.com/api/v1/write', maxOutage: Duration.hours(12) } },
    }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'sync',
    text:
      'sync keeps weights in a claim that pods of one machine mount, but the site has 2; leave it out, and make a ModelSync with a claim that all ' +
      'of them mount (ReadWriteMany)',
    refuse: make({ nodes: 2, sync: { keys: [RELEASE_KEY] } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].version',
    text: "models[0].version is '2', but sync serves the newest of channel 'stable'; remove one of the two",
    refuse: make({ models: [{ ...CHAT, version: '2' }], sync: { keys: [RELEASE_KEY] } }),
  },
];
