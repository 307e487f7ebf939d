import { PIPELINE } from '../../rules/pipeline-rules';
import { DashboardSpec, PanelKind, PanelSpec, PanelUnit } from './spec';

/** How far back a result is found: as long as Prometheus keeps series unless it is told otherwise. */
const MEMORY = '15d';
/** As long as the time between two points of a graph of that time, so that no pod is left out that was there between them. */
const TAIL = '30m';
/** Labels of what a pipeline made. */
const BY = 'pipeline, recipe';
const CHOSEN = '{pipeline=~"$pipeline"}';
/** What tells results of one pipeline apart, as the first columns of a table. */
const COLUMNS = { pipeline: 'Pipeline', recipe: 'Recipe' };

/** The last value, also of a pod that is gone. */
const last = (record: string, ...by: string[]) =>
  `max by (${[BY, ...by].join(', ')}) (last_over_time(${record}${CHOSEN}[${MEMORY}]))`;

/**
 * What pipelines of models make, and how far they are.
 *
 * @internal
 */
export function pipelineDashboard(): DashboardSpec {
  return {
    uid: 'gpu-inference-pipelines',
    title: 'GPU inference / Model pipelines',
    description: `What pipelines have made of models within ${MEMORY}, as they measured it themselves, and how far they are.`,
    variables: [{ name: 'pipeline', title: 'Pipeline', label: 'pipeline', series: PIPELINE.progress, many: true }],
    // Grafana lists the pipelines that have series in the range that is shown.
    from: `now-${MEMORY}`,
    rows: [
      { id: 101, title: 'Results', panels: [results(), accuracy(), failed()] },
      { id: 102, title: 'Progress', panels: [steps(), course()] },
    ],
  };
}

function results(): PanelSpec {
  return {
    id: 1,
    kind: PanelKind.TABLE,
    title: 'Results',
    description:
      'The newest of each pipeline and recipe, which are the digits that the name of a version ends with unless it was given another. Size: of the ' +
      'weights of the source in 32 bits, so that 16 bits are 50 %. Throughput: tokens each second, of those of the source on the same machine.',
    unit: PanelUnit.PERCENT,
    labels: COLUMNS,
    width: 24,
    queries: [
      { expr: last(PIPELINE.size), legend: 'Size' },
      { expr: last(PIPELINE.throughput), legend: 'Throughput' },
      {
        expr: `max by (${BY}) (${last(PIPELINE.loss, 'check')} / on (${BY}, check) ${last(PIPELINE.lossLimit, 'check')}) * 100`,
        legend: 'Loss, of its limit',
        bounds: [80, 100],
      },
      {
        expr: `sum by (${BY}) (${last(PIPELINE.failed, 'check')})`,
        legend: 'Failed checks',
        unit: PanelUnit.NUMBER,
        bounds: [1, 1],
      },
    ],
  };
}

function accuracy(): PanelSpec {
  return {
    id: 2,
    kind: PanelKind.TABLE,
    title: 'Accuracy',
    description:
      'What each check of accuracy found to be lost, beside its limit: of the score of tasks, or what the perplexity is higher. Less than 0 is gained.',
    unit: PanelUnit.PERCENT,
    labels: { ...COLUMNS, check: 'Check' },
    queries: [
      { expr: last(PIPELINE.loss, 'check'), legend: 'Loss' },
      { expr: last(PIPELINE.lossLimit, 'check'), legend: 'Limit' },
    ],
  };
}

function failed(): PanelSpec {
  return {
    id: 3,
    kind: PanelKind.TABLE,
    title: 'Checks that do not hold',
    description:
      'Nothing is published where there is one. By how much each was missed, the log of the container run tells.',
    unit: PanelUnit.NUMBER,
    labels: { ...COLUMNS, check: 'Check' },
    queries: [{ expr: `${last(PIPELINE.failed, 'check')} > 0`, legend: 'Failed', bounds: [1, 1] }],
  };
}

function steps(): PanelSpec {
  return {
    id: 10,
    kind: PanelKind.TABLE,
    title: 'Steps and checks',
    width: 24,
    description: 'How far each came at last: of a step below 100 %, look whether its pod is still there.',
    unit: PanelUnit.PERCENT,
    labels: { ...COLUMNS, step: 'Step' },
    queries: [{ expr: last(PIPELINE.progress, 'step'), legend: 'Progress' }],
  };
}

function course(): PanelSpec {
  return {
    id: 11,
    kind: PanelKind.GRAPH,
    title: 'Course',
    width: 24,
    description: `How far each step and check was. A line goes on for ${TAIL} after its pod has gone.`,
    unit: PanelUnit.PERCENT,
    max: 100,
    queries: [
      {
        expr: `max by (${BY}, step) (max_over_time(${PIPELINE.progress}${CHOSEN}[${TAIL}]))`,
        legend: '{{pipeline}} {{recipe}} {{step}}',
      },
    ],
  };
}
