import { featureDiscoveryFaults, claimFeatureDiscovery } from '../../lib/core/feature-discovery';
import { otherClusterFault } from '../../lib/core/other-cluster-fault';
import { tagFaults } from '../../lib/core/tags';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { addWarning } from '../../lib/core/validation';
import { Warnings } from '../../lib/core/warnings';
import { TestPool } from '../serving/support/fixtures';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

export const TEXTS: FaultText[] = [
  {
    id: 'FEATURE_DISCOVERY_EXISTS',
    property: 'nodeFeatureDiscovery',
    text:
      "cluster 'test' already has node feature discovery, installed by 'test/Cluster-test', and a second one would remove the labels of " +
      'the first; pass nodeFeatureDiscovery: false to one of them',
    faults: () => {
      const cluster = testCluster(testStack());
      claimFeatureDiscovery(cluster, cluster);
      return featureDiscoveryFaults(cluster);
    },
  },
  {
    id: 'WRONG_CLUSTER',
    property: 'nodePool',
    text: "pool 'gpu' belongs to cluster 'test', not to 'other'; use a pool of that cluster",
    faults: () => {
      const stack = testStack();
      const pool = new TestPool(stack, 'gpu', testCluster(stack), GpuInstanceType.G5_XLARGE);
      return otherClusterFault(pool, testCluster(stack, { clusterName: 'other' }), 'nodePool');
    },
  },
  {
    id: 'DUPLICATE',
    property: 'poolName',
    text: "poolName must be unique within its cluster; 'gpu' on cluster 'test' is also the name of 'test/gpu'",
    refuse: () => {
      const stack = testStack();
      const cluster = testCluster(stack);
      new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE);
      new TestPool(cluster, 'gpu', cluster, GpuInstanceType.G5_XLARGE);
    },
  },
  {
    id: 'RESERVED',
    property: 'tags',
    text: "tags must not have keys that begin with 'aws:', which AWS reserves; got 'aws:x'",
    faults: () => tagFaults({ 'aws:x': 'a' }),
  },
  {
    id: 'WARNING_ALREADY_GIVEN',
    property: 'id',
    text: "'test' has given the warning PUBLIC_API already; call Warnings.accept before creating it, e.g. on the stack right after that is made",
    refuse: () => {
      const stack = testStack();
      addWarning(stack, { id: 'PUBLIC_API', reason: 'open' });
      Warnings.accept(stack, 'PUBLIC_API', 'a demo');
    },
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'id',
    text: "unknown warning 'public'; nearest: 'PUBLIC_API', 'NO_KEDA', 'CPU_OFFLOAD'; a warning's message begins with its id; docs/faults lists them all",
    refuse: () => Warnings.accept(testStack(), 'public', 'a demo'),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'reason',
    text: 'reason is empty; say why the warning is accepted',
    refuse: () => Warnings.accept(testStack(), 'PUBLIC_API', ''),
  },
];
