import { Construct } from 'constructs';
import { faultsThrown, idsOf } from '../../support/faults';
import { Token } from 'cdktf';
import { KubeconfigAttributes, KubernetesCluster } from '../../../lib/compute/cluster/kubernetes-cluster';
import { EncryptedStorageClass } from '../../../lib/compute/cluster/encrypted-storage-class';
import { IGpuNodePool } from '../../../lib/core/gpu-node-pool';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { IKubernetesCluster } from '../../../lib/core/kubernetes-cluster';
import { ClusterNodePools } from '../../../lib/scheduling/cluster-node-pools';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { synthesize, testStack } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';

const make = (attributes: KubeconfigAttributes, id = 'Rack') =>
  KubernetesCluster.fromKubeconfig(testStack(), id, attributes);
const pool = (cluster: IKubernetesCluster, poolName: string) =>
  Object.assign(new Construct(testStack(), poolName), {
    ...{ cluster, poolName, minNodes: 0, maxNodes: 1, efaInterfacesPerNode: 0 },
    ...{ hardware: GpuInstanceType.G6_XLARGE, nodeLabels: {}, nodeSelector: {}, taints: [], ready: [] },
  }) as IGpuNodePool;

describe('a cluster by its kubeconfig', () => {
  test('is named by its name, its context or its id', () => {
    const configPath = '~/.kube/config';
    expect(make({ configPath, context: 'rack', clusterName: 'site-a' }).clusterName).toBe('site-a');
    expect(make({ configPath, context: 'rack' }).clusterName).toBe('rack');
    expect(make({ configPath }).clusterName).toBe('Rack');
  });

  test('is reached by that kubeconfig and context', () => {
    const result = synthesize((stack) => {
      const cluster = KubernetesCluster.fromKubeconfig(stack, 'Rack', { configPath: 'rack.yaml', context: 'rack' });
      KubernetesAccess.of(stack, cluster);
      expect(cluster.ready).toEqual([]);
    });
    expect(result.json.provider.kubernetes).toEqual([
      { alias: 'rack', config_path: 'rack.yaml', config_context: 'rack' },
    ]);
  });

  test('knows its pools by name, in order, and hands out a copy', () => {
    const cluster = make({ configPath: 'rack.yaml' });
    const [b, a] = [pool(cluster, 'b'), pool(cluster, 'a')];
    ClusterNodePools.add(b);
    ClusterNodePools.add(a);
    ClusterNodePools.add(a);
    expect(cluster.nodePools.map(({ poolName }) => poolName)).toEqual(['a', 'b']);
    cluster.nodePools.pop();
    expect(cluster.nodePools).toHaveLength(2);
    expect(idsOf(faultsThrown(() => ClusterNodePools.add(pool(cluster, 'a'))))).toEqual(['DUPLICATE poolName']);
  });

  test('has no IAM roles', () => {
    expect(() => make({ configPath: 'rack.yaml' }).serviceAccountRole('inference', 'triton')).toThrow(
      expect.objectContaining({ name: 'ValidationError', constructPath: 'test/Rack' }),
    );
  });

  test.each<[string, KubeconfigAttributes, string]>([
    ['an empty path', { configPath: '' }, 'MISSING_PROPERTY configPath'],
    [
      'a name that is a token',
      { configPath: 'x', clusterName: Token.asString({ resolve: () => 'x' }) },
      'VALUE_NOT_CONCRETE clusterName',
    ],
    ['an empty name', { configPath: 'x', clusterName: '' }, 'INVALID_NAME clusterName'],
  ])('fails for %s', (_, attributes, id) => expect(idsOf(faultsThrown(() => make(attributes)))).toEqual([id]));
});

describe('the encrypted storage class', () => {
  test('is the default one, of encrypted gp3 volumes', () => {
    const result = synthesize(
      (stack) => void new EncryptedStorageClass(stack, 'Class', { cluster: testCluster(stack) }),
    );
    expect(result.byName('kubernetes_storage_class_v1', 'gp3-encrypted')).toMatchObject({
      provider: 'kubernetes.test',
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      storage_provisioner: 'ebs.csi.aws.com',
      volume_binding_mode: 'WaitForFirstConsumer',
      allow_volume_expansion: true,
      parameters: { type: 'gp3', encrypted: 'true' },
    });
  });

  test('may have a key and a name, and not be the default', () => {
    const result = synthesize((stack) => {
      const cluster = testCluster(stack);
      new EncryptedStorageClass(stack, 'Class', {
        cluster,
        storageClassName: 'fast',
        isDefault: false,
        kmsKeyArn: 'arn:aws:kms:us-west-2:123456789012:key/1',
      });
    });
    expect(result.byName('kubernetes_storage_class_v1', 'fast')).toMatchObject({
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'false' } },
      parameters: { kmsKeyId: 'arn:aws:kms:us-west-2:123456789012:key/1' },
    });
  });

  test('fails for a name that Kubernetes refuses', () => {
    const build = () =>
      synthesize(
        (stack) =>
          void new EncryptedStorageClass(stack, 'Class', { cluster: testCluster(stack), storageClassName: 'GP3' }),
      );
    expect(idsOf(faultsThrown(build))).toEqual(['INVALID_NAME storageClassName']);
  });
});
