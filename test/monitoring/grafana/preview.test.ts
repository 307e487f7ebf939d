import { answered, AnsweredSeries, Source } from '../../../scripts/dashboard-preview/answers';
import { formatted } from '../../../scripts/dashboard-preview/format';
import { emptyPanels, previewPage } from '../../../scripts/dashboard-preview/render';
import { fromRecording, Recording, recording } from '../../../scripts/dashboard-preview/sources';
import { TARGET } from '../support';
import { dashboards } from './support';

const { 'gpu-inference-model': model, 'gpu-inference-fleet': fleet } = dashboards([TARGET]);
const OF = 'namespace="inference",job="triton-deepseek",model="deepseek"';
const LABELS = { namespace: 'inference', job: 'triton-deepseek', model: 'deepseek' };

/** Answers some queries, and keeps what it was asked. */
function source(answers: { readonly [query: string]: readonly AnsweredSeries[] } = {}): Source & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    series: async () => [LABELS, { ...LABELS, model: 'zebra' }],
    query: async (expr) => {
      asked.push(expr);
      return answers[expr] ?? [];
    },
  };
}

const line = (...values: string[]): AnsweredSeries => ({
  metric: LABELS,
  values: values.map((value, index) => [1_700_000_000 + 60 * index, value]),
});

test('every query is asked with the first values of the variables, and none keeps a variable', async () => {
  const asking = source();
  const { chosen, panels } = await answered(model, asking);
  expect(chosen).toEqual({ namespace: 'inference', job: 'triton-deepseek', model: 'deepseek' });
  expect(asking.asked).toContain(`inference_qps{${OF}}`);
  expect(asking.asked.filter((query) => query.includes('$'))).toEqual([]);
  expect(asking.asked.length).toBe(panels.flatMap(({ queries }) => queries).length);
});

test('a value that is wanted is chosen, and all where several may be', async () => {
  expect((await answered(model, source(), { model: 'zebra' })).chosen.model).toBe('zebra');
  const asking = source();
  expect((await answered(fleet, asking)).chosen).toEqual({ namespace: 'All', model: 'All' });
  expect(asking.asked).toContain('sum(inference_qps{namespace=~".*",model=~".*"})');
});

test('the page has the values in their units, and says which panels have none', async () => {
  const latency = `inference_latency_p99_milliseconds{${OF}}`;
  const one = await answered(model, source({ [latency]: [line('100', '2500', 'NaN', '1500')] }));
  const page = previewPage([one]);
  expect(page).toContain('>P99</td><td class="value">1.5 s</td><td class="value">2.5 s</td>');
  // A gap, where there is no value, is no line.
  expect(/class="line"[^>]* d="M[^M]*M[^M]*"/.test(page)).toBe(true);
  expect(emptyPanels([one])).toContain('GPU inference / Model / Requests');
  expect(emptyPanels([one])).not.toContain('GPU inference / Model / Latency');
  expect(page).not.toMatch(/(?:src|href)="(?!#)/);
});

test('a threshold is drawn in dashes, and a table has a row for each model with its colors', async () => {
  const threshold = `inference_latency_threshold_milliseconds{${OF}}`;
  const page = previewPage([await answered(model, source({ [threshold]: [line('250')] }))]);
  expect(page).toMatch(/stroke="#f2495c" stroke-dasharray/);
  const qps = 'max by (namespace, job, model) (inference_qps{namespace=~".*",model=~".*"})';
  const failed = qps.replace('inference_qps', 'inference_failure_percent');
  const at = (value: string): AnsweredSeries => ({ metric: LABELS, value: [1_700_000_000, value] });
  const rows = previewPage([await answered(fleet, source({ [qps]: [at('12')], [failed]: [at('7')] }))]);
  expect(rows).toMatch(/<td>inference<\/td><td>triton-deepseek<\/td><td>deepseek<\/td><td[^>]*>12 req\/s<\/td>/);
  expect(rows).toContain('<td class="value" style="color: #f2495c">7%</td>');
});

test('what series are called is text, never markup', async () => {
  const evil: AnsweredSeries = { metric: { ...LABELS, model: '<script>' }, value: [0, '1'] };
  const qps = 'max by (namespace, job, model) (inference_qps{namespace=~".*",model=~".*"})';
  const page = previewPage([await answered(fleet, source({ [qps]: [evil] }))]);
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('<script>');
});

test('answers that were kept draw the same page', async () => {
  const kept: Recording = { series: {}, queries: {} };
  const first = await answered(model, recording(source({ [`inference_qps{${OF}}`]: [line('1', '2')] }), kept));
  const again = await answered(model, fromRecording(JSON.parse(JSON.stringify(kept)) as Recording));
  expect(previewPage([again])).toBe(previewPage([first]));
});

test.each([
  [0.00123, 'reqps', '0.0012 req/s'],
  [1234, 'reqps', '1.23 K req/s'],
  [999, 'ms', '999 ms'],
  [90_000, 'ms', '1.5 min'],
  [12.5, 'percent', '12.5%'],
  [2 * 1024 ** 3, 'bytes', '2 GiB'],
  [4e10, 'Bps', '40 GB/s'],
  [65, 'celsius', '65 °C'],
  [700, 'watt', '700 W'],
  [2.456, 'currencyUSD', '$2.46'],
  [7200, 's', '2 h'],
  [NaN, 'ms', 'no value'],
  [Infinity, 'currencyUSD', '∞'],
])('%d in %s is %s', (value, unit, text) => expect(formatted(value, unit)).toBe(text));

test('a moment is told by how long ago it was', () => {
  expect(formatted(1_000_000, 'dateTimeFromNow', 1_300_000)).toBe('5 min ago');
});
