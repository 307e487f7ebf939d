import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { MonitoringStack } from '../../lib/monitoring';
import { EdgeFallback, EdgeRouting, GatewayBackend, InferenceGateway } from '../../lib/serving';
import { Block, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { onPath, testWith } from './support';

const SERVICE = { name: 'chat', namespace: 'models', port: 80, models: ['chat'] };

interface RuleGroup {
  readonly name: string;
  readonly rules: Block[];
}

describe('a gateway of a site with a cloud that is watched', () => {
  const edgeRouting = EdgeRouting.edgeFirst({
    cloud: { url: 'https://models.example.com/v1', models: ['chat-65b'], apiKey: { name: 'cloud', key: 'site' } },
    models: { chat: { cloudModel: 'chat-65b' } },
    fallback: EdgeFallback.SITE_ANSWERS,
  });
  const made = () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const door = new InferenceGateway(stack, 'Door', {
      cluster,
      backends: [GatewayBackend.ofService(SERVICE)],
      edgeRouting,
    });
    const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [], clusterMetrics: false });
    monitoring.watch(door);
    const { groups } = JSON.parse(monitoring.rules) as { groups: RuleGroup[] };
    return {
      groups,
      rules: groups.find(({ name }) => name === 'gateway-door')?.rules ?? [],
      dashboards: monitoring.dashboards,
    };
  };

  test('has records of which share went where, an alert of the cloud, and a dashboard', () => {
    const { rules, dashboards } = made();
    const own = 'namespace="inference",job="gateway-door"';
    const recorded = rules.filter(({ record }) => record !== undefined);
    expect(recorded.map(({ record, labels, expr }) => [record, labels.destination, expr])).toEqual([
      [
        'inference_gateway_requests_per_second',
        'site',
        `sum(rate(envoy_cluster_upstream_rq_total{${own},envoy_cluster_name=~".+/.+"}[5m]))`,
      ],
      [
        'inference_gateway_requests_per_second',
        'cloud',
        `sum(rate(envoy_cluster_upstream_rq_total{${own},envoy_cluster_name="cloud"}[5m]))`,
      ],
      [
        'inference_gateway_spilled_per_second',
        undefined,
        `sum(rate(envoy_cluster_upstream_rq_retry{${own},envoy_cluster_name=~"first_.+"}[5m]))`,
      ],
      [
        'inference_gateway_fallbacks_per_second',
        undefined,
        `sum(rate(envoy_cluster_upstream_rq_retry{${own},envoy_cluster_name=~"last_.+"}[5m]))`,
      ],
    ]);
    expect(rules.map(({ alert }) => alert as string)).toContain('CloudUnreachable');
    expect(Object.keys(dashboards)).toContain('gpu-inference-edge');
  });

  testWith('promtool')('pages for a cloud that no pod reaches, and for no server of the site', () => {
    const { groups } = made();
    const healthy = (pod: string, cluster: string, values: string) => ({
      series: `envoy_cluster_membership_healthy{namespace="inference",job="gateway-door",pod="${pod}",envoy_cluster_name="${cluster}"}`,
      values,
    });
    const at = (time: string, fires: boolean) => ({
      expr: 'count(ALERTS{alertname="CloudUnreachable",alertstate="firing"})',
      eval_time: time,
      exp_samples: fires ? [{ labels: '{}', value: 1 }] : [],
    });
    const tests = [
      {
        interval: '1m',
        // One of two pods loses it, then the other; then it is back.
        input_series: [
          healthy('door-0', 'cloud', '1x9 0x30 1x20'),
          healthy('door-1', 'cloud', '1x19 0x20 1x20'),
          healthy('door-0', 'models/chat', '1x60'),
        ],
        promql_expr_test: [at('18m', false), at('24m', false), at('26m', true), at('42m', false)],
      },
    ];
    const folder = mkdtempSync(path.join(tmpdir(), 'gateway-'));
    try {
      writeFileSync(path.join(folder, 'rules.yml'), JSON.stringify({ groups }));
      writeFileSync(
        path.join(folder, 'cloud.test.yml'),
        JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '1m', tests }),
      );
      const said = execFileSync(onPath('promtool') as string, ['test', 'rules', 'cloud.test.yml'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(said).toContain('SUCCESS');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
