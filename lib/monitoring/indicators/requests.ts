import { Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { IndicatorSource, ofExporter, ofModels, perCount, rateByModel, SourceQuery } from './indicator-source';

const { TRITON, VLLM } = MetricExporter;

const SUCCESS = ofExporter(TRITON)('nv_inference_request_success');
const FAILURE = ofExporter(TRITON)('nv_inference_request_failure');
const ENDED = ofExporter(VLLM)('vllm:request_success_total');
const REFUSED = ofExporter(VLLM)('vllm:admission_rejections_total');

/** Requests answered each second. @internal */
export const QPS: readonly IndicatorSource[] = [
  {
    exporter: VLLM,
    query: (target) => ({
      expr: rateByModel(ofModels(target)(ENDED, ['finished_reason!~"abort|error"']), '2m'),
      metrics: [ENDED],
      meaning: ANSWERED,
    }),
  },
  {
    exporter: TRITON,
    query: (target) => ({
      expr: rateByModel(ofModels(target)(SUCCESS), '2m'),
      metrics: [SUCCESS],
      meaning: `${ANSWERED} An error that a Python model answers by itself is an answer.`,
    }),
  },
];

const ANSWERED = 'Answered requests; a batch counts as one, a failed request not at all.';

/** Requests that failed, of all that ended. @internal */
export const FAILURES: readonly IndicatorSource[] = [
  { exporter: VLLM, query: failuresOfVllm },
  {
    exporter: TRITON,
    query: (target) => {
      const failed = rateByModel(ofModels(target)(FAILURE, ['reason!="CANCELED"']));
      const answered = rateByModel(ofModels(target)(SUCCESS));
      return {
        // A model that has never answered may have no series of answers.
        expr: perCount(`100 * ${failed}`, `${failed} + (${answered} or 0 * ${failed})`),
        metrics: [FAILURE, SUCCESS],
        meaning:
          'Of the requests of the last five minutes, without those that the caller canceled. What a full queue of Triton refuses at once counts neither way, ' +
          'and an error that a Python model answers by itself counts as answered.',
      };
    },
  },
];

function failuresOfVllm(target: MetricsTarget): SourceQuery {
  const rate = (metric: Metric, ...matchers: string[]) => rateByModel(ofModels(target)(metric, matchers));
  const [failed, ended] = [rate(ENDED, 'finished_reason="error"'), rate(ENDED, 'finished_reason!="abort"')];
  if (!countsRefused(target)) {
    return {
      expr: perCount(`100 * ${failed}`, ended),
      metrics: [ENDED],
      meaning:
        'Of the requests that the engine ended in the last five minutes, without those that the caller canceled or the server refused.',
    };
  }
  const refused = refusedOfVllm(target);
  return {
    expr: perCount(`100 * (${failed} + ${refused})`, `${ended} + ${refused}`),
    metrics: [ENDED, REFUSED],
    meaning:
      'Of the requests of the last five minutes, without those that the caller canceled; one that a full queue refuses counts as often as it is sent.',
  };
}

/** The counter has no series before it counts for the first time. */
function refusedOfVllm(target: MetricsTarget): string {
  const [refused, ended] = [REFUSED, ENDED].map((metric) => rateByModel(ofModels(target)(metric)));
  return `(${refused} or 0 * ${ended})`;
}

/** Requests that were refused because of the queue, each second: Triton counts those alone that waited too long in it. @internal */
export const REJECTIONS: readonly IndicatorSource[] = [
  {
    exporter: VLLM,
    query: (target) => ({
      expr: refusedOfVllm(target),
      metrics: [REFUSED, ENDED],
      meaning: 'Refused by HTTP 503 since the queue was full; the first ones after a start may not be seen.',
    }),
  },
  {
    exporter: TRITON,
    query: (target) => ({
      expr: rateByModel(ofModels(target)(FAILURE, ['reason="REJECTED"'])),
      metrics: [FAILURE],
      meaning:
        'Refused since they had waited in the queue of Triton for longer than they may; what a full queue refuses at once is not counted.',
    }),
  },
];

/**
 * Whether a workload counts what its full queue refuses.
 *
 * @internal
 */
export function countsRefused(target: MetricsTarget): boolean {
  return missingFrom(target, REFUSED).length === 0;
}
