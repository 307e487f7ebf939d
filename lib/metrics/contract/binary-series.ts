import { fault } from '../../units/fault';
import { BinaryExpression, COMPARISONS, SET_OPERATORS, VectorMatching } from '../promql/expression';
import { noLabel } from './exposed-series';
import { common, described, product, Quantity, scaledBy } from './quantity';
import { eitherOf, listed, noLabels, Report, Series, SeriesLabel, SeriesLabels } from './series';

/**
 * What an operator makes of its two sides.
 *
 * @internal
 */
export function binarySeries(expression: BinaryExpression, left: Series, right: Series, report: Report): Series {
  const { operator, matching } = expression;
  const scalars = [left, right].filter(({ scalar }) => scalar);
  checkCounters(operator, left, right, report);
  checkQuantiles(operator, left, right, report);
  checkReach(operator, left, right, report);
  const quantity = quantityAfter(operator, left, right, report);
  const value: Series = {
    quantity,
    ...(left.quantile || right.quantile ? { quantile: true } : {}),
    ...(left.perDevice ? { perDevice: left.perDevice } : {}),
  };
  if (scalars.length === 2) return { labels: noLabels(), scalar: true, quantity };
  if (scalars.length === 1)
    return {
      ...(left.scalar ? right : left),
      ...value,
      clampedAt: undefined,
      divided: operator === '/' && right.literal !== undefined,
      bounds: undefined,
      ...reachAfter(operator, left, right),
    };
  if (!left.labels || !right.labels) return value;
  const labels = paired(expression, left.labels, right.labels, report);
  if (operator === 'or')
    return { ...left, ...value, ...NO_REACH, bounds: undefined, labels: eitherOf(left.labels, right.labels) };
  if (SET_OPERATORS.includes(operator)) return { ...left, ...value, quantity: left.quantity, labels };
  const compared = COMPARISONS.includes(operator) && !expression.bool;
  return {
    ...(compared ? left : {}),
    ...value,
    labels: matching?.many === 'right' ? manySide(matching, right.labels, left.labels) : labels,
  };
}

type Reach = Pick<Series, 'most' | 'least' | 'limit'>;

const NO_REACH: Reach = { most: undefined, least: undefined, limit: undefined };

/** A comparison leaves the values that hold; a positive factor that stands in the query moves the bounds of a value. */
function reachAfter(operator: string, left: Series, right: Series): Reach {
  const { most, least, limit } = left.scalar ? right : left;
  if (COMPARISONS.includes(operator)) return { most, least, limit };
  const { literal } = left.scalar ? left : right;
  const isFactor = operator === '*' || (operator === '/' && right.scalar === true);
  if (!isFactor || literal === undefined || !(literal > 0) || !Number.isFinite(literal)) return NO_REACH;
  // 12 digits: 1e3 * 0.07 is 70, not 70.00000000000001.
  const moved = (bound: number | undefined) =>
    bound === undefined ? undefined : Number((operator === '*' ? bound * literal : bound / literal).toPrecision(12));
  return { most: moved(most), least: moved(least), limit: moved(limit) };
}

/** Faults of series that can never be paired, and the labels of the pairs. */
function paired(expression: BinaryExpression, left: SeriesLabels, right: SeriesLabels, report: Report): SeriesLabels {
  const { operator, matching } = expression;
  const { on, ignoring } = matching ?? {};
  for (const label of on ?? []) {
    if (!left.has(label) && !right.has(label))
      report(noLabel(`both sides of '${operator} on (${label})' lack it`, left));
  }
  if (operator === 'or') return left;
  const every = [...new Set([...left.keys(), ...right.keys()])];
  const compared = on ?? every.filter((label) => !(ignoring ?? []).includes(label));
  for (const label of compared) {
    const why = neverEqual(label, left.get(label), right.get(label));
    if (!why) continue;
    const advice = on ? `leave it out of on(...)` : `say which labels pair them: ${operator} on (...)`;
    const others = on ? '' : `; the left side has ${listed(left)}, the right side ${listed(right)}`;
    report(
      fault('VECTORS_NEVER_MATCH', 'expr', `no series of '${operator}' are ever paired: ${why}; ${advice}${others}`),
    );
    break;
  }
  if (SET_OPERATORS.includes(operator)) return left;
  if (matching?.many === 'left') return manySide(matching, left, right);
  if (on) return new Map([...left].filter(([label]) => on.includes(label)));
  return new Map([...left].filter(([label]) => !(ignoring ?? []).includes(label)));
}

function neverEqual(label: string, left: SeriesLabel | undefined, right: SeriesLabel | undefined): string | undefined {
  if (!left && right?.sure) return `only the right side has the label '${label}'`;
  if (!right && left?.sure) return `only the left side has the label '${label}'`;
  if (!left?.sure || !right?.sure || !left.values || !right.values) return undefined;
  const shared = left.values.some((value) => right.values?.includes(value));
  if (shared || left.values.length === 0 || right.values.length === 0) return undefined;
  return `the label '${label}' is ${either(left.values)} on the left and ${either(right.values)} on the right`;
}

function either(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(' or ');
}

function manySide(matching: VectorMatching, many: SeriesLabels, one: SeriesLabels): SeriesLabels {
  const taken = matching.include.map((label) => [label, one.get(label) ?? { sure: false }] as const);
  return new Map([...many, ...taken]);
}

function checkCounters(operator: string, left: Series, right: Series, report: Report): void {
  if (!['/', '-', '+', '%'].includes(operator)) return;
  if (left.counter === undefined || right.counter === undefined) return;
  const reason =
    `'${left.counter} ${operator} ${right.counter}' is of everything since the processes began, and jumps when one begins again; ` +
    `put both into rate(...[5m])`;
  report(fault('COUNTER_READ_RAW', 'expr', reason));
}

function checkQuantiles(operator: string, left: Series, right: Series, report: Report): void {
  if (operator === '+' && left.quantile && right.quantile) {
    report(fault('QUANTILES_AGGREGATED', 'expr', 'the sum of two quantiles is no quantile; take that of the whole'));
  }
  if (operator === '/' && right.clampedAt !== undefined && right.clampedAt > 0) {
    const reason =
      `it is divided by at least ${right.clampedAt}, whatever is measured: below that the quotient is too small; ` +
      `use '/ (... > 0)', which has no value where nothing is measured`;
    report(fault('DIVISOR_CLAMPED', 'expr', reason));
  }
}

/** The operator of a comparison whose sides are exchanged. */
const TURNED: { readonly [operator: string]: string } = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** A comparison with a number that the value never is above, or below. */
function checkReach(operator: string, left: Series, right: Series, report: Report): void {
  if (!COMPARISONS.includes(operator)) return;
  checkWhole(left, right, report);
  const isTurned = left.literal !== undefined;
  const [of, than] = isTurned ? [right, left.literal] : [left, right.literal];
  if (than === undefined) return;
  const compared = isTurned ? (TURNED[operator] ?? operator) : operator;
  checkLimit(compared, of, than, report);
  checkLeast(compared, of, than, report);
}

/** `histogram_quantile` gives no more than the last bound of a histogram, however long requests take. */
function checkLimit(operator: string, { limit }: Series, than: number, report: Report): void {
  if (limit === undefined || !(than > limit || (operator === '>' && than === limit))) return;
  const reason =
    `a quantile is compared with ${than}, but the histogram that it is read from ends at ${limit} and gives no more, however large the values are; ` +
    `compare with less than ${limit}, or give the histogram larger bounds`;
  report(fault('VALUE_NEVER_REACHED', 'expr', reason));
}

/** What is counted is never less than none. */
function checkLeast(operator: string, { least }: Series, than: number, report: Report): void {
  if (least === undefined) return;
  const never = operator === '<' ? than <= least : ['<=', '=='].includes(operator) && than < least;
  if (!never) return;
  const reason = `'${operator} ${than}' never holds: the value is never less than ${least}; use '== ${least}' for none, or a number above it`;
  report(fault('VALUE_NEVER_REACHED', 'expr', reason));
}

/** A comparison of a part of a whole with more than the whole. */
function checkWhole(left: Series, right: Series, report: Report): void {
  const above = (of: Series, than: Series) =>
    of.most !== undefined && than.literal !== undefined && than.literal > of.most;
  const [of, than] = above(left, right) ? [left, right] : above(right, left) ? [right, left] : [];
  if (!of || !than) return;
  const reason = `it is compared with ${than.literal}, but its values are from 0 to ${of.most}; use a number in that range`;
  report(fault('VALUE_NEVER_REACHED', 'expr', reason));
}

function quantityAfter(operator: string, left: Series, right: Series, report: Report): Quantity | undefined {
  const { quantity: a } = left;
  const { quantity: b } = right;
  if (operator === '*' || operator === '/') {
    const sign = operator === '*' ? 1 : -1;
    if (right.literal !== undefined) return a && scaledBy(a, sign === 1 ? right.literal : 1 / right.literal);
    if (left.literal !== undefined) {
      if (!b) return undefined;
      return sign === 1 ? scaledBy(b, left.literal) : product({ powers: {}, scales: [1] }, b, -1);
    }
    return a && b && product(a, b, sign);
  }
  if (operator === '^' || operator === '%' || operator === 'atan2') return undefined;
  if (operator === 'and' || operator === 'unless') return a;
  if (!a || !b) return a ?? b;
  const shared = common(a, b);
  if (!shared) {
    const reason = `'${operator}' has ${described(a)} on its left and ${described(b)} on its right; bring both to one unit`;
    report(fault('UNITS_MIXED', 'expr', reason));
  }
  return COMPARISONS.includes(operator) ? a : shared;
}
