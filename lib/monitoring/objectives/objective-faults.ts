import { MetricsTarget } from '../../core/watchable';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { unmeasured } from './bad-requests';
import { LONGEST_WINDOW_DAYS } from './burn-rate-rules';
import { ServiceLevelObjective } from './service-level-objective';

/**
 * What is wrong with objectives by themselves: each, and two that are one.
 *
 * @internal
 */
export function objectiveFaults(objectives: readonly ServiceLevelObjective[] = []): Fault[] {
  const texts = objectives.map((each) => JSON.stringify([String(each), each.models]));
  return allOf(
    () => objectives.flatMap((each, i) => each._faults(`objectives[${i}]`)),
    () =>
      texts.flatMap((text, i) =>
        texts.indexOf(text) === i
          ? []
          : [fault('DUPLICATE', `objectives[${i}]`, `objectives has '${objectives[i]}' twice; remove one of the two`)],
      ),
  );
}

/**
 * What is wrong with the objectives that a call of `watch` gives.
 *
 * @internal
 */
export function watchedObjectiveFaults(
  target: MetricsTarget,
  objectives: readonly ServiceLevelObjective[] = [],
): Fault[] {
  return objectives.flatMap((objective, i) => {
    if (objective._faults('objective').length > 0) return [];
    const unknown = (objective.models ?? []).filter((model) => !target.models.includes(model));
    if (unknown.length > 0) {
      const reason = `objectives[${i}] names the model '${unknown[0]}', but '${target.jobName}' serves ${target.models.join(', ') || 'none'}`;
      return [fault('UNKNOWN_VALUE', `objectives[${i}].models`, reason)];
    }
    return unmeasured(target, objective).map((why) =>
      fault('OBJECTIVE_NOT_MEASURED', `objectives[${i}]`, `the objective '${objective}' cannot be measured: ${why}`),
    );
  });
}

/**
 * What is wrong with the objectives of a monitoring stack: models that nothing serves, and what none of the workloads that it is about can tell.
 *
 * @param targets all workloads that are watched
 *
 * @internal
 */
export function stackObjectiveFaults(
  targets: readonly MetricsTarget[],
  objectives: readonly ServiceLevelObjective[] = [],
): Fault[] {
  const serving = targets.filter(({ models }) => models.length > 0);
  if (serving.length === 0) return [];
  return objectives.flatMap((objective, i) => {
    const known = serving.flatMap(({ models }) => models);
    const [unknown] = (objective.models ?? []).filter((model) => !known.includes(model));
    if (unknown !== undefined) {
      const reason = `objectives[${i}] names the model '${unknown}', but the watched workloads serve ${[...new Set(known)].sort().join(', ')}`;
      return [fault('UNKNOWN_VALUE', `objectives[${i}].models`, reason)];
    }
    const about = serving.filter(({ models }) => objective.models?.some((model) => models.includes(model)) ?? true);
    const reasons = about.map((target) => unmeasured(target, objective));
    if (reasons.some((each) => each.length === 0)) return [];
    const why = [...new Set(reasons.flat())].join('; ');
    const reason = `the objective '${objective}' cannot be measured on any of the watched workloads: ${why}`;
    return [fault('OBJECTIVE_NOT_MEASURED', `objectives[${i}]`, reason)];
  });
}

/**
 * The objectives of a monitoring stack that a workload can be measured by: of its models, and by what it tells.
 *
 * @internal
 */
export function measuredBy(
  target: MetricsTarget,
  objectives: readonly ServiceLevelObjective[] = [],
): ServiceLevelObjective[] {
  return objectives
    .filter(({ models }) => models === undefined || models.some((model) => target.models.includes(model)))
    .filter((objective) => unmeasured(target, objective).length === 0);
}

/**
 * The fault of series that are not kept as long as the alerts of objectives look back.
 *
 * @internal
 */
export function retentionFaults(
  retentionDays: number | undefined,
  objectives: readonly ServiceLevelObjective[],
): Fault[] {
  if (objectives.length === 0 || retentionDays === undefined || retentionDays > LONGEST_WINDOW_DAYS) return [];
  const reason =
    `retentionDays must be more than ${LONGEST_WINDOW_DAYS}, since the alerts of objectives look back so many days; got ${retentionDays}; ` +
    'keep series longer, or give no objectives';
  return [fault('RETENTION_TOO_SHORT', 'retentionDays', reason)];
}
