import { Judged, Kind } from './judged';
import { KNOWN_BREAKS } from './judged-known';
import { table } from './report';

/** How far the plan's capacity is from the engine's; above zero means more than there is. */
export function difference({ capacity }: Judged): number {
  return capacity ? capacity.plan / capacity.engine - 1 : NaN;
}

/** What a row says of its capacity counts: in WSL2 Windows has the GPU, and what its programs take while the engine starts counts as the engine's. */
export function countsCapacity({ capacity, onWindows }: Judged): boolean {
  return capacity !== undefined && !onWindows;
}

/**
 * The bounds that a row breaks: `above` the engine's capacity or more than 12 % `below` it, where that counts, a `false fit`, or a `refusal` of what
 * ran.
 */
export function broken(judged: Judged): string[] {
  const found: string[] = [];
  if (countsCapacity(judged) && difference(judged) > 0) found.push('above');
  if (countsCapacity(judged) && difference(judged) < -0.12) found.push('below');
  if (judged.started === false && judged.plan.fits) found.push('false fit');
  if (judged.started === true && !judged.plan.fits) found.push('refusal');
  return found;
}

const percent = (value: number) => (Number.isNaN(value) ? '' : `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`);
const amount = (value: number, unit: string) =>
  unit === 'GiB' ? `${value.toFixed(2)} GiB` : Math.round(value).toLocaleString('en');

/** One line for each row. */
export function judgedTable(rows: readonly Judged[]): string {
  return table(
    'Published starts of engines',
    ['id', 'set', 'kind', 'engine', 'plan', 'difference', 'started', 'planned', 'broken'],
    rows.map((row) => [
      row.id,
      row.seen ? 'seen' : 'unseen',
      row.kinds.join('+'),
      row.capacity ? amount(row.capacity.engine, row.capacity.unit) : '',
      row.capacity ? amount(row.capacity.plan, row.capacity.unit) : '',
      percent(difference(row)),
      row.started === undefined ? '' : row.started ? 'ran' : 'failed',
      row.plan.fits ? 'fits' : 'refused',
      [...broken(row), ...(row.onWindows ? ['WSL2'] : [])].join(', '),
    ]),
  );
}

const KINDS: Kind[] = ['text', 'hybrid', 'vision'];

/** Counts by group. */
export function judgedGroups(rows: readonly Judged[]): string {
  const groups: [string, (row: Judged) => boolean][] = [
    ['all', () => true],
    ['seen', ({ seen }) => seen],
    ['unseen', ({ seen }) => !seen],
    ...KINDS.map((kind): [string, (row: Judged) => boolean] => [kind, ({ kinds }) => kinds.includes(kind)]),
  ];
  return table(
    'By group; models with states that read images count as both',
    ['group', 'rows', 'sources', 'capacities', 'above', 'within 12 % below', 'failures', 'refused', 'runs', 'accepted'],
    groups.map(([name, has]) => {
      const own = rows.filter(has);
      const capacities = own.filter(countsCapacity).map(difference);
      const failures = own.filter(({ started }) => started === false);
      const runs = own.filter(({ started }) => started === true);
      return [
        name,
        String(own.length),
        String(new Set(own.map(({ source }) => source)).size),
        String(capacities.length),
        String(capacities.filter((each) => each > 0).length),
        String(capacities.filter((each) => each <= 0 && each >= -0.12).length),
        String(failures.length),
        String(failures.filter(({ plan }) => !plan.fits).length),
        String(runs.length),
        String(runs.filter(({ plan }) => plan.fits).length),
      ];
    }),
  );
}

/** Rows that break a bound, with the reason, and the listed ones that break none any more. */
export function judgedBreaks(rows: readonly Judged[]): string {
  const lines = rows
    .map((row) => [row.id, broken(row).join(', '), KNOWN_BREAKS[row.id] ?? ''])
    .filter(([, breaks, reason]) => breaks !== '' || reason !== '')
    .map(([id, breaks, reason]) => [id, breaks || 'holds now: strike it from judged-known.ts', reason || 'NOT LISTED']);
  return table('Bounds that are broken', ['id', 'broken', 'reason'], lines);
}
