import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { ConfigMapV1Data } from '@cdktf/provider-kubernetes/lib/config-map-v1-data';
import { Deployment } from '@cdktf/provider-kubernetes/lib/deployment';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { Lazy, TerraformCount, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { synthesize, synthesizePair } from '../support/synth';
import { TestCluster } from '../support/test-cluster';

type Make = (scope: Construct, id: string) => void;

const map =
  (name: string, namespace?: string): Make =>
  (scope, id) =>
    void new ConfigMapV1(scope, id, { metadata: { name, namespace } });
const spec = { template: { metadata: {}, spec: { container: [{ name: 'c', image: 'i' }] } } };

/** Two objects in parts of a stack, on one cluster by its default provider. */
function both(one: Make, other: Make): () => void {
  return () =>
    void synthesize((stack) => {
      ClusterChecks.of(new TestCluster(stack, 'Cluster'));
      new KubernetesProvider(stack, 'Kubernetes');
      one(new Construct(stack, 'One'), 'Object');
      other(new Construct(stack, 'Other'), 'Object');
    });
}

describe('objects of one kind and name on one cluster', () => {
  test.each<[string, Make, Make, string]>([
    ['in one namespace', map('a', 'n'), map('a', 'n'), 'config_map n/a'],
    ['in the default namespace, said or not', map('a'), map('a', 'default'), 'config_map a'],
    ['named at synthesis', map(Lazy.stringValue({ produce: () => 'a' })), map('a'), 'config_map a'],
    [
      'in no namespace',
      (scope, id) => void new NamespaceV1(scope, id, { metadata: { name: 'n' } }),
      (scope, id) => void new NamespaceV1(scope, id, { metadata: { name: 'n' } }),
      'namespace n',
    ],
    [
      'by two types of the provider',
      (scope, id) => void new Deployment(scope, id, { metadata: { name: 'd' }, spec }),
      (scope, id) => void new DeploymentV1(scope, id, { metadata: { name: 'd' }, spec }),
      'deployment d',
    ],
  ])('are refused %s', (_, one, other, object) => {
    expect(both(one, other)).toThrow(`'test/One' and 'test/Other' both create ${object}, but`);
  });

  test.each<[string, Make, Make]>([
    ['in two namespaces', map('a', 'n'), map('a', 'm')],
    ['of two kinds', map('a'), (scope, id) => void new DeploymentV1(scope, id, { metadata: { name: 'a' }, spec })],
    ['named by the API server', map(''), map('')],
    ['named by Terraform', map('${var.a}'), map('${var.a}')],
    [
      'of which there are none or some',
      map('a'),
      (scope, id) => void new ConfigMapV1(scope, id, { metadata: { name: 'a' }, count: TerraformCount.of(0) }),
    ],
    [
      'of which one only adds to the other',
      map('a'),
      (scope, id) => void new ConfigMapV1Data(scope, id, { metadata: { name: 'a' }, data: {} }),
    ],
  ])('are not the same %s', (_, one, other) => expect(both(one, other)).not.toThrow());

  test('are not the same on two clusters', () => {
    const two = () =>
      synthesize((stack) => {
        for (const name of ['a', 'b']) {
          const cluster = new TestCluster(stack, `Cluster-${name}`, { clusterName: name });
          ClusterChecks.of(cluster);
          new ConfigMapV1(stack, `Map-${name}`, {
            provider: KubernetesAccess.of(stack, cluster).kubernetesProvider,
            metadata: { name: 'a' },
          });
        }
      });
    expect(two).not.toThrow();
  });

  test('are told of by the stacks that make them, all in one sentence', () => {
    const two = () =>
      synthesizePair((infrastructure: TerraformStack, workloads: TerraformStack) => {
        const cluster = new TestCluster(infrastructure, 'Cluster');
        ClusterChecks.of(cluster);
        for (const stack of [infrastructure, workloads]) {
          const { kubernetesProvider: provider } = KubernetesAccess.of(stack, cluster);
          for (const name of ['a', 'b']) new ConfigMapV1(stack, name, { provider, metadata: { name } });
        }
      });
    expect(two).toThrow(/'infra' and 'workload' both create config_map a, config_map b, but/);
  });
});
