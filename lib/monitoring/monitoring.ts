import { IConstruct } from 'constructs';
import { IWatchable } from '../core/watchable';
import { WatchOptions } from './watched-workload';

/**
 * What watches workloads on a cluster: a `MonitoringStack`, or a Prometheus that others run.
 */
export interface IMonitoring extends IConstruct {
  /** Namespace of Prometheus. */
  readonly namespace: string;
  /** URL of Prometheus within the cluster. */
  readonly prometheusUrl: string;
  /**
   * Scrapes a workload, records its indicators and watches it, as long as it is in the construct tree.
   *
   * @param workload what to watch, e.g. a `VllmDeployment`
   * @param options thresholds and names @default - those of the monitoring
   */
  watch(workload: IWatchable, options?: WatchOptions): void;
}
