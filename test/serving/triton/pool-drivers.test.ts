import { TerraformStack } from 'cdktf';
import { GpuInstanceType, GpuNodeType, GpuType, ModelSpec, TritonRelease } from '../../../lib/catalog';
import {
  ExistingGpuNodePool,
  ExistingGpuNodePoolProps,
  GpuNodePool,
  KarpenterGpuNodePool,
  NodeImage,
} from '../../../lib/compute';
import { IGpuNodePool, IKubernetesCluster } from '../../../lib/core';
import { KubernetesAccess } from '../../../lib/kubernetes';
import { TritonDeployment, TritonModel } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { testEksCluster } from '../../compute/test-eks-cluster';
import { faultsThrown, idsOf } from '../../support/faults';
import { testStack } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { TestStore } from '../support/fixtures';

const EC2 = { instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 2, maxNodes: 2 };
const OWN = GpuNodeType.custom({
  ...{ name: 'own-l40s', gpu: GpuType.L40S, gpuCount: 1, vcpus: 32, memory: DataSize.gib(256) },
});
const image = (driverMajor: number) => NodeImage.al2023({ releaseVersion: `1.35.1-20260610`, driverMajor });
const existing =
  (hardware: GpuNodeType, more: Partial<ExistingGpuNodePoolProps> = {}) =>
  (stack: TerraformStack, driverMajor: number) =>
    new ExistingGpuNodePool(stack, 'gpu', {
      ...{ cluster: testCluster(stack), hardware, nodes: 2, nodeNames: ['a', 'b'], driverMajor, ...more },
    });

/** Every kind of pool, on nodes with a driver. */
const KINDS: [string, (stack: TerraformStack, driver: number) => IGpuNodePool][] = [
  [
    'managed',
    (stack, driver) => new GpuNodePool(stack, 'gpu', { cluster: testEksCluster(stack), image: image(driver), ...EC2 }),
  ],
  [
    'of Karpenter',
    (stack, driver) =>
      new KarpenterGpuNodePool(stack, 'gpu', { cluster: testEksCluster(stack), image: image(driver), ...EC2 }),
  ],
  ['existing, on EC2', existing(GpuInstanceType.G6E_XLARGE)],
  ['existing, of our own', existing(OWN)],
];

function refused(
  pool: (stack: TerraformStack, driver: number) => IGpuNodePool,
  driver: number,
  tritonRelease?: TritonRelease,
) {
  const stack = testStack();
  const nodePool = pool(stack, driver);
  const cluster: IKubernetesCluster = nodePool.cluster;
  KubernetesAccess.of(stack, cluster as never);
  const make = () =>
    new TritonDeployment(stack, 'Chat', {
      ...{ cluster, nodePool, tritonRelease, modelStore: new TestStore(stack, 'Store') },
      models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B })],
    });
  try {
    make();
    return [];
  } catch (error) {
    return idsOf(
      faultsThrown(() => {
        throw error;
      }),
    );
  }
}

describe.each(KINDS)('a pool that is %s', (_kind, pool) => {
  test('is refused an image that its driver cannot run', () => {
    expect(refused(pool, 570)).toEqual(['DRIVER_TOO_OLD_FOR_RELEASE tritonRelease']);
    expect(refused(pool, 570, TritonRelease.V25_07)).toEqual([]);
    expect(refused(pool, 580)).toEqual([]);
  });
});

describe('the driver of existing nodes', () => {
  const made = (hardware: GpuNodeType, driver: number) => () => existing(hardware)(testStack(), driver);

  test.each([
    ['is a branch', OWN, 580.5, 'OUT_OF_RANGE'],
    ['is no release', OWN, 58, 'OUT_OF_RANGE'],
    ['knows the GPU', GpuInstanceType.P6_B200_48XLARGE, 550, 'DRIVER_TOO_OLD'],
    ['still supports it', GpuInstanceType.P3DN_24XLARGE, 595, 'DRIVER_TOO_NEW'],
  ])('%s', (_what, hardware, driver, id) => {
    expect(idsOf(faultsThrown(made(hardware, driver)))).toEqual([`${id} driverMajor`]);
  });
});
