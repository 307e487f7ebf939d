import { MaintenanceWindow, windowFaults } from '../../storage/sync/maintenance-window';
import { checkArguments } from '../../units/argument-faults';
import { repeatedIndexes } from '../../units/duplicate-faults';
import { throwIfFaulty } from '../../units/errors';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { nearNames } from '../../units/near-names';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { COLUMNS, RowValues, readRow } from './fleet-columns';
import { SiteFleetOptions } from './fleet-options';
import { FleetSite } from './fleet-site';
import { SiteTable, readCsv, readJson } from './read-table';

const KNOWN = Object.keys(COLUMNS);
const OF_WINDOW = ['windowStart', 'windowDuration', 'windowDays', 'timeZone'] as const;

/**
 * Sites from a table that others keep, such as an export of an inventory: typed, and checked as a whole, so that one error has all faults of all rows.
 *
 * Columns: `site`, `kind`, `ring`, `nodes`, `gpuWatts`, `maxUplinkOutage` (`72h`, `3d`), `windowStart` (`22:00`), `windowDuration` (`6h`), `windowDays`
 * (`monday friday`), `timeZone`, `maxMegabitsPerSecond`, `revoked` (`true`), and those of `labels`. Only `site` must be there; a cell without text says nothing.
 */
export class SiteFleet {
  /**
   * Sites of a table in CSV: commas, semicolons or tabs, and the names of the columns in the first row (RFC 4180).
   *
   * @param text the table
   * @param options what it may say @default - any kinds and rings, and no further columns
   * @throws UnscopedValidationError with all faults, each with its row: names that repeat, unknown columns, kinds and rings, values of another form
   */
  public static fromCsv(text: string, options: SiteFleetOptions = {}): SiteFleet {
    return new SiteFleet(sitesOf(readCsv(text), options));
  }

  /**
   * Sites of a list in JSON: `[{ "site": "till-1", "nodes": 2 }, ...]`, with the members that columns of a table have.
   *
   * @param text the list
   * @param options what it may say @default - any kinds and rings, and no further members
   * @throws UnscopedValidationError with all faults, each with its row, and for what is no JSON
   */
  public static fromJson(text: string, options: SiteFleetOptions = {}): SiteFleet {
    return new SiteFleet(sitesOf(readJson(text), options));
  }

  /** The sites, in the order of the table. */
  public readonly sites: FleetSite[];

  private constructor(sites: readonly FleetSite[]) {
    this.sites = [...sites];
  }

  /** The rings of the sites, in the order in which the table has them first. */
  public get rings(): string[] {
    return [...new Set(this.sites.flatMap(({ ring }) => ring ?? []))];
  }

  /**
   * The sites of a ring.
   *
   * @param ring its name
   */
  public inRing(ring: string): FleetSite[] {
    return this.sites.filter((each) => each.ring === ring);
  }
}

checkArguments('SiteFleet', SiteFleet);

function sitesOf({ columns, rows, faults: unreadable }: SiteTable, options: SiteFleetOptions): FleetSite[] {
  const { labels = [] } = options;
  throwIfFaulty([...unreadable, ...labelFaults(labels), ...emptyFaults(options)]);
  const read = rows.map((row, index) => {
    const name = row.site?.trim();
    const who = name ? `row ${index + 1} ('${name}')` : `row ${index + 1}`;
    return { row, index, who, ...readRow(row, `sites[${index}]`, who) };
  });
  const names = rows.map((row) => row.site?.trim() ?? '');
  throwIfFaulty(
    allOf(
      () => (rows.length === 0 ? [fault('EMPTY_LIST', 'sites', 'the table has no sites; it needs a row for each, below the names of the columns')] : []), // prettier-ignore
      () => columnFaults(columns, labels),
      () => read.flatMap(({ faults }) => faults),
      () => read.flatMap(({ row, index, who, values }) => rowFaults(row, values, `sites[${index}]`, { who, options })),
      () =>
        repeatedIndexes(names)
          .filter((index) => names[index] !== '')
          .map((index) => {
            const first = names.indexOf(names[index]) + 1;
            return fault('DUPLICATE', `sites[${index}].site`, `row ${index + 1}: site '${names[index]}' is that of row ${first} too; give each site a name of its own`); // prettier-ignore
          }),
    ),
  );
  return read.map(({ row, values }) => toSite(values, row, labels));
}

function toSite(values: RowValues, row: { readonly [column: string]: string }, labels: readonly string[]): FleetSite {
  const { site = '', kind, ring, nodes, gpuWatts, maxUplinkOutage, maxMegabitsPerSecond, revoked = false } = values;
  const windows = windowOf(values);
  return {
    ...{ site, kind, ring, nodes, powerBudget: gpuWatts, maxUplinkOutage, windows, maxMegabitsPerSecond, revoked },
    labels: Object.fromEntries(labels.flatMap((name) => (row[name]?.trim() ? [[name, row[name].trim()]] : []))),
  };
}

function windowOf({ windowStart, windowDuration, windowDays, timeZone }: RowValues): MaintenanceWindow[] | undefined {
  if (windowStart === undefined || windowDuration === undefined) return undefined;
  return [{ start: windowStart, duration: windowDuration, days: windowDays, timeZone }];
}

function rowFaults(
  row: { readonly [column: string]: string },
  values: RowValues,
  at: string,
  { who, options: { kinds, rings } }: { readonly who: string; readonly options: SiteFleetOptions },
): Fault[] {
  const isGiven = (column: string) => (row[column]?.trim() ?? '') !== '';
  const missing = (column: string, why: string) =>
    fault('MISSING_PROPERTY', `${at}.${column}`, `${who}: ${column} is missing; ${why}`);
  const choice = (column: 'kind' | 'ring', known: readonly string[] | undefined): Fault[] => {
    if (known === undefined) return [];
    const value = values[column];
    const all = known.map((each) => `'${each}'`).join(', ');
    if (value === undefined) return [missing(column, `it must be one of ${all}`)];
    if (known.includes(value)) return [];
    return [
      fault('UNKNOWN_VALUE', `${at}.${column}`, `${who}: ${column} must be one of ${all}; got ${givenValue(value)}`),
    ];
  };
  return allOf(
    () => (isGiven('site') ? [] : [missing('site', 'each row must name its site')]),
    () => choice('kind', kinds),
    () => choice('ring', rings),
    () => {
      const given = OF_WINDOW.filter(isGiven);
      if (given.length === 0) return [];
      return (['windowStart', 'windowDuration'] as const)
        .filter((column) => !isGiven(column))
        .map((column) => missing(column, `a window needs both, and ${given.join(', ')} is given`));
    },
    () => faultsUnder(windowFaults('windows', windowOf(values)), at, who),
  );
}

function columnFaults(columns: readonly string[], labels: readonly string[]): Fault[] {
  const known = [...KNOWN, ...labels];
  const absent = labels
    .filter((label) => !columns.includes(label))
    .map((label) => {
      const [near] = nearNames(label, columns, 1);
      const reason = `labels has '${label}', but the table has no such column${near === undefined ? '' : `; did you mean '${near}'?`}`;
      return fault('MISSING_PROPERTY', label, reason);
    });
  const unknown = columns
    .filter((column) => column !== '' && !known.includes(column))
    .map((column) => {
      const [near] = nearNames(column, known, 1);
      const reason = `${givenValue(column)} is no column of a table of sites; did you mean '${near}'? Known: ${known.join(', ')}; name further ones as labels`;
      return fault('UNKNOWN_PROPERTY', column, reason);
    });
  return [...absent, ...unknown];
}

function labelFaults(labels: readonly string[]): Fault[] {
  return labels
    .filter((label) => KNOWN.includes(label))
    .map((label) => fault('DUPLICATE', 'labels', `labels has '${label}', which is a column by itself; remove it`));
}

function emptyFaults({ kinds, rings }: SiteFleetOptions): Fault[] {
  return Object.entries({ kinds, rings })
    .filter(([, names]) => names?.length === 0)
    .map(([property]) =>
      fault('EMPTY_LIST', property, `${property} is empty; name what there is, or leave it out for any`),
    );
}
