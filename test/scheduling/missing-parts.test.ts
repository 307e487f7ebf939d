import { Release } from '@cdktf/provider-helm/lib/release';
import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { EksAddon } from '@cdktf/provider-aws/lib/eks-addon';
import { TerraformStack } from 'cdktf';
import {
  Autoscaling,
  ClusterAutoscaler,
  EksGpuCluster,
  GpuInstanceType,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  GpuNodePool,
  GpuNodePoolOptions,
  IEksCluster,
  InferenceGateway,
  KarpenterGpuNodePool,
  KubernetesAccess,
  LoadBalancerController,
  NodeAgents,
  NodeImage,
  RdmaFabric,
  Warnings,
} from '../../lib';
import { warningsOf } from '../support/faults';
import { synthStack, testStack } from '../support/synth';

const ZONES = ['us-west-2a', 'us-west-2b'];
const G6E = { instanceType: GpuInstanceType.G6E_XLARGE, maxNodes: 2 };
const GROWS = { ...G6E, minNodes: 0, autoscaling: Autoscaling.clusterAutoscaler() };

type Fill = (stack: TerraformStack, cluster: IEksCluster) => void;

const MISSING = [
  'NO_CERT_MANAGER',
  'NO_LOAD_BALANCER_CONTROLLER',
  'NO_CLUSTER_AUTOSCALER',
  'NO_KARPENTER',
  'NO_NODE_AGENTS',
];

/** Ids of what is missing on a new cluster, in alphabetical order. */
function missing(...fill: Fill[]): string[] {
  const stack = testStack();
  const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', availabilityZones: ZONES });
  KubernetesAccess.of(stack, cluster);
  fill.forEach((each) => each(stack, cluster));
  synthStack(stack);
  return idsOf(stack);
}

function idsOf(stack: TerraformStack): string[] {
  const ids = warningsOf(stack).map(({ id }) => id);
  return ids.filter((id) => MISSING.includes(id)).sort();
}

const pool =
  (options: Partial<GpuNodePoolOptions> = {}): Fill =>
  (stack, cluster) =>
    void new GpuNodePool(stack, 'Gpu', { cluster, ...G6E, minNodes: 2, ...options });
const karpenterPool: Fill = (stack, cluster) =>
  void new KarpenterGpuNodePool(stack, 'Spot', { cluster, ...G6E, minNodes: 0 });
/** A front door for the public, with a certificate of cert-manager. */
const door =
  (exposure = GatewayExposure.public()): Fill =>
  (stack, cluster) =>
    void new InferenceGateway(stack, 'Door', {
      cluster,
      backends: [GatewayBackend.ofService({ name: 'chat', namespace: 'chat', port: 80, models: ['chat'] })],
      tls: GatewayTls.certificate({ dnsNames: ['door.inference.svc'], issuer: 'own' }),
      exposure,
    });
const agents: Fill = (stack, cluster) => void new NodeAgents(stack, 'Agents', { cluster });
const release =
  (chart: string, name = 'Own'): Fill =>
  (stack, cluster) =>
    void new Release(stack, name, {
      provider: KubernetesAccess.of(stack, cluster).ensureHelmProvider(),
      name: name.toLowerCase(),
      chart,
    });

describe('on a cluster of the program', () => {
  test('a pool without agents is warned of, once for each synthesis', () => {
    expect(missing(pool())).toEqual(['NO_NODE_AGENTS']);
    expect(missing(pool(), agents)).toEqual([]);
    expect(missing()).toEqual([]);
  });

  test('a pool that the autoscaler grows is warned of until there is one', () => {
    expect(missing(pool(GROWS), agents)).toEqual(['NO_CLUSTER_AUTOSCALER']);
    expect(
      missing(pool(GROWS), agents, (stack, cluster) => void new ClusterAutoscaler(stack, 'A', { cluster })),
    ).toEqual([]);
  });

  test('a pool of Karpenter is warned of until something that installs it is waited for', () => {
    expect(missing(karpenterPool, agents)).toEqual(['NO_KARPENTER']);
    const waits: Fill = (stack, cluster) => {
      const karpenter = new Release(stack, 'Karpenter', {
        provider: KubernetesAccess.of(stack, cluster).ensureHelmProvider(),
        name: 'k',
        chart: './vendor/k.tgz',
      });
      new KarpenterGpuNodePool(stack, 'Spot', { cluster, ...G6E, minNodes: 0, dependsOn: [karpenter] });
    };
    expect(missing(waits, agents)).toEqual([]);
  });

  test('an image with a device plugin needs no agents, unless its nodes have EFA', () => {
    const bottlerocket = { image: NodeImage.BOTTLEROCKET_NVIDIA };
    const efa = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };
    expect(missing(pool(bottlerocket))).toEqual([]);
    expect(missing(pool({ ...bottlerocket, ...efa }))).toEqual(['NO_NODE_AGENTS']);
  });

  test('a gateway is warned of without what makes its certificate and its load balancer', () => {
    expect(missing(door())).toEqual(['NO_CERT_MANAGER', 'NO_LOAD_BALANCER_CONTROLLER']);
    expect(missing(door(GatewayExposure.INTERNAL))).toEqual(['NO_CERT_MANAGER']);
    const by = (controller: LoadBalancerController) => missing(door(GatewayExposure.public({ controller })));
    expect(by(LoadBalancerController.ofClass('io.cilium/bgp-control-plane'))).toEqual(['NO_CERT_MANAGER']);
    // Clusters of this program are without Auto Mode.
    const both = ['NO_CERT_MANAGER', 'NO_LOAD_BALANCER_CONTROLLER'];
    expect(by(LoadBalancerController.EKS_AUTO_MODE)).toEqual(both);
    expect(by(LoadBalancerController.ofClass('eks.amazonaws.com/nlb'))).toEqual(both);
  });

  test('what was removed from the tree counts no more', () => {
    const removed: Fill = (stack) => void stack.node.tryRemoveChild('Agents');
    expect(missing(pool(), agents, removed)).toEqual(['NO_NODE_AGENTS']);
  });
});

describe('what the user installs counts', () => {
  test.each<[string, Fill, Fill]>([
    ['the GPU operator', pool(), release('gpu-operator')],
    ['the chart of the device plugin by its archive', pool(), release('./vendor/nvidia-device-plugin-0.19.3.tgz')],
    ['the chart of cert-manager', door(), release('oci://quay.io/jetstack/charts/cert-manager')],
    ['the chart of the AWS Load Balancer Controller', door(), release('eks/aws-load-balancer-controller')],
    ['a chart in an OCI registry', karpenterPool, release('oci://public.ecr.aws/karpenter/karpenter')],
    ['a chart of Karpenter by its archive', karpenterPool, release('vendor/karpenter-1.14.1.tgz')],
    ['the chart of the autoscaler', pool(GROWS), release('autoscaler/cluster-autoscaler')],
    [
      'an add-on of EKS',
      pool(),
      (stack) => void new EksAddon(stack, 'AddOn', { clusterName: 'chat', addonName: 'nvidia_gpu-operator' }),
    ],
    [
      'a DaemonSet with the image',
      pool(),
      (stack, cluster) =>
        void new DaemonSetV1(stack, 'Plugin', {
          provider: KubernetesAccess.of(stack, cluster).kubernetesProvider,
          metadata: { name: 'plugin' },
          spec: {
            selector: { matchLabels: { app: 'plugin' } },
            template: {
              metadata: { labels: { app: 'plugin' } },
              spec: { container: [{ name: 'plugin', image: 'registry.example.com/nvidia/k8s-device-plugin:v0.19.3' }] },
            },
          },
        }),
    ],
  ])('%s', (_, needs, installs) => {
    const before = missing(needs);
    const after = missing(needs, installs);
    expect(before.filter((id) => !after.includes(id))).toHaveLength(1);
  });

  test('a chart of another name does not, nor one on another cluster', () => {
    expect(missing(pool(), release('gpu-dashboard'))).toEqual(['NO_NODE_AGENTS']);
    expect(missing(karpenterPool, agents, release('karpenter-dashboards'))).toEqual(['NO_KARPENTER']);
    const elsewhere: Fill = (stack) => {
      const other = new EksGpuCluster(stack, 'Other', { clusterName: 'other', availabilityZones: ZONES });
      release('gpu-operator')(stack, other);
    };
    expect(missing(pool(), elsewhere)).toEqual(['NO_NODE_AGENTS']);
  });

  test('and it can be accepted that something else does', () => {
    const accepts: Fill = (_, cluster) => Warnings.accept(cluster, 'NO_NODE_AGENTS', 'Flux installs the operator');
    expect(missing(pool(GROWS), accepts)).toEqual(['NO_CLUSTER_AUTOSCALER']);
  });
});

test('on a cluster that exists already nothing is missing', () => {
  const stack = testStack();
  const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'chat',
    vpcId: 'vpc-1',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
  });
  KubernetesAccess.of(stack, cluster);
  pool(GROWS)(stack, cluster);
  karpenterPool(stack, cluster);
  synthStack(stack);
  expect(idsOf(stack)).toEqual([]);
});
