import { Metric } from '../../catalog/metric';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';

/**
 * What is known of a workload whose metrics are scraped.
 *
 * @internal
 */
export interface ScrapedTarget {
  readonly jobName: string;
  readonly namespace?: string;
  readonly exporters: MetricExporter[];
  readonly version: string;
  readonly features: MetricFeature[];
  /** @default - not known */
  readonly models?: readonly string[];
  /** Bounds of the latency histogram of its models. @default - those of the catalog */
  readonly latencyBoundsMs?: readonly number[];
  /** @default true */
  readonly usesGpus?: boolean;
}

/**
 * Labels that our scrape configuration adds to every series.
 *
 * @internal
 */
export const TARGET_LABELS = ['job', 'instance', 'namespace', 'pod', 'node'];

/**
 * Label by which vLLM's own server names a model; our scrape configuration copies it to `model`, so that all servers have the same.
 *
 * @internal
 */
export const MODEL_NAME_LABEL = 'model_name';

/**
 * Label by which the DCGM exporter names a GPU; our scrape configuration copies it to `gpu_uuid`, so that all exporters have the same.
 *
 * @internal
 */
export const UUID_LABEL = 'UUID';

/**
 * Labels of the DCGM exporter that our scrape configuration drops: the name of the node, which was renamed, and which `node` has too.
 *
 * @internal
 */
export const DROPPED_GPU_LABELS = ['Hostname', 'hostname'];

/** Exporters that tell of pods, containers and nodes: the scrape honors their labels, or those of the exporter's own pod would hide them. */
const OF_OTHERS = [
  MetricExporter.DCGM,
  MetricExporter.KUBE_STATE_METRICS,
  MetricExporter.KUBELET,
  MetricExporter.KUBELET_CADVISOR,
  MetricExporter.KUBELET_RESOURCE,
];

/**
 * Whether the labels of what a workload exposes stay as they are where the scrape has labels of the same names.
 *
 * @internal
 */
export function honorsLabels({ exporters }: { readonly exporters: readonly MetricExporter[] }): boolean {
  return exporters.some((exporter) => OF_OTHERS.includes(exporter));
}

/**
 * Labels that no exporter and no usual scrape gives, but ours: of the server of vLLM, of the DCGM exporter, of all.
 *
 * @internal
 */
export const OWN_LABELS = ['model', 'gpu_uuid', 'node'];

/** What Prometheus itself writes for every target. @internal */
export const SCRAPE_SERIES = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
];

/** What Prometheus writes of alerts: it has their labels. */
const ALERT_SERIES = ['ALERTS', 'ALERTS_FOR_STATE'];
/** Metrics of programs themselves, whichever library exposes them. */
const OF_PROGRAMS = /^(?:process|go|python|http|promhttp|rest_client|workqueue|controller_runtime)_/;
/** Exporters of which the catalog has what is useful, and not all. */
const INCOMPLETE: { readonly [exporter in MetricExporter]?: RegExp } = {
  [MetricExporter.ENVOY]: /^envoy_/,
  [MetricExporter.DCGM]: /^DCGM_/,
  [MetricExporter.NODE]: /^node_/,
  [MetricExporter.EFA]: /^node_/,
  [MetricExporter.KUBE_STATE_METRICS]: /^kube_/,
  [MetricExporter.KUBELET]: /^(?:kubelet|kubernetes|apiserver|storage|volume_manager)_/,
  [MetricExporter.KUBELET_CADVISOR]: /^(?:container|machine|cadvisor)_/,
  [MetricExporter.KUBELET_RESOURCE]: /^(?:node|pod|container|resource)_/,
};

/** Whether a series may be exposed though the catalog does not have it. @internal */
export function mayExist(name: string, targets: readonly ScrapedTarget[]): boolean {
  if (ALERT_SERIES.includes(name) || OF_PROGRAMS.test(name)) return true;
  return targets.some(({ exporters }) => exporters.some((exporter) => INCOMPLETE[exporter]?.test(name)));
}

/**
 * Why a workload does not expose a metric, in sentences; empty when it does.
 *
 * @internal
 */
export function missingFrom(target: ScrapedTarget, metric: Metric): string[] {
  const missing = metric._missing(target.exporters, target.version, target.features);
  const needsGpu = target.usesGpus === false && metric.labels.includes('gpu_uuid');
  return needsGpu ? [...missing, `${metric.name} needs GPUs, and the pods have none`] : missing;
}

/**
 * Targets as queries ask for them: each of many rules is about one of many targets.
 *
 * @internal
 */
export class ScrapedTargets {
  private readonly byJob = new Map<string, ScrapedTarget[]>();

  /**
   * @param all the targets
   * @param extraLabels labels that their scrapes add beside the usual
   * @param ownScrape whether our scrape configuration reads them, and its `OWN_LABELS` are there; else a usual one, such as of the Prometheus operator
   */
  public constructor(
    public readonly all: readonly ScrapedTarget[],
    public readonly extraLabels: readonly string[] = [],
    public readonly ownScrape: boolean = true,
  ) {
    for (const target of all) {
      const known = this.byJob.get(target.jobName);
      if (known) known.push(target);
      else this.byJob.set(target.jobName, [target]);
    }
  }

  /** Labels of every series. */
  public get targetLabels(): readonly string[] {
    return this.ownScrape ? TARGET_LABELS : TARGET_LABELS.filter((label) => !OWN_LABELS.includes(label));
  }

  public ofJob(jobName: string): readonly ScrapedTarget[] {
    return this.byJob.get(jobName) ?? [];
  }
}
