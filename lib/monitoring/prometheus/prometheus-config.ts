import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { escapeRegex } from '../indicators/selectors';
import { ownValue } from '../../units/own-value';
import { Relabeling } from './relabeling';
import { REPLICA_LABELS, WITHOUT_REPLICA } from './replica-label';
import { DROPPED_GPU_LABELS, honorsLabels, MODEL_NAME_LABEL, UUID_LABEL } from '../../metrics/contract/scraped-target';

/** @internal */
export interface PrometheusConfigProps {
  readonly clusterName: string;
  readonly scrapeIntervalSeconds: number;
  /** Host and port of each. */
  readonly alertmanagers: readonly string[];
  /** How they are reached. @default - without TLS and authentication */
  readonly alertmanagerClient?: object;
  /** Whether another Prometheus has the same configuration. @default false */
  readonly replicated?: boolean;
  readonly targets: readonly MetricsTarget[];
  /** How those are reached that ask for who is there, by the names of their jobs. @default - nobody asks */
  readonly clients?: { readonly [jobName: string]: object };
  /** How much older than the newest sample one may be that sites write, in seconds. @default - Prometheus' own half of a block, an hour */
  readonly lateSeconds?: number;
  /** Where series are written to as well. @default - nowhere */
  readonly remoteWrite?: readonly object[];
}

/**
 * The text of `prometheus.yml`. It is JSON, which is also YAML, and uses only features of Prometheus 2.42.
 *
 * @internal
 */
export function prometheusConfig(props: PrometheusConfigProps): string {
  const interval = props.scrapeIntervalSeconds;
  return text({
    global: {
      scrape_interval: `${interval}s`,
      scrape_timeout: `${Math.min(interval, 10)}s`,
      evaluation_interval: `${interval}s`,
      external_labels: { cluster: props.clusterName, ...(props.replicated && REPLICA_LABELS) },
    },
    // Since 2.39: what is older than that is refused with 400 otherwise, and a site that was cut off drops it.
    ...(props.lateSeconds === undefined
      ? {}
      : { storage: { tsdb: { out_of_order_time_window: `${props.lateSeconds}s` } } }),
    // The second is there when the rules fill more than one ConfigMap.
    rule_files: ['rules.yml', 'rules-*.yml'],
    alerting: {
      ...(props.replicated && { alert_relabel_configs: WITHOUT_REPLICA }),
      alertmanagers: [
        {
          ...(props.alertmanagerClient && { scheme: 'https', ...props.alertmanagerClient }),
          static_configs: [{ targets: props.alertmanagers }],
        },
      ],
    },
    ...(props.remoteWrite?.length ? { remote_write: props.remoteWrite } : {}),
    scrape_configs: [...props.targets]
      .sort((a, b) => (a.jobName < b.jobName ? -1 : 1))
      .map((target) => ({ ...scrapeConfig(target), ...ownValue(props.clients ?? {}, target.jobName) })),
  });
}

/** Token of the account of Prometheus, which Kubernetes keeps fresh. */
const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * The scrape of a workload.
 *
 * @internal
 */
export interface ScrapeConfig {
  readonly job_name: string;
  readonly metrics_path: string;
  readonly honor_labels: boolean;
  /** @default 'http' */
  readonly scheme?: string;
  readonly authorization?: object;
  readonly tls_config?: object;
  readonly kubernetes_sd_configs: readonly object[];
  readonly relabel_configs: readonly Relabeling[];
  readonly metric_relabel_configs?: readonly Relabeling[];
}

/** @internal */
export function scrapeConfig(target: MetricsTarget): ScrapeConfig {
  const { declaredPort, port, secured } = target;
  const relabeling = metricRelabeling(target);
  return {
    job_name: target.jobName,
    metrics_path: target.path ?? '/metrics',
    // Triton with model namespaces exposes a label of its own called namespace: it becomes exported_namespace. What tells of other pods keeps theirs.
    honor_labels: honorsLabels(target),
    ...(secured
      ? {
          scheme: 'https',
          authorization: { credentials_file: TOKEN_FILE },
          // Controllers make their certificates themselves, and no authority signs them.
          tls_config: { insecure_skip_verify: true },
        }
      : {}),
    kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [target.namespace] } }],
    relabel_configs: [
      ...Object.keys(target.podSelector)
        .sort()
        .map((label) => keep([`__meta_kubernetes_pod_label_${metaName(label)}`], target.podSelector[label])),
      keep(['__meta_kubernetes_pod_container_port_number'], String(declaredPort ?? port)),
      keep(['__meta_kubernetes_pod_container_init'], 'false'),
      // A terminated pod keeps its address for a while.
      { source_labels: ['__meta_kubernetes_pod_phase'], regex: 'Succeeded|Failed', action: 'drop' },
      ...(declaredPort === undefined
        ? []
        : [
            {
              source_labels: ['__address__'],
              regex: '(.+):\\d+',
              target_label: '__address__',
              replacement: `$1:${port}`,
            },
          ]),
      { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
      { source_labels: ['__meta_kubernetes_pod_node_name'], target_label: 'node' },
    ],
    ...(relabeling.length > 0 ? { metric_relabel_configs: relabeling } : {}),
  };
}

/** Labels as every query has them, whichever exporter gives them. */
function metricRelabeling({ exporters }: MetricsTarget): Relabeling[] {
  const has = (exporter: MetricExporter) => exporters.includes(exporter);
  return [
    ...(has(MetricExporter.VLLM) ? [{ source_labels: [MODEL_NAME_LABEL], regex: '(.+)', target_label: 'model' }] : []),
    ...(has(MetricExporter.DCGM)
      ? [
          { source_labels: [UUID_LABEL], regex: '(.+)', target_label: 'gpu_uuid' },
          { regex: DROPPED_GPU_LABELS.join('|'), action: 'labeldrop' },
        ]
      : []),
    // A GPU that no pod has is not that of the exporter's own pod, whose labels the scrape would leave on it.
    ...(has(MetricExporter.DCGM)
      ? ['pod', 'namespace'].map((label) => ({
          source_labels: ['__name__', 'container'],
          regex: 'DCGM_.+;',
          target_label: label,
          replacement: '',
        }))
      : []),
  ];
}

function keep(sourceLabels: string[], value: string) {
  return { source_labels: sourceLabels, regex: escapeRegex(value), action: 'keep' };
}

/** Converts the name of a Kubernetes label as Prometheus does. */
function metaName(label: string): string {
  return label.replace(/[^a-zA-Z0-9_]/g, '_');
}

function text(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
