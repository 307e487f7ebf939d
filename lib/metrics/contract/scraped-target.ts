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

/** What Prometheus itself writes for every target. @internal */
export const SCRAPE_SERIES = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
];

/**
 * Why a workload does not expose a metric, in sentences; empty when it does.
 *
 * @internal
 */
export function missingFrom(target: ScrapedTarget, metric: Metric): string[] {
  const missing = metric.missing(target.exporters, target.version, target.features);
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

  public constructor(public readonly all: readonly ScrapedTarget[]) {
    for (const target of all) {
      const known = this.byJob.get(target.jobName);
      if (known) known.push(target);
      else this.byJob.set(target.jobName, [target]);
    }
  }

  public ofJob(jobName: string): readonly ScrapedTarget[] {
    return this.byJob.get(jobName) ?? [];
  }
}
