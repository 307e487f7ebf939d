import { TerraformStack } from 'cdktf';
import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import { MetricExporter } from '../../lib/catalog/metric-kind';
import {
  ExistingExporter,
  Keda,
  MonitoringStack,
  PrometheusAdapter,
  PrometheusOperatorMonitoring,
} from '../../lib/monitoring';
import { ServerAutoscaling, VllmDeployment } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { TestWorkload } from '../monitoring/support';
import { TestPool, TestStore } from '../serving/support/fixtures';
import { testCluster } from '../support/test-cluster';
import { ArgumentPrograms, Given, Program, StructPrograms } from './string-programs-compute';

const scaled = (autoscaling: () => ServerAutoscaling): Program => {
  return (stack) => {
    const cluster = testCluster(stack);
    new VllmDeployment(stack, 'Talk', {
      cluster,
      nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE, 2),
      modelStore: new TestStore(stack, 'Store'),
      models: [{ name: 'chat', model: ModelSpec.QWEN_2_5_0_5B }],
      autoscaling: autoscaling(),
    });
  };
};
const adapter =
  (given: Given, id = 'Adapter') =>
  (stack: TerraformStack) => {
    const cluster = testCluster(stack);
    new PrometheusAdapter(stack, id, {
      cluster,
      monitoring: new MonitoringStack(stack, 'Monitoring', { cluster }),
      ...given,
    });
  };
const keda =
  (given: Given, id = 'Keda') =>
  (stack: TerraformStack) =>
    void new Keda(stack, id, { cluster: testCluster(stack), ...given });

const existing =
  (given: Given, id = 'Theirs') =>
  (stack: TerraformStack) => {
    const theirs = { exporter: MetricExporter.DCGM, version: '4.5.3-4.8.2', namespace: 'gpus' };
    const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
    monitoring.watch(new ExistingExporter(stack, id, { ...theirs, ...given }));
  };

const operator =
  (given: Given, id = 'Operator') =>
  (stack: TerraformStack) => {
    const made = new PrometheusOperatorMonitoring(stack, id, { cluster: testCluster(stack), ...given });
    made.watch(new TestWorkload(stack, 'Workload'));
  };

/** Programs that set what sets the number of servers. */
export const SCALING_STRUCTS: StructPrograms = {
  ExistingExporterProps: (given) => existing(given),
  HpaAutoscalingOptions: (given) => scaled(() => ServerAutoscaling.hpa({ maxReplicas: 2, ...given })),
  KedaAutoscalingOptions: (given) =>
    scaled(() => ServerAutoscaling.keda({ maxReplicas: 2, minReplicas: 0, wakeQuery: 'sum(requests)', ...given })),
  KedaProps: (given) => keda(given),
  PrometheusAdapterProps: (given) => adapter(given),
  PrometheusOperatorMonitoringProps: (given) => operator(given),
  ScaledModel: (given) => (stack) => {
    const exporter = MetricExporter.TRITON;
    const scaledModels = [{ model: 'deepseek', service: 'deepseek', exporter, ...given }];
    new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) }).watch(
      new TestWorkload(stack, 'Workload', { scaledModels }),
    );
  },
  PlannedServing: (given) => (stack) => {
    const plan = { concurrency: 16, kvCapacityTokens: 1_000_000, outputTokensPerSecond: 1000 };
    const plans = { deepseek: { ...plan, gpuMemory: DataSize.gib(72), ...given } };
    new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) }).watch(
      new TestWorkload(stack, 'Workload', { plans }),
    );
  },
};

/** The same for arguments. */
export const SCALING_ARGUMENTS: ArgumentPrograms = {
  'ExistingExporter.new(id)': (id) => existing({}, id),
  'Keda.new(id)': (id) => keda({}, id),
  'PrometheusAdapter.new(id)': (id) => adapter({}, id),
  'PrometheusOperatorMonitoring.new(id)': (id) => operator({}, id),
};
