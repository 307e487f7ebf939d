import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { App, TerraformStack } from 'cdktf';
import { foundOnce } from '../../lib/core/reading';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { CustomResources, KubernetesAccess } from '../../lib/kubernetes';
import { ensureNamespace } from '../../lib/kubernetes/namespaces';
import { TritonDeployment, TritonDeploymentProps } from '../../lib/serving';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { TestPool, TestStore, llama8b } from '../serving/support/fixtures';
import { synthStack, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

interface Shape {
  /** Namespace of a deployment. @default - one for all */
  readonly namespaceOf?: (index: number) => string;
  readonly options?: Partial<TritonDeploymentProps>;
  /** What is made after each deployment. @default - nothing */
  readonly more?: (stack: TerraformStack, cluster: TestCluster, index: number) => void;
}

/** A stack with as many deployments. */
function deployments(count: number, { namespaceOf, options, more }: Shape = {}) {
  const stack = testStack();
  const cluster = testCluster(stack);
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G6E_XLARGE, 50);
  const other = new TestPool(stack, 'other', cluster, GpuInstanceType.G6E_XLARGE, 50);
  const modelStore = new TestStore(stack, 'Store');
  for (let i = 0; i < count; i++) {
    const namespace = namespaceOf?.(i);
    new TritonDeployment(stack, `model-${i}`, {
      ...{ cluster, nodePool, modelStore, models: [llama8b], namespace, ...options },
    });
    more?.(stack, cluster, i);
  }
  return { stack, cluster, other };
}

/** How often the whole tree is looked at when it is synthesized, and the pool that has no pods. */
function looks(count: number, shape: Shape): [tree: number, pool: number] {
  const { stack, other } = deployments(count, shape);
  const look = jest.spyOn(stack.node.root.node, 'findAll');
  const { nodeLabels } = other;
  let reads = 0;
  Object.defineProperty(other, 'nodeLabels', {
    get: () => {
      reads++;
      return nodeLabels;
    },
  });
  synthStack(stack);
  return [look.mock.calls.length, reads];
}

test.each<[string, Shape]>([
  ['deployments', {}],
  ['namespaces', { namespaceOf: (index) => `team-${index}` }],
  ['rollouts that start a server more', { options: { replicas: 2, maxSurge: 1 } }],
  ['deployments of several servers', { options: { replicas: 2, maxSurge: 0 } }],
])('more %s do not make synthesis look at the whole tree, or at a pool of others, more often', (_, shape) => {
  const [few, many] = [looks(2, shape), looks(12, shape)];
  expect(Math.min(...few)).toBeGreaterThan(0);
  expect(many).toEqual(few);
});

test('custom resources that wait for a namespace do not look at the whole tree when they are made', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const dependsOn = ensureNamespace(stack, cluster, 'inference', PodSecurityLevel.RESTRICTED);
  const look = jest.spyOn(stack.node.root.node, 'findAll');
  const resources = [{ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'thing' } }];
  new CustomResources(stack, 'Things', {
    cluster,
    releaseName: 'things',
    namespace: 'inference',
    resources,
    dependsOn,
  });
  expect(look).not.toHaveBeenCalled();
  // Its name has not been asked for either.
  expect(() => (dependsOn[0] as NamespaceV1).overrideLogicalId('mine')).not.toThrow();
});

/** How often it is asked whether something is in the tree, when as many models are served from one store. */
function asks(count: number, options: Partial<TritonDeploymentProps>): number {
  const { stack } = deployments(count, { options });
  const ask = jest.spyOn(stack.node, 'tryFindChild');
  synthStack(stack);
  return ask.mock.calls.length;
}

test('each further deployment asks as much of the tree as the one before', () => {
  const [few, more, many] = [4, 8, 12].map((count) => asks(count, {}));
  expect(many - more).toBe(more - few);
});

test('what is found is kept only while the stack is read', () => {
  const stack = new TerraformStack(new App(), 'test');
  const key = {};
  let finds = 0;
  const find = () => foundOnce(stack, key, () => ++finds);
  expect([find(), find()]).toEqual([1, 2]);
  stack.node.addValidation({
    validate: () => {
      find();
      return [`found ${find()}`];
    },
  });
  expect(() => stack.runAllValidations()).toThrow('found 3');
  expect(() => stack.runAllValidations()).toThrow('found 4');
  expect(find()).toBe(5);
});

test('a program may still replace what cdktf reads a stack with', () => {
  const stack = new TerraformStack(new App(), 'test');
  foundOnce(stack, {}, () => 1);
  jest.spyOn(stack, 'toTerraform').mockReturnValue({ own: true });
  expect(stack.toTerraform()).toEqual({ own: true });
  for (const method of ['prepareStack', 'runAllValidations', 'toTerraform', 'toHclTerraform'] as const) {
    expect(Object.getOwnPropertyDescriptor(stack, method)).toMatchObject({ writable: true, configurable: true });
  }
});

test('a namespace that is made between two syntheses takes the place of ours', () => {
  const { stack, cluster } = deployments(1);
  const namesOf = () =>
    synthStack(stack)
      .resources('kubernetes_namespace_v1')
      .map(({ metadata }) => metadata.name);
  expect(namesOf()).toEqual(['inference']);
  const { kubernetesProvider: provider } = KubernetesAccess.of(stack, cluster);
  new NamespaceV1(stack, 'Own', { provider, metadata: { name: 'inference', labels: { own: 'yes' } } });
  expect(synthStack(stack).resources('kubernetes_namespace_v1')).toEqual([
    expect.objectContaining({ metadata: expect.objectContaining({ labels: { own: 'yes' } }) }),
  ]);
});
