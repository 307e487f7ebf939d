import { MetricsTarget } from '../../core/watchable';
import { ruleFaults } from '../../metrics/contract/rule-contract';
import { checkArguments } from '../../units/argument-faults';
import { Fault } from '../../units/fault';
import { MonitoringRule } from './monitoring-rule';

/**
 * Checks queries against what exporters really expose.
 *
 * A query for a metric that does not exist is not an error for Prometheus: the result is empty and the alert never fires. So every
 * expression is checked against the metric catalog and the features that the watched workloads have switched on.
 */
export class MetricContract {
  /**
   * The faults of rules: what Prometheus itself would refuse, and what it would take and then never or wrongly answer: unknown metrics, those
   * whose version or feature the workload lacks, unknown labels and values of labels, `rate()` of a gauge or of a sum, `delta()` of a counter,
   * counters that are divided as they are, `histogram_quantile` without `le`, added or averaged quantiles, seconds beside milliseconds, vectors
   * that are never paired, devices that are counted for each process on them, windows shorter than four scrapes. A selector with `job="..."` is
   * checked against that target, any other against all targets.
   *
   * @param rules rules in the order of their evaluation; later rules may use what earlier ones record
   * @param targets the workloads that are scraped
   * @param scrapeIntervalSeconds seconds between scrapes @default 15
   */
  public static faults(rules: MonitoringRule[], targets: MetricsTarget[], scrapeIntervalSeconds: number = 15): Fault[] {
    return ruleFaults(rules, targets, { scrapeIntervalSeconds });
  }

  private constructor() {}
}

checkArguments('MetricContract', MetricContract);
