import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { parse } from 'yaml';
import { AlertReceiver, MonitoringStack } from '../../lib/monitoring';
import { TARGET_LABELS } from '../../lib/metrics/contract/scraped-target';
import { INHIBIT_RULES } from '../../lib/monitoring/alerting/inhibit-rules';
import { VLLM_TARGET, fixture, monitor, onPath, parseExposition, testWith } from './support';

const promtool = onPath('promtool');
const amtool = onPath('amtool');
const withPromtool = testWith('promtool');
const withAmtool = testWith('amtool');

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder with what Prometheus would read from its ConfigMap. */
function configFolder(monitoring: MonitoringStack): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'monitoring-'));
  folders.push(folder);
  writeFileSync(path.join(folder, 'prometheus.yml'), monitoring.prometheusConfiguration);
  writeFileSync(path.join(folder, 'rules.yml'), monitoring.rules);
  writeFileSync(path.join(folder, 'alertmanager.yml'), monitoring.alertmanagerConfiguration);
  return folder;
}

/** Exit status and all output of a program. */
function run(program: string | undefined, args: string[], cwd: string): { status: number; output: string } {
  try {
    return { status: 0, output: execFileSync(program as string, args, { cwd, encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { status, output: stdout + stderr };
  }
}

/**
 * The configuration with a fixed list of pods in place of the Kubernetes discovery, which Debian's build of Prometheus leaves out.
 * The list has the labels that discovery gives a pod, one entry for each port:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#pod
 */
function withFixedPods(folder: string): void {
  const file = path.join(folder, 'prometheus.yml');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { scrape_configs: { [key: string]: unknown }[] };
  const jobs = config.scrape_configs.map(({ kubernetes_sd_configs: discovery, ...job }) => {
    expect(discovery).toBeDefined();
    return { ...job, static_configs: JSON.parse(fixture('pods.json')) as unknown };
  });
  writeFileSync(file, JSON.stringify({ ...config, scrape_configs: jobs }));
}

/** Series of a workload that is down in every way, and of one that is not. */
const OUTAGE = 'outage.test.yml';

const SUMMARY = {
  version: '25.12',
  exporters: [MetricExporter.TRITON],
  features: [MetricFeature.HISTOGRAM_LATENCIES, MetricFeature.SUMMARY_LATENCIES],
};
const SECOND = { jobName: 'triton-second', models: ['llama-3.1-8b', 'fraud'], namespace: 'other' };

describe('promtool', () => {
  withPromtool.each([
    ['one workload', [{}]],
    ['two workloads', [{}, { target: SECOND }]],
    [
      'one model on two workloads with thresholds of their own',
      [{}, { target: { jobName: 'b' }, options: { latencyThresholdMs: 80 } }],
    ],
    ['servers on the CPU, more than one', [{ target: { usesGpus: false, replicas: 2, startupSeconds: 420 } }]],
    ["vLLM's own server", [{ target: VLLM_TARGET }]],
    ['nothing to watch', []],
  ])('accepts the configuration and the rules for %s', (_, watched) => {
    const folder = configFolder(monitor(watched).monitoring);
    withFixedPods(folder);
    const config = run(promtool, ['check', 'config', '--lint=all', '--lint-fatal', 'prometheus.yml'], folder);
    expect(config).toEqual({ status: 0, output: expect.stringContaining('is valid prometheus config file syntax') });
    const rules = run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', 'rules.yml'], folder);
    expect(rules).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') });
  });

  withPromtool('scrapes the metrics port of the running pods of the workload, and of no other', () => {
    const folder = configFolder(monitor().monitoring);
    withFixedPods(folder);
    const { output } = run(
      promtool,
      ['check', 'service-discovery', '--timeout=2s', 'prometheus.yml', 'triton-deepseek'],
      folder,
    );
    const found = JSON.parse(output) as { labels: { [label: string]: string } }[];
    // promtool prints the groups of the list in an order that changes from run to run.
    const kept = found
      .filter(({ labels }) => Object.keys(labels ?? {}).length > 0)
      .map(({ labels: { __address__: address, namespace, pod, node } }) => ({ address, namespace, pod, node }))
      .sort((a, b) => a.address.localeCompare(b.address));
    expect(found.length).toBe(8);
    expect(kept).toEqual([
      { address: '10.0.0.1:8002', namespace: 'inference', pod: 'deepseek-0', node: 'ip-10-0-0-1' },
      { address: '10.0.0.2:8002', namespace: 'inference', pod: 'deepseek-1', node: 'ip-10-0-0-2' },
    ]);
  });

  // Each case by the source that P99 is read from.
  const cases = [
    ['histogram', 'high-latency-histogram.test.yml', 'triton-26-gpu.prom', {}],
    ['summary', 'high-latency-summary.test.yml', 'triton-2.51-cpu.prom', SUMMARY],
  ] as const;

  withPromtool.each(cases)(
    'HighLatency fires at 51 ms for 5 minutes, not at 49 and not for 4: %s',
    (_, file, __, target) => {
      const folder = configFolder(monitor([{ target }]).monitoring);
      writeFileSync(path.join(folder, file), fixture(file));
      expect(run(promtool, ['test', 'rules', file], folder)).toEqual({ status: 0, output: expect.any(String) });
    },
  );

  withPromtool.each(cases)('these tests see a threshold that is wrong: %s', (_, file, __, target) => {
    for (const latencyThresholdMs of [48, 52]) {
      const folder = configFolder(monitor([{ target, options: { latencyThresholdMs } }]).monitoring);
      writeFileSync(path.join(folder, file), fixture(file));
      const { status, output } = run(promtool, ['test', 'rules', file], folder);
      expect(output).toContain('FAILED');
      expect(status).not.toBe(0);
    }
  });

  withPromtool('a total outage raises alerts, and nothing else does', () => {
    const folder = configFolder(monitor().monitoring);
    writeFileSync(path.join(folder, OUTAGE), fixture(OUTAGE));
    const { status, output } = run(promtool, ['test', 'rules', OUTAGE], folder);
    expect(output).not.toContain('FAILED');
    expect(status).toBe(0);
  });

  withPromtool.each(['NoServerAnswers', 'ServerDown', 'ServerRestarts', 'RequestsFail', 'RequestsWait', 'NoTokens'])(
    'these tests miss the alert %s',
    (alert) => {
      const { monitoring } = monitor();
      const folder = configFolder(monitoring);
      const file = JSON.parse(monitoring.rules) as { groups: { rules: { alert?: string }[] }[] };
      for (const group of file.groups) group.rules = group.rules.filter((rule) => rule.alert !== alert);
      writeFileSync(path.join(folder, 'rules.yml'), JSON.stringify(file));
      writeFileSync(path.join(folder, OUTAGE), fixture(OUTAGE));
      expect(run(promtool, ['test', 'rules', OUTAGE], folder).output).toContain('FAILED');
    },
  );

  withPromtool("rules of vLLM's own server, and a threshold that is wrong", () => {
    const file = 'vllm-server.test.yml';
    for (const [latencyThresholdMs, wanted] of [
      [40, 'SUCCESS'],
      [41, 'FAILED'],
    ] as const) {
      const folder = configFolder(monitor([{ target: VLLM_TARGET, options: { latencyThresholdMs } }]).monitoring);
      writeFileSync(path.join(folder, file), fixture(file));
      expect(run(promtool, ['test', 'rules', file], folder).output).toContain(wanted);
    }
  });

  withPromtool('a queue of vLLM that refuses requests, by a version that counts them, and by one that does not', () => {
    const file = 'vllm-queue.test.yml';
    for (const [version, wanted] of [
      ['0.32.0', 'SUCCESS'],
      ['0.31.0', 'FAILED'],
    ] as const) {
      const folder = configFolder(monitor([{ target: { ...VLLM_TARGET, version } }]).monitoring);
      writeFileSync(path.join(folder, file), fixture(file));
      expect(run(promtool, ['test', 'rules', file], folder).output).toContain(wanted);
    }
  });

  withPromtool('servers that are missing are counted, and a heartbeat goes on', () => {
    const heartbeatReceiver = AlertReceiver.webhook('heartbeat', { url: 'https://heartbeat.example.com' });
    const folder = configFolder(monitor([{ target: { replicas: 3 } }], { heartbeatReceiver }).monitoring);
    const up = (pod: string, values: string) => ({
      series: `up{job="triton-deepseek",instance="${pod}:8002",namespace="inference",pod="${pod}",node="a"}`,
      values,
    });
    const fires = (time: string, alert: string, labels?: object) => ({
      expr: `count by (alertname) (ALERTS{alertname="${alert}",alertstate="firing"})`,
      eval_time: time,
      exp_samples: labels ? [labels] : [],
    });
    const one = (alert: string) => ({ labels: `{alertname="${alert}"}`, value: 1 });
    const tests = [
      {
        interval: '15s',
        input_series: [up('a', '1x240'), up('b', '1x240')],
        promql_expr_test: [
          fires('14m', 'ServersMissing'),
          fires('16m', 'ServersMissing', one('ServersMissing')),
          fires('1m', 'Watchdog', one('Watchdog')),
          fires('1h', 'Watchdog', one('Watchdog')),
        ],
      },
      {
        interval: '15s',
        input_series: [up('a', '1x240'), up('b', '1x240'), up('c', '1x240')],
        promql_expr_test: [fires('1h', 'ServersMissing')],
      },
    ];
    const file = { rule_files: ['rules.yml'], evaluation_interval: '15s', tests };
    writeFileSync(path.join(folder, 'missing.test.yml'), JSON.stringify(file));
    expect(run(promtool, ['test', 'rules', 'missing.test.yml'], folder)).toEqual({
      status: 0,
      output: expect.any(String),
    });
  });

  test.each([...cases, ['outage', OUTAGE, 'triton-2.51-cpu.prom', {}] as const])(
    'the series of these tests have the labels that Triton exposes: %s',
    (_, file, exposition) => {
      // Engines have metrics of their own, the same with every server.
      const engine = parseExposition(fixture('triton-26-gpu.prom')).series;
      const exposed = { ...engine, ...parseExposition(fixture(exposition)).series };
      const tests = (parse(fixture(file)) as { tests: { input_series: { series: string }[] }[] }).tests;
      const series = tests.flatMap(({ input_series: inputs }) => inputs.map((input) => input.series));
      expect(series.length).toBeGreaterThan(5);
      // `up` is of Prometheus, not of the exporter.
      exposed.up = new Set();
      for (const [name, labels] of Object.entries(
        parseExposition(series.map((text) => `${text} 1`).join('\n')).series,
      )) {
        const wanted = [...(exposed[name] ?? ['<not exposed>']), ...TARGET_LABELS];
        expect([name, [...labels].sort()]).toEqual([name, wanted.sort()]);
      }
    },
  );
});

describe('amtool', () => {
  const secret = { name: 'alerting', key: 'value' };

  withAmtool('sends the heartbeat to its receiver only, and nothing else to that', () => {
    const [alertReceivers, heartbeatReceiver] = [
      [AlertReceiver.slack('team', { webhookUrl: secret })],
      AlertReceiver.webhook('heartbeat', { url: 'https://heartbeat.example.com' }),
    ];
    const folder = configFolder(monitor([{}], { alertReceivers, heartbeatReceiver }).monitoring);
    expect(run(amtool, ['check-config', 'alertmanager.yml'], folder).output).toContain('SUCCESS');
    const receivers = (alert: string) =>
      run(
        amtool,
        ['config', 'routes', 'test', '--config.file=alertmanager.yml', `alertname=${alert}`],
        folder,
      ).output.trim();
    expect([receivers('Watchdog'), receivers('NoServerAnswers')]).toEqual(['heartbeat', 'team']);
  });

  withAmtool.each([
    ['without receivers', [], ['null']],
    [
      'with receivers of every kind',
      [
        AlertReceiver.slack('team', { webhookUrl: secret, channel: '#inference' }),
        AlertReceiver.pagerDuty('on-call', { routingKey: secret }),
        AlertReceiver.webhook('hook', { url: 'https://alerts.example.com', bearerToken: secret }),
        AlertReceiver.email('mail', {
          smarthost: 'smtp.example.com:587',
          from: 'alerts@example.com',
          to: ['a@example.com', 'b@example.com'],
          username: 'alerts',
          password: secret,
        }),
        AlertReceiver.sns('topic', { topicArn: 'arn:aws:sns:eu-central-1:123456789012:alerts' }),
      ],
      ['team', 'on-call', 'hook', 'mail', 'topic'],
    ],
  ])('accepts the configuration %s and sends HighLatency to all', (_, alertReceivers, names) => {
    const folder = configFolder(monitor([{}], { alertReceivers }).monitoring);
    const check = run(amtool, ['check-config', 'alertmanager.yml'], folder);
    expect(check).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') });
    expect(check.output).toContain(`- ${INHIBIT_RULES.length} inhibit rules`);
    const labels = ['alertname=HighLatency', 'severity=critical', 'model=deepseek'];
    const routes = run(amtool, ['config', 'routes', 'test', '--config.file=alertmanager.yml', ...labels], folder);
    expect(routes.output.trim().split(',')).toEqual(names);
  });
});
