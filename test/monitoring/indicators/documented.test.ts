import { readFileSync } from 'fs';
import * as path from 'path';
import { Indicator } from '../../../lib/monitoring';
import { MetricsTarget } from '../../../lib/core/watchable';
import { TARGETS } from './targets';

/** What stands in each column of sources. */
const SOURCES: { readonly [column: string]: readonly MetricsTarget[] } = {
  Triton: [TARGETS.triton],
  'vLLM behind Triton': [TARGETS.tritonVllm],
  'TensorRT-LLM behind Triton': [TARGETS.tritonTensorRtLlm],
  "vLLM's own server": [TARGETS.vllm],
  'exporters of nodes': [TARGETS.dcgm, TARGETS.efa],
};
const NOT_TOLD = 'does not tell';

/** The rows that the table must have, but for what no program knows. */
function expected(indicator: Indicator): { [column: string]: string } {
  const metrics = (targets: readonly MetricsTarget[]) => {
    const read = targets.flatMap((target) => indicator._read(target)?.metrics.map(({ name }) => name) ?? []);
    return read.length === 0 ? '-' : [...new Set(read)].map((name) => `\`${name}\``).join(', ');
  };
  return {
    indicator: indicator.name,
    unit: indicator.unit,
    record: `\`${indicator.record}\``,
    'of one model': indicator.suffix === undefined ? '-' : `\`<model>_${indicator.suffix}\``,
    ...Object.fromEntries(Object.entries(SOURCES).map(([column, targets]) => [column, metrics(targets)])),
  };
}

/** The rows of the only table of a page, by its header. */
function tableOf(page: string): { [column: string]: string }[] {
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [header, , ...rows] = page.split('\n').filter((line) => line.startsWith('|'));
  const columns = cells(header);
  return rows.map((row) => Object.fromEntries(cells(row).map((cell, i) => [columns[i], cell])));
}

const page = readFileSync(path.join(__dirname, '../../../docs/indicators.md'), 'utf8');
const rows = tableOf(page);

test('the page has every indicator, in their order', () => {
  expect(rows.map(({ indicator }) => indicator)).toEqual(Indicator.ALL.map(({ name }) => name));
});

test.each(Indicator.ALL.map((indicator) => [indicator.name, indicator] as const))(
  'its row of %s is what is recorded, and from what',
  (name, indicator) => {
    const { [NOT_TOLD]: limits, ...row } = rows.find((one) => one.indicator === name) ?? {};
    expect(row).toEqual(expected(indicator));
    expect(limits).toMatch(/\w{3}/);
  },
);
