import { App, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import {
  ExistingExporter,
  GatewayAuthentication,
  GatewayBackend,
  IWatchable,
  InferenceGateway,
  MetricExporter,
  MetricFeature,
  MetricsTarget,
  MonitoringStack,
} from '../../lib';
import { modelsRack } from './models-rack';

/** The Service behind the gateway, and its model. */
export const BEHIND = { name: 'chat', namespace: 'models', port: 80, models: ['chat'] };
export const DOOR = 'door';
export const CALLER_KEY = { name: 'callers', key: 'key' };

/** Jobs of Prometheus. */
export const JOBS = {
  dcgm: 'dcgm-exporter',
  listed: 'dcgm-exporter-listed',
  efa: 'efa-node-exporter',
  nodes: 'node-exporter',
  tensorRtLlm: 'triton-engine',
  tritonVllm: 'triton-vllm',
  door: `gateway-${DOOR}`,
};

/** A server that runs elsewhere, as it would describe itself. */
class Recorded extends Construct implements IWatchable {
  public constructor(
    scope: Construct,
    public readonly metricsTarget: MetricsTarget,
  ) {
    super(scope, metricsTarget.jobName);
  }
}

/** What the texts of `test/monitoring/fixtures` tell of, watched with the default settings, and a gateway. */
export function recordedCluster(app: App): TerraformStack & { monitoring: MonitoringStack } {
  const { stack, cluster } = modelsRack(app, 'monitoring-live-replay', 'hall-12');
  const monitoring = new MonitoringStack(stack, 'Monitoring', {
    ...{ cluster, alertReceivers: [], scrapeIntervalSeconds: 5 },
    // Those of others are watched.
    nodeExporter: false,
  });
  const dcgm = (jobName: string, version: string, features: MetricFeature[]) =>
    new ExistingExporter(stack, jobName, {
      ...{ jobName, namespace: 'gpu-operator', version, features, exporter: MetricExporter.DCGM },
      podSelector: { app: jobName },
    });
  const ofNodes = (jobName: string, exporter: MetricExporter, version: string) =>
    new ExistingExporter(stack, jobName, {
      jobName,
      exporter,
      version,
      namespace: 'nodes',
      podSelector: { app: jobName },
    });
  const server = (jobName: string, version: string, more: Pick<MetricsTarget, 'exporters' | 'models' | 'features'>) =>
    new Recorded(stack, {
      ...{ jobName, version, namespace: 'inference', podSelector: { app: jobName }, port: 8002, startupSeconds: 600 },
      ...more,
    });
  const { EFA, NODE, TRITON, TRITON_TENSORRT_LLM, TRITON_VLLM } = MetricExporter;
  for (const each of [
    dcgm(JOBS.dcgm, '4.5.3-4.8.2', []),
    dcgm(JOBS.listed, '3.3.5-3.4.0', [MetricFeature.DCGM_COUNTER]),
    ofNodes(JOBS.nodes, NODE, '1.12.1'),
    ofNodes(JOBS.efa, EFA, '1.8.0'),
    server(JOBS.tensorRtLlm, '26.02', {
      exporters: [TRITON, TRITON_TENSORRT_LLM],
      models: ['tensorrt_llm'],
      features: [MetricFeature.HISTOGRAM_LATENCIES],
    }),
    server(JOBS.tritonVllm, '26.02', {
      exporters: [TRITON, TRITON_VLLM],
      models: ['my_model'],
      features: [MetricFeature.HISTOGRAM_LATENCIES],
    }),
    new InferenceGateway(stack, 'Door', {
      cluster,
      name: DOOR,
      replicas: 1,
      backends: [GatewayBackend.ofService(BEHIND)],
      authentication: GatewayAuthentication.apiKeys({ caller: CALLER_KEY }),
    }),
  ]) {
    monitoring.watch(each);
  }
  return Object.assign(stack, { monitoring });
}
