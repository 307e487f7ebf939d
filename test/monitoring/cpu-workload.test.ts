import { ModelStore } from '../../lib';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { MonitoringStack } from '../../lib/monitoring';
import { ModelInstances, TritonDeployment, TritonModel } from '../../lib/serving';
import { testEksCluster } from '../compute/test-eks-cluster';
import { onnxProps } from '../serving/support/fixtures';
import { Block, synthesize } from '../support/synth';
import { unescapeTemplate } from '../support/template';
import { monitor } from './support';

describe('a workload on the CPU', () => {
  test('has no rule about GPUs, and none is missed', () => {
    const { monitoring } = monitor([{ target: { usesGpus: false } }]);
    expect(monitoring.rules.replaceAll(/https:[^"]*/g, '')).not.toMatch(/gpu/i);
    expect(monitor().monitoring.rules).toMatch(/nv_gpu_memory/);
  });

  test('is a deployment without GPUs', () => {
    const result = synthesize((stack) => {
      const cluster = testEksCluster(stack);
      KubernetesAccess.of(stack, cluster);
      const modelStore = new ModelStore(stack, 'Store', { bucketName: 'models' });
      const size = { instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 };
      const nodePool = new GpuNodePool(stack, 'Pool', { cluster, ...size });
      const models = [TritonModel.onnxRuntime({ ...onnxProps, instances: ModelInstances.onCpu() })];
      const fraud = new TritonDeployment(stack, 'Fraud', { cluster, nodePool, modelStore, models });
      expect(fraud.metricsTarget.usesGpus).toBe(false);
      new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [] }).watch(fraud);
    });
    const { data } = result.byName('kubernetes_config_map_v1', 'prometheus-config') as Block;
    const rules = unescapeTemplate(data['rules.yml'] as string);
    expect(rules).not.toMatch(/nv_gpu/);
    expect(rules).toContain('NoServerAnswers');
  });
});
