import { MetricsTarget } from '../../core/watchable';
import { modelMatcher, targetMatchers } from '../indicators/selectors';
import { alertRule } from '../rules/alert-rule';
import { AlertSeverity } from '../rules/alert-severity';
import { MonitoringRule } from '../rules/monitoring-rule';
import { badRatio } from './bad-requests';
import { ObjectiveKind, ServiceLevelObjective } from './service-level-objective';

interface Burn {
  readonly long: string;
  readonly hours: number;
  readonly short: string;
  /** Share of the budget that is spent over the long window. */
  readonly spent: number;
  readonly severity: AlertSeverity;
}

/** @see https://sre.google/workbook/alerting-on-slos/: table 5-8 */
const BURNS: readonly Burn[] = [
  { long: '1h', hours: 1, short: '5m', spent: 0.02, severity: AlertSeverity.CRITICAL },
  { long: '6h', hours: 6, short: '30m', spent: 0.05, severity: AlertSeverity.CRITICAL },
  { long: '1d', hours: 24, short: '2h', spent: 0.1, severity: AlertSeverity.WARNING },
  { long: '3d', hours: 72, short: '6h', spent: 0.1, severity: AlertSeverity.WARNING },
];

/** By what the objective is about: the alert, the record of the share of bad requests, which ends with its window, and words. */
const KINDS = {
  [ObjectiveKind.AVAILABILITY]: {
    name: 'AvailabilityBudgetBurns',
    record: 'inference_failure_ratio_rate',
    bad: 'failed',
    were: 'failures',
  },
  [ObjectiveKind.LATENCY]: {
    name: 'LatencyBudgetBurns',
    record: 'inference_slow_ratio_rate',
    bad: 'slow',
    were: 'slower',
  },
};

/**
 * Days that series must be kept for the alerts of objectives.
 *
 * @internal
 */
export const LONGEST_WINDOW_DAYS = 3;

/**
 * What is recorded and raised for the objectives of a workload.
 *
 * @internal
 */
export function objectiveRules(target: MetricsTarget, objectives: readonly ServiceLevelObjective[]): MonitoringRule[] {
  const recorded = new Map(objectives.flatMap((each) => ratios(target, each).map((rule) => [keyOf(rule), rule])));
  return [...recorded.values(), ...objectives.flatMap((each) => burns(target, each))];
}

/** Two objectives of one threshold are measured once. */
function keyOf({ record, labels }: MonitoringRule): string {
  return JSON.stringify([record, labels]);
}

function ratios(target: MetricsTarget, objective: ServiceLevelObjective): MonitoringRule[] {
  const { jobName: job, namespace } = target;
  return [...new Set(BURNS.flatMap(({ long, short }) => [short, long]))].map((window) => ({
    record: `${KINDS[objective.kind].record}${window}`,
    expr: badRatio(target, objective, window),
    labels: { job, namespace, ...belowOf(objective) },
  }));
}

function belowOf({ thresholdMs }: ServiceLevelObjective): { readonly [label: string]: string } {
  return thresholdMs === undefined ? {} : { below_ms: String(thresholdMs) };
}

function burns(target: MetricsTarget, objective: ServiceLevelObjective): MonitoringRule[] {
  const budget = (100 - objective.percent) / 100;
  return BURNS.flatMap((burn) => {
    const factor = (burn.spent * objective.periodDays * 24) / burn.hours;
    // A budget so large that not even the failure of all requests spends it so fast.
    return factor * budget >= 1
      ? []
      : [burnRule(target, objective, burn, Number(factor.toPrecision(4)), Number((factor * budget).toPrecision(6)))];
  });
}

function burnRule(
  target: MetricsTarget,
  objective: ServiceLevelObjective,
  { long, short, severity }: Burn,
  factor: number,
  threshold: number,
): MonitoringRule {
  const { kind, models } = objective;
  const matchers = [
    ...targetMatchers(target),
    ...(models ? modelMatcher(target, models) : []),
    ...Object.entries(belowOf(objective)).map(([label, value]) => `${label}="${value}"`),
  ];
  const above = (window: string) => `${KINDS[kind].record}${window}{${matchers.join(',')}} > ${threshold}`;
  const { name, bad, were } = KINDS[kind];
  return alertRule(target, {
    name,
    severity,
    expr: `${above(long)} and ${above(short)}`,
    labels: { objective: String(objective), window: long },
    summary: `{{ $labels.model }} spends its budget for ${bad} requests ${factor} times as fast as its objective allows`,
    description:
      `Objective: ${objective} over ${objective.periodDays} days. {{ $value | humanizePercentage }} of the requests of the last ${long} were ` +
      `${were}. Job ${target.jobName} in namespace ${target.namespace}.`,
  });
}
