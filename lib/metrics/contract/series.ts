import { Fault } from '../../units/fault';
import { Quantity } from './quantity';

/** Takes a fault. @internal */
export type Report = (fault: Fault) => void;

/**
 * What is known of a label of a set of series.
 *
 * @internal
 */
export interface SeriesLabel {
  /** Whether each of them has it. */
  readonly sure: boolean;
  /** The only values that it can have. @default - any */
  readonly values?: readonly string[];
}

/** @internal */
export type SeriesLabels = ReadonlyMap<string, SeriesLabel>;

/**
 * What is known of the value of an expression.
 *
 * @internal
 */
export interface Series {
  /** Labels, without the name. Undefined when nothing is known of them, since what is selected is unknown. */
  readonly labels?: SeriesLabels;
  /** Undefined when it is not known, as of a number that stands in the query. */
  readonly quantity?: Quantity;
  /** Unit of the values that a histogram observes, of its buckets. */
  readonly observed?: Quantity;
  /** Name of the counter whose value it is, since its process began. */
  readonly counter?: string;
  /** Whether counters are added up in it, so that their restarts can no longer be seen. */
  readonly sumOfCounters?: boolean;
  /** Whether it is a quantile: it cannot be added up. */
  readonly quantile?: boolean;
  /** Label of the device whose value each process on it reports. */
  readonly perDevice?: string;
  /** Label whose values are of unlike quantities. */
  readonly unlikeValuesOf?: string;
  /** Whether it is one number, without labels. */
  readonly scalar?: boolean;
  /** A number that stands in the query. */
  readonly literal?: number;
  /** Whether it was divided by a number that stands in the query, which may be the whole of which it is a part. */
  readonly divided?: boolean;
  /** A number below which `clamp_min` lets no value fall. */
  readonly clampedAt?: number;
  /** Seconds of a range; 0 when they are computed. */
  readonly window?: number;
  /** Largest value, of a part of a whole. */
  readonly most?: number;
  /** Smallest value: 0 of what is counted. */
  readonly least?: number;
  /** Bounds of the buckets of a histogram, without +Inf. */
  readonly bounds?: readonly number[];
  /** The last bound of the histogram that a quantile is read from, in the unit of the value: it is never more. */
  readonly limit?: number;
}

/** Of what has none. @internal */
export function noLabels(): SeriesLabels {
  return new Map();
}

/** Labels of which nothing is known but their names. @internal */
export function labelsNamed(names: Iterable<string>, sure = true): Map<string, SeriesLabel> {
  return new Map([...names].map((name) => [name, { sure }]));
}

/** The bounds of a value, where it has any. @internal */
export function reachOf({ most, least }: Series): Pick<Series, 'most' | 'least'> {
  return { ...(most !== undefined ? { most } : {}), ...(least !== undefined ? { least } : {}) };
}

/** Labels that either of two may have. @internal */
export function eitherOf(a: SeriesLabels, b: SeriesLabels): SeriesLabels {
  const names = new Set([...a.keys(), ...b.keys()]);
  return new Map(
    [...names].map((name) => {
      const [left, right] = [a.get(name), b.get(name)];
      const values = left?.values && right?.values ? [...new Set([...left.values, ...right.values])] : undefined;
      return [name, { sure: (left?.sure ?? false) && (right?.sure ?? false), ...(values ? { values } : {}) }];
    }),
  );
}

/** What either of two may be, such as a recorded series that two rules record. @internal */
export function merged(a: Series, b: Series): Series {
  const same = JSON.stringify(a.quantity) === JSON.stringify(b.quantity);
  return {
    labels: a.labels && b.labels ? eitherOf(a.labels, b.labels) : undefined,
    quantity: same ? a.quantity : undefined,
    quantile: a.quantile || b.quantile,
    sumOfCounters: a.sumOfCounters || b.sumOfCounters,
  };
}

/** @internal */
export function listed(labels: SeriesLabels): string {
  return [...labels.keys()].sort().join(', ') || 'none';
}
