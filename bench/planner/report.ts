import { Exclusion, Prediction } from './predict';

function quantile(sorted: number[], q: number): number {
  if (sorted.length === 0) return NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Signed relative errors; for times and rates alike, above zero means that the planner is too optimistic. */
function optimism(prediction: Prediction): number {
  const ratio = prediction.predicted / prediction.measured;
  const time = /decode|first token/.test(prediction.group);
  return time ? 1 / ratio - 1 : ratio - 1;
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(value < 0.01 ? 3 : 1)} %` : '-';
}

export function table(title: string, header: string[], rows: string[][]): string {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => (row[i] ?? '').length)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [title, line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ''].join('\n');
}

/** One row of numbers per group. */
export function groupTable(title: string, predictions: Prediction[]): string {
  const groups = [...new Set(predictions.map((p) => p.group))].filter((group) => !group.startsWith('published')).sort();
  const rows = groups.map((group) => {
    const own = predictions.filter((p) => p.group === group && p.fits);
    const errors = own.map((p) => Math.abs(p.predicted / p.measured - 1)).sort((a, b) => a - b);
    const signed = own.map(optimism);
    const unfit = predictions.filter((p) => p.group === group && !p.fits).length;
    return [
      group,
      String(own.length),
      percent(median(errors)),
      percent(errors.reduce((a, b) => a + b, 0) / errors.length),
      percent(quantile(errors, 0.9)),
      percent(errors[errors.length - 1]),
      percent(signed.filter((e) => e > 0.15).length / own.length),
      percent(median(own.map((p) => p.predicted / p.measured - 1))),
      String(unfit),
    ];
  });
  return table(
    title,
    ['group', 'points', 'median', 'mean', 'p90', 'worst', '>15 % optimistic', 'bias', 'said not to fit'],
    rows,
  );
}

/** Deployments that failed for want of memory, and those that ran, and what the planner says. */
export function failureTable(predictions: Prediction[]): string {
  const rows = (group: string, fits: string, refused: string) =>
    predictions
      .filter((p) => p.group === group)
      .map((p) => [p.point.model, `${p.point.gpu} x${p.point.tp}`, p.fits ? fits : refused, p.point.source]);
  const header = ['model', 'hardware', 'planner', 'source'];
  return [
    table('Published failures', header, rows('published failures', 'FALSE FIT', 'refused')),
    table('Published deployments that run', header, rows('published successes', 'fits', 'REFUSED')),
  ].join('\n');
}

/** Times by engine, GPU and model. */
export function splitTable(predictions: Prediction[]): string {
  const own = predictions.filter((p) => p.fits && !/weights|key-value|published/.test(p.group));
  const key = (p: Prediction) =>
    `${p.group} | ${/\[(.*)\]/.exec(p.point.source)?.[1].trim() ?? p.point.source.slice(0, 40)} | ${p.point.model} | ${p.point.gpu} x${p.point.tp} pp${p.point.pp} ${p.point.precision}`;
  const keys = [...new Set(own.map(key))].sort();
  const rows = keys.map((k) => {
    const mine = own.filter((p) => key(p) === k);
    const ratios = mine.map((p) => p.predicted / p.measured - 1);
    return [k, String(mine.length), percent(median(ratios)), percent(median(ratios.map(Math.abs)))];
  });
  return table('By source (bias is predicted / measured - 1)', ['source', 'points', 'bias', 'median error'], rows);
}

export function exclusionTable(exclusions: Exclusion[]): string {
  const reasons = [...new Set(exclusions.map((e) => e.reason))].sort();
  const rows = reasons.map((reason) => [String(exclusions.filter((e) => e.reason === reason).length), reason]);
  return table('Excluded', ['points', 'reason'], rows);
}

export function rowsTable(predictions: Prediction[]): string {
  const rows = predictions.map((p) => [
    String(p.point.line),
    p.group,
    p.point.model,
    `${p.point.gpu} x${p.point.tp}`,
    p.point.precision,
    `${p.point.batch}`,
    `${p.point.in_len}/${p.point.out_len}`,
    p.measured.toPrecision(5),
    p.predicted.toPrecision(5),
    percent(p.predicted / p.measured - 1),
    p.point.split,
  ]);
  return table(
    'Points',
    ['line', 'group', 'model', 'hardware', 'format', 'batch', 'in/out', 'measured', 'planned', 'error', 'split'],
    rows,
  );
}
