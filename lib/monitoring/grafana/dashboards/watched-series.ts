import { MetricsTarget } from '../../../core/watchable';
import { PromqlExpression } from '../../../metrics/promql/expression';
import { parsePromql } from '../../../metrics/promql/parse';
import { selectorsIn } from '../../../metrics/promql/selectors-in';
import { Indicator } from '../../indicators/indicator';
import { WatchedWorkload } from '../../watched-workload';
import { DashboardSpec, PanelSpec, RowSpec } from './spec';

/** Recorded by rules: their names begin with it. */
const OURS = /^inference_/;

/** What is known of the series that dashboards can show. @internal */
export class WatchedSeries {
  /** Targets that are measured in the same way: of hundreds there are a few kinds. */
  readonly #kinds = new Map<string, MetricsTarget[]>();

  /**
   * @param workloads what is watched
   * @param recorded names of all series that rules record
   */
  public constructor(
    workloads: readonly WatchedWorkload[],
    private readonly recorded: ReadonlySet<string>,
  ) {
    for (const { target } of workloads) {
      const kind = kindOf(target);
      this.#kinds.set(kind, [...(this.#kinds.get(kind) ?? []), target]);
    }
  }

  /** Whether there will be series of a name. */
  public has(name: string): boolean {
    return !OURS.test(name) || this.recorded.has(name);
  }

  /** The first of some names of which there will be series. */
  public first(names: readonly string[]): string | undefined {
    return names.find((name) => this.has(name));
  }

  /** What to keep in mind when reading an indicator: for each way in which it is measured, with the jobs that are measured so. */
  public meaning(record: string): string {
    const jobs = new Map<string, string[]>();
    const indicator = Indicator.ALL.find((one) => one.record === record);
    for (const [first, ...others] of this.#kinds.values()) {
      if (!indicator?.isAvailable(first)) continue;
      const { meaning } = indicator.query(first);
      jobs.set(meaning, [...(jobs.get(meaning) ?? []), ...[first, ...others].map(({ jobName }) => jobName)]);
    }
    if (jobs.size <= 1) return [...jobs.keys()].join('');
    return [...jobs].map(([meaning, names]) => `${listed(names)}: ${meaning}`).join('\n\n');
  }

  /** A dashboard without the panels, and the lines of panels, that would stay empty; `undefined` when nothing is left of it. */
  public reduced(spec: DashboardSpec): DashboardSpec | undefined {
    const rows = spec.rows.flatMap((row): RowSpec[] => {
      const panels = row.panels.flatMap((panel) => this.#reducedPanel(panel));
      return panels.length > 0 ? [{ ...row, panels: widened(panels) }] : [];
    });
    return rows.length > 0 ? { ...spec, rows } : undefined;
  }

  #reducedPanel(panel: PanelSpec): PanelSpec[] {
    const all = panel.queries.map((query) => ({
      query,
      supplied: namesIn(parsePromql(query.expr)).every((name) => this.has(name)),
    }));
    const queries = all.filter(({ supplied }) => supplied).map(({ query }) => query);
    // A plan or a limit alone is no measurement.
    return queries.some(({ line }) => line === undefined) ? [{ ...panel, queries }] : [];
  }
}

/** All of a target but what it is called. */
function kindOf(target: MetricsTarget): string {
  const { jobName: _job, namespace: _namespace, podSelector: _pods, plannedLatencyMs: _planned, ...rest } = target;
  const {
    models,
    engines = {},
    pricePerHour = {},
    scaledModels: _scaled,
    latencyLimitsMs: _limits,
    targetLatencyMs: _asked,
    ...kind
  } = rest;
  return JSON.stringify([kind, models.length, Object.values(engines), Object.values(pricePerHour).length]);
}

/** The panels of a row fill its last line. */
function widened(panels: readonly PanelSpec[]): PanelSpec[] {
  const last = panels[panels.length - 1];
  const used = panels.reduce((sum, { width = 12 }) => sum + width, 0) % 24;
  return used === 0 ? [...panels] : [...panels.slice(0, -1), { ...last, width: (last.width ?? 12) + 24 - used }];
}

function listed(names: readonly string[]): string {
  const shown = [...names].sort().slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** The names of the series that an expression reads. @internal */
export function namesIn(expression: PromqlExpression): string[] {
  return selectorsIn(expression).flatMap(({ name }) => (name === '' ? [] : [name]));
}
