import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { ModelImport } from '../../lib/jobs/model-import';
import { ModelSource } from '../../lib/jobs/model-source';
import { NcclAcceptanceTest } from '../../lib/network/nccl-acceptance-test';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { ModelStore } from '../../lib/storage/model-store';
import { Fault } from '../../lib/units/fault';
import { idsOf, reasonsOf } from '../support/faults';
import { synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { EFA, Pool, demand, gpus, runPods } from './checks-support';

/** What is found of a cluster with one node of 4 GPUs. */
function found(build: (stack: TerraformStack, cluster: IKubernetesCluster, pool: Pool) => void, options = {}): Fault[] {
  let faults: Fault[] = [];
  try {
    synthesize((stack) => {
      const cluster = testCluster(stack);
      const pool = new Pool(cluster, 'p5', { type: GpuInstanceType.G5_12XLARGE, nodes: 1, ...options });
      build(stack, cluster, pool);
      faults = ClusterChecks.of(cluster).faults;
    });
  } catch (error) {
    if (faults.length === 0) throw error;
  }
  return faults;
}

describe('the proof sees pods as they will be synthesized', () => {
  const deployment = (override: (made: ReturnType<typeof runPods>) => void) =>
    idsOf(found((stack, cluster) => override(runPods(stack, cluster, 'Chat', demand(gpus(4))))));

  test('without an override they fit', () => expect(deployment(() => undefined)).toEqual([]));

  test('a sidecar that was added by an override', () => {
    const sidecar = { name: 'sidecar', resources: { limits: { 'nvidia.com/gpu': '1' } } };
    expect(deployment((made) => made.addOverride('spec.template.spec.container.1', sidecar))).toEqual([
      'POD_DOES_NOT_FIT_NODE',
    ]);
  });

  test('replicas', () => {
    expect(deployment((made) => made.addOverride('spec.replicas', '2'))).toEqual(['PODS_DO_NOT_FIT_POOL']);
  });

  test('requests', () => {
    const path = 'spec.template.spec.container.0.resources.requests.memory';
    expect(deployment((made) => made.addOverride(path, '400Gi'))).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });
});

describe('of constructs of this library too, by the name and path the user knows', () => {
  test('a Job of an import', () => {
    const faults = found((stack, cluster, pool) => {
      const modelImport = new ModelImport(stack, 'Import', {
        cluster,
        modelStore: ModelStore.fromBucketName(stack, 'Store', 'models'),
        model: 'llama',
        source: ModelSource.urls([{ url: 'https://example.com/model.safetensors' }]),
        nodeSelector: pool.nodeSelector,
      });
      modelImport.job.addOverride(
        'spec.template.spec.toleration',
        pool.taints.map(({ key }) => ({ key, operator: 'Exists' })),
      );
      modelImport.job.addOverride('spec.template.spec.container.0.resources.requests.cpu', '100');
    });
    expect(reasonsOf(faults)).toEqual([
      expect.stringMatching(/^test\/Import: a pod of 'inference\/import' requests 100 of cpu, but a node of pool 'p5'/),
    ]);
  });

  test('a node agent', () => {
    const faults = found((stack, cluster) => {
      const agents = new NodeAgents(stack, 'Agents', { cluster });
      const plugin = agents.node.findChild('NvidiaDevicePlugin') as DaemonSetV1;
      plugin.addOverride('spec.template.spec.container.0.resources.requests.memory', '400Gi');
    });
    expect(idsOf(faults)).toEqual(['NODE_AGENTS_DO_NOT_FIT']);
  });

  test('an acceptance test, whose pods work together', () => {
    const faults = found(
      (stack, _cluster, nodePool) => {
        const test = new NcclAcceptanceTest(stack, 'Test', { nodePool });
        test.job.addOverride('spec.template.spec.container.0.resources.requests.memory', '4000Gi');
      },
      { ...EFA, type: GpuInstanceType.P5_48XLARGE, nodes: 2 },
    );
    expect(reasonsOf(faults)).toEqual([
      expect.stringMatching(/^test\/Test: a pod of 'fabric-acceptance\/test' requests 4000 GiB of memory/),
    ]);
  });
});
