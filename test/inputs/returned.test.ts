import { Karpenter, ModelImport, ModelSource, NcclAcceptanceTest, RdmaFabric, TritonDeployment } from '../../lib';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { testEksCluster } from '../compute/test-eks-cluster';
import { TestPool, TestStore, llama8b } from '../serving/support/fixtures';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';

const source = () => ModelSource.volumeClaim('models');

test.each([undefined, null, 'arn:aws:iam::111122223333:role/x', {}])(
  'a cluster that returns %j as the role of a service account is named',
  (role) => {
    const stack = testStack();
    const cluster = Object.assign(testCluster(stack), { serviceAccountRole: () => role as never });
    const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G6E_XLARGE);
    const modelStore = new TestStore(stack, 'Store');
    const expected = /cluster\.serviceAccountRole\(\) must be a value such as/;
    expect(() => new TritonDeployment(stack, 'Chat', { cluster, nodePool, modelStore, models: [llama8b] })).toThrow(
      expected,
    );
    expect(() => new ModelImport(stack, 'Import', { cluster, modelStore, model: 'm', source: source() })).toThrow(
      expected,
    );
    const other = testStack();
    const eks = Object.assign(testEksCluster(other), { serviceAccountRole: () => role as never });
    expect(() => new Karpenter(other, 'Karpenter', { cluster: eks })).toThrow(expected);
  },
);

test.each([undefined, null, 5, {}])('a store that returns %j as the address of a model is named', (uri) => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const modelStore = Object.assign(new TestStore(stack, 'Store'), { uriFor: () => uri as never });
  expect(() => new ModelImport(stack, 'Import', { cluster, modelStore, model: 'm', source: source() })).toThrow(
    /modelStore\.uriFor\(\) must be a text/,
  );
});

test.each([undefined, null, 'efa'])('a fabric that binds a pod to %j is named', (binding) => {
  const stack = testStack();
  const fabric = Object.assign(Object.create(RdmaFabric.efa()) as RdmaFabric, { bind: () => binding as never });
  const nodePool = new TestPool(stack, 'gpu', testCluster(stack), GpuInstanceType.P5_48XLARGE, 2, fabric);
  expect(() => new NcclAcceptanceTest(stack, 'Test', { nodePool })).toThrow(/fabric\.bind\(\) must be an object/);
});
