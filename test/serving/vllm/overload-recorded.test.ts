import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metric } from '../../../lib/catalog';
import { MetricExporter } from '../../../lib/catalog/metric-kind';
import { Overload, overloadArguments, overloadFaults } from './overload-verdicts';

/** What a real server with a full queue did once; test/engine/overload.engine.ts asks one again, and says how it is recorded. */
const RECORD = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'overload-0.32.0.json'), 'utf8')) as Overload;

let outdir: string;
beforeAll(() => (outdir = mkdtempSync(join(tmpdir(), 'overload-'))));
afterAll(() => rmSync(outdir, { recursive: true }));

test('it was started as such a server is now; otherwise record again', () => {
  expect(overloadArguments(RECORD.version, RECORD.config, outdir)).toEqual(RECORD.args);
  expect(RECORD.args).toContain(`--max-num-queued-reqs=${RECORD.run + RECORD.wait}`);
});

test('it shed by a clear status, kept its probes and finished what it had taken', () => {
  expect(overloadFaults(RECORD)).toEqual([]);
});

test('it counted what it refused, by the metric and the version that the catalog says', () => {
  const rejections = Metric.of(MetricExporter.VLLM, 'vllm:admission_rejections_total');
  expect(rejections.missing([MetricExporter.VLLM], RECORD.version, [])).toEqual([]);
  expect(Object.keys(RECORD.rejected)).toEqual(['max_num_queued_reqs', 'max_num_queued_tokens']);
});

test.each<[string, Partial<Overload>]>([
  ['ended by', { statuses: { ...RECORD.statuses, 500: 1 } }],
  ['refused none', { statuses: { 200: RECORD.asked } }],
  ['took only', { statuses: { 503: RECORD.asked } }],
  ['said', { refusal: { ...RECORD.refusal, code: 429 } }],
  ['its probes said', { probes: ['', 'readiness: no answer: HTTP 503'] }],
  ['its health was', { health: [200, 503] }],
  ['broke answers off', { ran: [{ tokens: 3, finish: 'abort' }] }],
  ['counted', { rejected: { max_num_queued_reqs: 1 } }],
])('another one would be found: %s', (said, other) => {
  expect(overloadFaults({ ...RECORD, ...other })).toEqual(expect.arrayContaining([expect.stringMatching(`^${said}`)]));
});
