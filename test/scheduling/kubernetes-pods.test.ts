import { idsOf, reasonsOf } from '../support/faults';
import { CronJobV1 } from '@cdktf/provider-kubernetes/lib/cron-job-v1';
import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { Deployment } from '@cdktf/provider-kubernetes/lib/deployment';
import { DeploymentV1, DeploymentV1SpecTemplateSpec } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { PodV1 } from '@cdktf/provider-kubernetes/lib/pod-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { StatefulSetV1 } from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { Lazy, TerraformStack, TerraformVariable } from 'cdktf';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { Fault } from '../../lib/units/fault';
import { synthesize, synthesizePair } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';
import { PoolOptions, TOLERATE, fill } from './checks-support';

type Spec = Partial<DeploymentV1SpecTemplateSpec>;

const POOL = { 'gpu-inference-constructs/pool': 'p5' };
const labels = { app: 'user' };

/** A container that asks for GPUs. */
const container = (gpus: number, more: { [resource: string]: string } = {}) => ({
  name: 'c',
  resources: { limits: { ...(gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {}), ...more } },
});

/** The template of a pod that may run on the pool `p5`, unless a test says otherwise. */
const template = (gpus: number, spec: Spec = {}) => ({
  metadata: { labels },
  spec: { nodeSelector: POOL, toleration: TOLERATE, container: [container(gpus)], ...spec },
});

const affinity = (...expressions: { key: string; operator: string; values?: string[] }[]): Spec => ({
  nodeSelector: {},
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerm: [{ matchExpressions: expressions }] },
    },
  },
});

/** What the checks say of a program with a cluster that has the pool `p5`. */
function faultsOf(
  build: (stack: TerraformStack, cluster: TestCluster, provider: KubernetesProvider) => void,
  pools: { [name: string]: PoolOptions } = { p5: {} },
): string[] {
  let faults: Fault[] = [];
  try {
    synthesize((stack) => {
      const cluster = testCluster(stack);
      fill(cluster, pools, []);
      build(stack, cluster, KubernetesAccess.of(stack, cluster).kubernetesProvider as KubernetesProvider);
      faults = ClusterChecks.of(cluster).faults;
    });
  } catch (error) {
    for (const { reason } of faults) expect((error as Error).message).toContain(reason);
    expect(faults).not.toEqual([]);
  }
  return idsOf(faults);
}

const deployment = (spec: ReturnType<typeof template>, replicas?: string) =>
  faultsOf((stack, _, provider) => {
    new DeploymentV1(stack, 'User', {
      provider,
      metadata: { name: 'user', namespace: 'apps' },
      spec: { replicas, selector: { matchLabels: labels }, template: spec },
    });
  });

describe('pods of a user’s own resources that fit', () => {
  test.each<[string, ReturnType<typeof template>, ...string[]]>([
    ['a full pool', template(8), '2'],
    ['no GPU, wherever they go', template(0, { nodeSelector: { disk: 'ssd' }, toleration: [] }), '1000'],
    ['a number of pods that is known later', template(8), Lazy.stringValue({ produce: () => '${var.n}' })],
    ['an init container that is the largest', template(2, { initContainer: [container(8)] }), '2'],
    ['a product that feature discovery stamps', template(8, { nodeSelector: { 'nvidia.com/gpu.product': 'H100' } })],
    ['In', template(8, affinity({ key: 'gpu-inference-constructs/pool', operator: 'In', values: ['p4', 'p5'] }))],
    ['NotIn', template(8, affinity({ key: 'gpu-inference-constructs/pool', operator: 'NotIn', values: ['p4'] }))],
    ['Exists', template(8, affinity({ key: 'nvidia.com/gpu.present', operator: 'Exists' }))],
    ['DoesNotExist', template(8, affinity({ key: 'team', operator: 'DoesNotExist' }))],
    ['a zone', template(8, affinity({ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['a'] }))],
    ['a name of a node', template(9, { nodeName: 'gpu-1' })],
    [
      'a preference',
      template(8, { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } }),
    ],
  ])('%s', (_, spec, ...[replicas]) => {
    expect(deployment(spec, replicas)).toEqual([]);
  });

  test('pods that say they are for other nodes', () => {
    const spec = template(9);
    const annotations = { 'gpu-inference-constructs/elsewhere': 'true' };
    expect(deployment({ ...spec, metadata: { ...spec.metadata, annotations } as typeof spec.metadata })).toEqual([]);
  });

  test('the pods of a Job that wait for each other', () => {
    const faults = faultsOf((stack, _, provider) => {
      const spec = { parallelism: 9, completions: 90, template: template(8) };
      new JobV1(stack, 'Batch', { provider, metadata: { name: 'batch' }, spec });
    });
    expect(faults).toEqual([]);
  });

  test('pods on another cluster', () => {
    const faults = faultsOf((stack) => {
      const other = testCluster(stack, { clusterName: 'other' });
      ClusterChecks.of(other);
      const provider = KubernetesAccess.of(stack, other).kubernetesProvider;
      new PodV1(stack, 'Pod', { provider, metadata: { name: 'x' }, spec: template(9).spec });
    });
    expect(faults).toEqual([]);
  });

  test('what Terraform computes', () => {
    const faults = faultsOf((stack, _, provider) => {
      const later = new TerraformVariable(stack, 'later', { type: 'string' }).stringValue;
      const spec = template(8, {
        nodeSelector: { team: later },
        toleration: [{ key: later, operator: 'Exists' }],
        container: [container(0, { 'nvidia.com/gpu': later }), container(1)],
      });
      new PodV1(stack, 'Pod', { provider, metadata: { name: 'x' }, spec: spec.spec });
    });
    expect(faults).toEqual([]);
  });
});

describe('pods of a user’s own resources that do not', () => {
  test.each<[string, ReturnType<typeof template>, string | undefined, string]>([
    ['more GPUs than a node', template(9), '1', 'POD_DOES_NOT_FIT_NODE'],
    ['more pods than the pool', template(8), '3', 'PODS_DO_NOT_FIT_POOL'],
    ['no toleration', template(1, { toleration: [] }), '1', 'TAINT_NOT_TOLERATED'],
    [
      'a label that no pool stamps',
      template(1, { nodeSelector: { 'gpu-inference-constructs/pool': 'p4' } }),
      '1',
      'NODE_SELECTOR_MATCHES_NO_POOL',
    ],
    [
      'a node affinity to no pool',
      template(1, affinity({ key: 'gpu-inference-constructs/pool', operator: 'NotIn', values: ['p5'] })),
      '1',
      'NODE_AFFINITY_MATCHES_NO_POOL',
    ],
    [
      'a node affinity to other hardware',
      template(1, affinity({ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['g5.xlarge'] })),
      '1',
      'NODE_AFFINITY_MATCHES_NO_POOL',
    ],
    [
      'EFA of nodes without',
      template(8, { container: [container(8, { 'vpc.amazonaws.com/efa': '32' })] }),
      '1',
      'POD_DOES_NOT_FIT_NODE',
    ],
  ])('%s', (_, spec, replicas, id) => {
    expect(deployment(spec, replicas)).toEqual([id]);
  });

  test('select by a label with the name of a block that no scheduler looks at', () => {
    const spec = template(8, { nodeSelector: { ...POOL, env: 'prod' } });
    expect(deployment(spec)).toEqual(['NODE_SELECTOR_MATCHES_NO_POOL']);
  });

  const metadata = { name: 'user' };
  test.each<[string, (stack: TerraformStack, provider: KubernetesProvider) => unknown]>([
    ['PodV1', (stack, provider) => new PodV1(stack, 'x', { provider, metadata, spec: template(9).spec })],
    [
      'Deployment',
      (stack, provider) => new Deployment(stack, 'x', { provider, metadata, spec: { template: template(9) } }),
    ],
    [
      'StatefulSetV1',
      (stack, provider) =>
        new StatefulSetV1(stack, 'x', {
          provider,
          metadata,
          spec: { serviceName: 'x', selector: { matchLabels: labels }, template: template(9) },
        }),
    ],
    ['JobV1', (stack, provider) => new JobV1(stack, 'x', { provider, metadata, spec: { template: template(9) } })],
    [
      'CronJobV1',
      (stack, provider) =>
        new CronJobV1(stack, 'x', {
          provider,
          metadata,
          spec: { schedule: '0 0 * * *', jobTemplate: { metadata: {}, spec: { template: template(9) } } },
        }),
    ],
  ])('of a %s', (_, make) => {
    expect(faultsOf((stack, _cluster, provider) => make(stack, provider))).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });

  test('a DaemonSet takes its share of every node', () => {
    const faults = faultsOf((stack, _, provider) => {
      const agent = { container: [container(0, { cpu: '100' })] };
      const spec = { selector: { matchLabels: labels }, template: template(0, agent) };
      new DaemonSetV1(stack, 'Agent', { provider, metadata, spec });
      const wide = template(8, { container: [container(8, { cpu: '100' })] });
      new PodV1(stack, 'Pod', { provider, metadata, spec: wide.spec });
    });
    expect(faults).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });

  test.each([
    ['keyed on a label that no pool stamps', { key: 'gpu-inference-constructs/efa', operator: 'Exists' }, 1],
    ['that keeps away from all pools', { key: 'nvidia.com/gpu.present', operator: 'DoesNotExist' }, 0],
  ])('a DaemonSet %s', (_, requirement, count) => {
    const faults = faultsOf((stack, _cluster, provider) => {
      const spec = affinity(requirement, { key: 'gpu-inference-constructs/pool', operator: 'Exists' });
      const agent = template(0, { ...spec, container: [container(0)] });
      new DaemonSetV1(stack, 'Agent', {
        provider,
        metadata,
        spec: { selector: { matchLabels: labels }, template: agent },
      });
    });
    expect(faults).toHaveLength(count);
  });

  test('beside those of this library, and in another stack with a default provider', () => {
    let faults: string[] = [];
    expect(() =>
      synthesizePair((infra, workload) => {
        const cluster = new TestCluster(infra, 'Cluster');
        fill(cluster, { p5: {} }, []);
        new KubernetesProvider(workload, 'Kubernetes', { configPath: 'kubeconfig' });
        for (const id of ['A', 'B', 'C']) {
          new PodV1(workload, id, { metadata: { name: id }, spec: template(8).spec });
        }
        faults = reasonsOf(ClusterChecks.of(cluster).faults);
      }),
    ).toThrow(/together request 24 of nvidia.com\/gpu/);
    expect(faults).toHaveLength(1);
  });
});
