import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { podMonitor } from '../../../lib/monitoring/operator/pod-monitor';
import { MetricsTarget } from '../../../lib/core/watchable';
import { fixture, onPath, TARGET, testWith } from '../support';

const promtool = onPath('promtool');
const withPromtool = testWith('promtool');

interface Relabeling {
  readonly sourceLabels?: string[];
  readonly targetLabel?: string;
  readonly [rest: string]: unknown;
}

interface PodMonitor {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: { readonly [label: string]: string } };
    readonly podMetricsEndpoints: readonly { readonly path: string; readonly relabelings: readonly Relabeling[] }[];
  };
}

const NAMES = { name: 'triton-deepseek', labels: {}, scrapeIntervalSeconds: 15 };

/**
 * The job that the operator writes for a `PodMonitor` without a port, by hand from `generatePodMonitorConfig` of
 * https://github.com/prometheus-operator/prometheus-operator/blob/v0.93.0/pkg/prometheus/promcfg.go: its own rules, then those of the object. In
 * place of the discovery, which Debian's build of promtool leaves out, stands a list of pods with the labels that it gives them.
 */
function jobOf(target: MetricsTarget): object {
  const { metadata, spec } = podMonitor(target, NAMES) as PodMonitor;
  const [endpoint] = spec.podMetricsEndpoints;
  const selected = Object.entries(spec.selector.matchLabels).map(([label, value]) => {
    const name = label.replace(/[^a-zA-Z0-9_]/g, '_');
    return { action: 'keep', source_labels: [`__meta_kubernetes_pod_label_${name}`], regex: value };
  });
  const label = (source: string, target_label: string) => ({
    source_labels: [`__meta_kubernetes_${source}`],
    target_label,
  });
  return {
    job_name: `podMonitor/monitoring/${metadata.name}/0`,
    metrics_path: endpoint.path,
    static_configs: JSON.parse(fixture('pods.json')) as unknown,
    relabel_configs: [
      { source_labels: ['job'], target_label: '__tmp_prometheus_job_name' },
      { action: 'drop', source_labels: ['__meta_kubernetes_pod_phase'], regex: '(Failed|Succeeded)' },
      ...selected,
      label('namespace', 'namespace'),
      label('pod_container_name', 'container'),
      label('pod_name', 'pod'),
      { target_label: 'job', replacement: `monitoring/${metadata.name}` },
      ...endpoint.relabelings.map(({ sourceLabels, targetLabel, ...rest }) => ({
        ...(sourceLabels ? { source_labels: sourceLabels } : {}),
        ...(targetLabel ? { target_label: targetLabel } : {}),
        ...rest,
      })),
    ],
  };
}

function found(target: MetricsTarget): { [label: string]: string }[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'pod-monitor-'));
  try {
    writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify({ scrape_configs: [jobOf(target)] }));
    const args = [
      'check',
      'service-discovery',
      '--timeout=2s',
      'prometheus.yml',
      `podMonitor/monitoring/${NAMES.name}/0`,
    ];
    const output = execFileSync(promtool as string, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    const all = JSON.parse(output) as { labels: { [label: string]: string } }[];
    return all.map(({ labels }) => labels ?? {}).filter((labels) => Object.keys(labels).length > 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

withPromtool(
  'the metrics port of the running pods, by the labels that the rules name, whatever the operator sets',
  () => {
    const pods = found(TARGET).map(({ __address__: address, job, namespace, pod, node }) => ({
      address,
      job,
      namespace,
      pod,
      node,
    }));
    const same = { job: 'triton-deepseek', namespace: 'inference' };
    expect(pods.sort((a, b) => a.address.localeCompare(b.address))).toEqual([
      { ...same, address: '10.0.0.1:8002', pod: 'deepseek-0', node: 'ip-10-0-0-1' },
      { ...same, address: '10.0.0.2:8002', pod: 'deepseek-1', node: 'ip-10-0-0-2' },
    ]);
  },
);

withPromtool('another port is another list', () => {
  expect(found({ ...TARGET, port: 8003 })).toEqual([]);
});
