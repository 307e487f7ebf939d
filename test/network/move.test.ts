import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { ModelSpec } from '../../lib/catalog/model-spec';
import { Parallelism } from '../../lib/catalog/parallelism';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { IGpuNodePool } from '../../lib/core/gpu-node-pool';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { MonitoringStack } from '../../lib/monitoring/monitoring-stack';
import { NcclAcceptanceTest } from '../../lib/network/nccl-acceptance-test';
import { NvidiaNetworkOperator } from '../../lib/network/network-operator';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { ModelStore } from '../../lib/storage/model-store';
import { TritonDeployment } from '../../lib/serving/triton/triton-deployment';
import { TritonModel } from '../../lib/serving/triton/triton-model';
import { testEksCluster } from '../compute/test-eks-cluster';
import { Block, Synthesized, synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { rack } from './support';

/** What a user runs, written once. */
function workloads(stack: TerraformStack, cluster: IKubernetesCluster, nodePool: IGpuNodePool): void {
  new NodeAgents(stack, 'Agents', { cluster });
  new NcclAcceptanceTest(stack, 'Acceptance', { nodePool });
  const chat = new TritonDeployment(stack, 'Chat', {
    cluster,
    nodePool,
    modelStore: ModelStore.fromBucketName(stack, 'Store', 'models', { credentials: { name: 'store' } }),
    models: [
      TritonModel.vllm({ name: 'llama', model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8 }) }),
    ],
    replicas: 2,
  });
  new MonitoringStack(stack, 'Monitoring', { cluster, clusterMetrics: false }).watch(chat);
}

test('workloads move from p5 with EFA to a rack with InfiniBand, and only the pool is another', () => {
  const cloud = synthesize((stack) => {
    const cluster = testEksCluster(stack);
    KubernetesAccess.of(stack, cluster);
    const type = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };
    workloads(stack, cluster, new GpuNodePool(stack, 'P5', { cluster, minNodes: 2, maxNodes: 2, ...type }));
  });
  const own = synthesize((stack) => {
    const cluster = testCluster(stack);
    const pool = rack(stack, cluster, { nodes: 2 });
    new NvidiaNetworkOperator(stack, 'Operator', { cluster });
    workloads(stack, cluster, pool);
  });
  const pod = (result: Synthesized): Block => {
    const { node_selector, toleration, ...rest } = result.only('kubernetes_deployment_v1').spec.template.spec;
    expect(node_selector).toBeDefined();
    expect(Array.isArray(toleration)).toBe(true);
    // What a node has to give is the hardware's, not the fabric's.
    for (const container of rest.container) delete container.resources.limits;
    return rest;
  };
  expect(pod(own)).toEqual(pod(cloud));
  const limits = (result: Synthesized): Block =>
    result.byName('kubernetes_job_v1', 'acceptance').spec.template.spec.container[0].resources.limits;
  expect(limits(cloud)).toMatchObject({ 'vpc.amazonaws.com/efa': '32' });
  expect(limits(own)).toMatchObject({ 'rdma/rdma_shared_device_a': '1' });
});
