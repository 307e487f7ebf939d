import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { App, TerraformStack } from 'cdktf';
import { foundOnce } from '../../lib/core/reading';
import { KubernetesAccess } from '../../lib/kubernetes';
import { TritonDeployment } from '../../lib/serving';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { TestPool, TestStore, llama8b } from '../serving/support/fixtures';
import { synthStack, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

/** A stack with as many deployments in one namespace. */
function deployments(count: number): { stack: TerraformStack; cluster: TestCluster } {
  const stack = testStack();
  const cluster = testCluster(stack);
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G6E_XLARGE, 50);
  const modelStore = new TestStore(stack, 'Store');
  for (let i = 0; i < count; i++) {
    new TritonDeployment(stack, `model-${i}`, { cluster, nodePool, modelStore, models: [llama8b] });
  }
  return { stack, cluster };
}

/** How often the whole tree is looked at when it is synthesized. */
function looks(count: number): number {
  const { stack } = deployments(count);
  const look = jest.spyOn(stack.node.root.node, 'findAll');
  synthStack(stack);
  return look.mock.calls.length;
}

test('more deployments do not make synthesis look at the whole tree more often', () => {
  const [few, many] = [looks(2), looks(12)];
  expect(few).toBeGreaterThan(0);
  expect(many).toBe(few);
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
