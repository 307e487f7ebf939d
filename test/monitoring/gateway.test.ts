import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import { Metric } from '../../lib/catalog/metric';
import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { missingFrom } from '../../lib/metrics/contract/scraped-target';
import {
  EnvoyAiInferenceGateway,
  EnvoyAiInferenceGatewayProps,
  GatewayAuthentication,
  GatewayBackend,
  GatewayTls,
  InferenceGateway,
  ServerAutoscaling,
  TritonDeployment,
  VllmDeployment,
} from '../../lib/serving';
import { KubernetesManifests } from '../../lib/manifests';
import { MonitoringStack } from '../../lib/monitoring';
import { TestCluster, testCluster } from '../support/test-cluster';
import { Block, synthesize, testStack } from '../support/synth';
import { unescapeTemplate } from '../support/template';
import { TestPool, TestStore, llama8b } from '../serving/support/fixtures';
import { fixture, onPath, testWith } from './support';

const SERVICE = { name: 'chat', namespace: 'models', port: 80, models: ['chat'] };

type Backends = (stack: TerraformStack, cluster: TestCluster) => GatewayBackend[];

interface RuleGroup {
  readonly name: string;
  readonly rules: Block[];
}

/** The rules of the gateway itself, beside those of nodes and of the cluster. */
const ofDoor = (groups: readonly RuleGroup[]): Block[] =>
  groups.find(({ name }) => name === 'gateway-door')?.rules ?? [];

/** What watches a gateway, and the network policies beside it. */
function watched(backendsOf: Backends = () => [GatewayBackend.ofService(SERVICE)]) {
  const json = synthesize((stack) => {
    const cluster = testCluster(stack);
    const backends = backendsOf(stack, cluster);
    const door = new InferenceGateway(stack, 'Door', { cluster, backends });
    new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [] }).watch(door);
  });
  const { data } = json.byName('kubernetes_config_map_v1', 'prometheus-config') as Block;
  const file = (name: string) => JSON.parse(unescapeTemplate(data[name] as string)) as Block;
  const { groups } = file('rules.yml') as { groups: RuleGroup[] };
  return { json, groups, rules: ofDoor(groups), scrapes: file('prometheus.yml').scrape_configs };
}

describe('a gateway that is watched', () => {
  test('has the alerts of its pods, of its callers and of the servers behind it, and no indicators of models', () => {
    const { rules } = watched();
    expect(rules.map(({ alert, record }) => alert ?? record)).toEqual([
      'NoServerAnswers',
      'ServerDown',
      'ServersMissing',
      'ServerRestarts',
      'GatewayRequestsFail',
      'GatewayHasNoServer',
    ]);
    const [fail, without] = rules.slice(-2).map(({ expr }) => expr as string);
    const own = 'namespace="inference",job="gateway-door"';
    expect(fail).toBe(
      `100 * sum(rate(envoy_http_downstream_rq_xx{${own},envoy_http_conn_manager_prefix=~"gateway|https?-[0-9]+",envoy_response_code_class="5"}[5m]))` +
        ` / sum(rate(envoy_http_downstream_rq_xx{${own},envoy_http_conn_manager_prefix=~"gateway|https?-[0-9]+"}[5m])) > 5`,
    );
    expect(without).toBe(
      `max by (envoy_cluster_name) (envoy_cluster_membership_healthy{${own},envoy_cluster_name=~".+/.+"}) == 0`,
    );
  });

  test('is scraped on the port that its administration is not on, by a policy that lets Prometheus in', () => {
    const { json, scrapes } = watched();
    const scrape = (scrapes as Block[]).find(({ job_name: name }) => name === 'gateway-door');
    expect(scrape).toMatchObject({ metrics_path: '/metrics' });
    expect(JSON.stringify(scrape)).toContain('"9902"');
    const policies = json.resources('kubernetes_network_policy_v1').map(({ metadata }) => metadata.name as string);
    expect(policies).toContainEqual(expect.stringMatching(/^scrape-gateway-door-from-monitoring-/));
  });

  const asleep = { ...SERVICE, name: 'asleep', models: ['asleep'], scalesToZero: true };

  test('may have no server behind it of what a scaler may stop altogether, and of nothing else', () => {
    const { groups } = watched((stack, cluster) => {
      const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G6E_XLARGE, 20);
      const shared = { cluster, nodePool, modelStore: new TestStore(stack, 'Store'), networkPolicy: false };
      const serve = (name: string, minReplicas?: number) =>
        GatewayBackend.of(
          new VllmDeployment(stack, name, {
            ...{
              ...shared,
              models: [{ name, model: ModelSpec.LLAMA_3_1_8B }],
              replicas: minReplicas === undefined ? 1 : undefined,
            },
            autoscaling:
              minReplicas === undefined
                ? undefined
                : ServerAutoscaling.keda({
                    ...{ minReplicas, maxReplicas: 2 },
                    wakeQuery: minReplicas === 0 ? 'sum(asked)' : undefined,
                  }),
          }),
        );
      const triton = new TritonDeployment(stack, 'both', {
        ...{ ...shared, models: [llama8b], openAi: {} },
        autoscaling: ServerAutoscaling.keda({ minReplicas: 0, maxReplicas: 2, wakeQuery: 'sum(asked)' }),
      });
      const other = { ...SERVICE, name: 'other', models: ['other'] };
      return [
        serve('fixed'),
        serve('least', 1),
        serve('none', 0),
        GatewayBackend.of(triton),
        ...[other, asleep].map((each) => GatewayBackend.ofService(each)),
      ];
    });
    const rules = groups.flatMap((group) => group.rules);
    const { expr } = rules.find(({ alert }) => alert === 'GatewayHasNoServer') as Block;
    expect(expr).toContain(
      'envoy_cluster_name=~".+/.+",envoy_cluster_name!="inference/none",envoy_cluster_name!="inference/both",envoy_cluster_name!="models/asleep"}',
    );
  });

  const promtool = onPath('promtool');
  const withPromtool = testWith('promtool');

  /** What promtool says of the alert, where no server of either Service is left after ten minutes. */
  function firing(backends: Backends): string {
    const { groups } = watched(backends);
    const healthy = (cluster: string) => ({
      series: `envoy_cluster_membership_healthy{namespace="inference",job="gateway-door",pod="door-0",envoy_cluster_name="${cluster}"}`,
      values: '1x40 0x80',
    });
    const at = (time: string, clusters: string[]) => ({
      expr: 'count by (envoy_cluster_name) (ALERTS{alertname="GatewayHasNoServer",alertstate="firing"})',
      eval_time: time,
      exp_samples: clusters.map((cluster) => ({ labels: `{envoy_cluster_name="${cluster}"}`, value: 1 })),
    });
    const tests = [
      {
        interval: '15s',
        input_series: [healthy('models/chat'), healthy('models/asleep'), healthy('admin')],
        promql_expr_test: [at('14m', []), at('16m', ['models/chat'])],
      },
    ];
    return promtoolSays(groups, tests);
  }

  function promtoolSays(groups: unknown, tests: readonly object[]): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'gateway-'));
    try {
      writeFileSync(path.join(folder, 'rules.yml'), JSON.stringify({ groups }));
      const file = { rule_files: ['rules.yml'], evaluation_interval: '15s', tests };
      writeFileSync(path.join(folder, 'gateway.test.yml'), JSON.stringify(file));
      return execFileSync(promtool as string, ['test', 'rules', 'gateway.test.yml'], { cwd: folder, encoding: 'utf8' });
    } catch (error) {
      return (error as { stdout: string; stderr: string }).stdout + (error as { stderr: string }).stderr;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** What promtool says of what callers get: whether the alert fires after 15 minutes in which a model without servers is asked, or another fails. */
  function failing(backends: Backends, { fails, fires }: { fails: boolean; fires: boolean }): string {
    const { groups } = watched(backends);
    const of = 'namespace="inference",job="gateway-door",pod="door-0"';
    const answered = (code: string, values: string) => ({
      series: `envoy_http_downstream_rq_xx{${of},envoy_http_conn_manager_prefix="gateway",envoy_response_code_class="${code}"}`,
      values,
    });
    const nobody = (cluster: string, values: string) => ({
      series: `envoy_cluster_upstream_cx_none_healthy{${of},envoy_cluster_name="${cluster}"}`,
      values,
    });
    const tests = [
      {
        interval: '15s',
        input_series: [
          answered('5', fails ? '0+4x80' : '0+2x80'),
          answered('2', '0+8x80'),
          nobody('models/asleep', '0+2x80'),
          nobody('models/chat', fails ? '0+2x80' : '0x80'),
        ],
        promql_expr_test: [
          {
            expr: 'count(ALERTS{alertname="GatewayRequestsFail",alertstate="firing"})',
            eval_time: '15m',
            exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
          },
        ],
      },
    ];
    return promtoolSays(groups, tests);
  }

  withPromtool('pages for requests that fail, not for those that wake a model', () => {
    const both = (scalesToZero: boolean) => () =>
      [SERVICE, { ...asleep, scalesToZero }].map((each) => GatewayBackend.ofService(each));
    expect(failing(both(true), { fails: false, fires: false })).toContain('SUCCESS');
    expect(failing(both(true), { fails: true, fires: true })).toContain('SUCCESS');
    expect(failing(both(false), { fails: false, fires: true })).toContain('SUCCESS');
    expect(failing(both(true), { fails: false, fires: true })).toContain('FAILED');
  });

  withPromtool('pages for a model without a server, not for one that is scaled to zero', () => {
    const both = [SERVICE, asleep];
    expect(firing(() => both.map((each) => GatewayBackend.ofService(each)))).toContain('SUCCESS');
    expect(firing(() => both.map((each) => GatewayBackend.ofService({ ...each, scalesToZero: false })))).toContain(
      'FAILED',
    );
    expect(firing(() => both.map((each) => GatewayBackend.ofService({ ...each, scalesToZero: true })))).toContain(
      'FAILED',
    );
  });
});

describe('a gateway for Envoy AI Gateway that is watched', () => {
  const installed = { gatewayClassName: 'eg', inferencePools: true };
  const watch = (given: GatewayBackend | GatewayBackend[], more: Partial<EnvoyAiInferenceGatewayProps> = {}) => {
    const backends = [given].flat();
    const json = synthesize((stack) => {
      const cluster = testCluster(stack);
      const door = new EnvoyAiInferenceGateway(stack, 'Door', { cluster, backends, installed, ...more });
      new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [] }).watch(door);
    });
    const { data } = json.byName('kubernetes_config_map_v1', 'prometheus-config') as Block;
    const file = (name: string) => JSON.parse(unescapeTemplate(data[name] as string)) as Block;
    const rules = ofDoor(file('rules.yml').groups as RuleGroup[]);
    const jobs = file('prometheus.yml').scrape_configs as Block[];
    const scrape = jobs.find((job) => job.job_name === 'gateway-door');
    return { json, scrape, rules, alerts: rules.map(({ alert }) => alert as string) };
  };

  test('is scraped where Envoy Gateway runs its pods, by a policy that lets Prometheus in', () => {
    const { json, scrape, alerts } = watch(GatewayBackend.ofService(SERVICE));
    expect(scrape).toMatchObject({ job_name: 'gateway-door', metrics_path: '/stats/prometheus' });
    expect(JSON.stringify(scrape)).toContain('"19001"');
    const policies = json.resources('kubernetes_network_policy_v1').map(({ metadata }) => metadata as Block);
    expect(policies).toContainEqual(
      expect.objectContaining({
        name: expect.stringMatching(/^scrape-gateway-door-from-monitoring-/) as string,
        namespace: 'envoy-gateway-system',
      }),
    );
    expect(alerts).toContain('GatewayHasNoServer');
  });

  test('does not say that servers are missing of what alone a scaler may stop', () => {
    const asleep = { ...SERVICE, name: 'asleep', models: ['asleep'], scalesToZero: true };
    const split = [true, false].map((scalesToZero) => ({
      ...{ ...SERVICE, name: `split-${scalesToZero}`, models: ['split'], weight: 50, scalesToZero },
    }));
    const { json, rules } = watch([SERVICE, asleep, ...split].map((each) => GatewayBackend.ofService(each)));
    const { expr } = rules.find(({ alert }) => alert === 'GatewayHasNoServer') as Block;
    const zero =
      /envoy_cluster_name=~"\.\+\/\.\+",envoy_cluster_name!="httproute\/inference\/([^"/]+)\/rule\/0"\}/.exec(
        expr as string,
      );
    const { objects } = KubernetesManifests.of(json.stack, { skipHelmReleases: true });
    const routes = objects.filter(({ kind }) => kind === 'AIGatewayRoute') as Block[];
    const named = routes.find(({ metadata }) => metadata.name === zero?.[1]) as Block;
    expect(named.metadata.namespace).toBe('inference');
    expect(named.spec.rules).toHaveLength(1);
    expect(named.spec.rules[0].matches[0].headers[0].value).toBe('asleep');
  });

  test('does not say that servers are missing which a picker alone knows', () => {
    const picked = { ...SERVICE, podSelector: { app: 'chat' }, endpointPicker: { serviceName: 'epp' } };
    const { alerts } = watch(GatewayBackend.ofService(picked), { namespace: SERVICE.namespace });
    expect(alerts).toContain('GatewayRequestsFail');
    expect(alerts).not.toContain('GatewayHasNoServer');
  });
});

describe('what a gateway counts beside what each does', () => {
  const backends = [GatewayBackend.ofService(SERVICE)];
  const jwt = GatewayAuthentication.jwt({
    issuer: 'https://id.example.com',
    audiences: ['models'],
    keysUrl: 'https://id.example.com/keys',
  });
  const tls = GatewayTls.secret('door-tls');

  const monitored = (kind: 'own' | 'ai', more: Partial<EnvoyAiInferenceGatewayProps>) => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const props = { cluster, backends, ...more };
    const door =
      kind === 'own'
        ? new InferenceGateway(stack, 'Door', props)
        : new EnvoyAiInferenceGateway(stack, 'Door', { ...props, installed: { gatewayClassName: 'eg' } });
    const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [], clusterMetrics: false });
    monitoring.watch(door);
    return { door, monitoring };
  };

  test.each(['own', 'ai'] as const)('are certificates with TLS and tokens of an issuer: %s', (kind) => {
    const features = (more: Partial<EnvoyAiInferenceGatewayProps>) => monitored(kind, more).door.metricsTarget.features;
    const { GATEWAY_TLS, GATEWAY_JWT } = MetricFeature;
    expect(features({})).toEqual([]);
    expect(features({ tls })).toEqual([GATEWAY_TLS]);
    expect(features({ authentication: jwt })).toEqual([GATEWAY_JWT]);
    expect(features({ tls, authentication: jwt })).toEqual([GATEWAY_TLS, GATEWAY_JWT]);
    expect(features({ authentication: GatewayAuthentication.apiKeys({ red: { name: 'red', key: 'red' } }) })).toEqual(
      [],
    );
  });

  test.each(['own', 'ai'] as const)('warns of a certificate that ends, where there is one: %s', (kind) => {
    const { door, monitoring } = monitored(kind, { tls });
    const { groups } = JSON.parse(monitoring.rules) as { groups: { rules: Block[] }[] };
    const rules = groups.flatMap((group) => group.rules).filter(({ alert }) => alert === 'CertificateExpiring');
    const { namespace } = door.metricsTarget;
    const series = `envoy_listener_ssl_certificate_expiration_unix_time_seconds{namespace="${namespace}",job="gateway-door"}`;
    expect(rules.map(({ expr, labels }) => [labels.severity as string, expr as string])).toEqual([
      ['warning', `min by (envoy_listener_address) (${series} - time()) < 1209600`],
      ['critical', `min by (envoy_listener_address) (${series} - time()) < 259200`],
    ]);
    expect(monitored(kind, {}).monitoring.rules).not.toContain('CertificateExpiring');
  });

  // The very text of the gateway of test/e2e/front-door.e2e.ts, with TLS and an issuer.
  test('are in what the Envoy of the gateway exposes', () => {
    const text = fixture('envoy-1.40.0.prom');
    const { GATEWAY_TLS, GATEWAY_JWT } = MetricFeature;
    const { door } = monitored('own', { tls, authentication: jwt });
    const counted = Metric.ALL.filter(
      ({ exporter, feature }) =>
        exporter === MetricExporter.ENVOY && feature && [GATEWAY_TLS, GATEWAY_JWT].includes(feature),
    );
    expect(counted.length).toBeGreaterThan(6);
    for (const metric of counted) {
      expect(missingFrom(door.metricsTarget, metric)).toEqual([]);
      expect(text).toMatch(new RegExp(`^${metric.name}\\{`, 'm'));
    }
  });
});
