import { MetricsTarget } from '../../core/watchable';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { readerToken } from './metrics-reader';
import { scrapeConfig } from '../prometheus/prometheus-config';
import { Relabeling } from '../prometheus/relabeling';

/**
 * The API of the objects of the Prometheus operator.
 *
 * @internal
 */
export const OPERATOR_API = 'monitoring.coreos.com/v1';

/** @internal */
export interface PodMonitorProps {
  readonly name: string;
  /** Labels by which Prometheus selects it. */
  readonly labels: { readonly [label: string]: string };
  readonly scrapeIntervalSeconds: number;
}

/**
 * The scrape of a workload as a `PodMonitor`, with the same labels as in our own configuration.
 *
 * The endpoint names no port: then the operator adds no rule for one, and every port of the selected pods is a target until our own rule keeps the
 * one that is meant, by its number. Older operators lack `portNumber`, and `targetPort` is deprecated. The operator's own rules come
 * before ours and set `job` to `<namespace>/<name>`, which ours replaces: the rules select series by the job.
 *
 * @see https://github.com/prometheus-operator/prometheus-operator/blob/v0.93.0/pkg/prometheus/promcfg.go: `generatePodMonitorConfig`
 *
 * @internal
 */
export function podMonitor(target: MetricsTarget, { name, labels, scrapeIntervalSeconds }: PodMonitorProps): object {
  const { job_name: job, metrics_path: path, honor_labels: honorLabels, ...config } = scrapeConfig(target);
  return {
    apiVersion: OPERATOR_API,
    kind: 'PodMonitor',
    metadata: { name, labels: { ...labels, ...MANAGED_BY } },
    spec: {
      namespaceSelector: { matchNames: [target.namespace] },
      selector: { matchLabels: target.podSelector },
      podMetricsEndpoints: [
        {
          path,
          interval: `${scrapeIntervalSeconds}s`,
          scrapeTimeout: `${Math.min(scrapeIntervalSeconds, 10)}s`,
          honorLabels,
          ...(target.secured
            ? {
                scheme: config.scheme,
                // Controllers make their certificates themselves, and no authority signs them.
                tlsConfig: { insecureSkipVerify: true },
                authorization: { type: 'Bearer', credentials: readerToken(name) },
              }
            : {}),
          relabelings: [...config.relabel_configs.map(camelCased), { targetLabel: 'job', replacement: job }],
          ...(config.metric_relabel_configs
            ? { metricRelabelings: config.metric_relabel_configs.map(camelCased) }
            : {}),
        },
      ],
    },
  };
}

/** A rule of Prometheus as the operator has it. */
function camelCased({ source_labels: sourceLabels, target_label: targetLabel, ...rest }: Relabeling): object {
  return { ...(sourceLabels ? { sourceLabels } : {}), ...rest, ...(targetLabel ? { targetLabel } : {}) };
}
